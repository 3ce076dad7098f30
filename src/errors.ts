// The one error of this action: what failed, why, and what a person does about it.
// Its text never holds a payload, a token or a stack; `cause` is kept for debuggers and never printed.

export type ErrorCode =
  // inputs and policy
  | 'INPUT_INVALID'
  | 'SECRET_NOT_ALLOWED'
  | 'RECIPIENT_NOT_ALLOWED'
  | 'CONFIG_NOT_FOUND'
  | 'CONFIG_INVALID'
  // Google Secret Manager
  | 'GOOGLE_CREDENTIALS_MISSING'
  | 'GOOGLE_CREDENTIALS_REJECTED'
  | 'GOOGLE_UNREACHABLE'
  | 'GOOGLE_QUOTA_EXHAUSTED'
  | 'SECRET_NOT_FOUND'
  | 'SECRET_ACCESS_DENIED'
  | 'SECRET_VERSION_DISABLED'
  | 'SECRET_VERSION_DESTROYED'
  | 'SECRET_CHECKSUM_MISMATCH'
  | 'SECRET_MISMATCH'
  | 'SECRET_EMPTY'
  | 'SECRET_WENT_BACK'
  | 'SECRET_LIST_DENIED'
  | 'SECRET_NONE_ENABLED'
  // payload to manifest
  | 'PAYLOAD_MALFORMED'
  | 'POINTER_NOT_FOUND'
  | 'DATA_KEY_INVALID'
  | 'CERTIFICATE_INVALID'
  | 'DOCKER_CONFIG_INVALID'
  | 'SECRET_INCOMPLETE'
  | 'SECRET_TOO_LARGE'
  // sops
  | 'SOPS_NOT_FOUND'
  | 'SOPS_TOO_OLD'
  | 'RELEASE_UNREACHABLE'
  | 'RELEASE_TAMPERED'
  | 'RELEASE_NOT_RUNNABLE'
  | 'TOOL_CACHE_UNUSABLE'
  | 'TEMP_UNUSABLE'
  | 'SOPS_FAILED'
  | 'SOPS_KEY_DENIED'
  | 'SOPS_KEY_NOT_FOUND'
  | 'SOPS_KEY_UNUSABLE'
  | 'SOPS_KEY_SERVICE_UNREACHABLE'
  | 'SOPS_RECIPIENT_INVALID'
  | 'SOPS_CONFIG_INVALID'
  | 'SOPS_NO_RULE'
  | 'SOPS_KEY_SERVICE_NOT_SUPPORTED'
  | 'MANIFEST_NOT_ENCRYPTED'
  // the Flux repository
  | 'REPOSITORY_NOT_FOUND'
  | 'REPOSITORY_ARCHIVED'
  | 'REPOSITORY_EMPTY'
  | 'BASE_NOT_FOUND'
  | 'FILE_NOT_REGULAR'
  | 'FILE_NOT_READABLE'
  | 'FILE_NOT_OURS'
  | 'FILE_WOULD_LOSE_KEYS'
  | 'SECRET_IMMUTABLE'
  | 'SECRET_TYPE_CHANGED'
  | 'KUSTOMIZATION_NOT_EDITABLE'
  | 'BRANCH_PROTECTED'
  | 'BRANCH_IS_BASE'
  | 'BRANCH_HAS_OTHER_COMMITS'
  | 'BRANCH_SERVES_OTHER_BASE'
  | 'PULL_REQUEST_NOT_PERMITTED'
  | 'REVIEWER_REFUSED'
  | 'AUTO_MERGE_REFUSED'
  | 'TOKEN_REJECTED'
  | 'TOKEN_LACKS_PERMISSION'
  | 'GITHUB_RATE_LIMITED'
  | 'GITHUB_UNREACHABLE'
  | 'GITHUB_REFUSED'
  | 'PUBLICATION_UNCERTAIN'
  // the run
  | 'MANIFESTS_FAILED'
  | 'DEADLINE_EXCEEDED'
  | 'CANCELLED'
  | 'INTERNAL';

export interface ErrorDetails {
  /** `Cannot <verb> <resource>: <reason>.` */
  message: string;
  /** What to do, naming the input, the IAM role or the token permission. */
  remedy: string;
  /** Whether the message names something that was changed all the same. */
  changedSomething?: boolean;
  cause?: unknown;
}

export class ActionError extends Error {
  override readonly name = 'ActionError';
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly changedSomething: boolean;

  constructor(code: ErrorCode, { message, remedy, changedSomething = false, cause }: ErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.remedy = remedy;
    this.changedSomething = changedSomething;
  }
}

/** What ends the run, whichever manifest meets it first. */
const OF_THE_RUN: readonly ErrorCode[] = ['DEADLINE_EXCEEDED', 'CANCELLED', 'INTERNAL'];

/**
 * What was thrown, where it is one manifest's own: the others go on.
 * @throws what was thrown, where it ends the run
 */
export function ownError(thrown: unknown): ActionError {
  if (thrown instanceof ActionError && !OF_THE_RUN.includes(thrown.code)) return thrown;
  throw thrown;
}

/** The error as a person reads it; the code stands last, for scripts. */
export function formatError({
  message,
  remedy,
  changedSomething,
  code,
}: Omit<ActionError, keyof Error> & { message: string }): string {
  return [message, ...(changedSomething ? [] : ['Nothing was changed.']), remedy, `(${code})`].join(' ');
}

/**
 * Anything thrown, as an ActionError. What is not ours is a defect of this action, and its text may quote
 * a response, so only its class is named.
 */
export function toActionError(thrown: unknown): ActionError {
  if (thrown instanceof ActionError) return thrown;
  const kind = thrown instanceof Error ? thrown.constructor.name : typeof thrown;
  return new ActionError('INTERNAL', {
    message: `Cannot finish the run: an unexpected ${kind} was thrown.`,
    remedy: 'Please report it with the version of this action and the inputs that were used, without their secrets.',
    cause: thrown,
  });
}
