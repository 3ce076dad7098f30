// Names of Secret Manager's resources: what people write, and what Google answers.
// https://docs.cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions

export interface SecretName {
  /** The project's id or its number: people write the one, Google answers with the other. */
  project: string;
  /** Set for a regional secret. */
  location?: string;
  secret: string;
}

export type VersionRequest =
  | { kind: 'latest' }
  /** Google has no name for it: a list of versions has to say which one that is. */
  | { kind: 'latest-enabled' }
  | { kind: 'number'; number: string }
  | { kind: 'alias'; alias: string };

/** One version that is asked for. */
export interface SecretVersionRequest {
  name: SecretName;
  version: VersionRequest;
}

/** One version as Google answered: `version` is always a number. */
export interface SecretVersionName extends SecretName {
  version: string;
}

export const PROJECT = /^([a-z][-a-z0-9]{4,28}[a-z0-9]|[a-z0-9.-]+:[a-z][-a-z0-9]{4,28}[a-z0-9]|\d{1,20})$/;
export const SECRET_ID = /^[A-Za-z0-9_-]{1,255}$/;
const LOCATION = /^[a-z][a-z0-9-]{1,62}$/;
const VERSION_NUMBER = /^[1-9]\d{0,18}$/;
const ALIAS = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;
const FULL_NAME =
  /^projects\/(?<project>[^/]+)(?:\/locations\/(?<location>[^/]+))?\/secrets\/(?<secret>[^/]+)(?:\/versions\/(?<version>[^/]+))?$/;

/** `projects/P[/locations/L]/secrets/S[/versions/V]`; undefined for anything else. */
export function parseFullName(text: string): { name: SecretName; version?: string } | undefined {
  const groups = FULL_NAME.exec(text)?.groups;
  const { project, location, secret, version } = groups ?? {};
  if (project === undefined || secret === undefined) return undefined;
  if (!PROJECT.test(project) || !SECRET_ID.test(secret)) return undefined;
  if (location !== undefined && !LOCATION.test(location)) return undefined;
  const name = { project, secret, ...(location === undefined ? {} : { location }) };
  return version === undefined ? { name } : { name, version };
}

/** A version name as Google answers it, or as an annotation claims it. */
export function parseSecretVersionName(text: string): SecretVersionName | undefined {
  const parsed = parseFullName(text);
  if (parsed?.version === undefined || !VERSION_NUMBER.test(parsed.version)) return undefined;
  return { ...parsed.name, version: parsed.version };
}

/**
 * Empty means `latest`, and an alias of the name `latest-enabled` is out of reach. Undefined for what is neither a
 * number, nor an alias, nor one of the two.
 */
export function parseVersion(text: string): VersionRequest | undefined {
  if (text === '' || text === 'latest') return { kind: 'latest' };
  if (text === 'latest-enabled') return { kind: 'latest-enabled' };
  if (VERSION_NUMBER.test(text)) return { kind: 'number', number: text };
  if (ALIAS.test(text)) return { kind: 'alias', alias: text };
  return undefined;
}

/** Whether no version is meant but whichever is the newest: nothing that could be held. */
export function isNewest({ kind }: VersionRequest): boolean {
  return kind === 'latest' || kind === 'latest-enabled';
}

export function formatVersion(version: VersionRequest): string {
  switch (version.kind) {
    case 'latest':
    case 'latest-enabled':
      return version.kind;
    case 'number':
      return version.number;
    case 'alias':
      return version.alias;
  }
}

export function formatSecretName({ project, location, secret }: SecretName): string {
  return location === undefined
    ? `projects/${project}/secrets/${secret}`
    : `projects/${project}/locations/${location}/secrets/${secret}`;
}

export function formatSecretVersionName(name: SecretVersionName): string {
  return `${formatSecretName(name)}/versions/${name.version}`;
}

export function formatVersionRequest({ name, version }: SecretVersionRequest): string {
  return `${formatSecretName(name)}/versions/${formatVersion(version)}`;
}

/** Version numbers can be larger than what JavaScript counts exactly. */
export function isLower(version: string, than: string): boolean {
  return /^\d+$/.test(version) && /^\d+$/.test(than) && BigInt(version) < BigInt(than);
}

/** Whether both may be the same secret: an id and a number of a project cannot be told apart without asking. */
export function isSameSecret(a: SecretName, b: SecretName): boolean {
  return a.secret === b.secret && a.location === b.location;
}
