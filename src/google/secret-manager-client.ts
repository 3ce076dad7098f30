// Google's client and the checksum, in one module, so that a run that accesses nothing never loads them.

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

/** REST rather than gRPC: less to load, and it goes through HTTP proxies. */
export function createClient({ endpoint, accessToken, projectId }: ClientOptions): SecretManagerServiceClient {
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
export function formatCrc32c(bytes: Uint8Array): string {
  return String(crc32c(bytes));
}
