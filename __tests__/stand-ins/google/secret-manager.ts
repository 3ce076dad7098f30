// Secret Manager REST v1 as far as reading goes: access a version, get a version. Secrets live in memory, under the
// project's number, whichever of number and id a request names it by.
import { crc32c } from '@aws-crypto/crc32c';
import { GoogleError, permissionDenied } from './google-error.ts';

type State = 'ENABLED' | 'DISABLED' | 'DESTROYED';

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
  denied: boolean;
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
  /** From now on the caller has no role on this secret. */
  deny(): void;
  allow(): void;
}

export interface SecretManagerOptions {
  readonly defaultProject: string;
  readonly numberOf: (project: string) => string;
  /** `false`: the caller is a secretAccessor, as the action asks for, and no viewer. */
  readonly mayView: boolean;
}

const maximumPayload = 65_536;
// proto enum google.cloud.secretmanager.v1.SecretVersion.State, for clients that ask for enum-encoding=int
const stateNumber: Readonly<Record<State, number>> = { ENABLED: 1, DISABLED: 2, DESTROYED: 3 };
const versionPath =
  /^\/v1\/projects\/([^/]+)(?:\/locations\/([^/]+))?\/secrets\/([^/]+)\/versions\/([^/:]+)(:access)?$/;

export function createSecretManager({ defaultProject, numberOf, mayView }: SecretManagerOptions) {
  const secrets = new Map<string, StoredSecret>();
  let checksum: 'right' | 'wrong' | 'absent' = 'right';

  const parent = (project: string, location?: string): string =>
    location === undefined ? `projects/${project}` : `projects/${project}/locations/${location}`;

  function addSecret(id: string, { project = defaultProject, location }: SecretOptions = {}): GoogleSecret {
    const name = `${parent(numberOf(project), location)}/secrets/${id}`;
    if (secrets.has(name)) throw new Error(`${name} exists already.`);
    const secret: StoredSecret = { name, versions: [], aliases: new Map(), denied: false };
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
      deny() {
        secret.denied = true;
      },
      allow() {
        secret.denied = false;
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
    const match = versionPath.exec(decodeURIComponent(url.pathname));
    if (method !== 'GET' || match === null) return undefined;
    const [, project = '', location, id = '', asked = '', access] = match;
    const name = `${parent(numberOf(project), location)}/secrets/${id}`;
    refuseDenied(
      secrets.get(name),
      `${parent(project, location)}/secrets/${id}/versions/${asked}`,
      access !== undefined,
    );
    const version = getVersion(name, asked);
    const versionName = `${name}/versions/${version.number}`;
    if (access === undefined) {
      const asNumber = url.search.includes('enum-encoding');
      const state = asNumber ? stateNumber[version.state] : version.state;
      return { name: versionName, createTime: version.createTime, state };
    }
    if (version.state !== 'ENABLED') {
      throw new GoogleError('FAILED_PRECONDITION', `Secret Version [${versionName}] is in ${version.state} state.`);
    }
    return { name: versionName, payload: encodePayload(version.payload) };
  }

  function refuseDenied(secret: StoredSecret | undefined, resource: string, isAccess: boolean): void {
    if (!secret?.denied && (isAccess || mayView)) return;
    const permission = isAccess ? 'secretmanager.versions.access' : 'secretmanager.versions.get';
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
