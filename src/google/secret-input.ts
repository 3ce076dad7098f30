// How people name a secret: its id, its full name, or one of the forms that other tools use. The first two are
// taken; the others are refused with the words to write instead.

import { PROJECT, parseFullName, parseVersion, SECRET_ID, type SecretVersionRequest } from './resource-names.ts';

export interface SecretInput {
  secret: string;
  version: string;
  /** Empty where none is given. */
  projectId: string;
}

/** Thrown with what to write instead; the caller names the input. */
export class NameRefused extends Error {
  override readonly name = 'NameRefused';
}

/** @throws {NameRefused} */
export function parseSecretInput({ secret, version, projectId }: SecretInput): SecretVersionRequest {
  const full = parseFullName(secret);
  if (full !== undefined) return withVersion(full, { version, projectId });
  if (!SECRET_ID.test(secret)) throw new NameRefused(suggestion(secret));
  if (projectId === '')
    throw new NameRefused(`\`secret: ${secret}\` needs \`project-id\`, or write projects/PROJECT/secrets/${secret}`);
  return { name: { project: projectId, secret }, version: versionOf(version) };
}

function withVersion(
  full: NonNullable<ReturnType<typeof parseFullName>>,
  { version, projectId }: Pick<SecretInput, 'version' | 'projectId'>,
): SecretVersionRequest {
  const { project } = full.name;
  if (projectId !== '' && projectId !== project) {
    throw new NameRefused(
      `\`secret\` names the project ${project} and \`project-id\` ${projectId}: leave \`project-id\` out`,
    );
  }
  if (full.version !== undefined && version !== '' && version !== full.version) {
    throw new NameRefused(
      `\`secret\` names the version ${full.version} and \`version\` ${version}: leave one of them out`,
    );
  }
  return { name: full.name, version: versionOf(full.version ?? version) };
}

function versionOf(text: string) {
  const version = parseVersion(text);
  if (version !== undefined) return version;
  throw new NameRefused(`\`version: ${text}\` is neither a number such as 3, nor an alias, nor latest`);
}

/** `TELE_TOKEN/v1`, `TELE_TOKEN:1`, `TELE_TOKEN@1`, `TELE_TOKEN/versions/1`, `P/TELE_TOKEN`, `sm://…`, console URLs. */
function suggestion(text: string): string {
  const path = text
    .replace(/^(?:[a-z]+:)?\/\/(?:secretmanager\.googleapis\.com\/(?:v1\/)?)?/, '')
    .replace(/^\/+|\/+$/g, '');
  const full = parseFullName(path);
  if (full !== undefined) return `\`${text}\` is no secret's name: write \`secret: ${path}\``;
  const { project, secret, version } =
    /^(?:projects\/)?(?:(?<project>[^/:@#]+)\/(?:secrets\/)?)??(?:secrets\/)?(?<secret>[^/:@#]+)(?:(?:\/versions\/|[/:@#])v?(?<version>\d+|latest))?$/.exec(
      path,
    )?.groups ?? {};
  const given = `\`${text}\` is no secret's name`;
  if (secret === undefined || !SECRET_ID.test(secret) || (project !== undefined && !PROJECT.test(project))) {
    return `${given}: write its id, such as TELE_TOKEN (letters, digits, - and _), or projects/PROJECT/secrets/TELE_TOKEN`;
  }
  const parts = [
    `\`secret: ${secret}\``,
    ...(project === undefined ? [] : [`\`project-id: ${project}\``]),
    ...(version === undefined ? [] : [`\`version: ${version}\``]),
  ];
  return `${given}: write ${parts.join(' and ')}`;
}
