// Every example workflow, as its user would have it run, and what it leaves in the Flux repository.
import { describe, expect, test } from 'vitest';
import { decryptIndependently } from '../stand-ins/sops-oracle.ts';
import { FILE, FLUX_REPOSITORY, startWorld, type World } from '../stand-ins/world.ts';
import { runWorkflow, type WorkflowRun } from './act.ts';
import { CONFIG, DATABASE, ENV, FILES, startWithConfig } from './many.ts';

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

const HOME = { workflow: 'config.yml', repository: FLUX_REPOSITORY } as const;

interface Form {
  only: string;
  secret?: string;
  version?: string;
  hold?: 'hold' | 'release';
}

/** By a push, or by a form, all of whose fields are sent as text. */
function syncAll(world: World, form?: Form) {
  if (form === undefined) return runWorkflow(world, { ...HOME, eventName: 'push', event: {} });
  const event = { inputs: { secret: '', version: '', hold: 'as before', ...form } };
  return runWorkflow(world, { ...HOME, eventName: 'workflow_dispatch', event });
}

async function review(world: World, files: Record<string, string>) {
  const sha = await world.flux.commit({ branch: 'proposal', files });
  return await runWorkflow(world, { ...HOME, eventName: 'pull_request', event: { number: 1 }, sha });
}

function outcomesOf({ outputs }: WorkflowRun): Record<string, string> {
  const { manifests }: { manifests: { file: string; outcome: string }[] } = JSON.parse(outputs['report'] ?? '');
  return Object.fromEntries(manifests.map(({ file, outcome }) => [file, outcome]));
}

describe('config.yml', () => {
  test('makes what the README shows in one commit, with the token of the job, and then leaves it alone', async () => {
    await using world = await startWithConfig();
    const run = await syncAll(world);
    const again = await syncAll(world, { only: '' });

    expect(run.outputs, run.printed).toMatchObject({ outcome: 'created', changed: 'true', verified: 'true' });
    expect(world.flux.log('main')[0]).toMatchObject({ oid: run.outputs['commit-sha'], files: FILES });
    expect(await committed(world)).toMatchObject({ data: { token: base64(INVALID) } });
    expect(await committed(world, DATABASE)).toMatchObject({
      data: { password: base64('third'), user: base64('mona') },
    });
    expect(await committed(world, ENV)).toMatchObject({ data: { HOST: base64('db'), PORT: base64('5432') } });
    expect(again.outputs, again.printed).toMatchObject({ outcome: 'unchanged', 'commit-sha': '' });
  });

  test('rolls one secret back by hand and holds it, until the form ends that', async () => {
    await using world = await startWithConfig();
    await syncAll(world);
    const back = await syncAll(world, { only: FILE, secret: 'TELE_TOKEN', version: '1', hold: 'hold' });
    const later = await syncAll(world);
    const released = await syncAll(world, {
      ...{ only: FILE, secret: 'TELE_TOKEN', version: 'latest' },
      hold: 'release',
    });

    expect(back.outputs, back.printed).toMatchObject({ outcome: 'updated', version: '1', file: FILE });
    expect(outcomesOf(later), later.printed).toEqual({ [FILE]: 'held', [DATABASE]: 'unchanged', [ENV]: 'unchanged' });
    expect(released.outputs, released.printed).toMatchObject({ outcome: 'updated', version: '2' });
    const headlines = world.flux.log('main').map(({ message }) => message.split('\n')[0]);
    expect(headlines.slice(0, 3)).toEqual([
      'Set kbot-token to version 2 of TELE_TOKEN',
      'Roll kbot-token back to version 1 of TELE_TOKEN and hold it',
      'Set 3 secrets',
    ]);
  });

  test('tells a pull request what it would change, and signs in nowhere for it', async () => {
    await using world = await startWithConfig();
    await syncAll(world);
    const asked = world.google.requests.length;
    const head = world.flux.head('main');
    const run = await review(world, { 'flux-secrets.yaml': CONFIG.replace('name: kbot-token', 'name: kbot') });

    expect(run.exitCode, run.printed).toBe(0);
    expect(outcomesOf(run)).toMatchObject({ [FILE]: 'updated', [DATABASE]: 'unchanged' });
    expect(run.summary).toContain('Secrets would be updated (nothing was written)');
    expect(run.printed).not.toContain('Signed in to Google Cloud');
    expect(world.google.requests).toHaveLength(asked);
    expect(world.flux.head('main')).toBe(head);
  });

  test('refuses a pull request that asks for a secret, or a recipient, that it does not allow', async () => {
    await using world = await startWithConfig();
    const secret = await review(world, { 'flux-secrets.yaml': CONFIG.replace('my-project', 'other-project') });
    const rules = `creation_rules:\n  - age: age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\n`;
    const recipient = await review(world, { 'flux-secrets.yaml': CONFIG, '.sops.yaml': rules });

    for (const [run, code] of [
      [secret, 'SECRET_NOT_ALLOWED'],
      [recipient, 'RECIPIENT_NOT_ALLOWED'],
    ] as const) {
      expect(run.exitCode).toBe(1);
      expect(JSON.parse(run.outputs['report'] ?? ''), run.printed).toMatchObject({ error: { code } });
    }
    expect(world.google.requests).toEqual([]);
  });
});

describe('drift.yml', () => {
  const look = (world: World) => runWorkflow(world, { workflow: 'drift.yml', eventName: 'schedule', event: {} });

  test('fails where something is not as the config says, and writes nothing', async () => {
    await using world = await startWithConfig();
    const head = world.flux.head('main');
    const run = await look(world);

    expect(run.exitCode).toBe(1);
    expect(run.outputs, run.printed).toMatchObject({ outcome: 'created', changed: 'true', 'commit-sha': '' });
    expect(run.printed).toContain('A token for acme/flux-gitops with contents: read and pull-requests: none');
    expect(run.printed).toContain('Failure - Main Fail where something would change');
    expect(world.flux.head('main')).toBe(head);
    expect(world.google.requests.map(({ service }) => service)).not.toContain('cloudkms');
  });

  test('is content where all is as the config says', async () => {
    await using world = await startWithConfig();
    await syncAll(world);
    const run = await look(world);

    expect(run.exitCode, run.printed).toBe(0);
    expect(run.outputs).toMatchObject({ outcome: 'unchanged', changed: 'false' });
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
