// An answer that is no success, in the JSON shape that Google's REST services share.
// https://cloud.google.com/apis/design/errors#http_mapping

const httpStatus = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
} as const;

export class GoogleError extends Error {
  readonly code: number;
  readonly status: keyof typeof httpStatus;
  readonly details: readonly object[];

  constructor(status: keyof typeof httpStatus, message: string, details: readonly object[] = []) {
    super(message);
    this.status = status;
    this.code = httpStatus[status];
    this.details = details;
  }

  toJSON(): object {
    const { code, message, status, details } = this;
    return { error: { code, message, status, ...(details.length > 0 && { details }) } };
  }
}

/** IAM's refusal. Its details are the only machine-readable place that names the missing permission. */
export function permissionDenied(message: string, permission: string, resource: string): GoogleError {
  return new GoogleError('PERMISSION_DENIED', message, [
    {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'IAM_PERMISSION_DENIED',
      domain: 'iam.googleapis.com',
      metadata: { permission, resource },
    },
  ]);
}
