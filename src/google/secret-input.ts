// How people name a secret, in inputs and in a config file: its id, its full name, or one of the forms that other
// tools use. The first two are taken; the others are refused with the words to write instead.

import { PROJECT, parseFullName, parseVersion, SECRET_ID, type SecretVersionRequest } from './resource-names.ts';

export interface SecretInput {
  secret: string;
  /** Empty where none is given; so is the project. */
  version: string;
  projectId: string;
}

/**
 * What names the project where the secret is named by its id: an input, or a field of the config file. That one is for
 * all secrets of the file, so advice on a single one does not touch it.
 */
export type ProjectField = 'project-id' | 'project';

/** Thrown with what to write instead, a sentence for each thing that is wrong; the caller says where it stands. */
export class NameRefused extends Error {
  override readonly name = 'NameRefused';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

/** A full name with the longest id is shorter; a payload that was pasted by mistake is not repeated. */
const MAX_LENGTH = 512;

/** @throws {NameRefused} with everything that is wrong */
export function parseSecretInput(input: SecretInput, field: ProjectField = 'project-id'): SecretVersionRequest {
  const full = parseFullName(input.secret);
  const text = full?.version ?? input.version;
  const version = parseVersion(text);
  const problems = full === undefined ? findIdProblems(input, field) : findContradictions(full, input, field);
  if (version === undefined)
    problems.push(`\`version: ${text}\` is neither a number such as 3, nor an alias, nor latest`);
  if (version === undefined || problems.length > 0) throw new NameRefused(problems);
  return { name: full?.name ?? { project: input.projectId, secret: input.secret }, version };
}

function findIdProblems({ secret, projectId }: SecretInput, field: ProjectField): string[] {
  const problems: string[] = [];
  if (secret.length > MAX_LENGTH) problems.push('`secret` is too long to be a name: write its id, such as TELE_TOKEN');
  else if (!SECRET_ID.test(secret)) problems.push(suggestion(secret, field));
  else if (projectId === '') {
    problems.push(`\`secret: ${secret}\` needs \`${field}\`, or write projects/PROJECT/secrets/${secret}`);
  }
  if (projectId !== '' && !PROJECT.test(projectId)) {
    problems.push(`\`${field}: ${projectId}\` is no project: write its id, such as my-project, or its number`);
  }
  return problems;
}

function findContradictions(
  { name: { project }, version: named }: NonNullable<ReturnType<typeof parseFullName>>,
  { version, projectId }: SecretInput,
  field: ProjectField,
): string[] {
  const problems: string[] = [];
  if (projectId !== '' && projectId !== project) {
    problems.push(`\`secret\` names the project ${project} and \`${field}\` ${projectId}: leave \`${field}\` out`);
  }
  if (named !== undefined && version !== '' && version !== named) {
    problems.push(`\`secret\` names the version ${named} and \`version\` ${version}: leave one of them out`);
  }
  return problems;
}

/** `[projects/][PROJECT/[locations/LOCATION/]][secrets/]SECRET[/versions/VERSION]`, with the marks that people put before a version. */
const LOOSE_NAME =
  /^(?:projects\/)?(?:(?<project>[^/]+)\/(?:locations\/(?<location>[^/]+)\/)?)??(?:secrets\/)?(?!secrets$)(?<secret>[\w-]+)(?:\/versions\/(?<named>[^/]+)|[/:@#](?<marked>v?\d+|latest(?:-enabled)?))?$/;

/** `TELE_TOKEN/v1`, `TELE_TOKEN:1`, `TELE_TOKEN@1`, `TELE_TOKEN/versions/1`, `P/TELE_TOKEN`, `sm://…`, URLs. */
function suggestion(text: string, field: ProjectField): string {
  const given = `\`${text}\` is no secret's name`;
  const path = withoutUrl(text);
  if (isFullName(path)) return `${given}: write \`secret: ${path}\``;
  const { project, location, secret, named, marked } = LOOSE_NAME.exec(path)?.groups ?? {};
  const version = (named ?? marked)?.replace(/^v?0*(?=\d+$)/, '');
  const isBeside = project !== undefined && location === undefined && field === 'project-id';
  const region = location === undefined ? '' : `/locations/${location}`;
  const name = project === undefined || isBeside ? secret : `projects/${project}${region}/secrets/${secret}`;
  const isProject = project === undefined || PROJECT.test(project);
  const isName = name !== undefined && (name === secret ? SECRET_ID.test(name) : isFullName(name));
  if (!isName || !isProject || (version !== undefined && parseVersion(version) === undefined)) {
    return `${given}: write its id, such as TELE_TOKEN (letters, digits, - and _), or projects/PROJECT/secrets/TELE_TOKEN`;
  }
  const parts = [
    `\`secret: ${name}\``,
    ...(isBeside ? [`\`${field}: ${project}\``] : []),
    ...(version === undefined ? [] : [`\`version: ${version}\``]),
  ];
  return `${given}: write ${parts.join(' and ')}`;
}

/** The path that a page of Google's console, an address of its API or another tool's URL leads to. */
function withoutUrl(text: string): string {
  return text
    .trim()
    .replace(
      /^https:\/\/console\.cloud\.google\.com\/.*\/secret\/([^/?#]+)(?:\/\w+)?\?(?:.*&)?project=([^&#]+).*$/,
      '$2/$1',
    )
    .replace(/^(?:[a-z-]+:)?\/\/(?:secretmanager\.(?:[a-z0-9-]+\.rep\.)?googleapis\.com\/(?:v1\/)?)?/, '')
    .replace(/:access$/, '')
    .replace(/^\/+|\/+$/g, '');
}

function isFullName(text: string): boolean {
  const full = parseFullName(text);
  return full !== undefined && (full.version === undefined || parseVersion(full.version) !== undefined);
}
