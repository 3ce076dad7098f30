// What a run finds besides its inputs: files and folders of the runner, addresses that nothing names.
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startProxy } from '../stand-ins/proxy.ts';
import { startWorld } from '../stand-ins/world.ts';

describe('a run that cannot tell what it did', () => {
  test.concurrent.for(['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY'])(
    'since %s is no file fails, but does not say that nothing was changed',
    async (variable) => {
      await using world = await startWorld();
      world.secret.addVersion('123456:first');
      const before = world.flux.head('main');
      await using run = await world.run({ version: '1' }, { env: { [variable]: '/no/such/file' } });

      expect(run.exitCode, run.stdout).toBe(1);
      expect(run.annotations).toMatchObject([
        { level: 'error', message: expect.stringMatching(/^Cannot write the outputs .* \(INTERNAL\)$/) },
      ]);
      expect(run.annotations[0]?.message).not.toContain('Nothing was changed.');
      expect(world.flux.head('main')).not.toBe(before);
      expect(world.manifest()).toContain('ENC[');
    },
  );

  test.concurrent('says that nothing was changed where nothing was', async () => {
    await using world = await startWorld();
    world.secret.addVersion('123456:first');
    await using first = await world.run({ version: '1' });
    expect(first.outputs['outcome'], first.stdout).toBe('created');
    const env = { GITHUB_STEP_SUMMARY: '/no/such/file' };
    await using unchanged = await world.run({ version: '1' }, { env });
    await using planned = await world.run({ file: 'other.yaml', version: '1', publish: 'none' }, { env });
    for (const run of [unchanged, planned]) {
      expect(run.exitCode, run.stdout).toBe(1);
      expect(run.annotations).toMatchObject([{ message: expect.stringContaining('Nothing was changed. ') }]);
    }
  });
});

describe('without a runner', () => {
  test.concurrent('there is no summary, temporary files go where the machine keeps them, and all else is the same', async () => {
    await using world = await startWorld();
    world.secret.addVersion('123456:first');
    const env = { GITHUB_STEP_SUMMARY: '', RUNNER_TEMP: '', TMPDIR: '/no/such/folder' };
    await using refused = await world.run({ version: '1' }, { env });
    expect(refused.outputs['report'], refused.stdout).toContain('TEMP_UNUSABLE');

    await using run = await world.run({ version: '1' }, { env: { ...env, TMPDIR: '/tmp' } });
    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.outputs['outcome']).toBe('created');
    expect(run.summary).toBe('');
    expect(world.manifest()).toContain('ENC[');
  });

  test.concurrent('GitHub is github.com', async () => {
    await using world = await startWorld();
    await using directory = await mkdtempDisposable(join(tmpdir(), 'surroundings-'));
    await using proxy = await startProxy({ directory: directory.path, hosts: {} });
    const env = { GITHUB_API_URL: '', HTTPS_PROXY: proxy.url };
    await using run = await world.run({ version: '1', timeout: '10s' }, { env });
    expect(run.exitCode, run.stdout).toBe(1);
    expect(new Set(proxy.asked)).toEqual(new Set(['api.github.com:443']));
  });
});

test('a regional secret is asked for in its region, unless an input says where', async () => {
  await using world = await startWorld();
  const region = 'europe-west3';
  world.google.addSecret('TELE_TOKEN', { location: region }).addVersion('123456:of the region');
  await using directory = await mkdtempDisposable(join(tmpdir(), 'surroundings-'));
  const host = `secretmanager.${region}.rep.googleapis.com`;
  await using proxy = await startProxy({ directory: directory.path, hosts: { [host]: world.google.url } });
  await using run = await world.run(
    { secret: `projects/demo-project/locations/${region}/secrets/TELE_TOKEN`, 'secret-manager-endpoint': '' },
    { env: { HTTPS_PROXY: proxy.url, NO_PROXY: '127.0.0.1', NODE_EXTRA_CA_CERTS: proxy.certificate } },
  );
  expect(run.exitCode, run.stdout).toBe(0);
  expect(proxy.asked).toEqual([`${host}:443`]);
  expect(run.outputs['secret-version']).toContain(`/locations/${region}/`);
});
