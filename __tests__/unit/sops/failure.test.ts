// stderr as the real sops wrote it (3.13.3, with the stand-in for Cloud KMS), with a canary where it quotes others.

import { describe, expect, test } from 'vitest';
import { type ErrorCode, formatError } from '../../../src/errors.ts';
import { recipientsRule } from '../../../src/sops/encryption-rule.ts';
import { sopsError } from '../../../src/sops/failure.ts';
import { secretManifest } from './real-sops.ts';

const CANARY = 'canary-q8Zr2';
const request = {
  file: 'clusters/dev/demo/kbot-token.yaml',
  manifest: secretManifest({ token: CANARY }),
  rule: recipientsRule([]),
};
const failure = (stderr: string, { exitCode }: { exitCode: number | undefined } = { exitCode: 1 }) =>
  sopsError(request, { exitCode, stdout: Buffer.from(CANARY), stderr });

/** The words around a failure of a Cloud KMS key. */
const kms = (words: string, key = 'projects/p/locations/l/keyRings/r/cryptoKeys/k') =>
  `Could not generate data key: [failed to encrypt new data key with master key "${key}": ${words}]\n\n`;
const encrypting = 'failed to encrypt sops data key with GCP KMS key: ';
const post = `${encrypting}Post "https://cloudkms.googleapis.com/v1/projects/p:encrypt?%24alt=json": `;

/** What a person has to read of, to get any further. */
const WAYS_OUT: Partial<Record<ErrorCode, RegExp>> = {
  SOPS_NO_RULE: /`gcp-kms`, `age` or `pgp`/,
  SOPS_CONFIG_INVALID: /`sops encrypt` on a clone/,
  SOPS_KEY_NOT_FOUND: /`gcp-kms`, or gcp_kms in \.sops\.yaml: projects\/P\/locations\/L\/keyRings\/R\/cryptoKeys\/K/,
  SOPS_KEY_DENIED: /roles\/cloudkms\.cryptoKeyEncrypter/,
  SOPS_KEY_UNUSABLE: /Enable its primary version/,
  GOOGLE_QUOTA_EXHAUSTED: /Wait a minute/,
  SOPS_KEY_SERVICE_UNREACHABLE: /HTTPS_PROXY and the input `kms-endpoint`/,
  GOOGLE_CREDENTIALS_REJECTED: /google-github-actions\/auth/,
  SOPS_RECIPIENT_INVALID: /age1….*fingerprints.*keyring/,
  SOPS_FAILED: /by hand/,
};

describe('a failed sops is told by its stderr', () => {
  test.each<[ErrorCode, string]>([
    ['SOPS_NO_RULE', 'error loading config: no matching creation rules found\n'],
    [
      'SOPS_CONFIG_INVALID',
      `error loading config: Could not unmarshal config file: yaml: unmarshal errors: line 2: cannot unmarshal !!str \`${CANARY}\` into []string`,
    ],
    [
      'SOPS_CONFIG_INVALID',
      'error loading config: cannot use more than one of encrypted_suffix, unencrypted_suffix, encrypted_regex for the same rule',
    ],
    ['SOPS_CONFIG_INVALID', 'can not compile regexp: error parsing regexp: missing closing ]: `[`'],
    [
      'SOPS_CONFIG_INVALID',
      'invalid gcpkms key configuration: invalid gcp_kms key configuration: expected string in list, got map[string]interface {}',
    ],
    ['SOPS_CONFIG_INVALID', 'Could not generate data key: [empty key group provided]'],
    [
      'SOPS_CONFIG_INVALID',
      'Could not generate data key: [could not split data key into parts for Shamir: threshold must be at least 2]',
    ],
    [
      'SOPS_KEY_DENIED',
      kms(
        `${encrypting}googleapi: Error 403: Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource '${CANARY}' (or it may not exist).\nerror details: name = ErrorInfo reason = IAM_PERMISSION_DENIED`,
      ),
    ],
    ['SOPS_KEY_DENIED', kms(`${encrypting}rpc error: code = PermissionDenied desc = ${CANARY}`)],
    ['SOPS_KEY_NOT_FOUND', kms(`${encrypting}googleapi: Error 404: CryptoKey ${CANARY} not found.`)],
    ['SOPS_KEY_NOT_FOUND', kms(`${encrypting}rpc error: code = NotFound desc = ${CANARY}`)],
    [
      'SOPS_KEY_NOT_FOUND',
      kms('cannot create GCP KMS service: no valid resource ID found in "projects/p"', 'projects/p'),
    ],
    [
      'SOPS_KEY_UNUSABLE',
      kms(
        `${encrypting}googleapi: Error 400: projects/p/cryptoKeyVersions/1 is not enabled, current state is: DISABLED.`,
      ),
    ],
    ['SOPS_KEY_UNUSABLE', kms(`${encrypting}rpc error: code = FailedPrecondition desc = ${CANARY}`)],
    ['GOOGLE_QUOTA_EXHAUSTED', kms(`${encrypting}googleapi: Error 429: ${CANARY}`)],
    [
      'GOOGLE_CREDENTIALS_REJECTED',
      kms(`${encrypting}googleapi: Error 401: Request had invalid authentication credentials. ${CANARY}`),
    ],
    ['GOOGLE_CREDENTIALS_REJECTED', kms(`${encrypting}rpc error: code = Unauthenticated desc = ${CANARY}`)],
    [
      'GOOGLE_CREDENTIALS_REJECTED',
      kms(`${post}credentials: status code 400: {"error":"invalid_grant","error_description":"${CANARY}"}`),
    ],
    ['GOOGLE_CREDENTIALS_REJECTED', kms(`${post}credentials: status code 403: {"error":"${CANARY}"}`)],
    ['GOOGLE_CREDENTIALS_REJECTED', kms(`${post}oauth2/google: unable to generate access token: ${CANARY}`)],
    ['GOOGLE_CREDENTIALS_REJECTED', kms(`${post}oauth2: cannot fetch token: 400 Bad Request`)],
    [
      'GOOGLE_CREDENTIALS_REJECTED',
      kms(
        'cannot create GCP KMS service: credentials: could not find default credentials. See https://cloud.google.com/docs/authentication/external/set-up-adc for more information',
      ),
    ],
    ['GOOGLE_CREDENTIALS_REJECTED', kms('cannot create GCP KMS service: google: could not find default credentials.')],
    [
      'GOOGLE_CREDENTIALS_REJECTED',
      kms(`cannot create GCP KMS service: open /w/${CANARY}.json: no such file or directory`),
    ],
    [
      'GOOGLE_CREDENTIALS_REJECTED',
      kms("cannot create GCP KMS service: invalid character 'v' looking for beginning of value"),
    ],
    ['SOPS_KEY_SERVICE_UNREACHABLE', kms(`${post}dial tcp 127.0.0.1:9: connect: connection refused`)],
    ['SOPS_KEY_SERVICE_UNREACHABLE', kms(`${post}dial tcp: lookup nowhere.invalid on 10.0.0.1:53: no such host`)],
    ['SOPS_KEY_SERVICE_UNREACHABLE', kms(`${post}read tcp 127.0.0.1:1->127.0.0.1:2: read: connection reset by peer`)],
    ['SOPS_KEY_SERVICE_UNREACHABLE', kms(`${post}EOF`)],
    ['SOPS_KEY_SERVICE_UNREACHABLE', kms(`${post}unexpected EOF`)],
    ['SOPS_KEY_SERVICE_UNREACHABLE', kms(`${post}net/http: TLS handshake timeout; dial tcp: i/o timeout`)],
    [
      'SOPS_KEY_SERVICE_UNREACHABLE',
      kms(`${post}tls: failed to verify certificate: x509: certificate signed by unknown authority`),
    ],
    ['SOPS_KEY_SERVICE_UNREACHABLE', kms(`${post}http: server gave HTTP response to HTTPS client`)],
    [
      'SOPS_KEY_SERVICE_UNREACHABLE',
      kms(
        `${post}credentials: invalid response from Secure Token Server: Post "https://sts.googleapis.com": read: connection reset by peer`,
      ),
    ],
    ['SOPS_KEY_SERVICE_UNREACHABLE', kms(`${post}credentials: status code 503: ${CANARY}`)],
    ['SOPS_KEY_SERVICE_UNREACHABLE', kms(`${encrypting}googleapi: Error 500: ${CANARY}`)],
    ['SOPS_KEY_SERVICE_UNREACHABLE', kms(`${encrypting}proto: syntax error (line 1:1): invalid value <`)],
    ['SOPS_KEY_SERVICE_UNREACHABLE', kms(`${encrypting}proto:\u00a0syntax error (line 1:1): invalid value <`)],
    ['SOPS_KEY_SERVICE_UNREACHABLE', kms(`${encrypting}rpc error: code = Unavailable desc = ${CANARY}`)],
    ['SOPS_KEY_SERVICE_UNREACHABLE', kms(`${encrypting}context deadline exceeded`)],
    [
      'SOPS_RECIPIENT_INVALID',
      `failed to parse input as Bech32-encoded age public key: malformed recipient "${CANARY}": separator '1' at invalid position`,
    ],
    ['SOPS_RECIPIENT_INVALID', `failed to parse input, unknown recipient type: "AGE-SECRET-KEY-${CANARY}"`],
    [
      'SOPS_RECIPIENT_INVALID',
      `failed to parse input as age-ssh public key: malformed SSH recipient: "ssh-ed25519 ${CANARY}": ssh: no key found`,
    ],
    [
      'SOPS_RECIPIENT_INVALID',
      kms(
        "could not encrypt data key with PGP key: github.com/ProtonMail/go-crypto/openpgp error: key with fingerprint 'FBC7' is not available in keyring; GnuPG binary error: failed to encrypt sops data key with pgp: gpg: FBC7: skipped: No public key",
        'FBC7',
      ),
    ],
    ['SOPS_FAILED', `Error unmarshalling file: ${CANARY}`],
    ['SOPS_FAILED', kms(`something that no sops has said so far: ${CANARY}`)],
    ['SOPS_FAILED', ''],
  ])('%s: %j', (code, stderr) => {
    const error = failure(stderr);
    expect(error.code).toBe(code);
    expect(formatError(error)).not.toContain(CANARY);
    expect(error.cause).toBeUndefined();
    expect(error.remedy).toMatch(WAYS_OUT[code] ?? expect.unreachable('there is a way out'));
    expect(error.message).toMatch(/^Cannot encrypt clusters\/dev\/demo\/kbot-token\.yaml: [^\n]+\.$/);
  });
});

// A key ring may be called as it likes, and sops says its name whatever has gone wrong.
describe('the name of a key is not taken for what went wrong', () => {
  test.each([
    'oauth2-proxy',
    'gpg',
    'openpgp',
    'EOF',
    'Error-404',
    'geoffrey',
    'Unauthenticated',
    'invalid_grant',
    'Bech32',
    'credentials',
  ])('not even %s', (name) => {
    const key = `projects/p/locations/l/keyRings/${name}/cryptoKeys/${name}`;
    expect(failure(kms(`${encrypting}googleapi: Error 403: denied on '${key}'`, key)).code).toBe('SOPS_KEY_DENIED');
    expect(failure(kms(`something that no sops has said so far`, key)).code).toBe('SOPS_FAILED');
  });
});

describe('what cannot be told is said by how it ended', () => {
  test.each([
    [7, 'sops ended with exit code 7'],
    [undefined, 'sops was ended by a signal'],
  ])('exit code %s', (exitCode, reason) => {
    expect(failure(`value of token: ${CANARY}`, { exitCode })).toMatchObject({
      code: 'SOPS_FAILED',
      message: `Cannot encrypt clusters/dev/demo/kbot-token.yaml: ${reason}.`,
      remedy:
        'Its messages are not shown, for they may quote values: run `sops encrypt` by hand with the same recipients.',
    });
  });
});
