// The head branch in every state that it may be found in: behind its base, merged, closed, reverted, somebody else's.
import { describe, expect, test } from 'vitest';
import { git } from '../stand-ins/github/git.ts';
import { FILE, FLUX_REPOSITORY, type World } from '../stand-ins/world.ts';
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

/** A world in which version 1 is proposed by pull request #1. */
async function startProposed({ versions = 1 } = {}): Promise<World> {
  const world = await startWorldWith({ versions });
  await using run = await propose(world, { version: '1' });
  expect(run.exitCode, run.stdout).toBe(0);
  return world;
}

const payload = async (world: World): Promise<string | undefined> =>
  (await openManifest(world, { branch: HEAD })).payloads['token']?.toString();

describe('a base that has moved on', () => {
  test.concurrent('without touching the file leaves the branch as it is', async () => {
    await using world = await startProposed();
    const head = world.flux.head(HEAD);
    await world.flux.commit({ branch: 'main', files: { 'apps/other.yaml': 'a: 1\n' } });
    await using run = await propose(world, { version: '1' });

    expect(run.outputs).toMatchObject({ outcome: 'unchanged', 'pull-request-operation': 'none' });
    expect(writes(run)).toEqual([]);
    expect(world.flux.head(HEAD)).toBe(head);
  });

  test.concurrent('and changed the file gets the change anew, with the ciphertext that is still right', async () => {
    await using world = await startProposed({ versions: 2 });
    await using second = await propose(world, { version: '2' });
    await using direct = await world.run({ version: '1' });
    const before = world.manifest(HEAD);
    await using sops = await watchSops();
    await using run = await propose(world, { version: '2' }, { pathFirst: [sops.directory] });

    expect([second.exitCode, direct.exitCode]).toEqual([0, 0]);
    expect(run.outputs, run.stdout).toMatchObject({
      outcome: 'updated',
      version: '2',
      'pull-request-operation': 'updated',
    });
    expect(expectOneProposal(world, { parent: direct.outputs['commit-sha'] })).toMatchObject({ number: 1 });
    expect(world.manifest(HEAD)).toBe(before);
    expect(await sops.calls()).toEqual([]);
    expect(run.google).toEqual([]);
    expect(openPullRequests(world)[0]?.body).toContain('| `1` | `2` |');
  });

  test.concurrent('and gave the manifest a label keeps it', async () => {
    await using world = await startWorldWith({ versions: 2 });
    await using first = await world.run({ version: '1' });
    await using second = await propose(world, { version: '2' });
    const labelled = world.manifest().replace('    labels:\n', '    labels:\n        team: kbots\n');
    const files = { [FILE]: labelled.replace('  labels:\n', '  labels:\n    team: kbots\n') };
    const base = await world.flux.commit({ branch: 'main', files });
    await using run = await propose(world, { version: '2' });

    expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
    expect(world.manifest()).toContain('team: kbots');
    expect(run.outputs['pull-request-operation'], run.stdout).toBe('updated');
    expectOneProposal(world, { parent: base });
    const { document, macIsValid } = await openManifest(world, { branch: HEAD });
    expect(document).toMatchObject({ metadata: { labels: { team: 'kbots' } } });
    expect(macIsValid).toBe(true);
    expect(await payload(world)).toBe('payload 2');
  });

  test.concurrent('and deleted the file gets it anew', async () => {
    await using world = await startWorldWith({ versions: 2 });
    await using first = await world.run({ version: '1' });
    await using second = await propose(world, { version: '2' });
    const base = await world.flux.commit({ branch: 'main', files: { [FILE]: null } });
    await using run = await propose(world, { version: '2' });

    expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'created', 'pull-request-operation': 'updated' });
    expectOneProposal(world, { parent: base });
  });

  test.concurrent('and changed the file after it was merged into the branch gets the change anew', async () => {
    await using world = await startWorldWith({ versions: 3 });
    await using first = await world.run({ version: '1' });
    await using second = await propose(world, { version: '3' });
    await world.flux.commit({ branch: 'main', files: { 'apps/other.yaml': 'a: 1\n' } });
    await world.flux.updateBranch(1);
    await using direct = await world.run({ version: '2' });
    await using run = await propose(world, { version: '3' });

    expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
    expect(run.outputs['pull-request-operation'], run.stdout).toBe('updated');
    expectOneProposal(world, { parent: direct.outputs['commit-sha'] });
    expect(await payload(world)).toBe('payload 3');
  });
});

describe('a merge of the base into the branch', () => {
  test.concurrent('by the button "Update branch" is left as it is', async () => {
    await using world = await startProposed();
    await world.flux.commit({ branch: 'main', files: { 'apps/other.yaml': 'a: 1\n' } });
    const merge = await world.flux.updateBranch(1);
    await using run = await propose(world, { version: '1' });

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'unchanged', 'pull-request-operation': 'none' });
    expect(writes(run)).toEqual([]);
    expect(world.flux.head(HEAD)).toBe(merge);
  });

  test.concurrent('goes with the next version', async () => {
    await using world = await startProposed({ versions: 2 });
    for (const name of ['one', 'two']) {
      await world.flux.commit({ branch: 'main', files: { [`apps/${name}.yaml`]: 'a: 1\n' } });
      await world.flux.updateBranch(1);
    }
    await using run = await propose(world, { version: '2' });

    expect(run.outputs['pull-request-operation'], run.stdout).toBe('updated');
    expect(expectOneProposal(world, { parent: world.flux.head('main') })).toMatchObject({ number: 1 });
  });

  test.concurrent('as a rebase onto it is left as it is, and goes as well', async () => {
    await using world = await startProposed({ versions: 2 });
    const [commit] = commitsOn(world);
    const files = { [FILE]: world.manifest(HEAD) };
    const base = await world.flux.commit({ branch: 'main', files: { 'apps/other.yaml': 'a: 1\n' } });
    await world.flux.commit({ branch: HEAD, files, message: commit?.message ?? '', parent: base });
    await using repeated = await propose(world, { version: '1' });
    await using run = await propose(world, { version: '2' });

    expect(repeated.outputs, repeated.stdout).toMatchObject({
      outcome: 'unchanged',
      'pull-request-operation': 'none',
    });
    expect(run.outputs['pull-request-operation'], run.stdout).toBe('updated');
    expectOneProposal(world, { parent: base });
  });

  test.concurrent('is not the merge of another branch: that stops the run', async () => {
    await using world = await startProposed({ versions: 2 });
    await world.flux.commit({ branch: 'feature', files: { 'apps/feature.yaml': 'a: 1\n' } });
    const merge = await world.flux.merge({ base: HEAD, head: 'feature', method: 'merge' });
    await using run = await propose(world, { version: '2' });

    expect(reportOf(run).error?.code).toBe('BRANCH_HAS_OTHER_COMMITS');
    expect(world.flux.head(HEAD)).toBe(merge);
  });

  test.concurrent('is not the merge of another proposal of this action: that stops the run too', async () => {
    await using world = await startProposed({ versions: 2 });
    await using other = await propose(world, { version: '1', file: 'clusters/prod/demo/kbot-token.yaml' });
    const merge = await world.flux.merge({ base: HEAD, head: other.outputs['branch'] ?? '', method: 'merge' });
    await using run = await propose(world, { version: '2' });

    expect(reportOf(run).error?.code).toBe('BRANCH_HAS_OTHER_COMMITS');
    expect(world.flux.head(HEAD)).toBe(merge);
  });
});

describe('commits of other people on the branch', () => {
  const people: { who: string; push: (world: World) => Promise<unknown> }[] = [
    {
      who: 'somebody who adds a file',
      push: ({ flux }) => flux.commit({ branch: HEAD, files: { 'clusters/dev/demo/kustomization.yaml': 'a: 1\n' } }),
    },
    {
      who: 'somebody who edits the manifest',
      push: (world) => world.flux.commit({ branch: HEAD, files: { [FILE]: `${world.manifest(HEAD)}# mine\n` } }),
    },
    {
      who: 'somebody who reverts it',
      push: ({ flux }) =>
        flux.commit({
          branch: HEAD,
          files: { [FILE]: null },
          message: `Revert "Set kbot-token"\n\nThis reverts commit ${flux.head(HEAD)}.`,
        }),
    },
    {
      who: 'somebody who commits before the base is merged in',
      push: async ({ flux }) => {
        await flux.commit({ branch: HEAD, files: { 'mine.md': 'Mine.\n' } });
        await flux.commit({ branch: 'main', files: { 'apps/other.yaml': 'a: 1\n' } });
        await flux.updateBranch(1);
      },
    },
    {
      who: 'somebody who has added a file to our commit',
      push: async (world) => {
        const [commit] = commitsOn(world);
        const files = { [FILE]: world.manifest(HEAD), 'mine.md': 'Mine.\n' };
        const parent = world.flux.head('main');
        await world.flux.commit({ branch: HEAD, files, message: commit?.message ?? '', ...(parent && { parent }) });
      },
    },
    {
      who: 'somebody who has put other work in its place',
      push: async (world) => {
        const parent = world.flux.head('main');
        await world.flux.commit({ branch: HEAD, files: { 'mine.md': 'Mine.\n' }, ...(parent && { parent }) });
      },
    },
  ];

  test.concurrent.for(people)('stop the run, and everything stays as it is: $who', async ({ push }) => {
    await using world = await startProposed({ versions: 2 });
    await push(world);
    const before = { refs: world.flux.refs(), pullRequests: structuredClone(world.flux.pullRequests) };
    await using sops = await watchSops();
    await using run = await propose(world, { version: '2' }, { pathFirst: [sops.directory] });

    expect(run.exitCode).toBe(1);
    const error = reportOf(run).error;
    expect(error?.code).toBe('BRANCH_HAS_OTHER_COMMITS');
    expect(error?.message).toBe(
      `Cannot update pull request #1 (${HEAD}): it has commits that this action did not make.`,
    );
    expect(run.outputs).toMatchObject({ outcome: 'failed', changed: 'false' });
    expect(writes(run)).toEqual([]);
    expect(await sops.calls()).toEqual([]);
    expect({ refs: world.flux.refs(), pullRequests: world.flux.pullRequests }).toEqual(before);
  });

  test.concurrent('stop the run also where there is no pull request', async () => {
    await using world = await startWorldWith({ versions: 1 });
    const oid = await world.flux.commit({ branch: 'rotate', files: { 'mine.md': 'Mine.\n' } });
    await using run = await propose(world, { branch: 'rotate' });

    expect(reportOf(run).error).toMatchObject({
      code: 'BRANCH_HAS_OTHER_COMMITS',
      message: 'Cannot update the branch rotate: it has commits that this action did not make.',
    });
    expect(world.flux.head('rotate')).toBe(oid);
    expect(world.flux.pullRequests).toEqual([]);
  });

  test.concurrent('stop the run also where nothing is left to change', async () => {
    await using world = await startProposed();
    const oid = await world.flux.commit({ branch: HEAD, files: { 'mine.md': 'Mine.\n' } });
    await using direct = await world.run({ version: '1' });
    await using run = await propose(world, { version: '1' });

    expect(direct.exitCode).toBe(0);
    expect(reportOf(run).error?.code).toBe('BRANCH_HAS_OTHER_COMMITS');
    expect(world.flux.head(HEAD)).toBe(oid);
    expect(openPullRequests(world)).toHaveLength(1);
  });

  test.concurrent('stop the run also where there are more of them than one looks at', async () => {
    await using world = await startProposed({ versions: 2 });
    const [commit] = commitsOn(world);
    // All but the last claim to be this action's.
    const message = commit?.message ?? '';
    const written = Array.from({ length: 99 }, (_, count) => [
      `commit refs/heads/${HEAD}`,
      `committer Mona Lisa <octocat@example.com> ${count} +0000`,
      `data ${Buffer.byteLength(message)}`,
      message,
      ...(count === 0 ? [`from refs/heads/${HEAD}^0`] : []),
    ]);
    await git(world.flux.gitDir, ['fast-import', '--quiet'], { input: `${written.flat().join('\n')}\n` });
    const last = await world.flux.commit({ branch: HEAD, files: { 'mine.md': 'Mine.\n' } });
    await using run = await propose(world, { version: '2' });

    expect(commitsOn(world)).toHaveLength(101);
    expect(reportOf(run).error?.code).toBe('BRANCH_HAS_OTHER_COMMITS');
    expect(world.flux.head(HEAD)).toBe(last);
  });

  test.concurrent('stop the run once more after a squash, until the branch is deleted as it says', async () => {
    await using world = await startProposed({ versions: 2 });
    await world.flux.commit({ branch: HEAD, files: { 'mine.md': 'Mine.\n' } });
    await world.flux.merge({ base: 'main', head: HEAD, method: 'squash' });
    await using refused = await propose(world, { version: '2' });
    await setBranch(world, HEAD, undefined);
    await using run = await propose(world, { version: '2' });

    expect(reportOf(refused).error).toMatchObject({
      code: 'BRANCH_HAS_OTHER_COMMITS',
      remedy: expect.stringContaining('Merge it and delete the branch'),
    });
    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'updated', 'pull-request-number': '2' });
    expectOneProposal(world, { parent: world.flux.head('main') });
  });
});

describe('where nothing is left to change', () => {
  test.concurrent('the pull request is closed and its branch deleted, compare-and-swap', async () => {
    await using world = await startProposed();
    const head = world.flux.head(HEAD);
    await using direct = await world.run({ version: '1' });
    await using sops = await watchSops();
    await using run = await propose(world, { version: '1' }, { pathFirst: [sops.directory] });

    expect(direct.exitCode).toBe(0);
    expect(run.outputs, run.stdout).toMatchObject({
      outcome: 'unchanged',
      changed: 'false',
      branch: 'main',
      'commit-sha': '',
      'pull-request-number': '1',
      'pull-request-url': `${world.github.url}/${FLUX_REPOSITORY}/pull/1`,
      'pull-request-operation': 'closed',
    });
    expect(writes(run)).toEqual(['UpdateRefs']);
    const [deletion] = run.github.filter(({ operationName }) => operationName === 'UpdateRefs');
    expect(deletion?.variables).toMatchObject({
      refs: { refUpdates: [{ name: `refs/heads/${HEAD}`, beforeOid: head, afterOid: '0'.repeat(40) }] },
    });
    expect(await sops.calls()).toEqual([]);
    expect(branches(world)).toEqual(['main']);
    expect(world.flux.pullRequests.map(({ state }) => state)).toEqual(['CLOSED']);
    expect(run.summary).toContain('### Secret is up to date\n');
    expect(run.summary).toContain(`[\`#1\`](${run.outputs['pull-request-url']}) closed`);
    expect(run.stdout).toContain('Nothing is left to change: taking back what was proposed.');
  });

  test.concurrent('because the wish went back to what the base holds, the pull request is closed', async () => {
    await using world = await startWorldWith({ versions: 2 });
    await using direct = await world.run({ version: '1' });
    await using second = await propose(world, { version: '2' });
    await using run = await propose(world, { version: '1' });

    expect([direct.exitCode, second.exitCode]).toEqual([0, 0]);
    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'unchanged', 'pull-request-operation': 'closed' });
    expect(branches(world)).toEqual(['main']);
  });

  const merges: { how: string; merge: (world: World) => Promise<unknown> }[] = [
    { how: 'a merge commit', merge: ({ flux }) => flux.merge({ base: 'main', head: HEAD, method: 'merge' }) },
    { how: 'a squash', merge: ({ flux }) => flux.merge({ base: 'main', head: HEAD, method: 'squash' }) },
    {
      how: 'a merge commit after the base was merged in twice',
      merge: async ({ flux }) => {
        for (const name of ['one', 'two']) {
          await flux.commit({ branch: 'main', files: { [`apps/${name}.yaml`]: 'a: 1\n' } });
          await flux.updateBranch(1);
        }
        await flux.merge({ base: 'main', head: HEAD, method: 'merge' });
      },
    },
    { how: 'a push of the branch to the base', merge: (world) => setBranch(world, 'main', world.flux.head(HEAD)) },
  ];

  test.concurrent.for(merges)('because it was merged by $how, the branch is deleted', async ({ merge }) => {
    await using world = await startProposed();
    await merge(world);
    const base = world.flux.head('main');
    await using run = await propose(world, { version: '1' });

    expect(run.outputs, run.stdout).toMatchObject({
      outcome: 'unchanged',
      branch: 'main',
      'pull-request-url': '',
      'pull-request-operation': 'none',
    });
    expect(run.google).toEqual([]);
    expect(branches(world)).toEqual(['main']);
    expect(world.flux.head('main')).toBe(base);
    expect(world.flux.pullRequests.map(({ state }) => state)).toEqual(['MERGED']);
  });

  test.concurrent('a head branch that never got a pull request is deleted too', async () => {
    await using world = await startWorldWith({ versions: 1 });
    world.flux.settings.mayCreatePullRequests = false;
    await using refused = await propose(world, { version: '1' });
    await using direct = await world.run({ version: '1' });
    await using run = await propose(world, { version: '1' });

    expect([refused.exitCode, direct.exitCode]).toEqual([1, 0]);
    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'unchanged', 'pull-request-operation': 'none' });
    expect(branches(world)).toEqual(['main']);
  });

  test.concurrent('a push between read and delete survives', async () => {
    await using world = await startProposed();
    await using direct = await world.run({ version: '1' });
    let pushed: string | undefined;
    world.github.fault({
      when: ({ operationName }) => operationName === 'UpdateRefs',
      before: async () => {
        pushed = await world.flux.commit({ branch: HEAD, files: { 'mine.md': 'Mine.\n' } });
      },
    });
    await using run = await propose(world, { version: '1' });

    expect(direct.exitCode).toBe(0);
    expect(reportOf(run).error?.code, run.stdout).toBe('BRANCH_HAS_OTHER_COMMITS');
    expect(world.flux.head(HEAD)).toBe(pushed);
    expect(openPullRequests(world)).toHaveLength(1);
  });

  test.concurrent('a branch of somebody’s own that is level with the base stays', async () => {
    await using world = await startWorldWith({ versions: 1 });
    await using direct = await world.run({ version: '1' });
    await setBranch(world, 'staging', direct.outputs['commit-sha']);
    await world.flux.commit({ branch: 'main', files: { 'apps/other.yaml': 'a: 1\n' } });
    // The commit that `staging` stands at is the action's own; that of `production` is not.
    await setBranch(world, 'production', world.flux.head('main'));
    await using run = await propose(world, { version: '1', branch: 'production' });

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'unchanged', 'pull-request-operation': 'none' });
    expect(writes(run)).toEqual([]);
    expect(branches(world)).toEqual(['main', 'production', 'staging']);
  });
});

describe('a pull request that is not open any more', () => {
  test.concurrent('because somebody closed it is opened anew, without encrypting again', async () => {
    await using world = await startProposed();
    const [pullRequest] = openPullRequests(world);
    if (pullRequest !== undefined) pullRequest.state = 'CLOSED';
    const head = world.flux.head(HEAD);
    await using sops = await watchSops();
    await using run = await propose(world, { version: '1' }, { pathFirst: [sops.directory] });

    // The workflow still wishes for this version. Who does not want it there changes the workflow.
    expect(run.outputs, run.stdout).toMatchObject({
      outcome: 'created',
      changed: 'true',
      'commit-sha': '',
      'pull-request-number': '2',
      'pull-request-operation': 'created',
    });
    expect(writes(run)).toEqual(['OpenPullRequest']);
    expect(await sops.calls()).toEqual([]);
    expect(expectOneProposal(world, { parent: world.flux.head('main') }).number).toBe(2);
    expect(world.flux.head(HEAD)).toBe(head);
  });

  test.concurrent('because somebody deleted its branch is opened anew', async () => {
    await using world = await startProposed();
    await setBranch(world, HEAD, undefined);
    await using run = await propose(world, { version: '1' });

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'created', 'pull-request-number': '2' });
    expect(world.flux.pullRequests.map(({ state }) => state)).toEqual(['CLOSED', 'OPEN']);
    expectOneProposal(world, { parent: world.flux.head('main') });
  });

  test.concurrent.for(['merge', 'squash'] as const)(
    'because of a %s is followed by another for a new version',
    async (method) => {
      await using world = await startProposed({ versions: 2 });
      await world.flux.merge({ base: 'main', head: HEAD, method });
      await using run = await propose(world, { version: '2' });

      expect(run.outputs, run.stdout).toMatchObject({
        outcome: 'updated',
        'pull-request-number': '2',
        'pull-request-operation': 'created',
      });
      expect(world.flux.pullRequests.map(({ state }) => state)).toEqual(['MERGED', 'OPEN']);
      expectOneProposal(world, { parent: world.flux.head('main') });
      expect(await payload(world)).toBe('payload 2');
    },
  );

  test.concurrent.for(['merge', 'squash'] as const)(
    'because of a %s, and was reverted on the base, is followed by another for the same version',
    async (method) => {
      await using world = await startProposed();
      await world.flux.merge({ base: 'main', head: HEAD, method });
      await world.flux.commit({ branch: 'main', files: { [FILE]: null }, message: 'Revert "Set kbot-token"' });
      await using run = await propose(world, { version: '1' });

      expect(run.exitCode, run.stdout).toBe(0);
      expect(run.outputs).toMatchObject({ outcome: 'created', 'pull-request-number': '2' });
      const [commit, ...others] = commitsOn(world);
      expect(others).toEqual([]);
      expect(commit?.files).toEqual([FILE]);
      expect(await payload(world)).toBe('payload 1');
    },
  );
});

describe('a branch that is meant for something else', () => {
  test.concurrent('the base itself, when that is the default branch', async () => {
    await using world = await startWorldWith({ versions: 1 });
    const refs = world.flux.refs();
    await using run = await propose(world, { branch: 'main' });

    expect(reportOf(run).error).toMatchObject({
      code: 'BRANCH_IS_BASE',
      message: 'Cannot open a pull request: its branch main is the base itself.',
      remedy: expect.stringContaining('`publish: commit`'),
    });
    expect(world.flux.refs()).toEqual(refs);
  });

  test.concurrent('the default branch, when the base is another one', async () => {
    await using world = await startWorldWith({ versions: 1 });
    // `main` has nothing that `staging` has not, so nothing but its name protects it.
    await world.flux.commit({ branch: 'staging', files: { 'staging.md': 'Here.\n' } });
    const refs = world.flux.refs();
    await using run = await propose(world, { base: 'staging', branch: 'main' });

    expect(reportOf(run).error?.code).toBe('BRANCH_IS_BASE');
    expect(world.flux.refs()).toEqual(refs);
    expect(world.flux.pullRequests).toEqual([]);
  });

  test.concurrent('another base', async () => {
    await using world = await startWorldWith({ versions: 2 });
    await world.flux.commit({ branch: 'staging', files: { 'staging.md': 'Here.\n' } });
    await using staging = await propose(world, { version: '1', base: 'staging', branch: 'rotate' });
    const before = { refs: world.flux.refs(), pullRequests: structuredClone(world.flux.pullRequests) };
    await using run = await propose(world, { version: '2', branch: 'rotate' });

    expect(staging.exitCode).toBe(0);
    expect(reportOf(run).error).toMatchObject({
      code: 'BRANCH_SERVES_OTHER_BASE',
      message: 'Cannot use the branch rotate: its pull request #1 is for staging.',
    });
    expect({ refs: world.flux.refs(), pullRequests: world.flux.pullRequests }).toEqual(before);
  });

  test.concurrent('another base, since somebody has changed it', async () => {
    await using world = await startProposed({ versions: 2 });
    await world.flux.commit({ branch: 'staging', files: { 'staging.md': 'Here.\n' } });
    const [pullRequest] = openPullRequests(world);
    if (pullRequest !== undefined) pullRequest.baseRefName = 'staging';
    const refs = world.flux.refs();
    await using run = await propose(world, { version: '2' });

    expect(reportOf(run).error).toMatchObject({
      code: 'BRANCH_SERVES_OTHER_BASE',
      remedy: expect.stringContaining('Make that one for main'),
    });
    expect(world.flux.refs()).toEqual(refs);
  });

  test.concurrent('another base as well, by a second pull request', async () => {
    await using world = await startProposed({ versions: 2 });
    await world.flux.commit({ branch: 'staging', files: { 'staging.md': 'Here.\n' } });
    const opened = await fetch(`${world.github.url}/repos/${FLUX_REPOSITORY}/pulls`, {
      method: 'POST',
      headers: { authorization: `token ${world.github.token}` },
      body: JSON.stringify({ title: 'Also there', head: HEAD, base: 'staging' }),
    });
    const refs = world.flux.refs();
    await using run = await propose(world, { version: '2' });

    expect(opened.status).toBe(201);
    expect(reportOf(run).error).toMatchObject({
      code: 'BRANCH_SERVES_OTHER_BASE',
      message: expect.stringContaining('#2 is for staging'),
    });
    expect(world.flux.refs()).toEqual(refs);
  });

  test.concurrent.for([
    { what: 'has a change of its own', publish: 'none' },
    { what: 'has nothing left to change', publish: 'commit' },
  ])('another file: a second workflow with that branch, which $what, leaves it', async ({ publish }) => {
    await using world = await startWorldWith({ versions: 1 });
    const file = 'clusters/prod/demo/kbot-token.yaml';
    await using first = await propose(world, { version: '1', branch: 'rotate' });
    await using _ = await world.run({ publish, version: '1', file });
    const before = { refs: world.flux.refs(), pullRequests: structuredClone(world.flux.pullRequests) };
    await using run = await propose(world, { version: '1', branch: 'rotate', file });

    expect(first.exitCode, first.stdout).toBe(0);
    expect(reportOf(run).error).toMatchObject({
      code: 'BRANCH_HAS_OTHER_COMMITS',
      message: `Cannot update pull request #1 (rotate): it proposes something else: ${FILE}.`,
      remedy: expect.stringContaining('by default each file, and each config, has its own'),
    });
    expect({ refs: world.flux.refs(), pullRequests: world.flux.pullRequests }).toEqual(before);
  });

  test.concurrent('a fork: pull requests from there with the same branch name are none of ours', async () => {
    await using world = await startWorldWith({ versions: 1 });
    world.flux.settings.mayCreatePullRequests = false;
    await using refused = await propose(world, { version: '1' });
    world.flux.settings.mayCreatePullRequests = true;
    await using closed = await propose(world, { version: '1', timeout: '20s' });
    const [pullRequest] = openPullRequests(world);
    if (pullRequest !== undefined) pullRequest.state = 'CLOSED';
    // The answer of before, as GitHub gives it where a fork's pull request stands for the branch.
    const answer = closed.github.find(({ operationName }) => operationName === 'Head')?.response?.body ?? '';
    const foreign = { id: 'PR_foreign', number: 7, url: 'https://github.com/x/y/pull/7', baseRefName: 'dev' };
    const body = answer.replace(
      '"nodes":[]}}',
      `"nodes":[${JSON.stringify({ ...foreign, isCrossRepository: true })}]}}`,
    );
    world.github.fault({ when: ({ operationName }) => operationName === 'Head', status: 200, body });
    await using run = await propose(world, { version: '1' });

    expect(refused.exitCode).toBe(1);
    expect(body).toContain('PR_foreign');
    expect(run.outputs, run.stdout).toMatchObject({
      'pull-request-number': '2',
      'pull-request-operation': 'created',
    });
  });
});

describe('a branch that GitHub or git does not let be written', () => {
  test.concurrent.for(['protectedBranches', 'ruleset'] as const)(
    'by its %s is named, for it is there now',
    async (rule) => {
      await using world = await startWorldWith({ versions: 1 });
      world.flux.settings[rule] = [HEAD];
      const base = world.flux.head('main');
      await using run = await propose(world, { version: '1' });

      const error = reportOf(run).error;
      expect(error?.code).toBe('BRANCH_PROTECTED');
      expect(error?.message).toContain(`Cannot commit to ${HEAD} of ${FLUX_REPOSITORY}`);
      expect(error?.message).toContain(`the branch ${HEAD} was made and stays`);
      expect(error?.remedy).toContain('`branch`');
      expect(world.flux.refs()).toEqual({ [`refs/heads/${HEAD}`]: base, 'refs/heads/main': base });
      expect(world.flux.pullRequests).toEqual([]);

      world.flux.settings[rule] = [];
      await using next = await propose(world, { version: '1' });
      expect(next.outputs, next.stdout).toMatchObject({ outcome: 'created', 'pull-request-operation': 'created' });
      expectOneProposal(world, { parent: base });
    },
  );

  test.concurrent('because it was protected meanwhile stays as it is, and nothing beside it', async () => {
    await using world = await startProposed({ versions: 2 });
    world.flux.settings.protectedBranches = [HEAD];
    const before = { refs: world.flux.refs(), pullRequests: structuredClone(world.flux.pullRequests) };
    await using run = await propose(world, { version: '2' });

    expect(reportOf(run).error).toMatchObject({
      code: 'BRANCH_PROTECTED',
      message: expect.stringContaining(`Cannot update ${HEAD} of ${FLUX_REPOSITORY}`),
    });
    expect({ refs: world.flux.refs(), pullRequests: world.flux.pullRequests }).toEqual(before);
  });

  test.concurrent('because a branch has the name of its folder: nothing has changed', async () => {
    await using world = await startWorldWith({ versions: 1 });
    await setBranch(world, 'flux-secret-sync', world.flux.head('main'));
    const refs = world.flux.refs();
    await using run = await propose(world, { version: '1' });

    expect(run.exitCode).toBe(1);
    expect(reportOf(run).error?.code).toBe('GITHUB_REFUSED');
    expect(reportOf(run).error?.message).toContain(`Cannot commit to ${HEAD} of ${FLUX_REPOSITORY}`);
    expect(world.flux.refs()).toEqual(refs);
  });

  test.concurrent('although it is as long as GitHub allows is updated all the same', async () => {
    await using world = await startWorldWith({ versions: 2 });
    const branch = `rotate/${'x'.repeat(237)}`;
    await using first = await propose(world, { version: '1', branch });
    await using run = await propose(world, { version: '2', branch });

    expect(first.exitCode, first.stdout).toBe(0);
    expect(run.outputs, run.stdout).toMatchObject({ 'pull-request-operation': 'updated' });
    expect(operations(run)).toContain('UpdateRefs');
    expect(branches(world)).toEqual(['main', branch]);
  });
});
