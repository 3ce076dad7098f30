import { getOctokit } from '@actions/github';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ActionError, type ErrorCode, formatError } from '../../../src/errors.ts';
import { MalformedAnswer } from '../../../src/github/answer.ts';
import { type Attempt, explainFailure, parseRefusal } from '../../../src/github/failure.ts';
import { StalePlan } from '../../../src/publisher.ts';
import { type GitHubStandIn, startGitHub } from '../../stand-ins/github/github.ts';

let github: GitHubStandIn;
let octokit: ReturnType<typeof getOctokit>;
beforeAll(async () => {
  github = await startGitHub();
  octokit = getOctokit(github.token, { baseUrl: github.url });
});
afterAll(() => github[Symbol.asyncDispose]());

interface Shape {
  api: 'graphql' | 'rest';
  effect: { status: number; body: object | string } | { reset: true };
}

/** How GraphQL refuses: with status 200, and some errors have no type. */
function graphql(type: string | undefined, message: string): Shape {
  const error = { ...(type === undefined ? {} : { type }), path: ['createCommitOnBranch'], locations: [], message };
  return { api: 'graphql', effect: { status: 200, body: { data: null, errors: [error] } } };
}

function rest(status: number, message: string, more: object = {}): Shape {
  return { api: 'rest', effect: { status, body: { message, ...more, status: `${status}` } } };
}

/** What Octokit throws for it. */
function failureOf({ api, effect }: Shape): Promise<unknown> {
  github.fault({ when: () => true, ...effect });
  const request =
    api === 'graphql'
      ? octokit.graphql('query { viewer { login } }')
      : octokit.request('POST /repos/{owner}/{repo}/labels', { owner: 'acme', repo: 'flux-gitops', name: 'a' });
  return request.then(
    () => expect.unreachable('the stand-in did not refuse'),
    (error: unknown) => error,
  );
}

const write: Attempt = { verb: 'commit to main of', repository: 'acme/flux-gitops', writes: true };
const read: Attempt = { verb: 'read', repository: 'acme/flux-gitops', writes: false };
const oid = 'ffac537e6cbbf934b08745a378932722df287a53';
const pullRequestExists = 'A pull request already exists for acme:flux-secret-sync/main.';

describe('a plan is stale where', () => {
  test.each<[string, Shape]>([
    [
      'the head has moved',
      graphql('STALE_DATA', `Expected branch to point to "${oid}" but it did not.  Pull and try again.`),
    ],
    ['the head moves in a true race', graphql(undefined, `Ref refs/heads/main is at ${oid} but expected ${oid}`)],
    ['the branch is gone', graphql('NOT_FOUND', 'The branch "main" does not exist')],
    ['the ref is gone', graphql('UNPROCESSABLE', 'Reference does not exist')],
    [
      'the branch is there already',
      graphql('UNPROCESSABLE', 'A ref named "refs/heads/x" already exists in the repository.'),
    ],
    ['the branch is there already, as REST says it', rest(422, 'Reference already exists')],
    ['the pull request is there already', graphql('UNPROCESSABLE', pullRequestExists)],
    [
      'the pull request is there already, as REST says it',
      rest(422, 'Validation Failed', {
        errors: [{ resource: 'PullRequest', code: 'custom', message: pullRequestExists }],
      }),
    ],
    [
      'the branch of a pull request is merged meanwhile',
      graphql('UNPROCESSABLE', 'No commits between main and flux-secret-sync/main'),
    ],
    [
      'the branch of a pull request is gone',
      graphql(
        'UNPROCESSABLE',
        "Head sha can't be blank, Base sha can't be blank, No commits between main and x, Head ref must be a branch",
      ),
    ],
    [
      'the base moves while it is merged',
      graphql('UNPROCESSABLE', 'Base branch was modified. Review and try the merge again.'),
    ],
    [
      'the head moves while it is merged',
      graphql('UNPROCESSABLE', 'Head branch was modified. Review and try the merge again.'),
    ],
  ])('%s; and nothing was written', async (_, shape) => {
    const failure = explainFailure(await failureOf(shape), write);
    expect(failure).toBeInstanceOf(StalePlan);
    expect(failure).toMatchObject({ mayHaveWritten: false });
  });

  test.each<[string, Shape]>([
    ['the connection breaks', { api: 'graphql', effect: { reset: true } }],
    ['the server fails', { api: 'graphql', effect: { status: 502, body: '<html>Bad Gateway</html>' } }],
    ['the server fails over REST', rest(500, 'Server Error')],
    ['the server is overloaded', rest(503, 'Service unavailable')],
  ])('%s; and whether something was written is not known', async (_, shape) => {
    const failure = explainFailure(await failureOf(shape), write);
    expect(failure).toBeInstanceOf(StalePlan);
    expect(failure).toMatchObject({ mayHaveWritten: true });
  });

  test('GitHub could say what it did, but not all of it', async () => {
    const error = { type: 'INTERNAL', path: ['createCommitOnBranch', 'commit', 'signature'], message: 'No.' };
    const body = { data: { createCommitOnBranch: { commit: { signature: null } } }, errors: [error] };
    const thrown = await failureOf({ api: 'graphql', effect: { status: 200, body } });
    expect(explainFailure(thrown, write)).toMatchObject({ mayHaveWritten: true });
    expect(explainFailure(thrown, read)).toMatchObject({ code: 'GITHUB_REFUSED' });
  });

  test('something else than GitHub answers', () => {
    expect(explainFailure(new MalformedAnswer('a page'), write)).toMatchObject({ mayHaveWritten: true });
  });

  test('a request takes too long', () => {
    expect(explainFailure(new DOMException('timed out', 'TimeoutError'), write)).toMatchObject({
      mayHaveWritten: true,
    });
  });
});

describe('a person can act on it where', () => {
  test.each<[string, ErrorCode, string, Shape]>([
    ['the token has expired', 'TOKEN_REJECTED', '`token`', rest(401, 'Bad credentials')],
    [
      'the token cannot see the repository',
      'REPOSITORY_NOT_FOUND',
      '`repository`',
      graphql('NOT_FOUND', "Could not resolve to a Repository with the name 'acme/flux-gitops'."),
    ],
    ['the token cannot see it, as REST says it', 'REPOSITORY_NOT_FOUND', '`repository`', rest(404, 'Not Found')],
    [
      'the token may not write',
      'TOKEN_LACKS_PERMISSION',
      '`contents: write`',
      graphql('FORBIDDEN', 'Resource not accessible by integration'),
    ],
    [
      'the token may not write, as REST says it',
      'TOKEN_LACKS_PERMISSION',
      '`pull-requests: write`',
      rest(403, 'Resource not accessible by personal access token'),
    ],
    [
      'a classic token lacks a scope',
      'TOKEN_LACKS_PERMISSION',
      '`token`',
      graphql('INSUFFICIENT_SCOPES', 'Your token has not been granted the required scopes to execute this query.'),
    ],
    [
      'Actions may not open pull requests',
      'PULL_REQUEST_NOT_PERMITTED',
      'settings of the repository',
      graphql('FORBIDDEN', 'GitHub Actions is not permitted to create or approve pull requests'),
    ],
    [
      'Actions may not open pull requests, as REST says it',
      'PULL_REQUEST_NOT_PERMITTED',
      '`token`',
      rest(403, 'GitHub Actions is not permitted to create or approve pull requests.'),
    ],
    [
      'the branch is protected',
      'BRANCH_PROTECTED',
      '`publish: pull-request`',
      graphql(
        'BRANCH_PROTECTION_RULE_VIOLATION',
        'Cannot update this protected branch. Changes must be made through a pull request.',
      ),
    ],
    [
      'a ruleset protects the branch',
      'BRANCH_PROTECTED',
      'bypass',
      graphql(
        'REPOSITORY_RULE_VIOLATION',
        'Repository rule violations found\n\nChanges must be made through a pull request.\n\n',
      ),
    ],
    [
      'a reviewer is none',
      'REVIEWER_REFUSED',
      '`reviewers`',
      rest(
        422,
        'Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the acme/flux-gitops repository.',
      ),
    ],
    [
      'a team is none',
      'REVIEWER_REFUSED',
      '`team-reviewers`',
      rest(422, "Could not resolve to a node with the global id of 'T_kwDOAAAAAA'."),
    ],
    [
      'auto-merge is switched off',
      'AUTO_MERGE_REFUSED',
      '`auto-merge`',
      graphql('UNPROCESSABLE', 'Pull request Auto merge is not allowed for this repository'),
    ],
    [
      'this way of merging is switched off',
      'AUTO_MERGE_REFUSED',
      '`auto-merge`',
      graphql('UNPROCESSABLE', 'Rebase merges are not allowed on this repository.'),
    ],
    [
      'this way of merging is switched off, in other words',
      'AUTO_MERGE_REFUSED',
      '`auto-merge`',
      graphql('UNPROCESSABLE', 'Merge method squash merging is not allowed on this repository'),
    ],
    [
      'the rate limit is used up',
      'GITHUB_RATE_LIMITED',
      '`timeout`',
      graphql('RATE_LIMITED', 'API rate limit exceeded'),
    ],
    [
      'a secondary rate limit is met',
      'GITHUB_RATE_LIMITED',
      'later',
      rest(403, 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'),
    ],
    [
      'the repository is archived',
      'REPOSITORY_ARCHIVED',
      'Unarchive it',
      graphql('FORBIDDEN', 'Repository was archived so is read-only.'),
    ],
    [
      'a rule asks for signed commits',
      'BRANCH_PROTECTED',
      'web commit signing',
      graphql('BRANCH_PROTECTION_RULE_VIOLATION', 'Commits must have valid signatures.'),
    ],
    [
      'a ruleset asks for signed commits, as REST says it',
      'BRANCH_PROTECTED',
      'GITHUB_TOKEN',
      rest(409, 'Repository rule violations found\n\nCommits must have verified signatures.\n\n'),
    ],
    ['too much was asked', 'GITHUB_RATE_LIMITED', 'later', rest(429, 'Too Many Requests')],
    [
      'GitHub refuses it for any other reason',
      'GITHUB_REFUSED',
      'settings',
      graphql('UNPROCESSABLE', 'Pull Request is not mergeable'),
    ],
  ])('%s: %s', async (_, code, remedy, shape) => {
    const failure = explainFailure(await failureOf(shape), write);
    expect(failure).toBeInstanceOf(ActionError);
    expect(failure).toMatchObject({ code, remedy: expect.stringContaining(remedy) });
    expect(failure.message).toMatch(/^Cannot commit to main of acme\/flux-gitops: [^.]+\.$/);
  });

  test.each<[string, Shape]>([
    ['the connection breaks', { api: 'graphql', effect: { reset: true } }],
    ['the server fails', rest(502, 'Bad Gateway')],
  ])('%s on reading: GITHUB_UNREACHABLE', async (_, shape) => {
    expect(explainFailure(await failureOf(shape), read)).toMatchObject({
      code: 'GITHUB_UNREACHABLE',
      message: 'Cannot read acme/flux-gitops: GitHub did not answer, though it was asked again and again.',
    });
  });

  test('something else than GitHub answers on reading: GITHUB_UNREACHABLE', () => {
    expect(explainFailure(new MalformedAnswer('a page'), read)).toMatchObject({
      code: 'GITHUB_UNREACHABLE',
      message:
        'Cannot read acme/flux-gitops: what answered is not the API of GitHub, or only a part of the answer arrived.',
      remedy: expect.stringContaining('GITHUB_API_URL'),
    });
  });
});

describe('an explanation', () => {
  test('says what remains of what was begun', async () => {
    const shape = graphql('FORBIDDEN', 'Resource not accessible by integration');
    const failure = explainFailure(await failureOf(shape), { ...write, remains: 'the branch x stays' });
    expect(failure.message).toMatch(/: the token may not do this there; the branch x stays\.$/);
    expect(failure).toMatchObject({ changedSomething: true });
    expect(explainFailure(await failureOf(shape), write)).toMatchObject({ changedSomething: false });
  });

  test('leaves the errors of this action as they are, but that a write which the deadline cuts off may have arrived', () => {
    const error = new ActionError('DEADLINE_EXCEEDED', { message: 'Cannot finish.', remedy: 'Give it more.' });
    const stale = new StalePlan(false, error);
    expect(explainFailure(error, read)).toBe(error);
    expect(explainFailure(stale, write)).toBe(stale);
    expect(explainFailure(error, write)).toMatchObject({ mayHaveWritten: true, cause: error });
  });

  test("names GitHub's own word for a refusal that is not known, or says that there is none", async () => {
    const refusalOf = async (shape: Shape) => explainFailure(await failureOf(shape), read).message;
    expect(await refusalOf(graphql('UNPROCESSABLE', 'no'))).toMatch(/: GitHub refused it with UNPROCESSABLE\.$/);
    expect(await refusalOf(rest(418, 'no'))).toMatch(/: GitHub refused it with status 418\.$/);
    expect(await refusalOf(graphql(undefined, 'no'))).toMatch(/: GitHub refused it\.$/);
  });

  const canary = 'canary-9f2\n::error::x';
  test.each<[string, Shape]>([
    ['a message', graphql('UNPROCESSABLE', canary)],
    ['a message beside known words', graphql('FORBIDDEN', `Resource not accessible by integration ${canary}`)],
    ['a type', graphql(canary, 'no')],
    ['a type in capitals, at length', graphql('CANARY_9F2'.repeat(100), 'no')],
    ['a message over REST', rest(422, canary)],
    ['a page', { api: 'rest', effect: { status: 403, body: `<html>${canary}</html>` } }],
    ['the page of a proxy', { api: 'rest', effect: { status: 502, body: canary } }],
  ])('never repeats what the server says: %s', async (_, shape) => {
    const failure = explainFailure(await failureOf(shape), read);
    expect(failure).toBeInstanceOf(ActionError);
    const said = formatError(failure as ActionError);
    expect(said).not.toMatch(/canary|::|\n/i);
  });
});

test.each([
  ['a ref named ', 'a ref named '],
  ['Ref is at', ' is at '],
  ['the branch', 'the branch '],
  ['is in', 'is in '],
])('a megabyte of %j is looked at in no time', async (start, repeated) => {
  const thrown = await failureOf(graphql('UNPROCESSABLE', `${start}${repeated.repeat(2 ** 20 / repeated.length)}`));
  const begin = performance.now();
  expect(explainFailure(thrown, write)).toMatchObject({ code: 'GITHUB_REFUSED' });
  expect(performance.now() - begin).toBeLessThan(100);
});

describe('a refusal', () => {
  test('is read from what Octokit throws, and from nothing else', async () => {
    expect(
      parseRefusal(await failureOf(graphql('UNPROCESSABLE', 'Pull request Pull request is in clean status'))),
    ).toEqual({
      status: undefined,
      type: 'UNPROCESSABLE',
      message: 'Pull request Pull request is in clean status',
    });
    expect(parseRefusal(await failureOf(rest(422, 'no')))).toMatchObject({ status: 422, type: '', message: 'no' });
    expect(parseRefusal(new TypeError('fetch failed'))).toBeUndefined();
    expect(parseRefusal('no')).toBeUndefined();
  });
});
