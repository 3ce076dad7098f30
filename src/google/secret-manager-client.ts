// Google's client and the checksum, in one module, so that a run that accesses nothing never loads them. Each call is
// one attempt, and passes on what Google answered or threw.

import { setTimeout as delay } from 'node:timers/promises';
import { crc32c } from '@aws-crypto/crc32c';
// v1 alone: the package's own entry loads the beta and all messages a second time.
import { SecretManagerServiceClient } from '@google-cloud/secret-manager/build/src/v1/index.js';
import { Compute, gaxios, OAuth2Client } from 'google-auth-library';
import { parseNoProxy } from './no-proxy.ts';

export interface ClientOptions {
  /** Base URL of Secret Manager: global, regional or private. */
  endpoint: URL;
  accessToken: string | undefined;
  /** Any non-empty text: without one the client asks gcloud, the metadata server and Resource Manager. */
  projectId: string;
}

export interface Client {
  access(versionName: string): Promise<AccessAnswer>;
  /** One page of the enabled versions; the first one's token is empty. */
  listEnabled(secretName: string, pageToken: string): Promise<ListAnswer>;
}

export interface AccessAnswer {
  name: string;
  bytes: Uint8Array | undefined;
  /** Whether the bytes are those that the server's checksum was made of. */
  isIntact: boolean;
}

export interface ListAnswer {
  versions: readonly { name: string; isEnabled: boolean }[];
  /** Empty on the last page. */
  nextPageToken: string;
}

/** The largest page that Secret Manager gives, so that one request does for any secret that people keep. */
const PAGE_SIZE = 25_000;
const CALL = { timeout: 10_000, retry: null, autoPaginate: false } as const;
/** Three times what a page of that many versions comes to; whatever sends more has no end. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** A metadata server is in the same machine, or the next. */
const METADATA_MILLISECONDS = 5_000;

// Each request of Google's libraries, for tokens too, which leave no other place for it: no redirect, which would take a
// token to somebody else; no more than fits; and by the job's proxy, which the agent that they set would go past.
const { request } = gaxios.Gaxios.prototype;
gaxios.Gaxios.prototype.request = function <T>({ agent: _, ...options }: gaxios.GaxiosOptions = {}) {
  // biome-ignore lint/style/noProcessEnv: it reads the environment itself, and this mends what it makes of it.
  const { NO_PROXY, no_proxy } = process.env;
  const noProxy = parseNoProxy(NO_PROXY || no_proxy || '');
  const guarded = { ...options, redirect: 'manual', size: MAX_ANSWER_BYTES, noProxy } as const;
  return request.call(this, guarded) as gaxios.GaxiosPromise<T>;
};

/**
 * @returns undefined where something else answers in the place of who gives out tokens
 * @throws what the credentials are refused with
 */
export async function connect(options: ClientOptions): Promise<Client | undefined> {
  const client = createClient(options);
  // Without this, credentials that are missing end the process as an unhandled rejection.
  await client.initialize();
  // The token now rather than within the first access, so that what fails here is known to be the credentials.
  const isOfMachine = options.accessToken === undefined && (await client.auth.getClient()) instanceof Compute;
  const headers = client.auth.getRequestHeaders(options.endpoint.href);
  if (!(await hasToken(isOfMachine ? fromMetadata(headers) : headers))) return undefined;

  return {
    async access(versionName) {
      const [{ name, payload }] = await client.accessSecretVersion({ name: versionName }, { ...CALL });
      const data = payload?.data ?? undefined;
      const bytes = typeof data === 'string' ? Buffer.from(data, 'base64') : data;
      // The client does not compare the two; a flipped bit would be encrypted for ever.
      const isIntact = bytes !== undefined && String(payload?.dataCrc32c) === formatCrc32c(bytes);
      return { name: name ?? '', bytes, isIntact };
    },
    async listEnabled(parent, pageToken) {
      const request = { parent, pageToken, pageSize: PAGE_SIZE, filter: 'state:ENABLED' };
      const [versions, next] = await client.listSecretVersions(request, { ...CALL });
      return {
        versions: versions.map(({ name, state }) => ({ name: name ?? '', isEnabled: state === 'ENABLED' })),
        nextPageToken: next?.pageToken ?? '',
      };
    },
  };
}

/** The client trips over an answer that is none, or makes a header of a token that it does not have. */
function hasToken(headers: Promise<Headers>): Promise<boolean> {
  return headers.then(
    (made) => /^\S+ (?!undefined$)\S+$/.test(made.get('authorization') ?? ''),
    (error: unknown) => {
      if (error instanceof TypeError && !('code' in error)) return false;
      throw error;
    },
  );
}

/** @throws {Error} that says no more than that there is no token: nobody has given the job credentials */
function fromMetadata(headers: Promise<Headers>): Promise<Headers> {
  const late = delay(METADATA_MILLISECONDS, undefined, { ref: false }).then(() => Promise.reject());
  return Promise.race([headers, late]).catch(() => {
    throw new Error('The metadata server gives out no token.');
  });
}

/** REST rather than gRPC: less to load, and it goes through HTTP proxies. */
function createClient({ endpoint, accessToken, projectId }: ClientOptions): SecretManagerServiceClient {
  const secure = endpoint.protocol === 'https:';
  return new SecretManagerServiceClient({
    fallback: true,
    projectId,
    protocol: secure ? 'https' : 'http',
    apiEndpoint: endpoint.hostname,
    port: Number(endpoint.port || (secure ? 443 : 80)),
    ...(accessToken === undefined ? {} : { authClient: withToken(accessToken) }),
  });
}

function withToken(accessToken: string): OAuth2Client {
  const client = new OAuth2Client();
  client.setCredentials({ access_token: accessToken });
  return client;
}

/** As Google writes it: an unsigned 32-bit number, in decimal. */
function formatCrc32c(bytes: Uint8Array): string {
  return String(crc32c(bytes));
}
