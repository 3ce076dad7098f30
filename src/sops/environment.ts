// The environment that sops gets: a few names of the job's own, and what this action decides. Any `SOPS_*`,
// `GOOGLE_CREDENTIALS` or `GNUPGHOME` of the job could change who can decrypt, or run a program with the data key.

export interface EnvironmentOptions {
  accessToken: string | undefined;
  kmsEndpoint: URL | undefined;
}

const PASSED = [
  ...['PATH', 'HOME', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR'],
  ...['GOOGLE_APPLICATION_CREDENTIALS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'],
];

export function sopsEnvironment(
  job: Readonly<Record<string, string | undefined>>,
  { accessToken, kmsEndpoint }: EnvironmentOptions,
): Record<string, string> {
  const passed = PASSED.flatMap((name): [string, string][] => {
    const value = job[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(passed),
    // The keyring that gpg fills. sops alone would look for it in the home folder of /etc/passwd.
    ...(job['HOME'] ? { GNUPGHOME: `${job['HOME']}/.gnupg` } : {}),
    // sops is gone before collecting its garbage would pay: a seventh of its time.
    GOGC: '400',
    // REST goes through HTTP proxies and gives up sooner than gRPC.
    SOPS_GCP_KMS_CLIENT_TYPE: 'rest',
    ...(kmsEndpoint === undefined ? {} : { SOPS_GCP_KMS_ENDPOINT: kmsEndpoint.origin }),
    ...(accessToken === undefined ? {} : { GOOGLE_OAUTH_ACCESS_TOKEN: accessToken }),
  };
}
