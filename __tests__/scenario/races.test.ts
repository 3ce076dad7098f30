// Others push meanwhile, answers are lost, GitHub asks to wait: one commit for one change all the same, on top of theirs.
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { git } from '../stand-ins/github/git.ts';
import type { Fault, LoggedRequest } from '../stand-ins/github/github.ts';
import { FILE, KMS_KEY, startWorld, type World, type WorldRun } from '../stand-ins/world.ts';
import { googleCalls, openManifest, operations, reportOf } from './reading.ts';

const toCommit = ({ operationName }: LoggedRequest): boolean => operationName === 'Commit';
const toRead = ({ operationName }: LoggedRequest): boolean => operationName === 'Snapshot';

async function startSecretWorld(): Promise<World> {
  const world = await startWorld();
  for (const payload of ['one', 'two']) world.secret.addVersion(payload);
  return world;
}

const pushElsewhere = (world: World): Promise<string> =>
  world.flux.commit({ branch: 'main', files: { 'apps/other.yaml': 'theirs\n' }, message: 'Theirs' });

/** The paths that were changed, newest commit first; the first commit of the world is left out. */
const history = (world: World): (readonly string[])[] =>
  world.flux
    .log('main')
    .slice(0, -1)
    .map(({ files }) => files);

const count = (calls: readonly unknown[], call: string): number => calls.filter((each) => each === call).length;

describe('somebody else pushes another file between the read and the write', () => {
  test.concurrent.for([
    { how: 'before GitHub looks at the write', effect: 'before' },
    { how: 'while GitHub makes it', effect: 'beforeRefUpdate' },
  ] as const)('$how: planned again, on top of theirs, with the same ciphertext', async ({ effect }) => {
    await using world = await startSecretWorld();
    const push = async (): Promise<void> => {
      await pushElsewhere(world);
    };
    world.github.fault({ when: toCommit, ...(effect === 'before' ? { before: push } : { beforeRefUpdate: push }) });
    await using run = await world.run();

    expect(run.exitCode, run.stdout).toBe(0);
    expect(operations(run)).toEqual(['Snapshot', 'Commit', 'Snapshot', 'Commit']);
    expect(googleCalls(run)).toEqual(['token', 'access', 'token', 'encrypt']);
    expect(history(world)).toEqual([[FILE], ['apps/other.yaml']]);
    expect(world.flux.read('main', 'apps/other.yaml')?.toString()).toBe('theirs\n');
    expect(run.outputs).toMatchObject({ outcome: 'created', 'commit-sha': world.flux.head('main') });
    expect(run.stdout).toContain('Reading it again.');
  });

  test.concurrent('again and again: as often as it takes', async () => {
    await using world = await startSecretWorld();
    world.github.fault({ when: toCommit, times: 3, before: () => pushElsewhere(world) });
    await using run = await world.run();

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'created', 'commit-sha': world.flux.head('main') });
    expect(count(operations(run), 'Commit')).toBe(4);
    expect(count(googleCalls(run), 'encrypt')).toBe(1);
    expect(count(googleCalls(run), 'access')).toBe(1);
  });

  test.concurrent('for ever: the run ends at its deadline, and says so', async () => {
    await using world = await startSecretWorld();
    world.github.fault({ when: toCommit, times: 100, before: () => pushElsewhere(world) });
    await using run = await world.run({ timeout: '5s' });

    // The time may be over while a write is under way.
    expect(reportOf(run).error?.code, run.stdout).toMatch(/^(DEADLINE_EXCEEDED|PUBLICATION_UNCERTAIN)$/);
    expect(run.exitCode).toBe(1);
    expect(run.summary).toMatch(/^### (Nothing was changed|It is not known whether something was changed)\n/);
    expect(count(operations(run), 'Commit')).toBeGreaterThan(1);
    expect(world.flux.read('main', FILE)).toBeUndefined();
  });
});

describe('somebody else changes our file between the read and the write', () => {
  /** In the log of the run: it has planned once more, on what is there now. */
  const AGAIN = /^The branch is not as it was read \(somebody has pushed.*Reading it again\.$/m;

  test.concurrent('to the same version: nothing is left to do', async () => {
    await using world = await startSecretWorld();
    world.github.fault({
      when: toCommit,
      before: async () => {
        await using other = await world.run({ version: '1' });
        expect(other.outputs['outcome'], other.stdout).toBe('created');
      },
    });
    await using run = await world.run({ version: '1' });

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'unchanged', changed: 'false', 'commit-sha': '' });
    expect(run.stdout).toMatch(AGAIN);
    expect(history(world)).toEqual([[FILE]]);
  });

  test.concurrent('to another version: the one that was asked for goes on top', async () => {
    await using world = await startSecretWorld();
    world.github.fault({
      when: toCommit,
      before: async () => {
        await using other = await world.run({ version: '2' });
        expect(other.outputs['outcome'], other.stdout).toBe('created');
      },
    });
    await using run = await world.run({ version: '1' });

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'updated', version: '1' });
    expect(run.stdout).toMatch(AGAIN);
    expect(history(world)).toEqual([[FILE], [FILE]]);
    expect(world.flux.log('main')[0]?.message).toMatch(/^Roll kbot-token back to version 1 of TELE_TOKEN\n/);
    expect((await openManifest(world)).payloads['token']?.toString()).toBe('one');
  });

  test.concurrent('to a newer version: latest is asked again and does not go back', async () => {
    await using world = await startWorld();
    world.secret.addVersion('one');
    world.github.fault({
      when: toCommit,
      before: async () => {
        world.secret.addVersion('two');
        await using other = await world.run();
        expect(other.outputs, other.stdout).toMatchObject({ outcome: 'created', version: '2' });
      },
    });
    await using run = await world.run();

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'unchanged', version: '2' });
    expect(run.stdout).toMatch(AGAIN);
    expect(history(world)).toEqual([[FILE]]);
  });

  test.concurrent('to something else altogether: it is not written over', async () => {
    await using world = await startSecretWorld();
    const theirs = { [FILE]: 'kind: ConfigMap\n' };
    world.github.fault({ when: toCommit, before: () => world.flux.commit({ branch: 'main', files: theirs }) });
    await using run = await world.run();

    expect(reportOf(run).error?.code, run.stdout).toBe('FILE_NOT_OURS');
    expect(run.stdout).toMatch(AGAIN);
    expect(world.manifest()).toBe('kind: ConfigMap\n');
  });
});

describe('somebody else changes the recipients between the read and the write', () => {
  const rules = (key: string): string => `creation_rules:\n  - gcp_kms: ${key}\n`;
  async function startRuledWorld(change: Record<string, string | null>): Promise<World> {
    const world = await startWorld({ '.sops.yaml': rules(KMS_KEY) });
    world.secret.addVersion('one');
    world.github.fault({ when: toCommit, before: () => world.flux.commit({ branch: 'main', files: change }) });
    return world;
  }

  test.concurrent('it is encrypted for those that are named now', async () => {
    const other = KMS_KEY.replace(/sops$/, 'other');
    await using world = await startRuledWorld({ '.sops.yaml': rules(other) });
    await using run = await world.run({ 'gcp-kms': '' });

    expect(run.outputs['outcome'], run.stdout).toBe('created');
    expect(parse(world.manifest())).toMatchObject({ sops: { gcp_kms: [{ resource_id: other }] } });
    expect(googleCalls(run)).toEqual(['token', 'access', 'token', 'encrypt', 'token', 'encrypt']);
  });

  test.concurrent('nothing is committed where nobody is named any more', async () => {
    await using world = await startRuledWorld({ '.sops.yaml': null });
    await using run = await world.run({ 'gcp-kms': '' });

    expect(reportOf(run).error?.code, run.stdout).toBe('SOPS_NO_RULE');
    expect(history(world)).toEqual([['.sops.yaml']]);
  });
});

test.concurrent('a branch that is deleted between the read and the write is not made again', async () => {
  await using world = await startSecretWorld();
  await world.flux.commit({ branch: 'production', files: { 'README.md': 'Production.\n' } });
  world.github.fault({
    when: toCommit,
    before: () => git(world.flux.gitDir, ['update-ref', '-d', 'refs/heads/production']),
  });
  await using run = await world.run({ base: 'production' });

  expect(reportOf(run).error?.code, run.stdout).toBe('BASE_NOT_FOUND');
  expect(Object.keys(world.flux.refs())).toEqual(['refs/heads/main']);
});

describe('the answer to the write', () => {
  /** One commit, known to the run as its own. */
  function expectOneCommit(world: World, run: WorldRun): void {
    expect(run.exitCode, run.stdout).toBe(0);
    expect(history(world).filter(([file]) => file === FILE)).toHaveLength(1);
    const commit = world.flux.log('main').find(({ files }) => files[0] === FILE);
    expect(run.outputs).toMatchObject({
      outcome: 'created',
      changed: 'true',
      version: '1',
      'commit-sha': commit?.oid,
      verified: 'true',
    });
    expect(count(googleCalls(run), 'encrypt')).toBe(1);
  }

  test.concurrent('is lost after the commit was made: it is found by its trailer', async () => {
    await using world = await startSecretWorld();
    world.github.fault({ when: toCommit, loseAnswer: true });
    await using run = await world.run({ version: '1' });
    expectOneCommit(world, run);
  });

  test.concurrent('is lost, and others push on top: it is found below theirs', async () => {
    await using world = await startSecretWorld();
    world.github.fault({ when: toCommit, loseAnswer: true });
    world.github.fault({
      when: (request) => toRead(request) && world.flux.log('main').length > 1,
      before: () => pushElsewhere(world),
    });
    await using run = await world.run({ version: '1' });
    expectOneCommit(world, run);
    expect(history(world)).toEqual([['apps/other.yaml'], [FILE]]);
  });

  test.concurrent('is lost, and the next read lags behind: still no second commit', async () => {
    await using world = await startSecretWorld();
    world.github.fault({ when: toCommit, loseAnswer: true });
    world.github.fault({
      when: (request) => toRead(request) && world.flux.log('main').length > 1,
      status: 200,
      get body() {
        const [first] = world.github.requests.filter(toRead);
        // The first read did not ask for the newest commits.
        return (first?.response?.body ?? '').replace('"target":{', '"target":{"history":{"nodes":[]},');
      },
    });
    await using run = await world.run({ version: '1' });
    expectOneCommit(world, run);
  });

  test.concurrent('does not come, for GitHub never saw the write: it is made once', async () => {
    await using world = await startSecretWorld();
    world.github.fault({ when: toCommit, reset: true });
    await using run = await world.run({ version: '1' });
    expectOneCommit(world, run);
  });

  test.concurrent('is 502 twice: it is made once', async () => {
    await using world = await startSecretWorld();
    world.github.fault({ when: toCommit, times: 2, status: 502, body: '<html>Bad Gateway</html>' });
    await using run = await world.run({ version: '1' });
    expectOneCommit(world, run);
  });

  test.concurrent('is that something went wrong while executing it: it is made once', async () => {
    await using world = await startSecretWorld();
    const message =
      'Something went wrong while executing your query. Please include `ABCD:1234` when reporting this issue.';
    world.github.fault({ when: toCommit, status: 200, body: { data: null, errors: [{ message }] } });
    await using run = await world.run({ version: '1' });
    expectOneCommit(world, run);
  });

  test.concurrent.for([
    { how: 'never comes, the write not made', hang: true, made: false },
    { how: 'is lost, and GitHub is not reached again', hang: false, made: true },
  ])('$how: the run says that it cannot tell', async ({ hang, made }) => {
    await using world = await startSecretWorld();
    world.github.fault({ when: toCommit, ...(hang ? { hang: true } : { loseAnswer: true }) });
    let isGone = !hang;
    const tooLate = (request: LoggedRequest): boolean => isGone && toRead(request) && world.flux.log('main').length > 1;
    world.github.fault({ when: tooLate, times: 9, hang: true });
    await using run = await world.run({ version: '1', timeout: '5s' });
    isGone = false;

    expect(run.exitCode).toBe(1);
    expect(reportOf(run).error?.code, run.stdout).toBe('PUBLICATION_UNCERTAIN');
    expect(run.summary).toMatch(/^### It is not known whether something was changed\n/);
    expect(run.summary).toContain('Run it again');
    expect(run.annotations).toEqual([expect.objectContaining({ level: 'error' })]);
    expect(run.annotations[0]?.message).not.toContain('Nothing was changed');
    expect(run.outputs).toMatchObject({ outcome: 'failed', changed: 'false', 'commit-sha': '' });

    await using again = await world.run({ version: '1' });
    expect(again.outputs['outcome'], again.stdout).toBe(made ? 'unchanged' : 'created');
    expect(history(world)).toEqual([[FILE]]);
  });
});

describe('runs at the same time, for different files', () => {
  test.concurrent.for([2, 8])('%i of them: all are in, with one commit each', async (runs) => {
    await using world = await startSecretWorld();
    const names = Array.from({ length: runs }, (_, index) => `token-${index}`);
    const done = await Promise.all(names.map((name) => world.run({ name, file: `clusters/dev/${name}.yaml` })));

    for (const run of done) {
      expect(run.outputs, run.stdout).toMatchObject({ outcome: 'created', changed: 'true' });
      await run[Symbol.asyncDispose]();
    }
    expect(history(world).flat().toSorted()).toEqual(names.map((name) => `clusters/dev/${name}.yaml`));
    expect(new Set(done.map(({ outputs }) => outputs['commit-sha'])).size).toBe(runs);
    expect(
      count(
        world.google.requests.map(({ path }) => /:encrypt$/.test(path.split('?')[0] ?? '') && 'encrypt'),
        'encrypt',
      ),
    ).toBe(runs);
  });
});

describe('runs at the same time, for the same file', () => {
  test.concurrent('and the same version: one of them commits, and the others find it done', async () => {
    await using world = await startSecretWorld();
    const done = await Promise.all(Array.from({ length: 8 }, () => world.run({ version: '1' })));

    const commits = done
      .filter(({ outputs }) => outputs['changed'] === 'true')
      .map(({ outputs }) => outputs['commit-sha']);
    for (const run of done) {
      expect(run.outputs['outcome'], run.stdout).toMatch(/^(created|unchanged)$/);
      await run[Symbol.asyncDispose]();
    }
    expect(commits).toEqual([world.flux.head('main')]);
    expect(history(world)).toEqual([[FILE]]);
  });

  test.concurrent('and different versions: each is in with one commit, the later on top', async () => {
    await using world = await startSecretWorld();
    const done = await Promise.all(['1', '2'].map((version) => world.run({ version })));

    for (const run of done) {
      expect(run.outputs, run.stdout).toMatchObject({ changed: 'true' });
      await run[Symbol.asyncDispose]();
    }
    expect(history(world)).toEqual([[FILE], [FILE]]);
    const last = done.find(({ outputs }) => outputs['commit-sha'] === world.flux.head('main'));
    const payload = last?.outputs['version'] === '1' ? 'one' : 'two';
    expect((await openManifest(world)).payloads['token']?.toString()).toBe(payload);
  });
});

describe('GitHub asks to wait', () => {
  const secondary = {
    message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
    documentation_url: 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits',
  };
  const message = 'API rate limit exceeded for installation ID 1.';
  const limits = [
    { limit: 'the primary limit', status: 200, body: { errors: [{ type: 'RATE_LIMITED', message }] } },
    { limit: 'the primary limit, as a refusal', status: 403, body: { message } },
    { limit: 'the secondary limit with 403', status: 403, body: secondary },
    { limit: 'the secondary limit with 429', status: 429, body: secondary },
  ];
  /** Counted from the answer, as GitHub does. */
  const limited = (
    seconds: number,
    fault: Pick<Fault, 'when'> & { status: number; body: object; times?: number },
  ): Fault => ({
    ...fault,
    get headers(): Record<string, string> {
      if (fault.body === secondary) return { 'retry-after': String(seconds) };
      const reset = Math.floor(Date.now() / 1000) + seconds;
      return { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) };
    },
  });
  const requests = [
    { what: 'read', when: toRead },
    { what: 'write', when: toCommit },
  ];
  const cases = limits.flatMap((limit) => requests.map((request) => ({ ...limit, ...request })));

  test.concurrent.for(cases)(
    'before a $what, for $limit: the run waits and goes on',
    async ({ what, when, ...answer }) => {
      await using world = await startSecretWorld();
      world.github.fault(limited(1, { when, ...answer }));
      await using run = await world.run({ version: '1' });

      expect(run.outputs, run.stdout).toMatchObject({ outcome: 'created', 'commit-sha': world.flux.head('main') });
      const asked = run.github.filter(when);
      expect(operations(run)).toEqual(
        what === 'read' ? ['Snapshot', 'Snapshot', 'Commit'] : ['Snapshot', 'Commit', 'Commit'],
      );
      expect((asked[1]?.start ?? 0) - (asked[0]?.start ?? 0)).toBeGreaterThan(950);
      expect(run.stdout).toMatch(/GitHub asks to wait [12] s before the next request\./);
    },
  );

  test.concurrent('for longer than a request may take: the request after it has its full time', async () => {
    await using world = await startSecretWorld();
    world.github.fault(limited(16, { when: toRead, status: 403, body: secondary }));
    await using run = await world.run({ version: '1' });

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'created', 'commit-sha': world.flux.head('main') });
  });

  test.concurrent.for(cases)(
    'before a $what, for $limit, longer than the run has: it ends at once',
    async ({ when, ...answer }) => {
      await using world = await startSecretWorld();
      world.github.fault(limited(600, { when, times: 9, ...answer }));
      const refs = world.flux.refs();
      await using run = await world.run({ version: '1' });

      expect(reportOf(run).error, run.stdout).toMatchObject({
        code: 'GITHUB_RATE_LIMITED',
        message: expect.stringContaining('the rate limit of the token is used up for longer than this run has'),
        remedy: expect.stringContaining('Run it again later'),
      });
      expect(run.exitCode).toBe(1);
      expect(run.github.filter(when)).toHaveLength(1);
      expect(world.flux.refs()).toEqual(refs);
    },
  );
});
