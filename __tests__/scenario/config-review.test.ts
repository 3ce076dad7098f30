// On pull_request events: what would change is told from the files of the pull request; Google is never asked, and
// nothing is written.
import { describe, expect, test } from 'vitest';
import { type ConfigWorld, FOLDER, format, outcomesOf, runConfig, startConfigWorld } from './configs.ts';
import { reportOf } from './reading.ts';

const file = (name: string) => `${FOLDER}/${name}.yaml`;
const entry = (name: string, more: object = {}) => ({ file: file(name), name, data: { token: 'TELE_TOKEN' }, ...more });
const FLUX = 'acme/flux-gitops';

async function worldOf(config: object): Promise<ConfigWorld> {
  const world = await startConfigWorld({ config, secrets: { TELE_TOKEN: ['one', 'two'] } });
  await using run = await runConfig(world);
  expect(run.exitCode, run.stdout).toBe(0);
  return world;
}

/** Commits to a branch, and runs as for a pull request from there. */
async function review(world: ConfigWorld, files: Record<string, string>, inputs: Record<string, string> = {}) {
  const sha = await world.flux.commit({ branch: 'proposal', files });
  const event = { eventName: 'pull_request', ref: 'refs/pull/1/merge', sha, repository: FLUX };
  return await runConfig(world, inputs, { github: event });
}

describe('a pull request that changes the config', () => {
  test.concurrent('is told what it will do, of its own files, without a question to Google', async () => {
    await using world = await worldOf({ manifests: [entry('a'), entry('b')] });
    const config = format({ manifests: [entry('a'), entry('b', { labels: { team: 'bots' } }), entry('c')] });
    await using run = await review(world, { 'flux-secrets.yaml': config });

    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.google).toEqual([]);
    expect(run.github.every(({ query }) => query?.startsWith('query'))).toBe(true);
    expect(outcomesOf(run)).toEqual({ [file('a')]: 'unchanged', [file('b')]: 'updated', [file('c')]: 'created' });
    expect(run.outputs).toMatchObject({ outcome: 'mixed', changed: 'true', 'commit-sha': '' });
    expect(run.summary).toContain('`2` → `latest` (resolved when published)');
    expect(run.summary).toContain('new → `latest` (resolved when published)');
    expect(run.stdout).toContain('A pull request: this says what would change');
  });

  test.concurrent.for(['commit', 'pull-request'])('writes nothing with publish: %s either', async (publish) => {
    await using world = await worldOf({ manifests: [entry('a')] });
    await using run = await review(world, { 'flux-secrets.yaml': format({ manifests: [entry('b')] }) }, { publish });
    const refs = world.flux.refs();

    expect(run.exitCode, run.stdout).toBe(0);
    expect(outcomesOf(run)).toEqual({ [file('b')]: 'created' });
    expect(run.google).toEqual([]);
    expect(Object.keys(refs)).toEqual(['refs/heads/main', 'refs/heads/proposal']);
  });

  test.concurrent('needs no credentials of Google, and no sops', async () => {
    await using world = await worldOf({ manifests: [entry('a')] });
    const sha = await world.flux.commit({
      branch: 'proposal',
      files: { 'flux-secrets.yaml': format({ manifests: [entry('a', { name: 'other' })] }) },
    });
    await using run = await runConfig(
      world,
      { 'sops-path': '/nowhere/sops' },
      {
        github: { eventName: 'pull_request', sha, repository: FLUX },
        env: { GOOGLE_APPLICATION_CREDENTIALS: '' },
      },
    );

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'updated', changed: 'true' });
  });

  test.concurrent('is told what is wrong with it', async () => {
    await using world = await worldOf({ manifests: [entry('a')] });
    await using run = await review(world, { 'flux-secrets.yaml': 'manifests:\n  - fiel: a.yaml\n' });

    expect(run.exitCode).toBe(1);
    expect(reportOf(run).error).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('flux-secrets.yaml:2:5'),
    });
  });
});

test.concurrent('a pull request of another repository reads the base of the Flux repository', async () => {
  await using world = await worldOf({ manifests: [entry('a')] });
  const github = { eventName: 'pull_request', sha: 'f'.repeat(40), repository: 'acme/payments' };
  await using run = await runConfig(world, {}, { github });

  expect(run.outputs, run.stdout).toMatchObject({ outcome: 'unchanged', changed: 'false' });
  expect(run.google).toEqual([]);
});

test.concurrent('a single secret is not published for a pull request either', async () => {
  await using world = await worldOf({ manifests: [] });
  world.secret.addVersion('one');
  await using run = await world.run(
    { version: '1' },
    { github: { eventName: 'pull_request', repository: 'acme/payments' } },
  );

  expect(run.outputs, run.stdout).toMatchObject({
    outcome: 'created',
    changed: 'true',
    version: '1',
    'commit-sha': '',
  });
  expect(run.google).toEqual([]);
});
