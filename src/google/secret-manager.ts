// The SecretSource over Google's own client. What arrives is checked against its checksum before anybody sees it.

import { setTimeout as delay } from 'node:timers/promises';
import type { Deadline } from '../deadline.ts';
import { ActionError } from '../errors.ts';
import { Plaintext } from '../plaintext.ts';
import { accessError, credentialsError, isTransient } from './failure.ts';
import {
  formatSecretVersionName,
  formatVersionRequest,
  isSameSecret,
  parseSecretVersionName,
  type SecretVersionName,
  type SecretVersionRequest,
} from './resource-names.ts';
import type { AccessedVersion, SecretSource } from './secret-source.ts';

type ClientModule = typeof import('./secret-manager-client.ts');
type Client = ReturnType<ClientModule['createClient']>;
interface AccessResponse {
  name?: string | null;
  payload?: { data?: Uint8Array | string | null; dataCrc32c?: unknown } | null;
}

export interface SecretManagerOptions {
  /** A private endpoint; by default Google's own, global or of the secret's region. */
  endpoint: URL | undefined;
  /** Instead of application default credentials. */
  accessToken: string | undefined;
  deadline: Deadline;
}

/** How long one access may go on being tried before Google counts as unreachable. */
const ACCESS_MILLISECONDS = 30_000;
const ATTEMPT_MILLISECONDS = 10_000;
const FIRST_PAUSE_MILLISECONDS = 400;
const LONGEST_PAUSE_MILLISECONDS = 8_000;

export function createSecretManager(options: SecretManagerOptions): SecretSource {
  const clients = new Map<string, Promise<Client>>();

  async function connect(endpoint: URL, projectId: string): Promise<Client> {
    const { createClient } = await import('./secret-manager-client.ts');
    const client = createClient({ endpoint, accessToken: options.accessToken, projectId });
    // Without this, credentials that are missing end the process as an unhandled rejection.
    await client.initialize();
    // The token now rather than within the first access, so that what fails here is known to be the credentials.
    await client.auth.getRequestHeaders(endpoint.href);
    return client;
  }

  function clientFor({ name }: SecretVersionRequest): Promise<Client> {
    const endpoint = options.endpoint ?? defaultEndpoint(name.location);
    const client = clients.get(endpoint.href) ?? connect(endpoint, name.project);
    clients.set(endpoint.href, client);
    return client;
  }

  /** Retried here: the client's own retries end late, and with one and the same error whatever went wrong. */
  async function call(client: Client, request: SecretVersionRequest, end: number): Promise<AccessResponse> {
    for (let longest = FIRST_PAUSE_MILLISECONDS; ; longest = Math.min(longest * 2, LONGEST_PAUSE_MILLISECONDS)) {
      try {
        const [response] = await client.accessSecretVersion(
          { name: formatVersionRequest(request) },
          { timeout: ATTEMPT_MILLISECONDS, retry: null },
        );
        return response;
      } catch (error) {
        const pause = Math.random() * longest;
        if (!isTransient(error) || performance.now() + pause >= end) throw accessError(request, error);
        await options.deadline.sleep(pause);
      }
    }
  }

  return {
    async access(request) {
      const { deadline } = options;
      const end = performance.now() + Math.min(ACCESS_MILLISECONDS, deadline.remaining() * 0.9);
      const late = delay(ACCESS_MILLISECONDS, undefined, { ref: false }).then(() => undefined);
      const client = await deadline.race(Promise.race([clientFor(request), late])).catch((error: unknown) => {
        throw error instanceof ActionError ? error : credentialsError(request, error);
      });
      if (client === undefined) throw credentialsError(request, undefined);
      return verifyResponse(request, await deadline.race(call(client, request, end)));
    },
  };
}

function defaultEndpoint(location: string | undefined): URL {
  return new URL(
    location === undefined
      ? 'https://secretmanager.googleapis.com'
      : `https://secretmanager.${location}.rep.googleapis.com`,
  );
}

/** Google answers with the project's number where its id was asked for; everything else is as it was asked. */
function answers({ name, version }: SecretVersionRequest, answered: SecretVersionName): boolean {
  const isProject = !/^\d+$/.test(name.project) || name.project === answered.project;
  return (
    isProject && isSameSecret(name, answered) && (version.kind !== 'number' || version.number === answered.version)
  );
}

/** The client does not compare the checksum that the server sends along; a flipped bit would be encrypted for ever. */
async function verifyResponse(request: SecretVersionRequest, response: AccessResponse): Promise<AccessedVersion> {
  const resource = formatVersionRequest(request);
  const name = parseSecretVersionName(response.name ?? '');
  const data = response.payload?.data;
  const bytes = typeof data === 'string' ? Buffer.from(data, 'base64') : data;
  const { formatCrc32c } = await import('./secret-manager-client.ts');
  const checksum = response.payload?.dataCrc32c;
  if (name === undefined || !bytes || String(checksum) !== formatCrc32c(bytes)) {
    throw new ActionError('SECRET_CHECKSUM_MISMATCH', {
      message: `Cannot use ${resource}: what arrived does not carry the CRC32C checksum of its own payload.`,
      remedy: 'Run it again; if it stays, something between the runner and Secret Manager alters answers.',
    });
  }
  if (!answers(request, name)) {
    throw new ActionError('SECRET_MISMATCH', {
      message: `Cannot use ${resource}: what answered named another version, ${formatSecretVersionName(name)}.`,
      remedy: 'Check the input `secret-manager-endpoint` and what stands between the runner and Secret Manager.',
    });
  }
  if (bytes.byteLength === 0) {
    throw new ActionError('SECRET_EMPTY', {
      message: `Cannot use ${formatSecretVersionName(name)}: its payload is empty.`,
      remedy: 'Add a version with content, or name another one with the input `version`.',
    });
  }
  return { name, payload: new Plaintext(bytes) };
}
