// As whom, and by which name: credentials, the forms of a secret's name, recipients of each kind, GitHub's addresses, and
// what is filled in where nothing is said.
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { runAction } from '../stand-ins/runner.ts';
import { FILE, FLUX_REPOSITORY, KMS_KEY, startWorld } from '../stand-ins/world.ts';
import { PGP_KEY, writeKeyring } from '../unit/sops/real-sops.ts';
import { googleCalls, openManifest, reportOf } from './reading.ts';

const noCredentials = { env: { GOOGLE_APPLICATION_CREDENTIALS: '' } };

describe('Google is asked', () => {
  test.concurrent("with the credentials of the job, by Secret Manager's client and by sops alike", async () => {
    await using world = await startWorld();
    world.secret.addVersion('one');
    await using run = await world.run();

    expect(run.outputs['outcome'], run.stdout).toBe('created');
    expect(googleCalls(run)).toEqual(['token', 'access', 'token', 'encrypt']);
    for (const { service, headers } of run.google.filter(({ service }) => service !== 'sts')) {
      expect(headers.authorization, service).toBe(`Bearer ${world.google.tokens.exchanged}`);
    }
  });

  test.concurrent.for([
    { beside: 'no other credentials', options: noCredentials },
    { beside: 'credentials of the job, which it wins over', options: {} },
  ])('with the access token that is given, beside $beside', async ({ options }) => {
    await using world = await startWorld();
    world.secret.addVersion('one');
    const token = world.google.tokens.exchanged;
    await using run = await world.run({ 'access-token': token }, options);

    expect(run.outputs['outcome'], run.stdout).toBe('created');
    expect(googleCalls(run)).toEqual(['access', 'encrypt']);
    for (const { headers } of run.google) expect(headers.authorization).toBe(`Bearer ${token}`);
    expect(run.masks).toContain(token);
  });
});

describe('a secret may be named', () => {
  const named = 'projects/demo-project/secrets/TELE_TOKEN';
  test.concurrent.for([
    { by: 'its full name', inputs: { secret: named, 'project-id': '' } },
    { by: 'its full name with the version', inputs: { secret: `${named}/versions/1`, 'project-id': '' } },
    {
      by: 'its full name with the version and the project beside it',
      inputs: { secret: `${named}/versions/1`, version: '1' },
    },
    {
      by: 'its full name with the number of the project',
      inputs: { secret: 'projects/123456789012/secrets/TELE_TOKEN', 'project-id': '' },
    },
    { by: 'its id and the number of the project', inputs: { 'project-id': '123456789012' } },
  ])('by $by', async ({ inputs }) => {
    await using world = await startWorld();
    world.secret.addVersion('one');
    await using run = await world.run(inputs);

    expect(run.outputs, run.stdout).toMatchObject({
      outcome: 'created',
      version: '1',
      'secret-version': 'projects/123456789012/secrets/TELE_TOKEN/versions/1',
    });
    await using again = await world.run(inputs);
    expect(again.outputs['outcome'], again.stdout).toBe('unchanged');
  });

  test.concurrent('by its region, and is not the global one of that name', async () => {
    await using world = await startWorld();
    world.secret.addVersion('global');
    const regional = world.google.addSecret('TELE_TOKEN', { location: 'europe-west3' });
    regional.addVersion('regional');
    const inputs = {
      secret: 'projects/demo-project/locations/europe-west3/secrets/TELE_TOKEN',
      'project-id': '',
      version: '1',
    };
    await using run = await world.run(inputs);

    expect(run.outputs, run.stdout).toMatchObject({
      outcome: 'created',
      'secret-version': `${regional.name}/versions/1`,
    });
    expect((await openManifest(world)).payloads['token']?.toString()).toBe('regional');
    await using again = await world.run(inputs);
    expect(again.outputs['outcome']).toBe('unchanged');
    await using other = await world.run({ version: '1' });
    expect(other.outputs['outcome'], other.stdout).toBe('updated');
    expect((await openManifest(world)).payloads['token']?.toString()).toBe('global');
  });

  test.concurrent('by its id alone where google-github-actions/auth has said the project', async () => {
    await using world = await startWorld();
    world.secret.addVersion('one');
    await using run = await world.run({ 'project-id': '' }, { env: { GOOGLE_CLOUD_PROJECT: world.google.project } });

    expect(run.outputs['outcome'], run.stdout).toBe('created');
  });
});

describe('it is encrypted for', () => {
  test.concurrent('age alone, without Cloud KMS', async () => {
    const identity = await generateX25519Identity();
    await using world = await startWorld();
    world.secret.addVersion('one');
    await using run = await world.run({ 'gcp-kms': '', age: await identityToRecipient(identity) });

    expect(run.outputs['outcome'], run.stdout).toBe('created');
    expect(googleCalls(run)).toEqual(['token', 'access']);
    const { macIsValid, payloads } = await openManifest(world, { keys: { age: identity } });
    expect(macIsValid).toBe(true);
    expect(payloads['token']?.toString()).toBe('one');
  });

  test.concurrent('several of each kind, all of them', async () => {
    const identities = await Promise.all([generateX25519Identity(), generateX25519Identity()]);
    const age = await Promise.all(identities.map(identityToRecipient));
    const keys = [KMS_KEY, KMS_KEY.replace(/sops$/, 'other')];
    await using world = await startWorld();
    world.secret.addVersion('one');
    await using home = await mkdtempDisposable(join(tmpdir(), 'home-'));
    await writeKeyring(join(home.path, '.gnupg'));
    const inputs = { version: '1', 'gcp-kms': keys.join(', '), age: age.join('\n'), pgp: PGP_KEY.fingerprint };
    await using run = await world.run(inputs, { env: { HOME: home.path } });

    expect(run.outputs['outcome'], run.stdout).toBe('created');
    expect(parse(world.manifest())).toMatchObject({
      sops: {
        gcp_kms: keys.map((resource_id) => ({ resource_id })),
        age: age.map((recipient) => ({ recipient })),
        pgp: [{ fp: PGP_KEY.fingerprint }],
      },
    });
    for (const identity of identities) {
      expect((await openManifest(world, { keys: { age: identity } })).payloads['token']?.toString()).toBe('one');
    }
    const others = { ...inputs, 'gcp-kms': keys.toReversed().join(), age: age.toReversed().join() };
    await using again = await world.run(others, { env: { HOME: home.path } });
    expect(again.outputs['outcome'], again.stdout).toBe('unchanged');
  });
});

describe('GitHub is reached', () => {
  test.concurrent.for(['/api/v3', '/api/v3/'])('at the addresses of GitHub Enterprise Server: %s', async (path) => {
    await using world = await startWorld();
    world.secret.addVersion('one');
    const github = { apiUrl: `${world.github.url}${path}`, serverUrl: world.github.url };
    await using run = await world.run({}, { github });

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'created', 'commit-sha': world.flux.head('main') });
    expect(run.github.map((request) => request.path)).toEqual(['/api/graphql', '/api/graphql']);
  });

  test.concurrent('with the token of the input and no other, which is masked', async () => {
    await using world = await startWorld();
    world.secret.addVersion('one');
    await using run = await world.run({}, { env: { GITHUB_TOKEN: 'ghs_ofTheJob' } });

    expect(run.outputs['outcome'], run.stdout).toBe('created');
    expect(run.masks).toContain(world.github.token);
    for (const { headers } of run.github) expect(headers.authorization).toBe(`token ${world.github.token}`);
  });
});

test.concurrent('the least that can be said is a secret, a file and recipients', async () => {
  await using world = await startWorld();
  world.secret.addVersion('one');
  await using directory = await mkdtempDisposable(join(tmpdir(), 'credentials-'));
  await using run = await runAction({
    inputs: {
      secret: 'TELE_TOKEN',
      file: FILE,
      'gcp-kms': KMS_KEY,
      'secret-manager-endpoint': world.google.url,
      'kms-endpoint': world.google.url,
    },
    env: {
      GOOGLE_APPLICATION_CREDENTIALS: await world.google.workloadIdentity(directory.path),
      GOOGLE_CLOUD_PROJECT: world.google.project,
    },
    github: { apiUrl: world.github.url, repository: FLUX_REPOSITORY, token: world.github.token },
  });

  expect(run.outputs, run.stdout).toMatchObject({ outcome: 'created', 'commit-sha': world.flux.head('main') });
  expect(reportOf(run)).toMatchObject({ repository: FLUX_REPOSITORY, manifests: [{ name: 'tele-token' }] });
  const { document, payloads } = await openManifest(world);
  expect(document['metadata']).toMatchObject({ name: 'tele-token' });
  expect(document['metadata']).not.toHaveProperty('namespace');
  expect(payloads).toEqual({ TELE_TOKEN: Buffer.from('one') });
});
