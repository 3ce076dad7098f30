// Google's client and the checksum, in one module, so that a run that accesses nothing never loads them. Each call is
// one attempt, and passes on what Google answered or threw.

import { crc32c } from '@aws-crypto/crc32c';
// v1 alone: the package's own entry loads the beta and all messages a second time.
import { SecretManagerServiceClient } from '@google-cloud/secret-manager/build/src/v1/index.js';
import { OAuth2Client } from 'google-auth-library';

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

/** @throws what the credentials are refused with */
export async function connect(options: ClientOptions): Promise<Client> {
  const client = createClient(options);
  // Without this, credentials that are missing end the process as an unhandled rejection.
  await client.initialize();
  // The token now rather than within the first access, so that what fails here is known to be the credentials.
  await client.auth.getRequestHeaders(options.endpoint.href);

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
