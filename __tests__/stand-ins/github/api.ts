// Takes a request to what answers it: GraphQL, REST or git; github.com's addresses and those of GitHub Enterprise Server
// (`/api/v3`, `/api/graphql`) alike. Only the holder of the token gets past here.
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Answer, json, restError } from './answer.ts';
import { answerGraphQL, createContext, type GraphQLContext } from './graphql.ts';
import { followBranches } from './pull-requests.ts';
import type { Repository } from './repository.ts';
import { type LoggedRequest, parseJson } from './requests.ts';
import { answerRest } from './rest.ts';
import { answerGit, askForPassword, parseGitPath } from './smart-http.ts';

type BeforeRefUpdate = GraphQLContext['beforeRefUpdate'];

export interface Api {
  answer(
    request: LoggedRequest,
    body: Buffer,
    options: { beforeRefUpdate: BeforeRefUpdate; signal: AbortSignal },
  ): Promise<Answer>;
}

export function createApi({
  repositories,
  token,
}: {
  repositories: ReadonlyMap<string, Repository>;
  token: string;
}): Api {
  const used = { core: 0, graphql: 0 };
  const reset = `${Math.floor(Date.now() / 1000) + 3600}`;

  function rateLimitHeaders(resource: keyof typeof used): Record<string, string> {
    const limit = 5000;
    used[resource] += 1;
    return {
      'x-github-request-id': randomUUID(),
      'x-ratelimit-limit': `${limit}`,
      'x-ratelimit-remaining': `${Math.max(limit - used[resource], 0)}`,
      'x-ratelimit-used': `${used[resource]}`,
      'x-ratelimit-reset': reset,
      'x-ratelimit-resource': resource,
    };
  }

  async function answerApi(
    request: LoggedRequest,
    pathname: string,
    beforeRefUpdate: BeforeRefUpdate,
  ): Promise<Answer> {
    const parsed = request.body === '' ? undefined : parseJson(request.body);
    if (request.body !== '' && parsed === undefined) {
      return restError(400, 'Problems parsing JSON');
    }
    // Whoever pushed straight into a repository's folder has told nobody.
    await Promise.all([...repositories.values()].map(followBranches));
    if (pathname !== '/graphql') {
      return answerRest({ method: request.method, pathname, body: parsed }, repositories);
    }
    const { query, variables, operationName } = request;
    if (query === undefined) {
      return restError(400, 'A query attribute must be specified and must be a string.');
    }
    const context = createContext(repositories, beforeRefUpdate);
    return json(200, await answerGraphQL({ query, variables, operationName }, context));
  }

  return {
    async answer(request, body, { beforeRefUpdate, signal }) {
      const url = new URL(request.path, 'http://localhost');
      const mayEnter = presentedToken(request.headers) === token;
      const git = parseGitPath(url.pathname);
      if (git !== undefined) {
        const repository = repositories.get(git.nameWithOwner.toLowerCase());
        if (!mayEnter) {
          return askForPassword();
        }
        return repository === undefined || !repository.settings.mayRead
          ? restError(404, 'Repository not found.')
          : answerGit({ method: request.method, url, headers: request.headers, body }, repository, git.service, signal);
      }
      const pathname = url.pathname.replace(/^\/api\/graphql$/, '/graphql').replace(/^\/api\/v3(?=\/)/, '');
      const headers = rateLimitHeaders(pathname === '/graphql' ? 'graphql' : 'core');
      const answer = mayEnter ? await answerApi(request, pathname, beforeRefUpdate) : restError(401, 'Bad credentials');
      return { ...answer, headers: { ...headers, ...answer.headers } };
    },
  };
}

/** `token x`, `bearer x`, and for git the password of `basic`. */
function presentedToken({ authorization = '' }: IncomingHttpHeaders): string | undefined {
  const [, scheme = '', credentials = ''] = /^(\w+) +(.+)$/.exec(authorization) ?? [];
  switch (scheme.toLowerCase()) {
    case 'token':
    case 'bearer':
      return credentials;
    case 'basic':
      return Buffer.from(credentials, 'base64')
        .toString()
        .replace(/^[^:]*:/, '');
    default:
      return undefined;
  }
}
