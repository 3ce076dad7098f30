// One Octokit: with GitHub's own retry and throttling plugins, the deadline of the run, and a time limit a request.

import { getOctokit } from '@actions/github';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import Bottleneck from 'bottleneck/light.js';
import type { Deadline } from '../deadline.ts';

export interface GitHubClient {
  /** @throws GraphqlResponseError | RequestError as Octokit has them; the deadline's ActionError */
  graphql<Data>(document: string, variables: Readonly<Record<string, unknown>>): Promise<Data>;
  rest(route: string, parameters: Readonly<Record<string, unknown>>): Promise<void>;
}

export interface ClientOptions {
  token: string;
  /** `https://api.github.com`, or a server's own `…/api/v3`. */
  apiUrl: string;
  deadline: Deadline;
  log: (line: string) => void;
}

const REQUEST_MILLISECONDS = 30_000;
const MAX_RETRIES = 3;

export function createGitHubClient({ token, apiUrl, deadline, log }: ClientOptions): GitHubClient {
  const waitFor = (seconds: number, _options: object, _octokit: object, retryCount: number): boolean => {
    const fits = retryCount < MAX_RETRIES && seconds * 1000 < deadline.remaining();
    if (fits) log(`GitHub asks to wait ${seconds} s before the next request.`);
    return fits;
  };
  const octokit = getOctokit(
    token,
    {
      baseUrl: apiUrl.replace(/\/+$/, ''),
      // Octokit's own lines would go to the job's log past ours, and quote requests.
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      retry: { retries: MAX_RETRIES },
      throttle: {
        onRateLimit: waitFor,
        onSecondaryRateLimit: waitFor,
        // The plugin spaces writes, and every GraphQL request, a second apart. A run makes a handful: one at a time will do.
        write: new Bottleneck.Group({ maxConcurrent: 1 }),
        notifications: new Bottleneck.Group({ maxConcurrent: 1 }),
      },
    },
    retry,
    throttling,
  );
  const signal = () => AbortSignal.any([deadline.signal, AbortSignal.timeout(REQUEST_MILLISECONDS)]);

  return {
    graphql: (document, variables) =>
      deadline.race(octokit.graphql(document, { ...variables, request: { signal: signal() } })),
    async rest(route, parameters) {
      await deadline.race(octokit.request(route, { ...parameters, request: { signal: signal() } }));
    },
  };
}

function ignore(): void {
  // Nothing of Octokit's is printed.
}
