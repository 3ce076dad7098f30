// What a new pull request is given: labels, reviewers, draft, auto-merge. With what GitHub refuses it rather is none.
import { describe, expect, test } from 'vitest';
import type { Fault, RepositorySettings } from '../stand-ins/github/github.ts';
import { FLUX_REPOSITORY, type World } from '../stand-ins/world.ts';
import {
  branches,
  expectOneProposal,
  HEAD,
  openPullRequests,
  propose,
  setBranch,
  startWorldWith,
  writes,
} from './proposals.ts';
import { reportOf } from './reading.ts';

const labelsOf = (number: number) => `POST /repos/${FLUX_REPOSITORY}/issues/${number}/labels`;
const reviewersOf = (number: number) => `POST /repos/${FLUX_REPOSITORY}/pulls/${number}/requested_reviewers`;

describe('a new pull request', () => {
  test.concurrent('gets labels, reviewers and teams, and is a draft where that is wished', async () => {
    await using world = await startWorldWith({ versions: 1 });
    await using run = await propose(world, {
      labels: 'secrets, flux',
      reviewers: 'octocat\nhubot',
      'team-reviewers': 'platform',
      draft: 'true',
    });

    expect(run.exitCode, run.stdout).toBe(0);
    expect(writes(run)).toEqual(['CommitOnNewBranch', 'OpenPullRequest', labelsOf(1), reviewersOf(1)]);
    expect(expectOneProposal(world, { parent: world.flux.head('main') })).toMatchObject({
      labels: ['secrets', 'flux'],
      reviewers: ['octocat', 'hubot'],
      teamReviewers: ['platform'],
      isDraft: true,
      autoMerge: undefined,
    });
  });

  test.concurrent('gets them also where its branch is an earlier run’s', async () => {
    await using world = await startWorldWith({ versions: 1 });
    world.flux.settings.mayCreatePullRequests = false;
    await using refused = await propose(world, { version: '1' });
    world.flux.settings.mayCreatePullRequests = true;
    await using run = await propose(world, { version: '1', labels: 'secrets', 'auto-merge': 'squash' });

    expect([refused.exitCode, run.exitCode], run.stdout).toEqual([1, 0]);
    expect(openPullRequests(world)).toEqual([
      expect.objectContaining({ labels: ['secrets'], autoMerge: expect.objectContaining({ mergeMethod: 'SQUASH' }) }),
    ]);
  });

  test.concurrent.for(['merge', 'squash', 'rebase'])('waits to be merged by %s', async (method) => {
    await using world = await startWorldWith({ versions: 1 });
    await using run = await propose(world, { 'auto-merge': method });

    expect(run.exitCode, run.stdout).toBe(0);
    expect(writes(run)).toEqual(['CommitOnNewBranch', 'OpenPullRequest', 'EnableAutoMerge']);
    const pullRequest = expectOneProposal(world, { parent: world.flux.head('main') });
    expect(pullRequest.autoMerge?.mergeMethod).toBe(method.toUpperCase());
    const [enabling] = run.github.filter(({ operationName }) => operationName === 'EnableAutoMerge');
    expect(enabling?.variables).toMatchObject({ autoMerge: { expectedHeadOid: world.flux.head(HEAD) } });
  });

  test.concurrent.for(['merge', 'squash'])('that nothing keeps from it is merged at once by %s', async (method) => {
    await using world = await startWorldWith({ versions: 1 });
    world.flux.settings.pullRequestsInCleanStatus = true;
    const base = world.flux.head('main');
    await using run = await propose(world, { version: '1', 'auto-merge': method, labels: 'secrets' });

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'created', 'pull-request-operation': 'created' });
    expect(world.flux.pullRequests).toEqual([expect.objectContaining({ state: 'MERGED', labels: ['secrets'] })]);
    const [merged] = world.flux.log('main');
    expect(merged?.parents).toEqual(method === 'merge' ? [base, run.outputs['commit-sha']] : [base]);

    await using next = await propose(world, { version: '1', 'auto-merge': method, labels: 'secrets' });
    expect(next.outputs, next.stdout).toMatchObject({ outcome: 'unchanged', 'pull-request-operation': 'none' });
    expect(branches(world)).toEqual(['main']);
  });
});

interface Refused {
  what: string;
  inputs: Record<string, string>;
  settings?: Partial<RepositorySettings>;
  fault?: Fault;
  code: string;
  reason: string;
  /** A part of what a person is told to do. */
  remedy: string;
}

const isReviewRequest: Fault['when'] = ({ path }) => path.endsWith('/requested_reviewers');
const isAutoMerge: Fault['when'] = ({ operationName }) => operationName === 'EnableAutoMerge';
const refusal = (message: string) => ({
  status: 200,
  body: {
    data: { enablePullRequestAutoMerge: null },
    errors: [{ type: 'UNPROCESSABLE', path: ['enablePullRequestAutoMerge'], message }],
  },
});

const REFUSED: readonly Refused[] = [
  {
    what: 'an unknown reviewer',
    inputs: { reviewers: 'octocat, nobody-here' },
    code: 'REVIEWER_REFUSED',
    reason: 'a reviewer is not a collaborator',
    remedy: '`reviewers`',
  },
  {
    what: 'an unknown team',
    inputs: { 'team-reviewers': 'nobody-here' },
    code: 'REVIEWER_REFUSED',
    reason: 'a reviewer is not a collaborator',
    remedy: '`team-reviewers`',
  },
  {
    what: 'its own author as a reviewer',
    inputs: { reviewers: 'octocat' },
    fault: {
      when: isReviewRequest,
      status: 422,
      body: { message: 'Review cannot be requested from pull request author.' },
    },
    code: 'REVIEWER_REFUSED',
    reason: 'the author of the pull request',
    remedy: '`reviewers`',
  },
  {
    what: 'auto-merge, which is switched off',
    inputs: { 'auto-merge': 'squash' },
    settings: { autoMergeAllowed: false },
    code: 'AUTO_MERGE_REFUSED',
    reason: 'it does not allow auto-merge',
    remedy: '`auto-merge`',
  },
  {
    what: 'a way of merging that is switched off',
    inputs: { 'auto-merge': 'rebase' },
    settings: { pullRequestsInCleanStatus: true },
    code: 'AUTO_MERGE_REFUSED',
    reason: 'not this way of merging',
    remedy: '`auto-merge`',
  },
  {
    what: 'auto-merge while checks run that are not required',
    inputs: { 'auto-merge': 'merge' },
    fault: { when: isAutoMerge, ...refusal('Pull request Pull request is in unstable status') },
    code: 'AUTO_MERGE_REFUSED',
    reason: 'requires none of the checks',
    remedy: 'require the checks',
  },
  {
    what: 'labels, which the token may not set',
    inputs: { labels: 'secrets' },
    fault: {
      when: ({ path }) => path.endsWith('/labels'),
      status: 403,
      body: { message: 'Resource not accessible by integration' },
    },
    code: 'TOKEN_LACKS_PERMISSION',
    reason: 'the token may not do this there',
    remedy: 'pull-requests: write',
  },
];

function arrange(world: World, { settings, fault }: Refused): void {
  Object.assign(world.flux.settings, settings);
  if (fault !== undefined) world.github.fault(fault);
}

describe('a pull request that was asked to have', () => {
  test.concurrent.for(REFUSED)('$what is closed again, and its branch deleted', async (refused) => {
    await using world = await startWorldWith({ versions: 1 });
    arrange(world, refused);
    const base = world.flux.head('main');
    await using run = await propose(world, { version: '1', ...refused.inputs });

    expect(run.exitCode, run.stdout).toBe(1);
    const error = reportOf(run).error;
    expect(error?.code).toBe(refused.code);
    expect(error?.message).toContain(`Cannot set up pull request #1 of ${FLUX_REPOSITORY}: `);
    expect(error?.message).toContain(refused.reason);
    expect(error?.message).toContain('; it was closed again, and its branch deleted.');
    expect(error?.remedy).toContain(refused.remedy);
    expect(run.outputs).toMatchObject({ outcome: 'failed', changed: 'false' });
    expect(world.flux.refs()).toEqual({ 'refs/heads/main': base });
    expect(world.flux.pullRequests.map(({ state }) => state)).toEqual(['CLOSED']);

    await using next = await propose(world, { version: '1' });
    expect(next.outputs, next.stdout).toMatchObject({ outcome: 'created', 'pull-request-number': '2' });
  });

  test.concurrent('an unknown reviewer leaves a branch that was somebody’s before', async () => {
    await using world = await startWorldWith({ versions: 1 });
    await setBranch(world, 'production', world.flux.head('main'));
    await using run = await propose(world, { branch: 'production', reviewers: 'nobody-here' });

    expect(reportOf(run).error).toMatchObject({ code: 'REVIEWER_REFUSED', changedSomething: true });
    expect(reportOf(run).error?.message).toContain('; it stays open as it is.');
    expect(branches(world)).toEqual(['main', 'production']);
  });

  test.concurrent('an unknown reviewer stays open where somebody has pushed to it meanwhile', async () => {
    await using world = await startWorldWith({ versions: 1 });
    let pushed: string | undefined;
    world.github.fault({
      when: isReviewRequest,
      before: async () => {
        pushed = await world.flux.commit({ branch: HEAD, files: { 'mine.md': 'Mine.\n' } });
      },
    });
    await using run = await propose(world, { reviewers: 'nobody-here' });

    expect(reportOf(run).error).toMatchObject({
      code: 'REVIEWER_REFUSED',
      message: expect.stringContaining('; it stays open as it is.'),
    });
    expect(world.flux.head(HEAD)).toBe(pushed);
    expect(openPullRequests(world)).toHaveLength(1);
  });

  test.concurrent('an unknown reviewer stays open where its branch may not be deleted', async () => {
    await using world = await startWorldWith({ versions: 1 });
    world.github.fault({
      when: isReviewRequest,
      before: () => Promise.resolve(world.flux.settings.protectedBranches.push(HEAD)),
    });
    await using run = await propose(world, { reviewers: 'nobody-here' });

    expect(reportOf(run).error).toMatchObject({
      code: 'REVIEWER_REFUSED',
      message: expect.stringContaining('; it stays open as it is.'),
    });
    expectOneProposal(world, { parent: world.flux.head('main') });
  });
});
