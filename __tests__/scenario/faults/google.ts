// What can go wrong between the action and Secret Manager. All of it is before sops: nothing is ever encrypted.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault, FaultTable } from './fault.ts';

const NOBODY = 'http://127.0.0.1:9';
const ASK_AGAIN = { timeout: '4s' };
const error = (code: number, status: string) => ({ status: code, body: { error: { code, message: 'No.', status } } });

const versions: Fault[] = [
  {
    when: 'there is no such secret',
    inputs: { secret: 'NO_SUCH' },
    code: 'SECRET_NOT_FOUND',
    says: 'Cannot access projects/demo-project/secrets/NO_SUCH/versions/1: there is no such secret or version.',
    remedy: 'Check `secret`, `version` and the project.',
  },
  {
    when: 'there is no such version',
    inputs: { version: '7' },
    code: 'SECRET_NOT_FOUND',
    says: 'secrets/TELE_TOKEN/versions/7: there is no such secret or version.',
    remedy: '`version`',
  },
  {
    when: 'the secret has no version yet',
    arrange: ({ google }) => {
      google.addSecret('EMPTY');
    },
    inputs: { secret: 'EMPTY', version: 'latest' },
    code: 'SECRET_NOT_FOUND',
    says: 'secrets/EMPTY/versions/latest',
    remedy: '`secret`',
  },
  {
    when: 'there is no such alias',
    inputs: { version: 'stable' },
    code: 'SECRET_NOT_FOUND',
    says: 'versions/stable',
    remedy: 'that the secret has an alias `stable`',
  },
  {
    when: 'a number is written as an alias',
    inputs: { version: 'v1' },
    code: 'SECRET_NOT_FOUND',
    says: 'versions/v1',
    remedy: 'write `version: 1`',
  },
  {
    when: 'the version is disabled',
    arrange: ({ secret }) => secret.disable(1),
    code: 'SECRET_VERSION_DISABLED',
    says: 'this version is disabled',
    remedy: 'Enable it in Secret Manager',
  },
  {
    when: 'the version is destroyed',
    arrange: ({ secret }) => secret.destroy(1),
    code: 'SECRET_VERSION_DESTROYED',
    says: 'this version is destroyed',
    remedy: 'name another version',
  },
  {
    when: 'latest is disabled',
    arrange: ({ secret }) => secret.disable(secret.addVersion('two')),
    inputs: { version: 'latest' },
    code: 'SECRET_VERSION_DISABLED',
    says: 'versions/latest: this version is disabled',
    remedy: 'name an enabled version with `version`',
  },
  {
    when: 'the payload is empty',
    arrange: ({ secret }) => {
      secret.addVersion('');
    },
    inputs: { version: '2' },
    code: 'SECRET_EMPTY',
    says: 'versions/2: its payload is empty',
    remedy: 'Add a version with content',
  },
  {
    when: 'the account has no role on the secret',
    arrange: ({ secret }) => secret.deny(),
    code: 'SECRET_ACCESS_DENIED',
    says: 'the credentials may not read it',
    remedy: 'Grant roles/secretmanager.secretAccessor on projects/demo-project/secrets/TELE_TOKEN',
  },
];

const answers: Fault[] = [
  {
    when: "the checksum is another payload's",
    arrange: ({ google }) => google.corruptChecksum(),
    code: 'SECRET_CHECKSUM_MISMATCH',
    says: 'CRC32C',
    remedy: 'Run it again',
  },
  {
    when: 'the payload comes without a checksum',
    arrange: ({ google }) => google.dropChecksum(),
    code: 'SECRET_CHECKSUM_MISMATCH',
    says: 'CRC32C',
    remedy: 'Run it again',
  },
  {
    when: 'the answer is a web page',
    arrange: ({ google }) => google.fault({ when: 'secretmanager', status: 200, body: '<html>Please sign in</html>' }),
    code: 'GOOGLE_UNREACHABLE',
    says: 'Secret Manager did not answer',
    remedy: '`secret-manager-endpoint`',
  },
  {
    when: 'nobody listens at the endpoint',
    inputs: { ...ASK_AGAIN, 'secret-manager-endpoint': NOBODY },
    code: 'GOOGLE_UNREACHABLE',
    says: 'Secret Manager did not answer',
    remedy: '`secret-manager-endpoint`',
  },
  {
    when: 'the connection breaks each time',
    arrange: ({ google }) => google.fault({ when: 'secretmanager', reset: true }),
    inputs: ASK_AGAIN,
    code: 'GOOGLE_UNREACHABLE',
    says: 'Secret Manager did not answer',
    remedy: 'run it again',
  },
  {
    when: 'Secret Manager is unavailable',
    arrange: ({ google }) => google.fault({ when: 'secretmanager', ...error(503, 'UNAVAILABLE') }),
    inputs: ASK_AGAIN,
    code: 'GOOGLE_UNREACHABLE',
    says: 'though it was asked again and again',
    remedy: 'HTTPS_PROXY',
  },
  {
    when: 'Secret Manager fails',
    arrange: ({ google }) => google.fault({ when: 'secretmanager', ...error(500, 'INTERNAL') }),
    inputs: ASK_AGAIN,
    code: 'GOOGLE_UNREACHABLE',
    says: 'Secret Manager did not answer',
    remedy: 'run it again',
  },
  {
    when: 'a proxy fails',
    arrange: ({ google }) => google.fault({ when: 'secretmanager', status: 502, body: '<html>Bad Gateway</html>' }),
    inputs: ASK_AGAIN,
    code: 'GOOGLE_UNREACHABLE',
    says: 'Secret Manager did not answer',
    remedy: 'HTTPS_PROXY',
  },
  {
    when: 'the quota is used up',
    arrange: ({ google }) => google.fault({ when: 'secretmanager', ...error(429, 'RESOURCE_EXHAUSTED') }),
    inputs: ASK_AGAIN,
    code: 'GOOGLE_QUOTA_EXHAUSTED',
    says: 'the quota of Secret Manager is used up',
    remedy: 'Wait a minute',
  },
  {
    when: 'Secret Manager never answers',
    arrange: ({ google }) => google.fault({ when: 'secretmanager', hang: true }),
    inputs: { timeout: '2s' },
    code: 'DEADLINE_EXCEEDED',
    says: 'its 2 seconds are over',
    remedy: '`timeout`',
  },
];

const credentials: Fault[] = [
  {
    when: 'there are none',
    job: () => ({ env: { GOOGLE_APPLICATION_CREDENTIALS: '' } }),
    code: 'GOOGLE_CREDENTIALS_MISSING',
    says: 'no usable Google credentials were found',
    remedy: 'Run google-github-actions/auth before this action, in a job with `permissions: id-token: write`',
  },
  {
    when: 'their file is gone',
    job: () => ({ env: { GOOGLE_APPLICATION_CREDENTIALS: '/nonexistent/gha-creds.json' } }),
    code: 'GOOGLE_CREDENTIALS_MISSING',
    says: 'no usable Google credentials were found',
    remedy: 'google-github-actions/auth',
  },
  {
    when: 'their file is not JSON',
    job: async (directory) => {
      const path = join(directory, 'credentials.json');
      await writeFile(path, 'not json');
      return { env: { GOOGLE_APPLICATION_CREDENTIALS: path } };
    },
    code: 'GOOGLE_CREDENTIALS_MISSING',
    says: 'no usable Google credentials were found',
    remedy: 'google-github-actions/auth',
  },
  {
    when: 'the OIDC token in them has expired',
    job: async (directory, { google }) => {
      const path = await google.workloadIdentity(directory);
      await writeFile(join(directory, 'oidc-token'), 'expired');
      return { env: { GOOGLE_APPLICATION_CREDENTIALS: path } };
    },
    code: 'GOOGLE_CREDENTIALS_REJECTED',
    says: 'Google refused the credentials',
    remedy: 'run google-github-actions/auth in the same job',
  },
  {
    when: 'they may not act as the service account',
    job: async (directory, { google }) => {
      const path = await google.workloadIdentity(directory);
      const account = `${google.url}/v1/projects/-/serviceAccounts/flux@demo-project.iam.gserviceaccount.com`;
      const credentials = JSON.parse(await readFile(path, 'utf8')) as object;
      const impersonating = { ...credentials, service_account_impersonation_url: `${account}:generateAccessToken` };
      await writeFile(path, JSON.stringify(impersonating));
      google.fault({ when: /:generateAccessToken$/, ...error(403, 'PERMISSION_DENIED') });
      return { env: { GOOGLE_APPLICATION_CREDENTIALS: path } };
    },
    code: 'GOOGLE_CREDENTIALS_REJECTED',
    says: 'Google refused the credentials',
    remedy: 'google-github-actions/auth',
  },
  {
    when: 'the token exchange does not answer',
    arrange: ({ google }) => google.fault({ when: 'sts', reset: true }),
    inputs: ASK_AGAIN,
    code: 'GOOGLE_UNREACHABLE',
    says: 'did not answer',
    remedy: 'HTTPS_PROXY',
  },
  {
    when: 'the access token has expired',
    inputs: { 'access-token': 'ya29.expired' },
    code: 'GOOGLE_CREDENTIALS_REJECTED',
    says: 'Google refused the credentials',
    remedy: 'They may have expired',
  },
];

export const google: FaultTable = {
  from: 'of Google',
  encrypting: false,
  faults: [...versions, ...answers, ...credentials],
};
