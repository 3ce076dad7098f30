// Both publishers against GitHub's stand-in and real git objects: one commit of everything, and what the head branch of a
// pull request is to a run whose set of files differs from that of the run before.
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { PullRequestOptions } from '../../../src/github/pull-request.ts';
import type { FileChanges } from '../../../src/publisher.ts';
import { git } from '../../stand-ins/github/git.ts';
import type { LoggedRequest } from '../../stand-ins/github/github.ts';
import {
  errorOf,
  FILE,
  type Flux,
  HEAD,
  isWrite,
  kustomization,
  manifest,
  manyPaths,
  NEXT_RUN,
  NO_FILES,
  operations,
  publication,
  RUN,
  readRequest,
  SCOPE,
  staleOf,
  startFlux,
  textOf,
} from './flux.ts';

describe('a commit to the base', () => {
  const GONE = 'clusters/dev/demo/gone.yaml';
  const KUSTOMIZATION = 'clusters/dev/demo/kustomization.yaml';
  const before = { [GONE]: 'kind: Secret\n', [KUSTOMIZATION]: 'resources: [gone.yaml]\n' };
  const edited = 'resources: [kbot-token.yaml]\n';
  const changes = () => ({
    manifests: [manifest(FILE)],
    kustomizations: [kustomization(KUSTOMIZATION, edited)],
    deletions: [GONE],
  });

  test('writes, edits and deletes at once, and says so in its trailers', async () => {
    await using flux = await startFlux(before);
    const target = await flux.commitPublisher().read(readRequest({ files: [FILE, KUSTOMIZATION, GONE] }));
    const { commit } = await target.publish(publication(changes()));

    expect(operations(flux.github.requests)).toEqual(['Snapshot', 'Commit']);
    expect(flux.repository.log('main')[0]).toMatchObject({
      oid: commit?.oid,
      parents: [target.base.oid],
      files: [GONE, FILE, KUSTOMIZATION],
      message: [
        'Set secrets\n\nAs agreed.\n',
        'Flux-Secret-Sync-Source: projects/1/secrets/TELE_TOKEN/versions/1',
        `Flux-Secret-Sync-Scope: ${SCOPE}`,
        'Flux-Secret-Sync-Files: 3 (1 deleted)',
        `Flux-Secret-Sync-Run: ${RUN}`,
      ].join('\n'),
    });
    expect(flux.repository.read('main', FILE)?.toString()).toBe(textOf(1));
    expect(flux.repository.read('main', KUSTOMIZATION)?.toString()).toBe(edited);
    expect(flux.repository.read('main', GONE)).toBeUndefined();
  });

  test('is not made on a head that was not read', async () => {
    await using flux = await startFlux(before);
    const target = await flux.commitPublisher().read(readRequest());
    const oid = await flux.repository.commit({ branch: 'main', files: { 'other.yaml': 'a: 1\n' } });

    expect(await staleOf(target.publish(publication(changes())))).toMatchObject({ mayHaveWritten: false });
    expect(flux.repository.head('main')).toBe(oid);
  });

  test('is found again by a retry where its answer was lost, however many files that reads', async () => {
    await using flux = await startFlux(before);
    const publisher = flux.commitPublisher();
    const files = [FILE, KUSTOMIZATION, GONE, ...manyPaths(300)];
    const target = await publisher.read(readRequest({ files }));
    flux.github.fault({ when: ({ operationName }) => operationName === 'Commit', loseAnswer: true });
    const stale = await staleOf(target.publish(publication(changes())));
    const again = await publisher.read(readRequest({ files, isRetry: true }));
    const other = await flux.commitPublisher({ runId: NEXT_RUN }).read(readRequest({ files, isRetry: true }));

    expect(stale.mayHaveWritten).toBe(true);
    expect(target.lostCommit).toBeUndefined();
    expect(again.lostCommit).toMatchObject({ oid: flux.repository.head('main'), verified: true });
    expect(other.lostCommit).toBeUndefined();
  });
});

describe('a proposal', () => {
  const OTHER = 'clusters/dev/demo/other.yaml';
  const THIRD = 'clusters/dev/demo/third.yaml';
  const KUSTOMIZATION = 'clusters/dev/demo/kustomization.yaml';
  const LISTS_ONE = 'resources: [kbot-token.yaml]\n';
  const held = { ...NO_FILES, [THIRD]: 'kind: Secret\n', [KUSTOMIZATION]: 'resources: []\n' };

  interface Second {
    what: string;
    changes: () => Partial<FileChanges>;
  }
  const first = (): FileChanges => ({
    manifests: [manifest(FILE), manifest(OTHER, 2)],
    kustomizations: [kustomization(KUSTOMIZATION, LISTS_ONE)],
    deletions: [THIRD],
  });
  const all = [FILE, OTHER, THIRD, KUSTOMIZATION, 'new.yaml', 'README.md'];

  test('is the base with one commit of all that changes', async () => {
    await using flux = await startFlux(held);
    const published = await flux.propose(first());

    expect(operations(flux.github.requests)).toEqual(['Snapshot', 'Head', 'CommitOnNewBranch', 'OpenPullRequest']);
    expect(published).toMatchObject({ branch: HEAD, pullRequest: { number: 1, operation: 'created' } });
    const [commit, ...others] = flux.repository.log(`main..${HEAD}`);
    expect(others).toEqual([]);
    expect(commit).toMatchObject({
      oid: published.commit?.oid,
      parents: [flux.repository.head('main')],
      files: [FILE, KUSTOMIZATION, OTHER, THIRD],
      message: expect.stringContaining('\nFlux-Secret-Sync-Files: 4 (1 deleted)\n'),
    });
  });

  test('of just this is left alone by the next run, whatever else that may write', async () => {
    await using flux = await startFlux(held);
    await flux.propose(first());
    const refs = flux.repository.refs();
    const before = flux.github.requests.length;
    const published = await flux.propose(first(), { runId: NEXT_RUN, read: { files: all } });

    expect(published).toEqual({ branch: HEAD, pullRequest: expect.objectContaining({ number: 1, operation: 'none' }) });
    expect(operations(flux.github.requests.slice(before))).toEqual(['Snapshot', 'Head', 'Comparison']);
    expect(flux.repository.refs()).toEqual(refs);
  });

  const others: Second[] = [
    { what: 'another text', changes: () => ({ ...first(), manifests: [manifest(FILE, 3), manifest(OTHER, 2)] }) },
    { what: 'one file less', changes: () => ({ ...first(), manifests: [manifest(FILE)] }) },
    { what: 'one file more', changes: () => ({ ...first(), manifests: [...first().manifests, manifest('new.yaml')] }) },
    {
      what: 'another file in the place of one',
      changes: () => ({ ...first(), manifests: [manifest(FILE), manifest('new.yaml')] }),
    },
    { what: 'no deletion any more', changes: () => ({ ...first(), deletions: [] }) },
    {
      what: 'a text in the place of the deletion',
      changes: () => ({ ...first(), manifests: [...first().manifests, manifest(THIRD)], deletions: [] }),
    },
    {
      what: 'another deletion',
      changes: () => ({ ...first(), deletions: ['README.md'] }),
    },
    {
      what: 'another kustomization',
      changes: () => ({ ...first(), kustomizations: [kustomization(KUSTOMIZATION, 'resources: [other.yaml]\n')] }),
    },
    { what: 'no kustomization any more', changes: () => ({ ...first(), kustomizations: [] }) },
  ];

  test.for(others)('is made anew for $what', async ({ changes }) => {
    await using flux = await startFlux(held);
    await flux.propose(first());
    const wished = publication(changes()).files;
    const published = await flux.propose(wished, { runId: NEXT_RUN, read: { files: all } });

    expect(published.pullRequest).toMatchObject({ number: 1, operation: 'updated' });
    const [commit, ...more] = flux.repository.log(`main..${HEAD}`);
    expect(more).toEqual([]);
    const texts = [...wished.manifests, ...wished.kustomizations];
    expect(commit).toMatchObject({ oid: published.commit?.oid, parents: [flux.repository.head('main')] });
    expect(commit?.files).toEqual([...texts.map(({ file }) => file), ...wished.deletions].toSorted());
    for (const { file, text } of texts) expect(flux.repository.read(HEAD, file)?.toString()).toBe(text);
    expect(Object.keys(flux.repository.refs())).toEqual(['refs/heads/main', `refs/heads/${HEAD}`]);
  });

  test.for([
    { what: 'a file of it', files: { [OTHER]: 'kind: Secret\n' }, operation: 'updated' },
    { what: 'the file that it deletes', files: { [THIRD]: 'kind: ConfigMap\n' }, operation: 'updated' },
    { what: 'a file that it leaves as it is', files: { 'new.yaml': 'kind: Secret\n' }, operation: 'none' },
    { what: 'a file that is nobody’s here', files: { 'apps/other.yaml': 'a: 1\n' }, operation: 'none' },
  ])('whose base has changed $what since: $operation', async ({ files, operation }) => {
    await using flux = await startFlux(held);
    await flux.propose(first());
    const base = await flux.repository.commit({ branch: 'main', files });
    const published = await flux.propose(first(), { runId: NEXT_RUN, read: { files: all } });

    expect(published.pullRequest).toMatchObject({ operation });
    const [commit] = flux.repository.log(`main..${HEAD}`);
    expect(commit?.parents[0] === base).toBe(operation === 'updated');
  });

  test('of a deletion that only a folder has told of is left alone, and made anew when the base changes that file', async () => {
    await using flux = await startFlux(held);
    const changes = { deletions: [THIRD] };
    const read = { files: [FILE], folders: ['clusters/dev/demo'] };
    await flux.propose(changes, { read });
    const second = await flux.propose(changes, { runId: NEXT_RUN, read });
    const base = await flux.repository.commit({ branch: 'main', files: { [THIRD]: 'kind: ConfigMap\n' } });
    const third = await flux.propose(changes, { runId: NEXT_RUN, read });

    expect([second.pullRequest?.operation, third.pullRequest?.operation]).toEqual(['none', 'updated']);
    expect(flux.repository.log(`main..${HEAD}`)).toEqual([
      expect.objectContaining({ parents: [base], files: [THIRD] }),
    ]);
  });

  test('that GitHub counts as one renamed file is known all the same', async () => {
    await using flux = await startFlux({ ...NO_FILES, [THIRD]: textOf(1) });
    const changes = { manifests: [manifest(FILE)], deletions: [THIRD] };
    await flux.propose(changes);
    const published = await flux.propose(changes, { runId: NEXT_RUN });

    expect(published.pullRequest).toMatchObject({ number: 1, operation: 'none' });
    const body = flux.github.requests.findLast(({ operationName }) => operationName === 'Comparison')?.response?.body;
    expect(body).toContain('"changedFilesIfAvailable":1');
  });

  test('that GitHub cannot count is taken for what it says of itself', async () => {
    await using flux = await startFlux(held);
    await flux.propose(first());
    await flux.propose(first());
    const is = ({ operationName }: LoggedRequest) => operationName === 'Comparison';
    const body =
      flux.github.requests.find(is)?.response?.body.replace(/("changedFilesIfAvailable":)\d+/, '$1null') ?? '';
    flux.github.fault({ when: is, status: 200, body });
    const published = await flux.propose(first(), { runId: NEXT_RUN });

    expect(body).toContain('"changedFilesIfAvailable":null');
    expect(published.pullRequest).toMatchObject({ operation: 'none' });
  });

  test('with a merge of the base is left alone, and goes with the next change', async () => {
    await using flux = await startFlux(held);
    await flux.propose(first());
    await flux.repository.commit({ branch: 'main', files: { 'apps/other.yaml': 'a: 1\n' } });
    const merge = await flux.repository.updateBranch(1);
    const same = await flux.propose(first(), { runId: NEXT_RUN });
    const head = flux.repository.head(HEAD);
    const other = await flux.propose({ manifests: [manifest(FILE)] }, { runId: NEXT_RUN });

    expect(head).toBe(merge);
    expect([same.pullRequest?.operation, other.pullRequest?.operation]).toEqual(['none', 'updated']);
    expect(flux.repository.log(`main..${HEAD}`)).toEqual([
      expect.objectContaining({ parents: [flux.repository.head('main')], files: [FILE] }),
    ]);
  });

  test('of two commits is made one', async () => {
    await using flux = await startFlux(held);
    await flux.propose({ manifests: [manifest(OTHER, 2)] });
    const message = flux.repository.log(HEAD)[0]?.message ?? '';
    await flux.repository.commit({ branch: HEAD, files: { [FILE]: textOf(1) }, message });
    const published = await flux.propose({ manifests: [manifest(FILE)] }, { runId: NEXT_RUN });

    expect(published.pullRequest).toMatchObject({ operation: 'updated' });
    expect(flux.repository.log(`main..${HEAD}`)).toEqual([expect.objectContaining({ files: [FILE] })]);
  });

  test('of many files is read in few requests, the first of which says whether there is any', async () => {
    const files = manyPaths(1000);
    const manifests = files.map((file) => manifest(file));
    await using flux = await startFlux();
    await flux.propose({ manifests });
    const created = flux.github.requests.length;
    const same = await flux.propose({ manifests }, { runId: NEXT_RUN });
    const unchanged = flux.github.requests.slice(created);

    expect(created).toBe(5);
    expect(same.pullRequest).toMatchObject({ operation: 'none' });
    expect(operations(unchanged).toSorted()).toEqual(['Comparison', ...['Head', 'Head', 'Snapshot', 'Snapshot']]);
  });

  test.for(['pushes to it', 'deletes it'])('of many files is stale when somebody %s while it is read', async (how) => {
    const files = manyPaths(600);
    await using flux = await startFlux();
    const { github, repository } = flux;
    await flux.propose({ manifests: files.map((file) => manifest(file)) });
    const isSecond = ({ operationName, variables = {} }: LoggedRequest) =>
      operationName === 'Head' && Object.values(variables).includes(files.at(-1));
    const before = github.requests.length;
    const isCompared = ({ operationName, response }: LoggedRequest) =>
      operationName === 'Comparison' && response !== undefined;
    github.fault({
      when: isSecond,
      before: async () => {
        while (!github.requests.slice(before).some(isCompared)) await wait(5);
        if (how === 'pushes to it') await repository.commit({ branch: HEAD, files: { 'mine.md': 'Mine.\n' } });
        else await git(repository.gitDir, ['update-ref', '-d', `refs/heads/${HEAD}`]);
      },
    });

    const read = flux.pullRequestPublisher({ runId: NEXT_RUN }).read(readRequest({ files }));
    expect(await staleOf(read)).toMatchObject({ mayHaveWritten: false });
  });

  test('whose answer was lost is found again, and gets its pull request', async () => {
    await using flux = await startFlux(held);
    flux.github.fault({ when: ({ operationName }) => operationName === 'CommitOnNewBranch', loseAnswer: true });
    expect(await staleOf(flux.propose(first()))).toMatchObject({ mayHaveWritten: true });
    const published = await flux.propose(first());

    expect(published).toMatchObject({
      commit: { oid: flux.repository.head(HEAD) },
      pullRequest: { operation: 'created' },
    });
  });
});

describe('a head branch that is not this run’s', () => {
  const OTHER = 'clusters/dev/demo/other.yaml';
  const changes = () => ({ manifests: [manifest(FILE), manifest(OTHER, 2)] });

  /** The branch as the action has left it, with another commit in the place of its own. */
  async function amend(
    flux: Flux,
    edit: { files?: Record<string, string | null>; message?: (text: string) => string },
  ): Promise<void> {
    const [commit] = flux.repository.log(HEAD);
    const parent = flux.repository.head('main');
    const files = { [FILE]: textOf(1), [OTHER]: textOf(2), ...edit.files };
    const message = edit.message?.(commit?.message ?? '') ?? commit?.message ?? '';
    await flux.repository.commit({ branch: HEAD, files, message, ...(parent && { parent }) });
  }

  async function expectRefusal(flux: Flux, message: string): Promise<void> {
    const before = { refs: flux.repository.refs(), pullRequests: structuredClone(flux.repository.pullRequests) };
    const count = flux.github.requests.length;
    const error = await errorOf(flux.propose(changes(), { runId: NEXT_RUN }));

    expect(error).toMatchObject({ code: 'BRANCH_HAS_OTHER_COMMITS', message });
    expect(flux.github.requests.slice(count).filter(isWrite)).toEqual([]);
    expect({ refs: flux.repository.refs(), pullRequests: flux.repository.pullRequests }).toEqual(before);
  }

  const amendments: { what: string; edit: Parameters<typeof amend>[1] }[] = [
    { what: 'a file that was added to it', edit: { files: { 'mine.md': 'Mine.\n' } } },
    { what: 'a file that was taken from it', edit: { files: { [OTHER]: null } } },
    { what: 'no scope, as no commit of this action', edit: { message: (text) => text.replace(/\n.*-Scope: .*/, '') } },
    { what: 'no number of files', edit: { message: (text) => text.replace(/\n.*-Files: .*/, '') } },
    { what: 'a number that is none', edit: { message: (text) => text.replace(/-Files: .*/, '-Files: many') } },
    { what: 'no run', edit: { message: (text) => text.replace(/\n.*-Run: .*/, '') } },
  ];

  test.for(amendments)('for its commit has $what', async ({ edit }) => {
    await using flux = await startFlux();
    await flux.propose(changes());
    await amend(flux, edit);
    await expectRefusal(flux, `Cannot update pull request #1 (${HEAD}): it has commits that this action did not make.`);
  });

  test('for somebody has merged another proposal into it', async () => {
    await using flux = await startFlux();
    await flux.propose(changes());
    await flux.propose({ manifests: [manifest('new.yaml')] }, { branchFor: () => 'elsewhere' });
    await flux.repository.merge({ base: HEAD, head: 'elsewhere', method: 'merge' });
    await expectRefusal(flux, `Cannot update pull request #1 (${HEAD}): it has commits that this action did not make.`);
  });

  test('for it proposes something else, though the same files', async () => {
    await using flux = await startFlux();
    await flux.propose(changes(), { scope: 'other-secrets.yaml' });
    await expectRefusal(
      flux,
      `Cannot update pull request #1 (${HEAD}): it proposes something else: other-secrets.yaml.`,
    );
  });

  test('for it proposes what is not fit to be printed', async () => {
    await using flux = await startFlux();
    await flux.propose(changes());
    await amend(flux, { message: (text) => text.replace(SCOPE, `a\u001b[2J\u202e${'b'.repeat(5000)}`) });
    const shown = `a [2J ${'b'.repeat(194)}`;
    await expectRefusal(flux, `Cannot update pull request #1 (${HEAD}): it proposes something else: ${shown}.`);
  });

  test('is not known by trailers that a person gave with the message of this run', async () => {
    await using flux = await startFlux();
    const told = publication(changes());
    const body = 'Flux-Secret-Sync-Scope: other\nFlux-Secret-Sync-Files: 9\nFlux-Secret-Sync-Run: other';
    const target = await flux.pullRequestPublisher().read(readRequest({ files: [FILE, OTHER] }));
    await target.publish({ ...told, commitMessage: { headline: 'Set secrets', body } });
    const published = await flux.propose(changes(), { runId: NEXT_RUN });

    expect(published.pullRequest).toMatchObject({ operation: 'none' });
  });
});

describe('nothing left to change', () => {
  const changes = () => ({ manifests: [manifest(FILE)] });
  const withdraw = async (flux: Flux, over: Partial<PullRequestOptions> = {}) =>
    (await flux.pullRequestPublisher({ runId: NEXT_RUN, ...over }).read(readRequest({ files: [FILE] }))).withdraw();

  test('takes back what was proposed', async () => {
    await using flux = await startFlux();
    await flux.propose(changes());

    expect(await withdraw(flux)).toMatchObject({ pullRequest: { number: 1, operation: 'closed' } });
    expect(Object.keys(flux.repository.refs())).toEqual(['refs/heads/main']);
  });

  test.for([
    { what: 'goes where this action has merged it for the same', scope: SCOPE, branches: ['main'] },
    { what: 'stays where it was for something else', scope: 'other.yaml', branches: ['main', HEAD] },
  ])('a branch that is level with the base $what', async ({ scope, branches }) => {
    await using flux = await startFlux();
    await flux.propose(changes(), { scope });
    await flux.repository.merge({ base: 'main', head: HEAD, method: 'merge' });

    expect(await withdraw(flux)).toEqual({});
    expect(Object.keys(flux.repository.refs())).toEqual(branches.map((name) => `refs/heads/${name}`));
  });
});
