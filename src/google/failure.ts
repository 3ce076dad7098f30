// What a failure is told apart by: the gRPC code of Secret Manager's answer, or what kept a token from being had. The
// text of an error is a server's and may quote anything, so none of it is passed on.

import { ActionError, type ErrorCode } from '../errors.ts';
import { isRecord } from '../json.ts';
import {
  formatSecretName,
  formatVersionRequest,
  type SecretName,
  type SecretVersionRequest,
} from './resource-names.ts';

/** https://grpc.io/docs/guides/status-codes/ */
const Status = {
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

const TRANSIENT: readonly unknown[] = [
  Status.DEADLINE_EXCEEDED,
  Status.RESOURCE_EXHAUSTED,
  Status.INTERNAL,
  Status.UNAVAILABLE,
];

/** Whether asking again may help. */
export function isTransient(error: unknown): boolean {
  return TRANSIENT.includes(codeOf(error));
}

/** Why Secret Manager did not give the payload. */
export function accessError(request: SecretVersionRequest, cause: unknown): ActionError {
  const secret = formatSecretName(request.name);
  const fail = failing(request, cause);
  switch (codeOf(cause)) {
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
        ? fail(
            'SECRET_VERSION_DESTROYED',
            'this version is destroyed',
            `Its payload is gone: name an enabled version with \`version\`; ${listing(request.name)} shows which are.`,
          )
        : fail(
            'SECRET_VERSION_DISABLED',
            'this version is disabled',
            `Enable it in Secret Manager, or name an enabled version with \`version\`; ${listing(request.name)} shows which are.`,
          );
    case Status.INVALID_ARGUMENT:
      return fail('SECRET_NOT_FOUND', 'Google does not take it as a name', 'Check `secret` and `version`.');
    default:
      return serviceError(fail, cause);
  }
}

/** Why Secret Manager did not say which version is the newest enabled one. */
export function listError(request: SecretVersionRequest, cause: unknown): ActionError {
  const secret = formatSecretName(request.name);
  const fail = failing(request, cause);
  switch (codeOf(cause)) {
    case Status.NOT_FOUND:
      return fail('SECRET_NOT_FOUND', 'there is no such secret', 'Check the name of the secret and its project.');
    case Status.PERMISSION_DENIED:
      return fail(
        'SECRET_LIST_DENIED',
        'the credentials may not list its versions, or it does not exist',
        `Grant roles/secretmanager.viewer on ${secret} to the account that google-github-actions/auth signs in as, or write \`version: latest\`, which does not need it.`,
      );
    case Status.INVALID_ARGUMENT:
      return fail(
        'SECRET_NOT_FOUND',
        'Google does not take it as a name',
        'Check the name of the secret and its project.',
      );
    default:
      return serviceError(fail, cause);
  }
}

export function noneEnabledError(request: SecretVersionRequest): ActionError {
  return failing(request, undefined)(
    'SECRET_NONE_ENABLED',
    'none of its versions is enabled',
    'Enable one in Secret Manager, or add one.',
  );
}

/**
 * Why there is no access token.
 * @param cause undefined when the time for it was over, or something else answered
 */
export function credentialsError(request: SecretVersionRequest, cause: unknown): ActionError {
  const fail = failing(request, cause);
  const status = httpStatusOf(cause);
  const isRefused = status !== undefined && status >= 400 && status < 500 && status !== 429;
  if (isRefused && !isOfProxy(cause, status)) return rejected(fail);
  // The library puts the request on errors of requests, and on no others.
  if (cause === undefined || status !== undefined || (cause instanceof Error && 'config' in cause)) {
    return unreachable(fail, 'the service that gives out access tokens did not answer as it should');
  }
  return fail(
    'GOOGLE_CREDENTIALS_MISSING',
    'no usable Google credentials were found',
    'Run google-github-actions/auth before this action, in a job with `permissions: id-token: write`, or give the input `access-token`.',
  );
}

/** What says nothing about the version that was asked for. */
function serviceError(fail: Fail, cause: unknown): ActionError {
  switch (codeOf(cause)) {
    case Status.UNAUTHENTICATED:
      return rejected(fail);
    case Status.RESOURCE_EXHAUSTED:
      return fail(
        'GOOGLE_QUOTA_EXHAUSTED',
        'the quota of Secret Manager is used up',
        'Wait a minute and run it again.',
      );
    case Status.DEADLINE_EXCEEDED:
    case Status.INTERNAL:
    case Status.UNAVAILABLE:
      return unreachable(fail, 'Secret Manager did not answer as it should, though it was asked again and again');
    default:
      return unreachable(fail, 'what answered does not answer as Secret Manager does');
  }
}

type Fail = (code: ErrorCode, reason: string, remedy: string) => ActionError;

function failing(request: SecretVersionRequest, cause: unknown): Fail {
  return (code, reason, remedy) =>
    new ActionError(code, { message: `Cannot access ${formatVersionRequest(request)}: ${reason}.`, remedy, cause });
}

function rejected(fail: Fail): ActionError {
  return fail(
    'GOOGLE_CREDENTIALS_REJECTED',
    'Google refused the credentials',
    'They may have expired or been made for another project: run google-github-actions/auth in the same job, before this action.',
  );
}

function unreachable(fail: Fail, reason: string): ActionError {
  return fail(
    'GOOGLE_UNREACHABLE',
    reason,
    'Check the network, HTTPS_PROXY and the input `secret-manager-endpoint`, and run it again.',
  );
}

function notFoundRemedy({ name, version }: SecretVersionRequest): string {
  if (version.kind !== 'alias')
    return `Check \`secret\`, \`version\` and the project; ${listing(name)} shows what there is.`;
  const number = /^v(?<number>[1-9]\d*)$/i.exec(version.alias)?.groups?.['number'];
  return number === undefined
    ? `Check \`secret\` and the project, and that the secret has an alias \`${version.alias}\`.`
    : `\`${version.alias}\` was taken for an alias; for the version's number write \`version: ${number}\`.`;
}

/** What a person runs to see them; names have no character that a shell would take for its own. */
function listing({ project, location, secret }: SecretName): string {
  const region = location === undefined ? '' : ` --location=${location}`;
  return `\`gcloud secrets versions list ${secret} --project=${project}${region} --filter=state:ENABLED\``;
}

function httpStatusOf(error: unknown): number | undefined {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : undefined;
}

/** Whoever gives out tokens says in JSON why it refuses; a proxy that lets nobody through has nothing to say, or a page. */
function isOfProxy(error: unknown, status: number): boolean {
  const response = isRecord(error) ? error['response'] : undefined;
  const said = isRecord(response) ? response['data'] : undefined;
  return status === 407 || (status === 403 && typeof said === 'string' && !/^\s*\{/.test(said));
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** Only the state's own word is taken from the server's text. */
function stateOf(error: unknown): 'DESTROYED' | 'DISABLED' {
  return error instanceof Error && /\bDESTROYED\b/.test(error.message) ? 'DESTROYED' : 'DISABLED';
}
