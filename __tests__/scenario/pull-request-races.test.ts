// Others are at work at the same time, and answers get lost: afterwards there is one pull request with one commit.
import { describe, expect, test } from 'vitest';
import type { Fault, LoggedRequest } from '../stand-ins/github/github.ts';
import type { World } from '../stand-ins/world.ts';
import {
  branches,
  commitsOn,
  expectOneProposal,
  HEAD,
  openPullRequests,
  propose,
  setBranch,
  startWorldWith,
  watchSops,
  writes,
} from './proposals.ts';
import { openManifest, operations, reportOf } from './reading.ts';

const is =
  (name: string): Fault['when'] =>
  ({ operationName, path }: LoggedRequest) =>
    operationName === name || path.endsWith(name);

const kmsCalls = ({ google }: { google: readonly { service: string }[] }): number =>
  google.filter(({ service }) => service === 'cloudkms').length;

/** A world in which version 1 is proposed by pull request #1. */
async function startProposed({ versions = 2 } = {}): Promise<World> {
  const world = await startWorldWith({ versions });
  await using run = await propose(world, { version: '1' });
  expect(run.exitCode, run.stdout).toBe(0);
  return world;
}

describe('somebody else, between the read and the write', () => {
  test.concurrent('makes the branch for work of their own: that stops the run', async () => {
    await using world = await startWorldWith({ versions: 1 });
    let pushed: string | undefined;
    world.github.fault({
      when: is('CommitOnNewBranch'),
      before: async () => {
        pushed = await world.flux.commit({ branch: HEAD, files: { 'mine.md': 'Mine.\n' } });
      },
    });
    await using run = await propose(world, { version: '1' });

    expect(reportOf(run).error?.code, run.stdout).toBe('BRANCH_HAS_OTHER_COMMITS');
    expect(world.flux.refs()).toEqual({
      [`refs/heads/${HEAD}`]: pushed,
      'refs/heads/main': world.flux.head('main'),
    });
    expect(world.flux.pullRequests).toEqual([]);
  });

  test.concurrent('makes the branch at the base: the run goes on with it', async () => {
    await using world = await startWorldWith({ versions: 1 });
    const base = world.flux.head('main');
    world.github.fault({ when: is('CommitOnNewBranch'), before: () => setBranch(world, HEAD, base) });
    await using run = await propose(world, { version: '1' });

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'created', 'pull-request-operation': 'created' });
    expectOneProposal(world, { parent: base });
    expect(kmsCalls(run)).toBe(1);
  });

  test.concurrent('commits to the new branch before this run does: theirs survives', async () => {
    await using world = await startWorldWith({ versions: 1 });
    let pushed: string | undefined;
    world.github.fault({
      when: is('CommitOnNewBranch'),
      beforeRefUpdate: async () => {
        pushed = await world.flux.commit({ branch: HEAD, files: { 'mine.md': 'Mine.\n' } });
      },
    });
    await using run = await propose(world, { version: '1' });

    expect(reportOf(run).error?.code, run.stdout).toBe('BRANCH_HAS_OTHER_COMMITS');
    expect(world.flux.head(HEAD)).toBe(pushed);
    expect(branches(world)).toEqual([HEAD, 'main']);
  });

  test.concurrent.for(['before', 'beforeRefUpdate'] as const)(
    'pushes to the head that is to be rewritten: theirs survives, and the pull request stays as it is (%s)',
    async (effect) => {
      await using world = await startProposed();
      const before = structuredClone(openPullRequests(world)[0]);
      let pushed: string | undefined;
      const push = async () => {
        pushed = await world.flux.commit({ branch: HEAD, files: { 'mine.md': 'Mine.\n' } });
      };
      world.github.fault({
        when: is('UpdateRefs'),
        ...(effect === 'before' ? { before: push } : { beforeRefUpdate: push }),
      });
      await using run = await propose(world, { version: '2' });

      expect(reportOf(run).error?.code, run.stdout).toBe('BRANCH_HAS_OTHER_COMMITS');
      expect(branches(world)).toEqual([HEAD, 'main']);
      expect(openPullRequests(world)).toEqual([{ ...before, headRefOid: pushed }]);
      expect(world.flux.head(HEAD)).toBe(pushed);
    },
  );

  test.concurrent('pushes to the head while it is being read: theirs survives', async () => {
    await using world = await startProposed();
    let pushed: string | undefined;
    world.github.fault({
      when: is('Comparison'),
      before: async () => {
        pushed = await world.flux.commit({ branch: HEAD, files: { 'mine.md': 'Mine.\n' } });
      },
    });
    await using run = await propose(world, { version: '2' });

    expect(reportOf(run).error?.code, run.stdout).toBe('BRANCH_HAS_OTHER_COMMITS');
    expect(operations(run)).toEqual(['Snapshot', 'Head', 'Comparison', 'Snapshot', 'Head', 'Comparison']);
    expect(world.flux.head(HEAD)).toBe(pushed);
  });

  test.concurrent('updates the branch with the button: the run takes that in, and encrypts once', async () => {
    await using world = await startProposed();
    await world.flux.commit({ branch: 'main', files: { 'apps/other.yaml': 'a: 1\n' } });
    world.github.fault({ when: is('UpdateRefs'), before: () => world.flux.updateBranch(1) });
    await using run = await propose(world, { version: '2' });

    expect(run.outputs, run.stdout).toMatchObject({ version: '2', 'pull-request-operation': 'updated' });
    expectOneProposal(world, { parent: world.flux.head('main') });
    expect(kmsCalls(run)).toBe(1);
  });

  const endings: { how: string; when: string; end: (world: World) => Promise<unknown>; encryptions: number }[] = [
    {
      how: 'merges the pull request before its branch is rewritten',
      when: 'UpdateRefs',
      end: ({ flux }) => flux.merge({ base: 'main', head: HEAD, method: 'squash' }),
      encryptions: 1,
    },
    {
      how: 'merges the pull request and deletes its branch',
      when: 'UpdateRefs',
      end: async (world) => {
        await world.flux.merge({ base: 'main', head: HEAD, method: 'merge' });
        await setBranch(world, HEAD, undefined);
      },
      encryptions: 1,
    },
    {
      how: 'closes the pull request while its branch is rewritten',
      when: 'UpdatePullRequest',
      end: ({ flux }) => Promise.resolve(Object.assign(flux.pullRequests[0] ?? {}, { state: 'CLOSED' })),
      encryptions: 1,
    },
  ];

  test.concurrent.for(endings)('$how: another one is opened', async ({ when, end, encryptions }) => {
    await using world = await startProposed();
    world.github.fault({ when: is(when), before: () => end(world) });
    await using run = await propose(world, { version: '2' });

    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.outputs).toMatchObject({
      version: '2',
      'pull-request-number': '2',
      'pull-request-operation': 'created',
      'commit-sha': world.flux.head(HEAD),
    });
    expectOneProposal(world, { parent: world.flux.head('main') });
    expect((await openManifest(world, { branch: HEAD })).payloads['token']?.toString()).toBe('payload 2');
    expect(kmsCalls(run)).toBe(encryptions);
  });

  test.concurrent('pushes the new commit to the base before a pull request is open: nothing is left to do', async () => {
    await using world = await startWorldWith({ versions: 1 });
    world.github.fault({
      when: is('OpenPullRequest'),
      before: () => setBranch(world, 'main', world.flux.head(HEAD)),
    });
    await using run = await propose(world, { version: '1' });

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'unchanged', 'pull-request-operation': 'none' });
    expect(branches(world)).toEqual(['main']);
    expect(world.flux.pullRequests).toEqual([]);
  });

  test.concurrent('deletes the new branch before a pull request is open: it is made again', async () => {
    await using world = await startWorldWith({ versions: 1 });
    world.github.fault({ when: is('OpenPullRequest'), before: () => setBranch(world, HEAD, undefined) });
    await using run = await propose(world, { version: '1' });

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'created', 'pull-request-operation': 'created' });
    expectOneProposal(world, { parent: world.flux.head('main') });
    expect(kmsCalls(run)).toBe(1);
  });

  test.concurrent('changes the file on the base: the next run makes the pull request fit', async () => {
    await using world = await startWorldWith({ versions: 2 });
    await using direct = await world.run({ version: '1' });
    world.github.fault({
      when: is('CommitOnNewBranch'),
      before: async () => {
        await using other = await world.run({ version: '1', refresh: 'true' });
        expect(other.exitCode).toBe(0);
      },
    });
    await using run = await propose(world, { version: '2' });
    await using next = await propose(world, { version: '2' });

    expect([direct.exitCode, run.exitCode], run.stdout).toEqual([0, 0]);
    expect(commitsOn(world)).toHaveLength(1);
    expect(next.outputs, next.stdout).toMatchObject({ 'pull-request-operation': 'updated' });
    expectOneProposal(world, { parent: world.flux.head('main') });
    expect(kmsCalls(next)).toBe(0);
  });
});

describe('another run at the same time', () => {
  test.concurrent('for the same version makes one pull request with it', async () => {
    await using world = await startWorldWith({ versions: 1 });
    const runs = await Promise.all([propose(world, { version: '1' }), propose(world, { version: '1' })]);

    for (const run of runs) {
      await using ended = run;
      expect(ended.exitCode, ended.stdout).toBe(0);
      expect(ended.outputs['pull-request-number']).toBe('1');
    }
    expectOneProposal(world, { parent: world.flux.head('main') });
  });

  test.concurrent('for another version makes one pull request with it, for one of them', async () => {
    await using world = await startProposed({ versions: 3 });
    const runs = await Promise.all([propose(world, { version: '2' }), propose(world, { version: '3' })]);

    for (const run of runs) {
      await using ended = run;
      expect(ended.exitCode, ended.stdout).toBe(0);
    }
    const pullRequest = expectOneProposal(world, { parent: world.flux.head('main') });
    const { payloads } = await openManifest(world, { branch: HEAD });
    expect(pullRequest.number).toBe(1);
    expect(payloads['token']?.toString()).toMatch(/^payload [23]$/);
  });

  test.concurrent('that was faster from beginning to end is taken for what it is', async () => {
    await using world = await startWorldWith({ versions: 1 });
    world.github.fault({
      when: is('CommitOnNewBranch'),
      before: async () => {
        await using other = await propose(world, { version: '1' });
        expect(other.outputs['pull-request-operation']).toBe('created');
      },
    });
    await using run = await propose(world, { version: '1' });

    expect(run.outputs, run.stdout).toMatchObject({
      outcome: 'unchanged',
      'commit-sha': '',
      'pull-request-number': '1',
      'pull-request-operation': 'none',
    });
    expectOneProposal(world, { parent: world.flux.head('main') });
  });
});

interface Lost {
  name: string;
  /** What is proposed before; nothing where it is undefined. */
  proposed?: string;
  inputs?: Record<string, string>;
  operation: 'created' | 'updated';
}

const settings = { labels: 'secrets', reviewers: 'octocat' };
const LOST: readonly Lost[] = [
  { name: 'CommitOnNewBranch', operation: 'created' },
  { name: 'OpenPullRequest', inputs: settings, operation: 'created' },
  { name: '/labels', inputs: settings, operation: 'created' },
  { name: '/requested_reviewers', inputs: settings, operation: 'created' },
  { name: 'EnableAutoMerge', inputs: { 'auto-merge': 'squash' }, operation: 'created' },
  { name: 'CommitOnNewBranch', proposed: '1', operation: 'updated' },
  { name: 'UpdateRefs', proposed: '1', inputs: settings, operation: 'updated' },
  { name: 'UpdatePullRequest', proposed: '1', operation: 'updated' },
];
const EFFECTS = [{ effect: { loseAnswer: true } }, { effect: { reset: true } }, { effect: { status: 502 } }] as const;

describe('an answer that is lost', () => {
  const cases = LOST.flatMap((lost) => EFFECTS.map(({ effect }) => ({ ...lost, effect })));

  test.concurrent.for(cases)(
    'by $effect at $name, when it was $operation, changes nothing in the end',
    async (lost) => {
      await using world = await startWorldWith({ versions: 2 });
      if (lost.proposed !== undefined) {
        await using first = await propose(world, { version: lost.proposed });
        expect(first.exitCode, first.stdout).toBe(0);
      }
      const base = world.flux.head('main');
      world.github.fault({ when: is(lost.name), ...lost.effect });
      await using run = await propose(world, { version: '2', ...lost.inputs });

      expect(run.exitCode, run.stdout).toBe(0);
      const pullRequest = expectOneProposal(world, { parent: base });
      const isNew = lost.operation === 'created';
      expect(pullRequest).toMatchObject({
        number: 1,
        title: 'Set kbot-token to version 2 of TELE_TOKEN',
        labels: isNew && lost.inputs?.['labels'] ? ['secrets'] : [],
        reviewers: isNew && lost.inputs?.['reviewers'] ? ['octocat'] : [],
      });
      expect(pullRequest.autoMerge === undefined).toBe(lost.inputs?.['auto-merge'] === undefined);
      expect(world.flux.pullRequests).toHaveLength(1);
      expect(run.outputs).toMatchObject({
        outcome: 'created',
        changed: 'true',
        version: '2',
        'commit-sha': world.flux.head(HEAD),
        'pull-request-number': '1',
        'pull-request-operation': lost.operation,
      });
      expect(kmsCalls(run)).toBe(1);
    },
  );

  test.concurrent('to the merge of a pull request: it is merged once, and stays merged', async () => {
    await using world = await startWorldWith({ versions: 1 });
    world.flux.settings.pullRequestsInCleanStatus = true;
    world.github.fault({ when: is('Merge'), loseAnswer: true });
    await using run = await propose(world, { 'auto-merge': 'merge' });

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'created', 'pull-request-operation': 'created' });
    expect(world.flux.pullRequests.map(({ state }) => state)).toEqual(['MERGED']);
    expect(world.flux.log('main')).toHaveLength(3);
  });

  test.concurrent.for(EFFECTS)('to the deletion of a branch, by $effect: it is gone', async ({ effect }) => {
    await using world = await startProposed();
    await using direct = await world.run({ version: '1' });
    world.github.fault({ when: is('UpdateRefs'), ...effect });
    await using run = await propose(world, { version: '1' });

    expect(direct.exitCode).toBe(0);
    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.outputs['outcome']).toBe('unchanged');
    expect(branches(world)).toEqual(['main']);
    expect(openPullRequests(world)).toEqual([]);
  });

  test.concurrent('on an earlier run’s branch: the pull request gets what it was to have', async () => {
    await using world = await startWorldWith({ versions: 1 });
    world.flux.settings.mayCreatePullRequests = false;
    await using refused = await propose(world, { version: '1' });
    world.flux.settings.mayCreatePullRequests = true;
    world.github.fault({ when: is('OpenPullRequest'), loseAnswer: true });
    await using run = await propose(world, { version: '1', ...settings });

    expect(refused.exitCode).toBe(1);
    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'created', 'pull-request-operation': 'created' });
    expect(openPullRequests(world)).toEqual([
      expect.objectContaining({ number: 1, labels: ['secrets'], reviewers: ['octocat'] }),
    ]);
  });

  test.concurrent('does not ask for a review again of a pull request that was open before', async () => {
    await using world = await startProposed();
    world.github.fault({ when: is('UpdateRefs'), loseAnswer: true });
    await using run = await propose(world, { version: '2', reviewers: 'nobody-here' });

    expect(run.outputs, run.stdout).toMatchObject({ 'pull-request-operation': 'updated' });
    expectOneProposal(world, { parent: world.flux.head('main') });
  });
});

describe('a request of two halves whose second one is refused', () => {
  test.concurrent('leaves no new branch behind', async () => {
    await using world = await startWorldWith({ versions: 1 });
    const base = world.flux.head('main');
    world.flux.settings.protectedBranches = [HEAD];
    world.github.fault({
      when: is('UpdateRefs'),
      before: () => Promise.resolve(world.flux.settings.protectedBranches.pop()),
    });
    await using run = await propose(world, { version: '1' });

    expect(reportOf(run).error).toMatchObject({
      code: 'BRANCH_PROTECTED',
      message: expect.stringMatching(/: a rule protects the branch against this token\.$/),
    });
    expect(writes(run)).toEqual(['CommitOnNewBranch', 'UpdateRefs']);
    expect(world.flux.refs()).toEqual({ 'refs/heads/main': base });
    expect(world.flux.pullRequests).toEqual([]);
  });

  test.concurrent('leaves no branch beside the head, and the head as it was', async () => {
    await using world = await startProposed();
    const before = { refs: world.flux.refs(), pullRequests: structuredClone(world.flux.pullRequests) };
    world.github.fault({
      when: is('CommitOnNewBranch'),
      before: () => {
        const beside = /"branchName":"([^"]+)"/.exec(world.github.requests.at(-1)?.body ?? '')?.[1];
        return Promise.resolve(world.flux.settings.protectedBranches.push(beside ?? ''));
      },
    });
    world.github.fault({
      when: is('UpdateRefs'),
      before: () => Promise.resolve(world.flux.settings.protectedBranches.pop()),
    });
    await using run = await propose(world, { version: '2' });

    expect(reportOf(run).error?.code, run.stdout).toBe('BRANCH_PROTECTED');
    expect({ refs: world.flux.refs(), pullRequests: world.flux.pullRequests }).toEqual(before);
  });
});

describe('the end of the run’s time', () => {
  test.concurrent('while the head is rewritten leaves no branch beside it, and the pull request as it was', async () => {
    await using world = await startProposed();
    const before = { refs: world.flux.refs(), pullRequests: structuredClone(world.flux.pullRequests) };
    world.github.fault({ when: is('UpdateRefs'), hang: true });
    await using run = await propose(world, { version: '2', timeout: '6s' });

    expect(run.exitCode).toBe(1);
    expect(reportOf(run).error?.code, run.stdout).toBe('PUBLICATION_UNCERTAIN');
    expect({ refs: world.flux.refs(), pullRequests: world.flux.pullRequests }).toEqual(before);
  });

  test.concurrent('while the pull request is opened leaves the branch, and the next run goes on from it', async () => {
    await using world = await startWorldWith({ versions: 1 });
    world.github.fault({ when: is('OpenPullRequest'), hang: true });
    await using run = await propose(world, { version: '1', timeout: '6s' });
    await using sops = await watchSops();
    await using next = await propose(world, { version: '1' }, { pathFirst: [sops.directory] });

    expect(reportOf(run).error?.code, run.stdout).toBe('PUBLICATION_UNCERTAIN');
    expect(operations(run)).toEqual(['Snapshot', 'Head', 'CommitOnNewBranch', 'OpenPullRequest']);
    expect(next.outputs, next.stdout).toMatchObject({ outcome: 'created', 'pull-request-operation': 'created' });
    expect(await sops.calls()).toEqual([]);
    expectOneProposal(world, { parent: world.flux.head('main') });
  });
});
