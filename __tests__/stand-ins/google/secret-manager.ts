// Secret Manager REST v1 as far as reading goes: access a version, get a version, list versions. Secrets live in
// memory, under the project's number, whichever of number and id a request names it by.
import { crc32c } from '@aws-crypto/crc32c';
import { GoogleError, permissionDenied } from './google-error.ts';

type State = 'ENABLED' | 'DISABLED' | 'DESTROYED';
type Permission = 'access' | 'get' | 'list';

interface Version {
  readonly number: number;
  payload: Buffer;
  state: State;
  readonly createTime: string;
}

interface StoredSecret {
  readonly name: string;
  readonly versions: Version[];
  readonly aliases: Map<string, number>;
  readonly denied: Set<Permission>;
}

export interface SecretOptions {
  /** Id or number. */
  readonly project?: string;
  /** Makes it a regional secret. */
  readonly location?: string;
}

export interface GoogleSecret {
  /** As Google's answers say it: with the project's number. */
  readonly name: string;
  /** Answers the new version's number: 1, 2, 3, … */
  addVersion(payload: Buffer | string): number;
  disable(version: number): void;
  enable(version: number): void;
  destroy(version: number): void;
  alias(alias: string, version: number): void;
  /** From now on the caller lacks these permissions on this secret; without any named: all. */
  deny(...permissions: Permission[]): void;
  allow(): void;
}

export interface SecretManagerOptions {
  readonly defaultProject: string;
  readonly numberOf: (project: string) => string;
  /** `false`: the caller is a secretAccessor, as the action asks for, and no viewer. */
  readonly mayView: boolean;
  /** The longest page of a list, which is 25,000 versions at Google. */
  readonly longestPage: number;
}

const maximumPayload = 65_536;
// proto enum google.cloud.secretmanager.v1.SecretVersion.State, for clients that ask for enum-encoding=int
const stateNumber: Readonly<Record<State, number>> = { ENABLED: 1, DISABLED: 2, DESTROYED: 3 };
const versionsPath =
  /^\/v1\/projects\/([^/]+)(?:\/locations\/([^/]+))?\/secrets\/([^/]+)\/versions(?:\/([^/:]+)(:access)?)?$/;
const stateFilter = /^state[:=](ENABLED|DISABLED|DESTROYED)$/;

export function createSecretManager({ defaultProject, numberOf, mayView, longestPage }: SecretManagerOptions) {
  const secrets = new Map<string, StoredSecret>();
  let checksum: 'right' | 'wrong' | 'absent' = 'right';

  const parent = (project: string, location?: string): string =>
    location === undefined ? `projects/${project}` : `projects/${project}/locations/${location}`;

  function addSecret(id: string, { project = defaultProject, location }: SecretOptions = {}): GoogleSecret {
    const name = `${parent(numberOf(project), location)}/secrets/${id}`;
    if (secrets.has(name)) throw new Error(`${name} exists already.`);
    const secret: StoredSecret = { name, versions: [], aliases: new Map(), denied: new Set() };
    secrets.set(name, secret);
    const existing = (number: number): Version => {
      const version = secret.versions[number - 1];
      if (version === undefined) throw new Error(`${name} has no version ${number}.`);
      return version;
    };
    return {
      name,
      addVersion(payload) {
        const bytes = Buffer.from(payload);
        if (bytes.length > maximumPayload) throw new RangeError(`Secret Manager holds ${maximumPayload} bytes.`);
        const number = secret.versions.length + 1;
        secret.versions.push({ number, payload: bytes, state: 'ENABLED', createTime: new Date().toISOString() });
        return number;
      },
      disable(number) {
        existing(number).state = 'DISABLED';
      },
      enable(number) {
        existing(number).state = 'ENABLED';
      },
      destroy(number) {
        Object.assign(existing(number), { state: 'DESTROYED', payload: Buffer.alloc(0) });
      },
      alias(alias, number) {
        secret.aliases.set(alias, existing(number).number);
      },
      deny(...permissions) {
        for (const permission of permissions.length > 0 ? permissions : (['access', 'get', 'list'] as const))
          secret.denied.add(permission);
      },
      allow() {
        secret.denied.clear();
      },
    };
  }

  function findVersion(secret: StoredSecret, asked: string): Version | undefined {
    if (asked === 'latest') return secret.versions.at(-1);
    return secret.versions[(/^\d+$/.test(asked) ? Number(asked) : (secret.aliases.get(asked) ?? 0)) - 1];
  }

  function encodePayload(payload: Buffer): object {
    const right = crc32c(payload);
    const sum = checksum === 'wrong' ? (right ^ 1) >>> 0 : right;
    // int64 is a string in proto3's JSON
    return { data: payload.toString('base64'), ...(checksum !== 'absent' && { dataCrc32c: String(sum) }) };
  }

  /** @throws {GoogleError} as Google answers; undefined where the route is none of Secret Manager's. */
  function answer(method: string, url: URL): object | undefined {
    const match = versionsPath.exec(decodeURIComponent(url.pathname));
    if (method !== 'GET' || match === null) return undefined;
    const [, project = '', location, id = '', asked, access] = match;
    const name = `${parent(numberOf(project), location)}/secrets/${id}`;
    const resource = `${parent(project, location)}/secrets/${id}`;
    if (asked === undefined) {
      refuseDenied(secrets.get(name), 'list', resource);
      return list(name, url);
    }
    refuseDenied(secrets.get(name), access === undefined ? 'get' : 'access', `${resource}/versions/${asked}`);
    const version = getVersion(name, asked);
    if (access === undefined) return describe(name, version, url);
    const versionName = `${name}/versions/${version.number}`;
    if (version.state !== 'ENABLED') {
      throw new GoogleError('FAILED_PRECONDITION', `Secret Version [${versionName}] is in ${version.state} state.`);
    }
    return { name: versionName, payload: encodePayload(version.payload) };
  }

  function describe(name: string, { number, createTime, state }: Version, { search }: URL): object {
    const asNumber = search.includes('enum-encoding');
    return { name: `${name}/versions/${number}`, createTime, state: asNumber ? stateNumber[state] : state };
  }

  /** The newest first. An empty list has no field at all, as proto3's JSON leaves out what is empty. */
  function list(name: string, url: URL): object {
    const secret = secrets.get(name);
    if (secret === undefined) throw new GoogleError('NOT_FOUND', `Secret [${name}] not found.`);
    const filter = url.searchParams.get('filter') ?? '';
    const start = startOf(url.searchParams.get('pageToken') ?? '');
    const end = start + (Math.min(Number(url.searchParams.get('pageSize') ?? 0), longestPage) || longestPage);
    const found = secret.versions.filter(stateTest(filter)).toReversed();
    const versions = found.slice(start, end).map((version) => describe(name, version, url));
    return {
      ...(versions.length > 0 && { versions }),
      ...(end < found.length && { nextPageToken: tokenOf(end) }),
      ...(filter === '' && found.length > 0 && { totalSize: found.length }),
    };
  }

  function refuseDenied(secret: StoredSecret | undefined, use: Permission, resource: string): void {
    if (!secret?.denied.has(use) && (use === 'access' || mayView)) return;
    const permission = `secretmanager.versions.${use}`;
    const message = `Permission '${permission}' denied for resource '${resource}' (or it may not exist).`;
    throw permissionDenied(message, permission, resource);
  }

  function getVersion(name: string, asked: string): Version {
    const secret = secrets.get(name);
    if (secret === undefined || secret.versions.length === 0) {
      throw new GoogleError('NOT_FOUND', `Secret [${name}] not found or has no versions.`);
    }
    const version = findVersion(secret, asked);
    if (version === undefined) {
      throw new GoogleError('NOT_FOUND', `Secret Version [${name}/versions/${asked}] not found.`);
    }
    return version;
  }

  return {
    addSecret,
    answer,
    giveChecksums(which: typeof checksum): void {
      checksum = which;
    },
  };
}

function stateTest(filter: string): (version: Version) => boolean {
  if (filter === '') return () => true;
  const state = stateFilter.exec(filter)?.[1];
  // Google's language of filters is larger: what a test sends beyond this is better noticed than ignored.
  if (state === undefined) throw new GoogleError('INVALID_ARGUMENT', `Invalid list filter: ${filter}`);
  return (version) => version.state === state;
}

const tokenOf = (start: number): string => Buffer.from(`from ${start}`).toString('base64url');

function startOf(token: string): number {
  if (token === '') return 0;
  const start = /^from ([1-9]\d*)$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (start === undefined) throw new GoogleError('INVALID_ARGUMENT', 'The page token is invalid.');
  return Number(start);
}
