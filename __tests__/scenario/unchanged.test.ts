// What is as it should be stays as it is: no sops, no KMS, no write. What only claims to be so is encrypted anew.
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { recordingSops } from '../stand-ins/runner.ts';
import { FILE, KMS_KEY, startWorld, type World } from '../stand-ins/world.ts';
import { annotationsOf, googleCalls, openManifest, operations } from './reading.ts';

const OTHER_KEY = KMS_KEY.replace(/sops$/, 'other');

describe('the second run', () => {
  test.concurrent.for([
    { version: '1', google: [], named: 'a pinned number asks Google for nothing' },
    { version: '', google: ['token', 'access'], named: 'latest is one access' },
    { version: 'live', google: ['token', 'access'], named: 'an alias is one access' },
  ])('starts no sops and writes nothing: $named', async ({ version, google }) => {
    await using world = await startWorld();
    world.secret.addVersion('one');
    world.secret.alias('live', 1);
    await using _ = await world.run({ version });
    const refs = world.flux.refs();
    await using directory = await mkdtempDisposable(join(tmpdir(), 'sops-'));
    const sops = await recordingSops(directory.path);
    await using run = await world.run({ version }, { pathFirst: [sops.directory] });

    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.outputs).toMatchObject({
      outcome: 'unchanged',
      changed: 'false',
      version: '1',
      'secret-version': `${world.secret.name}/versions/1`,
      'commit-sha': '',
      'commit-url': '',
      verified: '',
    });
    expect(operations(run)).toEqual(['Snapshot']);
    expect(googleCalls(run)).toEqual(google);
    expect(await sops.calls()).toEqual([]);
    expect(world.flux.refs()).toEqual(refs);
    expect(run.summary).toContain('### Secret is up to date');
    expect(run.summary).toContain(`| \`TELE_TOKEN\` | \`1\` | \`${FILE}\` | unchanged |`);
  });
});

test.concurrent('the same version by number, by latest and by alias is one manifest', async () => {
  await using world = await startWorld();
  world.secret.addVersion('one');
  world.secret.alias('live', 1);
  await using _ = await world.run({ version: 'latest' });
  for (const version of ['1', 'live', 'latest']) {
    await using run = await world.run({ version });
    expect(run.outputs['outcome'], version).toBe('unchanged');
  }
});

test.concurrent('a change that people made beside the data is kept, and is no reason to encrypt', async () => {
  await using world = await startWorld();
  world.secret.addVersion('one');
  world.secret.addVersion('two');
  await using _ = await world.run({ version: '1' });
  await edit(world, (manifest) => {
    manifest.metadata.labels['team'] = 'bots';
    manifest.metadata.annotations['reloader.stakater.com/match'] = 'true';
  });
  await using same = await world.run({ version: '1' });
  expect(same.outputs['outcome'], same.stdout).toBe('unchanged');

  await using next = await world.run({ version: '2' });
  expect(next.outputs['outcome'], next.stdout).toBe('updated');
  expect(parse(world.manifest())).toMatchObject({
    metadata: { labels: { team: 'bots' }, annotations: { 'reloader.stakater.com/match': 'true' } },
  });
});

interface Manifest {
  metadata: { namespace?: string; labels: Record<string, string>; annotations: Record<string, string> };
  data: Record<string, string>;
  sops: { mac?: string; gcp_kms: { resource_id: string }[] };
}

describe('a manifest that claims the version', () => {
  test.concurrent.for<{ and: string; forge: (manifest: Manifest) => void }>([
    {
      and: 'has a leaf in clear',
      forge: ({ data }) => {
        data['token'] = Buffer.from('one').toString('base64');
      },
    },
    {
      and: 'has a leaf in clear beside the right one',
      forge: ({ data }) => {
        data['extra'] = Buffer.from('one').toString('base64');
      },
    },
    {
      and: 'is for other recipients',
      forge: ({ sops }) => {
        for (const entry of sops.gcp_kms) entry.resource_id = OTHER_KEY;
      },
    },
    {
      and: 'is for one recipient more',
      forge: ({ sops }) => {
        sops.gcp_kms.push({ ...sops.gcp_kms[0], resource_id: OTHER_KEY });
      },
    },
    {
      and: 'has the value under another data key',
      forge: (manifest) => {
        manifest.data = { renamed: manifest.data['token'] ?? '' };
      },
    },
    {
      and: 'has no MAC',
      forge: ({ sops }) => {
        delete sops.mac;
      },
    },
    {
      and: 'is in another namespace',
      forge: ({ metadata }) => {
        metadata.namespace = 'kube-system';
      },
    },
  ])('but $and is encrypted anew', async ({ forge }) => {
    await using world = await startWorld();
    world.secret.addVersion('one');
    await using _ = await world.run({ version: '1' });
    await edit(world, forge);
    await using run = await world.run({ version: '1' });

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'updated', changed: 'true', version: '1' });
    expect(operations(run)).toEqual(['Snapshot', 'Commit']);
    expect(googleCalls(run).filter((call) => call === 'encrypt')).toHaveLength(1);
    const { document, macIsValid, payloads } = await openManifest(world);
    expect(macIsValid).toBe(true);
    expect(payloads).toEqual({ token: Buffer.from('one') });
    expect(document).toMatchObject({ metadata: { name: 'kbot-token', namespace: 'demo' } });
    expect(world.flux.log('main')[0]?.message).toContain('Encrypt kbot-token anew with version 1 of TELE_TOKEN');
  });

  test.concurrent('that was forged, for the version that is not there, is found out by a refresh', async () => {
    await using world = await startWorld();
    for (const payload of ['one', 'two']) world.secret.addVersion(payload);
    await using _ = await world.run({ version: '1' });
    await edit(world, ({ metadata: { annotations } }) => {
      const sources = annotations['flux-secret-sync/sources'];
      annotations['flux-secret-sync/sources'] = sources?.replace('versions/1', 'versions/2') ?? '';
    });
    await using believed = await world.run({ version: '2' });
    expect(believed.outputs['outcome']).toBe('unchanged');

    await using run = await world.run({ version: '2', refresh: 'true' });
    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'updated', changed: 'true', version: '2' });
    expect((await openManifest(world)).payloads['token']?.toString()).toBe('two');
  });
});

test.concurrent.for([
  { what: 'namespace', inputs: { namespace: 'prod' } },
  { what: 'name', inputs: { name: 'kbot-secret' } },
  { what: 'data key', inputs: { key: 'TOKEN' } },
  { what: 'recipient', inputs: { 'gcp-kms': OTHER_KEY } },
  { what: 'project, by its number', inputs: { 'project-id': '123456789012' } },
])('another $what is written anew', async ({ inputs }) => {
  await using world = await startWorld();
  world.secret.addVersion('one');
  await using _ = await world.run({ version: '1' });
  await using run = await world.run({ version: '1', ...inputs });

  expect(run.outputs['outcome'], run.stdout).toBe('updated');
  const { macIsValid, payloads } = await openManifest(world);
  expect(macIsValid).toBe(true);
  expect(Object.entries(payloads)).toEqual([[{ key: 'token', ...inputs }.key, Buffer.from('one')]]);
  await using again = await world.run({ version: '1', ...inputs });
  expect(again.outputs['outcome']).toBe('unchanged');
});

test.concurrent('a rule of .sops.yaml that has changed encrypts anew, and any other edit of the file does not', async () => {
  const rules = (key: string, rest = ''): string =>
    `creation_rules:\n  - path_regex: ^clusters/\n    gcp_kms: ${key}\n${rest}`;
  await using world = await startWorld({ '.sops.yaml': rules(KMS_KEY) });
  world.secret.addVersion('one');
  const inputs = { version: '1', 'gcp-kms': '' };
  await using created = await world.run(inputs);
  expect(created.outputs['outcome'], created.stdout).toBe('created');

  const unrelated = `# Who may read what.\n${rules(KMS_KEY, `  - path_regex: ^apps/\n    gcp_kms: ${OTHER_KEY}\n`)}`;
  await world.flux.commit({ branch: 'main', files: { '.sops.yaml': unrelated } });
  await using same = await world.run(inputs);
  expect(same.outputs['outcome'], same.stdout).toBe('unchanged');
  expect(googleCalls(same)).toEqual([]);

  await world.flux.commit({ branch: 'main', files: { '.sops.yaml': rules(OTHER_KEY) } });
  await using changed = await world.run(inputs);
  expect(changed.outputs['outcome'], changed.stdout).toBe('updated');
  expect(parse(world.manifest())).toMatchObject({ sops: { gcp_kms: [{ resource_id: OTHER_KEY }] } });
});

test.concurrent('refresh encrypts anew what is right already', async () => {
  await using world = await startWorld();
  world.secret.addVersion('one');
  await using _ = await world.run({ version: '1' });
  const before = world.manifest();
  await using run = await world.run({ version: '1', refresh: 'true' });

  expect(run.outputs).toMatchObject({ outcome: 'updated', changed: 'true', version: '1' });
  expect(googleCalls(run)).toEqual(['token', 'access', 'token', 'encrypt']);
  expect(world.manifest()).not.toBe(before);
  expect(annotationsOf(world).sources).toEqual({ token: `${world.secret.name}/versions/1` });
});

describe('publish: none', () => {
  test.concurrent('says what would change and writes, accesses and encrypts nothing', async () => {
    await using world = await startWorld();
    for (const payload of ['one', 'two']) world.secret.addVersion(payload);
    const empty = world.flux.refs();
    await using directory = await mkdtempDisposable(join(tmpdir(), 'sops-'));
    const sops = await recordingSops(directory.path);
    await using create = await world.run({ version: '1', publish: 'none' }, { pathFirst: [sops.directory] });

    expect(create.exitCode, create.stdout).toBe(0);
    expect(create.outputs).toMatchObject({ outcome: 'created', changed: 'true', version: '1', 'commit-sha': '' });
    expect(create.summary).toContain('### Secret would be created (nothing was written)');
    expect(create.stdout).toContain(`Outcome: would be created (${FILE}: TELE_TOKEN new → 1).`);
    expect(googleCalls(create)).toEqual([]);
    expect(world.flux.refs()).toEqual(empty);

    await using _ = await world.run({ version: '1' });
    const refs = world.flux.refs();
    await using update = await world.run({ publish: 'none' }, { pathFirst: [sops.directory] });
    expect(update.exitCode, update.stdout).toBe(0);
    expect(update.outputs).toMatchObject({
      outcome: 'updated',
      changed: 'true',
      version: '2',
      'secret-version': `${world.secret.name}/versions/2`,
    });
    expect(update.summary).toContain(`| \`TELE_TOKEN\` | \`1\` → \`2\` | \`${FILE}\` | updated |`);
    expect(googleCalls(update)).toEqual(['token', 'access']);
    expect(await sops.calls()).toEqual([]);
    expect(operations(update)).toEqual(['Snapshot']);
    expect(world.flux.refs()).toEqual(refs);
  });

  test.concurrent('says so where nothing would change', async () => {
    await using world = await startWorld();
    world.secret.addVersion('one');
    await using _ = await world.run({ version: '1' });
    await using run = await world.run({ version: '1', publish: 'none' });

    expect(run.exitCode).toBe(0);
    expect(run.outputs).toMatchObject({ outcome: 'unchanged', changed: 'false', version: '1' });
    expect(run.summary).toContain('### Secret is up to date');
  });
});

/** Someone's commit that changes the manifest as it stands. */
async function edit(world: World, change: (manifest: Manifest) => void): Promise<void> {
  const manifest = parse(world.manifest()) as Manifest;
  change(manifest);
  await world.flux.commit({ branch: 'main', files: { [FILE]: stringify(manifest) } });
}
