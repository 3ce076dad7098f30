// The SecretSource over Google's own client. Its answers are checked, and its errors are told apart
// by their code: their text is the server's and may quote anything, so none of it is passed on.

import type { Deadline } from '../deadline.ts';
import { ActionError, type ErrorCode } from '../errors.ts';
import { Plaintext } from '../plaintext.ts';
import {
  formatSecretName,
  formatSecretVersionName,
  formatVersionRequest,
  parseSecretVersionName,
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

/** https://grpc.io/docs/guides/status-codes/ */
const Status = {
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** How long one access may go on being retried before Secret Manager counts as unreachable. */
const ACCESS_MILLISECONDS = 30_000;
const ATTEMPT_MILLISECONDS = 10_000;

export function createSecretManager(options: SecretManagerOptions): SecretSource {
  const clients = new Map<string, Promise<Client>>();

  async function connect(endpoint: URL, projectId: string): Promise<Client> {
    const { createClient } = await import('./secret-manager-client.ts');
    const client = createClient({ endpoint, accessToken: options.accessToken, projectId });
    // Without this, credentials that are missing end the process as an unhandled rejection.
    await client.initialize();
    return client;
  }

  function clientFor({ name }: SecretVersionRequest): Promise<Client> {
    const endpoint = options.endpoint ?? defaultEndpoint(name.location);
    const client = clients.get(endpoint.href) ?? connect(endpoint, name.project);
    clients.set(endpoint.href, client);
    return client;
  }

  async function call(request: SecretVersionRequest): Promise<AccessResponse> {
    const client = await clientFor(request);
    const [response] = await client.accessSecretVersion(
      { name: formatVersionRequest(request) },
      { retry: retryWithin(Math.min(ACCESS_MILLISECONDS, options.deadline.remaining() * 0.9)) },
    );
    return response;
  }

  return {
    async access(request) {
      let response: AccessResponse;
      try {
        response = await options.deadline.race(call(request));
      } catch (error) {
        throw error instanceof ActionError ? error : accessError(request, error);
      }
      return verifyResponse(request, response);
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

function retryWithin(totalTimeoutMillis: number) {
  return {
    retryCodes: [Status.UNAVAILABLE, Status.RESOURCE_EXHAUSTED, Status.DEADLINE_EXCEEDED],
    backoffSettings: {
      initialRetryDelayMillis: 400,
      retryDelayMultiplier: 2,
      maxRetryDelayMillis: 8_000,
      initialRpcTimeoutMillis: ATTEMPT_MILLISECONDS,
      rpcTimeoutMultiplier: 1,
      maxRpcTimeoutMillis: ATTEMPT_MILLISECONDS,
      totalTimeoutMillis,
    },
  };
}

/** The client does not compare the checksum that the server sends along; a flipped bit would be encrypted for ever. */
async function verifyResponse(request: SecretVersionRequest, response: AccessResponse): Promise<AccessedVersion> {
  const resource = formatVersionRequest(request);
  const name = parseSecretVersionName(response.name ?? '');
  const data = response.payload?.data;
  const bytes = typeof data === 'string' ? Buffer.from(data, 'base64') : data;
  const { formatCrc32c } = await import('./secret-manager-client.ts');
  const checksum = response.payload?.dataCrc32c;
  if (name === undefined || !bytes || checksum == null || String(checksum) !== formatCrc32c(bytes)) {
    throw new ActionError('SECRET_CHECKSUM_MISMATCH', {
      message: `Cannot use ${resource}: what arrived does not carry the CRC32C checksum of its own payload.`,
      remedy: 'Run it again; if it stays, something between the runner and Secret Manager alters answers.',
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

function accessError(request: SecretVersionRequest, cause: unknown): ActionError {
  const resource = formatVersionRequest(request);
  const secret = formatSecretName(request.name);
  const fail = (code: ErrorCode, reason: string, remedy: string) =>
    new ActionError(code, { message: `Cannot access ${resource}: ${reason}.`, remedy, cause });

  switch (statusOf(cause)) {
    case Status.NOT_FOUND:
      return fail('SECRET_NOT_FOUND', 'there is no such secret or version', notFoundRemedy(request));
    case Status.PERMISSION_DENIED:
      return fail(
        'SECRET_ACCESS_DENIED',
        'the credentials may not read it, or it does not exist',
        `Grant roles/secretmanager.secretAccessor on ${secret} to the account that google-github-actions/auth signs in as.`,
      );
    case Status.FAILED_PRECONDITION:
      return stateOf(cause) === 'DESTROYED'
        ? fail('SECRET_VERSION_DESTROYED', 'this version is destroyed', 'Its payload is gone: name another version.')
        : fail(
            'SECRET_VERSION_DISABLED',
            'this version is disabled',
            'Enable it in Secret Manager, or name an enabled version with the input `version`.',
          );
    case Status.UNAUTHENTICATED:
      return fail(
        'GOOGLE_CREDENTIALS_REJECTED',
        'Google refused the credentials',
        'They may have expired or been made for another project: run google-github-actions/auth in the same job, before this action.',
      );
    case Status.RESOURCE_EXHAUSTED:
      return fail(
        'GOOGLE_QUOTA_EXHAUSTED',
        'the quota of Secret Manager is used up',
        'Wait a minute and run it again.',
      );
    case Status.UNAVAILABLE:
    case Status.DEADLINE_EXCEEDED:
      return fail(
        'GOOGLE_UNREACHABLE',
        'Secret Manager did not answer, though it was asked again and again',
        'Check the network, HTTPS_PROXY and the input `secret-manager-endpoint`, and run it again.',
      );
    case Status.INVALID_ARGUMENT:
      return fail('SECRET_NOT_FOUND', 'Google does not take it as a name', 'Check the inputs `secret` and `version`.');
    default:
      return credentialsError(fail);
  }
}

function credentialsError(fail: (code: ErrorCode, reason: string, remedy: string) => ActionError): ActionError {
  return fail(
    'GOOGLE_CREDENTIALS_MISSING',
    'no usable Google credentials were found',
    'Run google-github-actions/auth before this action, in a job with `permissions: id-token: write`, or give the input `access-token`.',
  );
}

function notFoundRemedy({ version }: SecretVersionRequest): string {
  if (version.kind !== 'alias') return 'Check the inputs `secret`, `project-id` and `version`.';
  const number = /^v(?<number>[1-9]\d*)$/i.exec(version.alias)?.groups?.['number'];
  return number === undefined
    ? `Check the inputs \`secret\` and \`project-id\`, and that the secret has an alias \`${version.alias}\`.`
    : `\`${version.alias}\` was taken for an alias; for the version's number write \`version: ${number}\`.`;
}

function statusOf(error: unknown): number | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' ? code : undefined;
}

/** Only the state's own word is taken from the server's text. */
function stateOf(error: unknown): 'DESTROYED' | 'DISABLED' {
  return error instanceof Error && /\bDESTROYED\b/.test(error.message) ? 'DESTROYED' : 'DISABLED';
}
