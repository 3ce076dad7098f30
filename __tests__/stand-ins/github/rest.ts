// The REST routes. What they refuse comes from the same rules as in GraphQL; only the shape of the error is REST's own.
import { type Answer, json, noContent, restError } from './answer.ts';
import { gitHubActions } from './identities.ts';
import { mergePullRequest } from './merge.ts';
import { formatNodeId } from './node-id.ts';
import { repositoryNotFound, verifyMayRead, verifyMayWrite } from './permissions.ts';
import { formatMessage } from './pull-request-mutations.ts';
import { getPullRequest, openPullRequest } from './pull-requests.ts';
import { changeRefs } from './ref-mutations.ts';
import { Refusal } from './refusal.ts';
import { findRenamed, type Repository } from './repository.ts';
import { refuseBody } from './rest-bodies.ts';
import { formatPullRequest, formatRepository } from './rest-resources.ts';
import { zeroOid } from './write.ts';

interface RestRequest {
  readonly repository: Repository;
  readonly number: number;
  readonly branch: string;
  /** Checked against the route's schema before the route sees it */
  readonly body: Readonly<Record<string, unknown>>;
}

type Route = (request: RestRequest) => Answer | Promise<Answer>;

const routes: Readonly<Record<string, Route>> = {
  'GET /repos/{owner}/{repo}': ({ repository }) => json(200, formatRepository(repository)),

  'POST /repos/{owner}/{repo}/pulls': async ({ repository, body }) => {
    const pullRequest = await openPullRequest(repository, {
      head: text(body['head']),
      base: text(body['base']),
      title: text(body['title']),
      body: text(body['body']),
      isDraft: body['draft'] === true,
    });
    return json(201, formatPullRequest(repository, pullRequest));
  },

  'PATCH /repos/{owner}/{repo}/pulls/{pull_number}': ({ repository, number, body }) => {
    verifyMayWrite(repository);
    const pullRequest = getPullRequest(repository, number);
    pullRequest.title = text(body['title'], pullRequest.title);
    pullRequest.body = text(body['body'], pullRequest.body);
    pullRequest.baseRefName = text(body['base'], pullRequest.baseRefName);
    if (body['state'] !== undefined && pullRequest.state !== 'MERGED') {
      pullRequest.state = body['state'] === 'closed' ? 'CLOSED' : 'OPEN';
    }
    return json(200, formatPullRequest(repository, pullRequest));
  },

  'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge': async ({ repository, number, body }) => {
    verifyMayWrite(repository);
    if (body['merge_method'] === 'rebase') {
      throw new Refusal('UNPROCESSABLE', 'Rebase merges are not allowed on this repository.', { status: 405 });
    }
    const sha = await mergePullRequest(repository, getPullRequest(repository, number), {
      method: body['merge_method'] === 'squash' ? 'squash' : 'merge',
      author: gitHubActions,
      expectedHeadOid: optionalText(body['sha']),
      message: formatMessage(optionalText(body['commit_title']), optionalText(body['commit_message'])),
    });
    return json(200, { sha, merged: true, message: 'Pull Request successfully merged' });
  },

  'POST /repos/{owner}/{repo}/issues/{issue_number}/labels': ({ repository, number, body }) => {
    verifyMayWrite(repository);
    const { labels } = getPullRequest(repository, number);
    const asked = (body['labels'] ?? []) as readonly (string | { readonly name: string })[];
    for (const label of asked) {
      const name = typeof label === 'string' ? label : label.name;
      if (!labels.includes(name)) {
        labels.push(name);
      }
    }
    return json(
      200,
      labels.map((name) => ({ name, color: 'ededed', default: false })),
    );
  },

  'POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers': ({ repository, number, body }) => {
    verifyMayWrite(repository);
    const pullRequest = getPullRequest(repository, number);
    const reviewers = (body['reviewers'] ?? []) as readonly string[];
    const teams = (body['team_reviewers'] ?? []) as readonly string[];
    if ([...reviewers, ...teams].includes('nobody-here')) {
      throw new Refusal(
        'UNPROCESSABLE',
        `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${repository.nameWithOwner} repository.`,
      );
    }
    pullRequest.reviewers.push(...reviewers.filter((login) => !pullRequest.reviewers.includes(login)));
    pullRequest.teamReviewers.push(...teams.filter((slug) => !pullRequest.teamReviewers.includes(slug)));
    return json(201, formatPullRequest(repository, pullRequest));
  },

  'DELETE /repos/{owner}/{repo}/git/refs/heads/{ref}': async ({ repository, branch }) => {
    await changeRefs(repository, [{ name: `refs/heads/${branch}`, afterOid: zeroOid }]);
    return noContent;
  },
};

const patterns = Object.keys(routes).map((route) => ({
  route,
  // A branch may have slashes in its name.
  pattern: new RegExp(`^${route.replace('{ref}', '(?<ref>.+)').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}));

/** `body` is undefined where there is none or it is not JSON. */
export async function answerRest(
  { method, pathname, body }: { method: string; pathname: string; body: unknown },
  repositories: ReadonlyMap<string, Repository>,
): Promise<Answer> {
  // Clients write the slashes of a ref as %2F or leave them as they are.
  const request = `${method} ${pathname.replaceAll(/%2f/gi, '/')}`;
  const found = patterns.map(({ route, pattern }) => ({ route, match: pattern.exec(request) }));
  const { route, match } = found.find((candidate) => candidate.match !== null) ?? {};
  const answer = route === undefined ? undefined : routes[route];
  if (route === undefined || answer === undefined) {
    return restError(404, 'Not Found');
  }
  const { owner, repo, issue_number, pull_number, ref = '' } = match?.groups ?? {};
  const nameWithOwner = `${owner}/${repo}`;
  const repository = repositories.get(nameWithOwner.toLowerCase());
  const renamed = repository === undefined ? findRenamed(repositories, nameWithOwner) : undefined;
  if (renamed !== undefined) {
    return movedTo(formatNodeId('R', renamed), method);
  }
  try {
    if (repository === undefined) {
      throw repositoryNotFound(nameWithOwner);
    }
    verifyMayRead(repository);
    const refused = refuseBody(route, body ?? {});
    if (refused !== undefined) {
      return refused;
    }
    return await answer({
      repository,
      number: Number(pull_number ?? issue_number),
      branch: decodeURIComponent(ref),
      body: (body ?? {}) as Readonly<Record<string, unknown>>,
    });
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error;
    }
    return formatRefusal(error);
  }
}

/** https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects */
function movedTo(id: string, method: string): Answer {
  const answer = restError(method === 'GET' ? 301 : 307, 'Moved Permanently');
  return { ...answer, headers: { ...answer.headers, location: `/repositories/${id}` } };
}

function formatRefusal({ status, message }: Refusal): Answer {
  if (status === 404) {
    return restError(404, 'Not Found');
  }
  // The same refusal ends in a full stop here and in none over GraphQL.
  const sentence = message.startsWith('GitHub Actions is not permitted') ? `${message}.` : message;
  const custom = /^A pull request already exists|^No commits between/.test(message);
  return custom
    ? restError(422, 'Validation Failed', { errors: [{ resource: 'PullRequest', code: 'custom', message }] })
    : restError(status, sentence);
}

function text(value: unknown, otherwise = ''): string {
  return typeof value === 'string' ? value : otherwise;
}

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
