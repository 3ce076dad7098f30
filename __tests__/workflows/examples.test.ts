// Every example workflow, as its user would have it run, and what it leaves in the Flux repository.
import { describe, expect, test } from 'vitest';
import { decryptIndependently } from '../stand-ins/sops-oracle.ts';
import { FILE, startWorld, type World } from '../stand-ins/world.ts';
import { runWorkflow } from './act.ts';

const VALID = '123456:valid\n';
const INVALID = 'NEW_TOKEN\n';

/** By a person: the form's own values where none are given. */
function dispatch(world: World, inputs: { version?: string; hold?: string } = {}) {
  const event = { inputs: { version: 'latest', hold: 'as before', ...inputs } };
  return runWorkflow(world, { workflow: 'dispatch.yml', eventName: 'workflow_dispatch', event });
}

function rotate(world: World, schedule = '17 * * * *') {
  return runWorkflow(world, { workflow: 'rotation.yml', eventName: 'schedule', event: { schedule } });
}

function announce(world: World, payload: { secret: string; version: string }) {
  const event = { action: 'secret-version-added', client_payload: payload };
  return runWorkflow(world, { workflow: 'new-version.yml', eventName: 'repository_dispatch', event });
}

async function committed(world: World, file = FILE) {
  const manifest = world.flux.read('refs/heads/main', file)?.toString('utf8') ?? '';
  const { document, macIsValid } = await decryptIndependently(manifest, { gcpKms: world.google.decrypt });
  expect(macIsValid).toBe(true);
  return document;
}

const base64 = (value: string) => Buffer.from(value).toString('base64');

describe('dispatch.yml', () => {
  test('commits the version that a person asks for, signed in by workload identity and as a GitHub App', async () => {
    await using world = await startWorld();
    world.secret.addVersion(VALID);
    world.secret.addVersion(INVALID);
    const run = await dispatch(world, { version: '1' });

    expect(run.exitCode, run.printed).toBe(0);
    expect(run.outputs).toMatchObject({ outcome: 'created', version: '1', verified: 'true', file: FILE });
    expect(run.printed).toContain('A token for acme/flux-gitops with contents: write and pull-requests: none');
    expect(run.printed).not.toContain(VALID.trim());
    expect(world.google.requests.map(({ service }) => service)).toEqual(['sts', 'secretmanager', 'sts', 'cloudkms']);
    expect(await committed(world)).toMatchObject({
      metadata: { name: 'kbot-token', namespace: 'demo' },
      data: { token: base64(VALID) },
    });
    const [commit] = world.flux.log('main');
    expect(commit?.files).toEqual([FILE]);
    expect(commit?.message).toContain('Set kbot-token to version 1 of TELE_TOKEN');
    expect(commit?.message).toContain(`Flux-Secret-Sync-Source: ${world.secret.name}/versions/1`);
    expect(commit?.message).toMatch(/^Flux-Secret-Sync-Run: [-0-9a-f]{36}$/m);
  });

  test('rolls back to an older version and holds it, until a person releases it', async () => {
    await using world = await startWorld();
    world.secret.addVersion(VALID);
    world.secret.addVersion(INVALID);
    expect((await dispatch(world)).outputs).toMatchObject({ outcome: 'created', version: '2' });

    const back = await dispatch(world, { version: '1', hold: 'hold' });
    expect(back.outputs, back.printed).toMatchObject({ outcome: 'updated', version: '1' });
    expect(await committed(world)).toMatchObject({ data: { token: base64(VALID) } });
    const [commit] = world.flux.log('main');
    expect(commit?.message).toContain('Roll kbot-token back to version 1 of TELE_TOKEN and hold it');

    const held = await rotate(world);
    expect(held.outputs, held.printed).toMatchObject({ outcome: 'held', version: '1', 'commit-sha': '' });
    expect(held.summary).toContain('held by `octocat`');
    expect(world.flux.head('main')).toBe(commit?.oid);

    const released = await dispatch(world, { hold: 'release' });
    expect(released.outputs, released.printed).toMatchObject({ outcome: 'updated', version: '2' });
    expect(await committed(world)).toMatchObject({ data: { token: base64(INVALID) } });
  });
});

describe('rotation.yml', () => {
  test('commits what latest is, once, and encrypts it anew once a week', async () => {
    await using world = await startWorld();
    world.secret.addVersion(VALID);
    expect((await rotate(world)).outputs).toMatchObject({ outcome: 'created', version: '1' });
    const first = world.manifest();

    const again = await rotate(world);
    expect(again.outputs, again.printed).toMatchObject({ outcome: 'unchanged', changed: 'false', 'commit-sha': '' });

    const weekly = await rotate(world, '47 3 * * 1');
    expect(weekly.outputs, weekly.printed).toMatchObject({ outcome: 'updated', version: '1' });
    expect(world.flux.log('main')[0]?.message).toContain('Encrypt kbot-token anew with version 1 of TELE_TOKEN');
    expect(world.manifest()).not.toBe(first);
    expect(await committed(world)).toMatchObject({ data: { token: base64(VALID) } });
  });
});

describe('new-version.yml', () => {
  const file = 'clusters/dev/demo/KBOT_TOKEN.yaml';

  test('commits the secret that the news is of', async () => {
    await using world = await startWorld();
    const secret = world.google.addSecret('KBOT_TOKEN');
    secret.addVersion(VALID);
    const run = await announce(world, { secret: 'KBOT_TOKEN', version: '1' });

    expect(run.outputs, run.printed).toMatchObject({ outcome: 'created', version: '1', file });
    expect(await committed(world, file)).toMatchObject({
      metadata: { name: 'kbot-token', namespace: 'demo' },
      data: { KBOT_TOKEN: base64(VALID) },
    });
    expect(world.flux.log('main')[0]?.message).toContain(`Flux-Secret-Sync-Source: ${secret.name}/versions/1`);
  });

  test('does not go back on news that come late', async () => {
    await using world = await startWorld();
    const secret = world.google.addSecret('KBOT_TOKEN');
    secret.addVersion(VALID);
    secret.addVersion(INVALID);
    expect((await announce(world, { secret: 'KBOT_TOKEN', version: '2' })).outputs['version']).toBe('2');
    const run = await announce(world, { secret: 'KBOT_TOKEN', version: '1' });

    expect(run.outputs, run.printed).toMatchObject({ outcome: 'unchanged', version: '2' });
  });

  test('accesses no secret that the workflow does not allow', async () => {
    await using world = await startWorld();
    world.secret.addVersion(VALID);
    const before = world.flux.head('main');
    const run = await announce(world, { secret: 'TELE_TOKEN', version: '1' });

    expect(run.exitCode).toBe(1);
    expect(JSON.parse(run.outputs['report'] ?? '')).toMatchObject({ error: { code: 'SECRET_NOT_ALLOWED' } });
    expect(world.google.requests).toEqual([]);
    expect(world.flux.head('main')).toBe(before);
  });
});

describe('reusable.yml', () => {
  test('gets the outputs of the reusable workflow', async () => {
    await using world = await startWorld();
    world.secret.addVersion(VALID);
    world.secret.addVersion(INVALID);
    const event = { inputs: { version: '1' } };
    const run = await runWorkflow(world, { workflow: 'reusable.yml', eventName: 'workflow_dispatch', event });

    expect(run.exitCode, run.printed).toBe(0);
    expect(await committed(world)).toMatchObject({ data: { token: base64(VALID) } });
    const [commit] = world.flux.log('main');
    expect(commit?.message).toContain(`Flux-Secret-Sync-Source: ${world.secret.name}/versions/1`);
    const page = `${world.github.url}/acme/flux-gitops/commit/${commit?.oid}`;
    expect(run.printed).toContain(`Version 1 is created, see ${page}`);
  });
});
