// What GitHub refuses. GraphQL answers it as an entry of `errors` with this type, REST with this status.
export type RefusalType =
  | 'NOT_FOUND'
  | 'FORBIDDEN'
  | 'UNPROCESSABLE'
  | 'STALE_DATA'
  | 'BRANCH_PROTECTION_RULE_VIOLATION'
  | 'REPOSITORY_RULE_VIOLATION'
  | 'MISSING_PAGINATION_BOUNDARIES'
  | 'EXCESSIVE_PAGINATION';

export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** GitHub gives some errors no type: only their message tells them apart. */
  readonly type: RefusalType | undefined;
  readonly status: number;

  constructor(type: RefusalType | undefined, message: string, options: ErrorOptions & { status?: number } = {}) {
    super(message, options);
    this.type = type;
    this.status = options.status ?? statusOf(type);
  }
}

function statusOf(type: RefusalType | undefined): number {
  switch (type) {
    case 'NOT_FOUND':
      return 404;
    case 'FORBIDDEN':
      return 403;
    case 'STALE_DATA':
      return 409;
    default:
      return 422;
  }
}
