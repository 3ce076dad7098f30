import { describe, expect, test } from 'vitest';
import { sopsEnvironment } from '../../../src/sops/environment.ts';

const NOTHING = { accessToken: undefined, kmsEndpoint: undefined };

describe('sops gets', () => {
  test('what it needs to run, to reach Google and to find keys, and no more', () => {
    const job = {
      PATH: '/usr/bin',
      HOME: '/home/runner',
      TMPDIR: '/tmp',
      // Windows has neither HOME nor TMPDIR, and starts nothing without its own folder.
      ...{ USERPROFILE: 'U', APPDATA: 'A', LOCALAPPDATA: 'L', SystemRoot: 'S', TEMP: 'T', TMP: 'M' },
      GOOGLE_APPLICATION_CREDENTIALS: '/w/gha-creds-0123456789abcdef.json',
      SSL_CERT_FILE: '/ca.pem',
      SSL_CERT_DIR: '/cas',
      ...{ HTTPS_PROXY: 'http://proxy:3128', HTTP_PROXY: 'http://proxy:3129', NO_PROXY: 'example.com' },
      ...{ https_proxy: 'http://proxy:3128', http_proxy: 'http://proxy:3129', no_proxy: 'localhost' },
    };
    expect(sopsEnvironment(job, NOTHING)).toEqual({
      ...job,
      GNUPGHOME: '/home/runner/.gnupg',
      GOGC: '400',
      SOPS_GCP_KMS_CLIENT_TYPE: 'rest',
    });
  });

  test('an access token and an endpoint that were given as inputs', () => {
    const kmsEndpoint = new URL('https://kms.example:8443/');
    expect(sopsEnvironment({}, { accessToken: 'ya29.input', kmsEndpoint })).toEqual({
      GOGC: '400',
      SOPS_GCP_KMS_CLIENT_TYPE: 'rest',
      SOPS_GCP_KMS_ENDPOINT: 'https://kms.example:8443',
      GOOGLE_OAUTH_ACCESS_TOKEN: 'ya29.input',
    });
  });

  test('no name that the job has left empty of a value', () => {
    expect(sopsEnvironment({ PATH: undefined, HOME: '' }, NOTHING)).toEqual({
      HOME: '',
      GOGC: '400',
      SOPS_GCP_KMS_CLIENT_TYPE: 'rest',
    });
  });
});

describe('sops does not get', () => {
  test.each([
    'SOPS_AGE_RECIPIENTS',
    'SOPS_AGE_KEY',
    'SOPS_AGE_KEY_FILE',
    'SOPS_AGE_KEY_CMD',
    'SOPS_AGE_SSH_PRIVATE_KEY_FILE',
    'SOPS_GCP_KMS_IDS',
    'SOPS_GCP_KMS_CLIENT_TYPE',
    'SOPS_GCP_KMS_ENDPOINT',
    'SOPS_GCP_KMS_UNIVERSE_DOMAIN',
    'SOPS_KMS_ARN',
    'SOPS_AZURE_KEYVAULT_URLS',
    'SOPS_VAULT_URIS',
    'SOPS_HUAWEICLOUD_KMS_IDS',
    'SOPS_PGP_FP',
    'SOPS_GPG_EXEC',
    'SOPS_KEYSERVICE',
    'SOPS_ENABLE_LOCAL_KEYSERVICE',
    'SOPS_CONFIG',
    'SOPS_EDITOR',
    'SOPS_DECRYPTION_ORDER',
    'SOPS_SOMETHING_OF_A_LATER_VERSION',
    'GNUPGHOME',
    'GOOGLE_CREDENTIALS',
    'GOOGLE_OAUTH_ACCESS_TOKEN',
    'GOOGLE_CLOUD_PROJECT',
    'CLOUDSDK_AUTH_ACCESS_TOKEN',
    'AWS_ACCESS_KEY_ID',
    'AZURE_CLIENT_SECRET',
    'VAULT_TOKEN',
    'XDG_CONFIG_HOME',
    'NODE_OPTIONS',
    'LD_PRELOAD',
    'DYLD_INSERT_LIBRARIES',
    'GODEBUG',
    'EDITOR',
    'GITHUB_TOKEN',
    'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
    'ACTIONS_RUNTIME_TOKEN',
    'INPUT_TOKEN',
    'INPUT_ACCESS-TOKEN',
    'Path',
    'sops_age_recipients',
  ])('%s of the job', (name) => {
    const environment = sopsEnvironment({ HOME: '/home/runner', [name]: 'hostile' }, NOTHING);
    expect(Object.values(environment)).not.toContain('hostile');
  });
});
