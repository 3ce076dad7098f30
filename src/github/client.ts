// One Octokit: with GitHub's own retry and throttling plugins, the deadline of the run, and a time limit a request. What
// it hands on has the shape that the query says.

import { setTimeout as delay } from 'node:timers/promises';
import { getOctokit } from '@actions/github';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import Bottleneck from 'bottleneck/light.js';
import type { Deadline } from '../deadline.ts';
import { isRecord } from '../json.ts';
import { isGraphqlResponse, MalformedAnswer, type Shape } from './answer.ts';

export interface GitHubClient {
  /** @throws GraphqlResponseError | RequestError as Octokit has them; MalformedAnswer; the deadline's ActionError */
  graphql<Data>(operation: Operation<Data>, variables: Readonly<Record<string, unknown>>): Promise<Data>;
  /** @throws the same */
  rest(route: string, parameters: Readonly<Record<string, unknown>>): Promise<void>;
  /** Takes back what was half done, for a moment even after the deadline. False where that failed. */
  tidy(operation: Operation<unknown>, variables: Readonly<Record<string, unknown>>): Promise<boolean>;
}

/** A GraphQL document, and what its answer has to be. */
export interface Operation<Data> {
  document: string;
  data: Shape<Data>;
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
  const baseUrl = apiUrl.replace(/\/+$/, '');
  // Octokit would find it itself, but by another path than `/graphql`, which is where the throttling plugin looks for limits.
  const graphqlUrl = baseUrl.replace(/\/api\/v3$/, '/api');
  const octokit = createOctokit({ token, baseUrl, deadline, log });
  // A write is sent once, and to nowhere else: whether it arrived although no answer came, only reading again can tell.
  const once = { retries: 0, redirect: 'error' } as const;

  async function ask<Data>(
    { document, data: isData }: Operation<Data>,
    variables: Readonly<Record<string, unknown>>,
    request: object = document.startsWith('mutation') ? once : {},
  ): Promise<Data> {
    const data: unknown = await octokit.graphql(document, { ...variables, baseUrl: graphqlUrl, request });
    if (!isData(data)) throw new MalformedAnswer('it is not what the query asks for');
    return data;
  }

  return {
    graphql: (operation, variables) => deadline.race(ask(operation, variables)),
    async rest(route, parameters) {
      await deadline.race(octokit.request(route, { ...parameters, request: once }));
    },
    tidy(operation, variables) {
      const signal = AbortSignal.timeout(TIDY_MILLISECONDS);
      const done = ask(operation, variables, { signal, redirect: 'error' }).then(
        () => true,
        () => false,
      );
      return Promise.race([done, delay(TIDY_MILLISECONDS, false)]);
    },
  };
}

function createOctokit({
  token,
  baseUrl,
  deadline,
  log,
}: Omit<ClientOptions, 'apiUrl'> & { baseUrl: string }): ReturnType<typeof getOctokit> {
  const waitFor = (seconds: number, _options: object, _octokit: object, retryCount: number): boolean => {
    const fits = retryCount < MAX_RETRIES && seconds * 1000 < deadline.remaining();
    if (fits) log(`GitHub asks to wait ${seconds} s before the next request.`);
    return fits;
  };
  const options = {
    baseUrl,
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
  };
  return getOctokit(token, options, guardAttempts(deadline.signal), retry, throttling);
}

/**
 * A plugin that stands below the other two: each attempt gets its own time, however long was waited before it, and they
 * see no answer that is none of GitHub's, for they would stumble over it.
 */
function guardAttempts(end: AbortSignal): Parameters<typeof getOctokit>[2] {
  return ({ hook }) => {
    hook.wrap('request', async (request, options) => {
      const signal = AbortSignal.any([end, AbortSignal.timeout(REQUEST_MILLISECONDS)]);
      const response = await request({ ...options, request: { signal, ...options.request } });
      const data: unknown = response.data;
      const isOurs = options.url.endsWith('/graphql') ? isGraphqlResponse(data) : isRecord(data) || Array.isArray(data);
      if (!isOurs) throw new MalformedAnswer('it is not JSON as GitHub writes it');
      return response;
    });
    return {};
  };
}

function ignore(): void {
  // Nothing of Octokit's is printed.
}
