// A config file: what it says should be there, and one run makes it so in one commit.
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recordingSops } from '../stand-ins/runner.ts';
import {
  CONFIG,
  FOLDER,
  format,
  manifestAt,
  outcomesOf,
  runConfig,
  startConfigWorld,
  textAt,
  valuesOf,
} from './configs.ts';
import { branches, openPullRequests } from './proposals.ts';
import { googleCalls, operations, reportOf } from './reading.ts';

const BOT = `${FOLDER}/kbot-token.yaml`;
const DATABASE = 'clusters/prod/demo/database.yaml';
const ENV = `${FOLDER}/app-env.yaml`;
const TWO = {
  defaults: { namespace: 'demo', labels: { team: 'bots' } },
  manifests: [
    { file: BOT, name: 'kbot-token', data: { token: 'TELE_TOKEN' } },
    {
      file: DATABASE,
      name: 'database',
      data: { password: { secret: 'DB', version: 2, pointer: '/password' }, user: { secret: 'DB', pointer: '/user' } },
    },
  ],
};
const SECRETS = {
  DB: ['{"user":"old","password":"first"}', '{"user":"mona","password":"second"}', '{"user":"lisa"}'],
  APP_ENV: ['{"HOST":"db.example","PORT":5432,"EMPTY":""}', 'HOST=a\nNEW=b\n'],
};

async function worldOf(config: object, files: Record<string, string> = {}) {
  const world = await startConfigWorld({ config, secrets: SECRETS, files });
  world.secret.addVersion('123456:first');
  return world;
}

describe('a run with a config', () => {
  test.concurrent('makes everything that it asks for in one commit of three requests', async () => {
    await using world = await worldOf(TWO);
    const before = world.flux.head('main');
    await using run = await runConfig(world);

    expect(run.exitCode, run.stdout).toBe(0);
    expect(operations(run)).toEqual(['Snapshot', 'Snapshot', 'Commit']);
    expect(world.flux.log('main')[0]).toMatchObject({ parents: [before], files: [BOT, DATABASE] });
    expect(world.flux.log('main')[0]?.message.split('\n')[0]).toBe('Set 2 secrets');
    expect(await valuesOf(world, BOT)).toEqual({ token: '123456:first' });
    expect(await valuesOf(world, DATABASE)).toEqual({ password: 'second', user: 'lisa' });
    const { metadata } = manifestAt(world, DATABASE);
    expect(metadata.labels).toEqual({ 'app.kubernetes.io/managed-by': 'flux-secret-sync', team: 'bots' });
    expect(metadata.annotations).toMatchObject({
      'flux-secret-sync/owner': `acme/flux-gitops/${CONFIG}`,
      'flux-secret-sync/manages': '{"labels":["team"],"annotations":[]}',
      'flux-secret-sync/sources': JSON.stringify({
        password: 'projects/123456789012/secrets/DB/versions/2',
        user: 'projects/123456789012/secrets/DB/versions/3',
      }),
    });
    expect(run.outputs).toMatchObject({ outcome: 'created', changed: 'true', version: '', file: '', verified: 'true' });
    expect(outcomesOf(run)).toEqual({ [BOT]: 'created', [DATABASE]: 'created' });
  });

  test.concurrent('leaves it all alone the second time, and starts no sops for it', async () => {
    await using world = await worldOf(TWO);
    await using directory = await mkdtempDisposable(join(tmpdir(), 'config-'));
    const sops = await recordingSops(directory.path);
    await using first = await runConfig(world);
    const refs = world.flux.refs();
    await using run = await runConfig(world, {}, { pathFirst: [sops.directory] });

    expect(first.exitCode).toBe(0);
    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'unchanged', changed: 'false' });
    expect(await sops.calls()).toEqual([]);
    expect(googleCalls(run).filter((call) => call === 'encrypt')).toEqual([]);
    expect(world.flux.refs()).toEqual(refs);
  });

  test.concurrent('encrypts only what differs', async () => {
    await using world = await worldOf(TWO);
    await using _ = await runConfig(world);
    const database = textAt(world, DATABASE);
    world.secret.addVersion('123456:second');
    await using run = await runConfig(world);

    expect(outcomesOf(run)).toEqual({ [BOT]: 'updated', [DATABASE]: 'unchanged' });
    expect(world.flux.log('main')[0]).toMatchObject({ files: [BOT] });
    expect(world.flux.log('main')[0]?.message).toMatch(/^Set kbot-token to version 2 of TELE_TOKEN\n/);
    expect(textAt(world, DATABASE)).toBe(database);
    expect(await valuesOf(world, BOT)).toEqual({ token: '123456:second' });
  });

  test.concurrent('accesses a version once, however many manifests carry it', async () => {
    const manifests = ['a', 'b', 'c'].map((name) => ({
      file: `${FOLDER}/${name}.yaml`,
      name,
      data: { token: 'TELE_TOKEN', same: { secret: 'TELE_TOKEN', version: 1 } },
    }));
    await using world = await worldOf({ manifests });
    await using run = await runConfig(world);

    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.google.filter(({ path }) => path.includes('/versions/latest:access'))).toHaveLength(1);
    expect(run.google.filter(({ path }) => path.includes(':access'))).toHaveLength(1);
  });

  test.concurrent('takes the label away again that the config no longer has, and leaves people their own', async () => {
    await using world = await worldOf(TWO);
    await using _ = await runConfig(world);
    const theirs = textAt(world, BOT)?.replace('    team: bots\n', '    team: bots\n    theirs: "yes"\n') ?? '';
    await world.write({ ...TWO, defaults: { namespace: 'demo' } }, { [BOT]: theirs });
    await using run = await runConfig(world);

    expect(run.exitCode, run.stdout).toBe(0);
    expect(manifestAt(world, BOT).metadata.labels).toEqual({
      'app.kubernetes.io/managed-by': 'flux-secret-sync',
      theirs: 'yes',
    });
    expect(manifestAt(world, BOT).metadata.annotations).not.toHaveProperty(['flux-secret-sync/manages']);
  });

  test.concurrent('reads the config from the workspace, where that is asked for', async () => {
    await using world = await worldOf({ manifests: [] });
    await using directory = await mkdtempDisposable(join(tmpdir(), 'workspace-'));
    await mkdir(join(directory.path, 'deploy'));
    await writeFile(join(directory.path, 'deploy/secrets.yaml'), format(TWO));
    const inputs = { config: 'deploy/secrets.yaml', 'config-source': 'workspace' };
    await using run = await runConfig(world, inputs, { workspace: directory.path });

    expect(run.exitCode, run.stdout).toBe(0);
    expect(operations(run)).toEqual(['Snapshot', 'Commit']);
    expect(manifestAt(world, BOT).metadata.annotations['flux-secret-sync/owner']).toBe(
      'acme/payments/deploy/secrets.yaml',
    );
  });

  test.concurrent('reads the config again, where somebody changes it between the two reads', async () => {
    await using world = await worldOf(TWO);
    let reads = 0;
    world.github.fault({
      when: ({ operationName }) => {
        if (operationName === 'Snapshot') reads += 1;
        return operationName === 'Snapshot' && reads === 2;
      },
      before: () => world.write({ manifests: TWO.manifests.slice(0, 1) }),
    });
    await using run = await runConfig(world);

    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.stdout).toContain('Reading it again.');
    expect(outcomesOf(run)).toEqual({ [BOT]: 'created' });
    expect(world.flux.log('main')[0]).toMatchObject({ files: [BOT] });
  });

  test.concurrent('takes over what a run with inputs has made, and says so', async () => {
    await using world = await worldOf(TWO);
    await using single = await world.run({ file: BOT });
    await using run = await runConfig(world);

    expect(single.exitCode).toBe(0);
    expect(outcomesOf(run)).toEqual({ [BOT]: 'updated', [DATABASE]: 'created' });
    expect(run.summary).toContain(`${BOT} belonged to inputs until now.`);
  });
});

describe('entries of a payload', () => {
  const entries = (source: object) => ({ manifests: [{ file: ENV, name: 'app-env', dataFrom: [source] }] });

  test.concurrent('become keys, and an empty value stays readable', async () => {
    await using world = await worldOf(entries({ secret: 'APP_ENV', version: 1, format: 'json' }));
    await using run = await runConfig(world);
    await using again = await runConfig(world);

    expect(run.exitCode, run.stdout).toBe(0);
    expect(await valuesOf(world, ENV)).toEqual({ HOST: 'db.example', PORT: '5432', EMPTY: '' });
    expect(manifestAt(world, ENV).data['EMPTY']).toBe('');
    expect(again.outputs, again.stdout).toMatchObject({ outcome: 'unchanged' });
    expect(again.google).toEqual([]);
  });

  test.concurrent('come and go with the version', async () => {
    await using world = await worldOf(entries({ secret: 'APP_ENV', version: 1, format: 'json' }));
    await using _ = await runConfig(world);
    await world.write(entries({ secret: 'APP_ENV', version: 2, format: 'dotenv' }));
    await using run = await runConfig(world);

    expect(run.exitCode, run.stdout).toBe(0);
    expect(await valuesOf(world, ENV)).toEqual({ HOST: 'a', NEW: 'b' });
    expect(run.summary).toContain('The data key PORT was dropped');
  });

  test.concurrent('are encrypted anew where somebody has put a readable value there', async () => {
    await using world = await worldOf(entries({ secret: 'APP_ENV', version: 1, format: 'json' }));
    await using _ = await runConfig(world);
    const forged = textAt(world, ENV)?.replace(/ {2}HOST: .*\n/, '  HOST: ""\n') ?? '';
    await world.flux.commit({ branch: 'main', files: { [ENV]: forged } });
    await using run = await runConfig(world);

    expect(outcomesOf(run), run.stdout).toEqual({ [ENV]: 'updated' });
    expect(await valuesOf(world, ENV)).toMatchObject({ HOST: 'db.example' });
  });
});

describe('latest-enabled', () => {
  const config = {
    manifests: [
      { file: BOT, name: 'kbot-token', data: { token: { secret: 'TELE_TOKEN', version: 'latest-enabled' } } },
    ],
  };

  test.concurrent('is the newest version that is enabled, and goes back when that is disabled', async () => {
    await using world = await worldOf(config);
    world.secret.addVersion('123456:second');
    await using first = await runConfig(world);
    world.secret.disable(2);
    await using second = await runConfig(world);
    await using third = await runConfig(world);

    expect(first.exitCode, first.stdout).toBe(0);
    expect(second.exitCode, second.stdout).toBe(0);
    expect(reportOf(second).manifests[0]?.sources).toMatchObject([{ from: '2', to: '1' }]);
    expect(await valuesOf(world, BOT)).toEqual({ token: '123456:first' });
    expect(third.outputs['outcome']).toBe('unchanged');
    expect(googleCalls(third).filter((call) => call !== 'token')).toEqual(['versions']);
  });

  test.concurrent('says which role it needs', async () => {
    await using world = await worldOf(config);
    world.secret.deny('list');
    await using run = await runConfig(world);

    expect(reportOf(run).error).toMatchObject({
      code: 'SECRET_LIST_DENIED',
      remedy: expect.stringContaining('roles/secretmanager.viewer'),
    });
  });
});

describe('only', () => {
  test.concurrent('limits the run to the manifests that it matches', async () => {
    await using world = await worldOf({ ...TWO, prune: true });
    await using run = await runConfig(world, { only: 'clusters/dev/**' });

    expect(run.exitCode, run.stdout).toBe(0);
    expect(outcomesOf(run)).toEqual({ [BOT]: 'created' });
  });

  test.concurrent('proposes on a branch of its own', async () => {
    await using world = await worldOf(TWO);
    for (const only of ['', 'clusters/dev/**', 'clusters/prod/**']) {
      await using run = await runConfig(world, { only, publish: 'pull-request' });
      expect(run.exitCode, run.stdout).toBe(0);
    }
    expect(branches(world)).toHaveLength(4);
    expect(openPullRequests(world)).toHaveLength(3);
  });

  test.concurrent('with secret and version rolls that one back, and holds it against the runs that follow', async () => {
    await using world = await worldOf(TWO);
    world.secret.addVersion('123456:second');
    await using _ = await runConfig(world);
    const rollback = { only: BOT, secret: 'TELE_TOKEN', version: '1', hold: 'true' };
    await using run = await runConfig(world, rollback);
    await using nightly = await runConfig(world);
    await using release = await runConfig(world, { ...rollback, version: 'latest', hold: 'false' });

    expect(run.exitCode, run.stdout).toBe(0);
    expect(world.flux.log('main')[1]?.message).toMatch(/^Roll kbot-token back to version 1 of TELE_TOKEN and hold it/);
    expect(outcomesOf(nightly)).toEqual({ [BOT]: 'held', [DATABASE]: 'unchanged' });
    expect(nightly.outputs['outcome']).toBe('held');
    expect(release.exitCode, release.stdout).toBe(0);
    expect(await valuesOf(world, BOT)).toEqual({ token: '123456:second' });
    expect(manifestAt(world, BOT).metadata.annotations).not.toHaveProperty(['flux-secret-sync/hold']);
  });

  test.concurrent('holds against a number that stands in the config as well', async () => {
    const pinned = (version: number, more = {}) => ({
      manifests: [{ file: BOT, name: 'kbot-token', data: { token: { secret: 'TELE_TOKEN', version } }, ...more }],
    });
    await using world = await worldOf(pinned(2));
    world.secret.addVersion('123456:second');
    await using _ = await runConfig(world);
    await using rollback = await runConfig(world, { only: BOT, secret: 'TELE_TOKEN', version: '1', hold: 'true' });
    await using nightly = await runConfig(world);
    await world.write(pinned(2, { hold: false }));
    await using release = await runConfig(world);

    expect(rollback.exitCode, rollback.stdout).toBe(0);
    expect(outcomesOf(nightly)).toEqual({ [BOT]: 'held' });
    expect(outcomesOf(release)).toEqual({ [BOT]: 'updated' });
    expect(await valuesOf(world, BOT)).toEqual({ token: '123456:second' });
  });
});
