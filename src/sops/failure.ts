// What a failed sops is told apart by. Its stderr can quote values, recipients and servers, so it is
// matched and never passed on.

import { ActionError, type ErrorCode } from '../errors.ts';
import type { ProcessResult } from '../process.ts';
import type { EncryptionRequest } from './encrypter.ts';

interface Failure {
  pattern: RegExp;
  code: ErrorCode;
  reason: string;
  remedy: string;
}

/**
 * The first that matches counts. Texts of sops 3.10 to 3.13 and of the Google client in it, with so much of what
 * stands around them that the name of a key or a file cannot be taken for one. Behind `proto:` Go writes a blank that
 * differs from one build of sops to the next.
 */
const FAILURES: readonly Failure[] = [
  {
    pattern: /no matching creation rules found/,
    code: 'SOPS_NO_RULE',
    reason: 'no creation rule of .sops.yaml matches its path',
    remedy: 'Add a rule for it, or name recipients with the inputs `gcp-kms`, `age` or `pgp`.',
  },
  {
    pattern:
      /error loading config|[Cc]ould not unmarshal config|can not compile regexp|invalid \w+ key configuration|empty key group provided|parts for Shamir/,
    code: 'SOPS_CONFIG_INVALID',
    reason: 'sops does not take the .sops.yaml above it',
    remedy: 'Mend the file in the Flux repository; `sops encrypt` on a clone of it shows what is wrong.',
  },
  {
    pattern: /googleapi: Error 404|code = NotFound|no valid resource ID found/,
    code: 'SOPS_KEY_NOT_FOUND',
    reason: 'Cloud KMS has no such key',
    remedy: 'Check the input `gcp-kms`, or gcp_kms in .sops.yaml: projects/P/locations/L/keyRings/R/cryptoKeys/K.',
  },
  {
    pattern: /googleapi: Error 403|code = PermissionDenied/,
    code: 'SOPS_KEY_DENIED',
    reason: 'Cloud KMS does not let the account encrypt with the key, or the key does not exist',
    remedy:
      'Grant roles/cloudkms.cryptoKeyEncrypter on that key to the account that google-github-actions/auth signs in as.',
  },
  {
    pattern: /googleapi: Error 400|code = (?:FailedPrecondition|InvalidArgument)/,
    code: 'SOPS_KEY_UNUSABLE',
    reason: 'Cloud KMS cannot encrypt with the key: it is disabled, or not one for symmetric encryption',
    remedy: 'Enable its primary version, or name another key with the input `gcp-kms` or in .sops.yaml.',
  },
  {
    pattern: /googleapi: Error 429|code = ResourceExhausted/,
    code: 'GOOGLE_QUOTA_EXHAUSTED',
    reason: 'the quota of Cloud KMS is used up',
    remedy: 'Wait a minute and run it again.',
  },
  {
    pattern:
      /: connection refused|: connection reset|no such host|i\/o timeout|: dial tcp|: EOF|unexpected EOF|deadline exceeded|googleapi: Error 5\d\d|status code 5\d\d|code = Unavailable|: x509: |: tls: |server gave HTTP response|proto:\s.*syntax error/,
    code: 'SOPS_KEY_SERVICE_UNREACHABLE',
    reason: 'Cloud KMS did not answer',
    remedy: 'Check the network, HTTPS_PROXY and the input `kms-endpoint`, and run it again.',
  },
  {
    pattern:
      /cannot create GCP KMS service|could not find default credentials|credentials: |oauth2: |oauth2\/google|googleapi: Error 401|code = Unauthenticated/,
    code: 'GOOGLE_CREDENTIALS_REJECTED',
    reason: 'Google refused the credentials that sops came with, or there were none',
    remedy: 'Run google-github-actions/auth before this action in the same job, or give the input `access-token`.',
  },
  {
    pattern: /failed to parse input|malformed recipient|could not encrypt data key with PGP key/,
    code: 'SOPS_RECIPIENT_INVALID',
    reason: 'a recipient is not one, or its public key is not on this runner',
    remedy:
      'Check the age recipients (age1…) and PGP fingerprints; PGP public keys have to be in the keyring of the runner.',
  },
];

export function sopsError(request: EncryptionRequest, { exitCode, stderr }: ProcessResult): ActionError {
  const failure = FAILURES.find(({ pattern }) => pattern.test(stderr));
  const { code, reason, remedy } = failure ?? {
    code: 'SOPS_FAILED' as const,
    reason: exitCode === undefined ? 'sops was ended by a signal' : `sops ended with exit code ${exitCode}`,
    remedy:
      'Its messages are not shown, for they may quote values: run `sops encrypt` by hand with the same recipients.',
  };
  return new ActionError(code, { message: `Cannot encrypt ${request.file}: ${reason}.`, remedy });
}
