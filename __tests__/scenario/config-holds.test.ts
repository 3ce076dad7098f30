// Rollbacks that are held, among everything else that a config asks for: nothing but a release takes them back.
import { describe, expect, test } from 'vitest';
import {
  type ConfigWorld,
  FOLDER,
  manifestAt,
  outcomesOf,
  runConfig,
  startConfigWorld,
  textAt,
  valuesOf,
} from './configs.ts';
import { openPullRequests } from './proposals.ts';
import { reportOf } from './reading.ts';

const A = `${FOLDER}/a.yaml`;
const B = `${FOLDER}/b.yaml`;
const HOLD = 'flux-secret-sync/hold';
const SECRETS = { AAA: ['a-one', 'a-two'], BBB: ['b-one', 'b-two'] };
const both = { file: A, name: 'a', data: { a: 'AAA', b: 'BBB' } };

async function worldOf(entry: object, more: object[] = [], secrets: Record<string, string[]> = SECRETS) {
  const world = await startConfigWorld({ config: { manifests: [entry, ...more] }, secrets });
  await using run = await runConfig(world);
  expect(run.exitCode, run.stdout).toBe(0);
  return world;
}

async function rollBack(world: ConfigWorld, inputs: Record<string, string>) {
  await using run = await runConfig(world, { only: A, version: '1', ...inputs });
  expect(run.exitCode, run.stdout).toBe(0);
}

describe('a rollback that is held', () => {
  test.concurrent('stays when another secret of the same manifest is rolled back, held or not', async () => {
    for (const hold of ['true', '']) {
      await using world = await worldOf(both);
      await rollBack(world, { secret: 'AAA', hold: 'true' });
      await rollBack(world, { secret: 'BBB', hold });
      await using nightly = await runConfig(world);

      expect(await valuesOf(world, A)).toEqual({ a: 'a-one', b: 'b-one' });
      expect(outcomesOf(nightly)).toEqual({ [A]: 'held' });
      await rollBack(world, { secret: 'AAA', version: 'latest', hold: 'false' });
      expect(await valuesOf(world, A)).toEqual({ a: 'a-two', b: 'b-two' });
    }
  });

  test.concurrent('by a config keeps what it has, whatever alias or number the config asks for, until it is released', async () => {
    const held = { file: A, name: 'a', hold: true, data: { a: { secret: 'AAA', version: 'stable' } } };
    await using world = await startConfigWorld({ config: { manifests: [held] }, secrets: {} });
    const secret = world.google.addSecret('AAA');
    for (const payload of SECRETS.AAA) secret.addVersion(payload);
    secret.alias('stable', 1);
    await using first = await runConfig(world);
    secret.alias('stable', 2);
    await using second = await runConfig(world);
    await world.write({ manifests: [{ ...held, data: { a: { secret: 'AAA', version: 2 } } }] });
    await using third = await runConfig(world);
    const before = await valuesOf(world, A);
    await world.write({ manifests: [{ ...held, hold: false, data: { a: { secret: 'AAA', version: 2 } } }] });
    await using released = await runConfig(world);

    expect(first.exitCode, first.stdout).toBe(0);
    for (const run of [second, third]) expect(outcomesOf(run), run.stdout).toEqual({ [A]: 'held' });
    expect(before).toEqual({ a: 'a-one' });
    expect(outcomesOf(released), released.stdout).toEqual({ [A]: 'updated' });
    expect(await valuesOf(world, A)).toEqual({ a: 'a-two' });
  });

  test.concurrent('is not that of a secret of the same name in another project', async () => {
    await using world = await worldOf({ file: A, name: 'a', data: { a: 'AAA' } });
    await rollBack(world, { secret: 'AAA', hold: 'true' });
    const name = 'projects/other-project/secrets/AAA';
    world.google.addSecret('AAA', { project: 'other-project' }).addVersion('other-one');
    await world.write({ manifests: [{ file: A, name: 'a', data: { a: { secret: name } } }] });
    const before = textAt(world, A);
    await using run = await runConfig(world);

    expect(reportOf(run).error, run.stdout).toMatchObject({
      code: 'SECRET_MISMATCH',
      message: expect.stringContaining('projects/123456789012/secrets/AAA/versions/1: it is held'),
    });
    expect(textAt(world, A)).toBe(before);
  });
});

describe('a rollback that is proposed and held', () => {
  const entry = { file: A, name: 'a', data: { a: 'AAA' } };
  const held = { ...entry, hold: true, data: { a: { secret: 'AAA', version: 1 } } };
  const other = (version: number, name = 'b') => ({ file: B, name, data: { b: { secret: 'BBB', version } } });
  const propose = (world: ConfigWorld, inputs: Record<string, string> = {}) =>
    runConfig(world, { publish: 'pull-request', branch: 'secrets', ...inputs });

  async function proposedIn(more: object[] = []): Promise<ConfigWorld> {
    const world = await worldOf(entry, more);
    await world.write({ manifests: [held, ...more] });
    await using run = await propose(world);
    expect(run.outputs, run.stdout).toMatchObject({ 'pull-request-operation': 'created' });
    return world;
  }

  test.concurrent.for<[string, Record<string, string>, object]>([
    ['a run that refreshes', { refresh: 'true' }, {}],
    ['another label', {}, { labels: { team: 'bots' } }],
    ['another recipient', { 'gcp-kms': 'projects/demo-project/locations/global/keyRings/flux/cryptoKeys/other' }, {}],
  ])('is made anew by %s, and not taken back', async ([, inputs, more]) => {
    await using world = await proposedIn();
    await world.write({ manifests: [{ ...entry, ...more }] });
    await using run = await propose(world, inputs);

    expect(run.outputs, run.stdout).toMatchObject({ 'pull-request-operation': 'updated' });
    expect(manifestAt(world, A, 'secrets').metadata.annotations).toHaveProperty([HOLD]);
    expect(await valuesOf(world, A, 'secrets')).toEqual({ a: 'a-one' });
    expect(openPullRequests(world)).toHaveLength(1);
  });

  test.concurrent('is not what a branch merely has of an older base: a release there stays one', async () => {
    await using world = await worldOf(entry, [other(1)]);
    await rollBack(world, { secret: 'AAA', hold: 'true' });
    await world.write({ manifests: [entry, other(2)] });
    await using proposed = await propose(world);
    await using release = await runConfig(world, { only: A, secret: 'AAA', version: 'latest', hold: 'false' });
    await using nightly = await propose(world);

    expect(proposed.exitCode, proposed.stdout).toBe(0);
    expect(release.exitCode, release.stdout).toBe(0);
    expect(outcomesOf(nightly), nightly.stdout).toEqual({ [A]: 'unchanged', [B]: 'unchanged' });
    expect(await valuesOf(world, A)).toEqual({ a: 'a-two' });
    expect(openPullRequests(world)).toHaveLength(1);
  });

  test.concurrent('goes over nothing that somebody has put on the base meanwhile', async () => {
    await using world = await proposedIn();
    const theirs = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n';
    await world.write({ manifests: [entry] }, { [A]: theirs });
    const before = world.flux.head('secrets');
    await using run = await propose(world);

    expect(reportOf(run).error?.code, run.stdout).toBe('FILE_NOT_OURS');
    expect(world.flux.head('secrets')).toBe(before);
  });

  test.concurrent('goes on beside another change', async () => {
    await using world = await proposedIn([other(1)]);
    await world.write({ manifests: [entry, other(2)] });
    await using run = await propose(world);

    expect(outcomesOf(run), run.stdout).toEqual({ [A]: 'held', [B]: 'updated' });
    expect(await valuesOf(world, A, 'secrets')).toEqual({ a: 'a-one' });
    expect(await valuesOf(world, B, 'secrets')).toEqual({ b: 'b-two' });
  });

  test.concurrent('stays where its manifest fails, though the rest is to be published', async () => {
    await using world = await proposedIn([other(1)]);
    const before = world.flux.head('secrets');
    await world.write({ manifests: [{ ...entry, data: { a: 'AAA', c: 'NOT_THERE' } }, other(1, 'b-2')] });
    await using run = await propose(world, { 'on-error': 'publish-rest' });

    expect(run.exitCode).toBe(1);
    expect(outcomesOf(run), run.stdout).toEqual({ [A]: 'failed', [B]: 'skipped' });
    expect(world.flux.head('secrets')).toBe(before);
  });
});

describe('what is deleted', () => {
  test.concurrent('goes only with what takes its place', async () => {
    const old = { file: A, name: 'a', data: { a: 'AAA' } };
    await using world = await worldOf(old);
    await world.write({
      manifests: [
        { file: A, state: 'absent' },
        { ...old, file: B, data: { a: 'NOT_THERE' } },
      ],
    });
    await using run = await runConfig(world, { 'on-error': 'publish-rest' });

    expect(outcomesOf(run), run.stdout).toEqual({ [A]: 'skipped', [B]: 'failed' });
    expect(textAt(world, A)).toBeDefined();
    expect(run.summary).toContain('Nothing was deleted');
  });

  test.concurrent('is not what a kustomization further up lists by itself', async () => {
    const above = 'clusters/dev/kustomization.yaml';
    await using world = await worldOf({ file: A, name: 'a', data: { a: 'AAA' } });
    await world.write({ manifests: [{ file: A, state: 'absent' }] }, { [above]: 'resources:\n  - demo/a.yaml\n' });
    await using run = await runConfig(world);

    expect(reportOf(run).error).toMatchObject({
      code: 'KUSTOMIZATION_NOT_EDITABLE',
      message: `Cannot delete ${A}: ${above} lists it, and would not build without it.`,
    });
    expect(textAt(world, A)).toBeDefined();
  });
});

test.concurrent('entries that a proposal has encrypted do not push out a key that somebody has put on the base', async () => {
  const entry = { file: A, name: 'a', dataFrom: [{ secret: 'ENV', format: 'json' }] };
  await using world = await startConfigWorld({ config: { manifests: [entry] }, secrets: { ENV: ['{"HOST":"x"}'] } });
  await using proposed = await runConfig(world, { publish: 'pull-request' });
  const theirs = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\ntype: Opaque\ndata:\n  theirs: aHVzaA==\n';
  await world.flux.commit({ branch: 'main', files: { [A]: theirs } });
  await using run = await runConfig(world, { publish: 'pull-request' });

  expect(proposed.exitCode, proposed.stdout).toBe(0);
  expect(reportOf(run).error?.code, run.stdout).toBe('FILE_WOULD_LOSE_KEYS');
});
