// Workload identity federation: the exchange of a GitHub job's OIDC token for a Google access token (STS), and the
// credentials file that google-github-actions/auth leaves for the steps after it.
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const audience =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/github/providers/flux-secret-sync';
const jwtType = 'urn:ietf:params:oauth:token-type:jwt';
const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** RFC 6749's error shape, which STS answers with; it is not the one of Google's other services. */
interface OAuthError {
  readonly error: string;
  readonly error_description: string;
}

export function createWorkloadIdentity() {
  // Made anew each time, so that no test can rest on its value.
  const oidcToken = ['eyJhbGciOiJub25lIn0', randomBytes(48).toString('base64url'), ''].join('.');
  const exchangedToken = `ya29.d.${randomBytes(24).toString('base64url')}`;

  return {
    oidcToken,
    exchangedToken,

    answer(body: string): { readonly status: number; readonly body: object } {
      const form = new URLSearchParams(body);
      const refuse = (error: string, error_description: string) => ({
        status: 400,
        body: { error, error_description } satisfies OAuthError,
      });
      if (form.get('grant_type') !== exchangeGrant) return refuse('unsupported_grant_type', 'Invalid grant type.');
      if (form.get('audience') !== audience)
        return refuse('invalid_target', 'The target service indicated by the "audience" parameters is invalid.');
      if (form.get('subject_token_type') !== jwtType) return refuse('invalid_request', 'Invalid subject token type.');
      if (form.get('subject_token') !== oidcToken)
        return refuse('invalid_grant', 'The ID Token could not be verified.');
      return {
        status: 200,
        body: {
          access_token: exchangedToken,
          issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          token_type: 'Bearer',
          expires_in: 3599,
        },
      };
    },

    async writeCredentials(directory: string, tokenUrl: string): Promise<string> {
      await mkdir(directory, { recursive: true });
      const tokenFile = join(directory, 'oidc-token');
      await writeFile(tokenFile, oidcToken, { mode: 0o600 });
      const credentialsFile = join(directory, 'gha-creds-0123456789abcdef.json');
      const credentials = {
        universe_domain: 'googleapis.com',
        type: 'external_account',
        audience,
        subject_token_type: jwtType,
        token_url: tokenUrl,
        credential_source: { file: tokenFile, format: { type: 'text' } },
      };
      await writeFile(credentialsFile, JSON.stringify(credentials), { mode: 0o600 });
      return credentialsFile;
    },
  };
}
