// One Octokit: with GitHub's own retry and throttling plugins, the deadline of the run, and a time limit a request.

import { setTimeout as delay } from 'node:timers/promises';
import { getOctokit } from '@actions/github';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import Bottleneck from 'bottleneck/light.js';
import type { Deadline } from '../deadline.ts';

export interface GitHubClient {
  /** @throws GraphqlResponseError | RequestError as Octokit has them; the deadline's ActionError */
  graphql<Data>(document: string, variables: Readonly<Record<string, unknown>>): Promise<Data>;
  rest(route: string, parameters: Readonly<Record<string, unknown>>): Promise<void>;
  /** Takes back what was half done, for a moment even after the deadline. False where that failed. */
  tidy(document: string, variables: Readonly<Record<string, unknown>>): Promise<boolean>;
}

export interface ClientOptions {
  token: string;
  /** `https://api.github.com`, or a server's own `…/api/v3`. */
  apiUrl: string;
  deadline: Deadline;
  log: (line: string) => void;
}

/** For one attempt. GitHub itself gives up on a request after ten seconds. */
const REQUEST_MILLISECONDS = 15_000;
/** A job that is cancelled is killed 7.5 s later. */
const TIDY_MILLISECONDS = 5_000;
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
      // As the plugin has it, and 429: when to ask again then, the answer says, and the other plugin obeys.
      retry: { retries: MAX_RETRIES, doNotRetry: [400, 401, 403, 404, 410, 422, 429, 451] },
      throttle: {
        onRateLimit: waitFor,
        onSecondaryRateLimit: waitFor,
        // The plugin spaces writes, and every GraphQL request, a second apart. A run's few writes wait for one another
        // anyhow, and its reads go at once: the plugin lets ten through.
        write: new Bottleneck.Group({ maxConcurrent: 1 }),
        notifications: new Bottleneck.Group({ maxConcurrent: 1 }),
      },
    },
    limitAttempts(deadline.signal),
    retry,
    throttling,
  );
  // A write is sent once: whether it arrived although no answer came, only reading again can tell.
  const once = { retries: 0 };

  return {
    graphql: (document, variables) =>
      deadline.race(octokit.graphql(document, { ...variables, request: document.startsWith('mutation') ? once : {} })),
    async rest(route, parameters) {
      await deadline.race(octokit.request(route, { ...parameters, request: once }));
    },
    tidy(document, variables) {
      const signal = AbortSignal.timeout(TIDY_MILLISECONDS);
      const done = octokit.graphql(document, { ...variables, request: { signal } }).then(
        () => true,
        () => false,
      );
      return Promise.race([done, delay(TIDY_MILLISECONDS, false)]);
    },
  };
}

/** A plugin that stands below the other two: each attempt gets its own time, however long was waited before it. */
function limitAttempts(end: AbortSignal): Parameters<typeof getOctokit>[2] {
  return ({ hook }) => {
    hook.wrap('request', (request, options) => {
      const signal = AbortSignal.any([end, AbortSignal.timeout(REQUEST_MILLISECONDS)]);
      return request({ ...options, request: { signal, ...options.request } });
    });
    return {};
  };
}

function ignore(): void {
  // Nothing of Octokit's is printed.
}
