// Going back, staying there, and what may be written over: an older number, `hold`, and manifests of other people.
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { FILE, startWorld, type World } from '../stand-ins/world.ts';
import { annotationsOf, googleCalls, openManifest, operations, reportOf } from './reading.ts';

const HOLDER = { actor: 'mona' };

/** Version 2 was committed, and somebody has rolled back to version 1 and holds it. */
async function startHeldWorld(): Promise<World> {
  const world = await startWorld();
  for (const payload of ['123456:valid', 'NEW_TOKEN']) world.secret.addVersion(payload);
  world.secret.alias('live', 2);
  await using _ = await world.run({ version: '2' });
  await using held = await world.run({ version: '1', hold: 'true' }, { github: HOLDER });
  expect(held.outputs['outcome'], held.stdout).toBe('updated');
  return world;
}

const tokenOf = async (world: World): Promise<string | undefined> =>
  (await openManifest(world)).payloads['token']?.toString();

describe('a version that is held', () => {
  test.concurrent('says by whom and since when, in the manifest and in the summary', async () => {
    await using world = await startWorld();
    for (const payload of ['one', 'two']) world.secret.addVersion(payload);
    await using _ = await world.run({ version: '2' });
    const start = Date.now();
    await using run = await world.run({ version: '1', hold: 'true' }, { github: HOLDER });

    expect(run.outputs).toMatchObject({ outcome: 'updated', version: '1' });
    const { hold } = annotationsOf(world);
    expect(hold?.by).toBe('mona');
    const since = Date.parse(hold?.since ?? '');
    expect(since).toBeGreaterThanOrEqual(start);
    expect(since).toBeLessThanOrEqual(Date.now());
    expect(run.summary).toContain(`is held by \`mona\` since \`${hold?.since}\``);
    expect(world.flux.log('main')[0]?.message).toMatch(
      /^Roll kbot-token back to version 1 of TELE_TOKEN and hold it\n/,
    );
  });

  test.concurrent.for(['latest', 'live'])('is left by a run that follows %s', async (version) => {
    await using world = await startHeldWorld();
    const { hold } = annotationsOf(world);
    const refs = world.flux.refs();
    await using run = await world.run({ version });

    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.outputs).toMatchObject({
      outcome: 'held',
      changed: 'false',
      version: '1',
      'secret-version': `${world.secret.name}/versions/1`,
      'commit-sha': '',
    });
    expect(operations(run)).toEqual(['Snapshot']);
    expect(googleCalls(run)).not.toContain('encrypt');
    expect(world.flux.refs()).toEqual(refs);
    expect(run.summary).toContain('### Secret is held at its version');
    expect(run.summary).toContain(`is held by \`mona\` since \`${hold?.since}\`, so this run left it`);
  });

  test.concurrent.for(['disable', 'destroy'] as const)(
    'stays although somebody had to %s the newest version',
    async (end) => {
      await using world = await startHeldWorld();
      world.secret[end](2);
      await using run = await world.run({ version: 'latest' });

      expect(run.exitCode, run.stdout).toBe(0);
      expect(run.outputs).toMatchObject({ outcome: 'held', version: '1' });
    },
  );

  test.concurrent('goes on with an explicit number', async () => {
    await using world = await startHeldWorld();
    await using run = await world.run({ version: '2' });

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'updated', version: '2' });
    expect(annotationsOf(world).hold).toBeUndefined();
    expect(await tokenOf(world)).toBe('NEW_TOKEN');
    world.secret.addVersion('three');
    await using next = await world.run({ version: 'latest' });
    expect(next.outputs).toMatchObject({ outcome: 'updated', version: '3' });
  });

  test.concurrent('is released by its own number too', async () => {
    await using world = await startHeldWorld();
    await using run = await world.run({ version: '1' });

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'updated', version: '1' });
    expect(annotationsOf(world).hold).toBeUndefined();
  });

  test.concurrent.for(['latest', 'live'])('goes on with hold: false and %s', async (version) => {
    await using world = await startHeldWorld();
    await using run = await world.run({ version, hold: 'false' });

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'updated', version: '2' });
    expect(annotationsOf(world).hold).toBeUndefined();
    expect(await tokenOf(world)).toBe('NEW_TOKEN');
  });

  test.concurrent("may be an alias's, and is then held against that alias", async () => {
    await using world = await startWorld();
    for (const payload of ['one', 'two']) world.secret.addVersion(payload);
    world.secret.alias('live', 1);
    await using held = await world.run({ version: 'live', hold: 'true' }, { github: HOLDER });
    expect(held.outputs).toMatchObject({ outcome: 'created', version: '1' });

    world.secret.alias('live', 2);
    await using run = await world.run({ version: 'live' });
    expect(run.outputs).toMatchObject({ outcome: 'held', version: '1' });
  });

  test.concurrent('keeps whoever held it first', async () => {
    await using world = await startHeldWorld();
    const { hold } = annotationsOf(world);
    await using run = await world.run({ version: '1', hold: 'true' }, { github: { actor: 'hubot' } });

    expect(run.outputs['outcome'], run.stdout).toBe('unchanged');
    expect(annotationsOf(world).hold).toEqual(hold);
  });

  test.concurrent('is healed at that version where a leaf is in clear, and stays held', async () => {
    await using world = await startHeldWorld();
    const { hold } = annotationsOf(world);
    const manifest = parse(world.manifest()) as { data: Record<string, string> };
    manifest.data['token'] = Buffer.from('123456:valid').toString('base64');
    await world.flux.commit({ branch: 'main', files: { [FILE]: stringify(manifest) } });

    await using told = await world.run({ version: 'latest', publish: 'none' });
    expect(told.outputs, told.stdout).toMatchObject({
      outcome: 'updated',
      version: '1',
      'secret-version': expect.stringMatching(/\/versions\/1$/),
    });
    await using run = await world.run({ version: 'latest' });
    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'updated', version: '1' });
    expect(annotationsOf(world)).toEqual({ sources: { token: `${world.secret.name}/versions/1` }, hold });
    expect(await tokenOf(world)).toBe('123456:valid');
  });

  test.concurrent('is refreshed at that version', async () => {
    await using world = await startHeldWorld();
    const before = world.manifest();
    await using run = await world.run({ version: 'latest', refresh: 'true' });

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'updated', version: '1' });
    expect(world.manifest()).not.toBe(before);
    expect(await tokenOf(world)).toBe('123456:valid');
    expect(annotationsOf(world).hold?.by).toBe('mona');
  });
});

describe('latest', () => {
  /** Version 2 is committed; then Secret Manager says version 1 for `latest`, as often as told. */
  async function startLateWorld(times?: number): Promise<World> {
    const world = await startWorld();
    for (const payload of ['one', 'two']) world.secret.addVersion(payload);
    await using first = await world.run({ version: '1', publish: 'none' });
    await using access = await world.run({ version: '1', file: 'other.yaml' });
    expect(first.exitCode).toBe(0);
    const answer = access.google.find(({ service }) => service === 'secretmanager')?.response ?? '';
    await using _ = await world.run({ version: '2' });
    world.google.fault({ when: /versions\/latest:access/, status: 200, body: answer, ...(times && { times }) });
    return world;
  }

  test.concurrent('that is lower than what is committed is asked for again', async () => {
    await using world = await startLateWorld(1);
    await using run = await world.run({ version: 'latest' });

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'unchanged', version: '2' });
    expect(googleCalls(run)).toEqual(['token', 'access', 'access']);
  });

  test.concurrent('that stays lower is refused, and an explicit number goes back', async () => {
    await using world = await startLateWorld();
    const refs = world.flux.refs();
    await using refused = await world.run({ version: 'latest' });

    expect(refused.exitCode).toBe(1);
    expect(reportOf(refused).error).toMatchObject({
      code: 'SECRET_WENT_BACK',
      message: `Cannot update ${FILE}: latest resolves to ${world.secret.name}/versions/1, but version 2 is committed.`,
      remedy: expect.stringContaining('`version: 1`'),
    });
    expect(world.flux.refs()).toEqual(refs);

    await using run = await world.run({ version: '1' });
    expect(run.outputs).toMatchObject({ outcome: 'updated', version: '1' });
  });

  test.concurrent.for([
    { end: 'disable', code: 'SECRET_VERSION_DISABLED' },
    { end: 'destroy', code: 'SECRET_VERSION_DESTROYED' },
  ] as const)('never falls back to an older version, though somebody had to $end the newest', async ({ end, code }) => {
    await using world = await startWorld();
    for (const payload of ['one', 'two']) world.secret.addVersion(payload);
    await using _ = await world.run({ version: 'latest' });
    const refs = world.flux.refs();
    world.secret[end](2);
    await using run = await world.run({ version: 'latest' });

    expect(reportOf(run).error?.code).toBe(code);
    expect(world.flux.refs()).toEqual(refs);
  });

  test.concurrent('of an alias may be older than what is committed', async () => {
    await using world = await startWorld();
    for (const payload of ['one', 'two']) world.secret.addVersion(payload);
    world.secret.alias('stable', 1);
    await using _ = await world.run({ version: '2' });
    await using run = await world.run({ version: 'stable' });

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'updated', version: '1' });
    expect(world.flux.log('main')[0]?.message).toMatch(/^Roll kbot-token back to version 1 of TELE_TOKEN\n/);
  });
});

describe('a manifest that somebody else wrote', () => {
  const written = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'kbot-token', namespace: 'demo' },
    type: 'Opaque',
    data: { token: Buffer.from('old').toString('base64') },
  };
  const withMetadata = (metadata: object): object => ({ ...written, metadata: { ...written.metadata, ...metadata } });
  const { type: _type, ...untyped } = written;

  test.concurrent.for([
    { what: 'with data', manifest: written },
    { what: 'with stringData', manifest: { ...written, data: undefined, stringData: { token: 'old' } } },
    { what: 'without a type', manifest: untyped },
  ])('is taken over where it is the same Secret, $what', async ({ manifest }) => {
    await using world = await startWorld({ [FILE]: stringify(manifest) });
    world.secret.addVersion('one');
    await using run = await world.run();

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'updated', version: '1' });
    expect(run.summary).toContain('| new → `1` |');
    const { document, macIsValid, payloads } = await openManifest(world);
    expect(macIsValid).toBe(true);
    expect(payloads).toEqual({ token: Buffer.from('one') });
    expect(document).not.toHaveProperty('stringData');
    expect(document['type']).toBe('Opaque');
  });

  test.concurrent('keeps its own labels and annotations, but for the one that kubectl wrote the values into', async () => {
    const metadata = {
      labels: { app: 'kbot', 'app.kubernetes.io/managed-by': 'somebody' },
      annotations: { note: 'mine', 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"token":"b2xk"}}' },
    };
    await using world = await startWorld({ [FILE]: stringify(withMetadata(metadata)) });
    world.secret.addVersion('one');
    await using run = await world.run();

    expect(run.outputs['outcome'], run.stdout).toBe('updated');
    const { document } = await openManifest(world);
    expect(document['metadata']).toMatchObject({
      labels: { app: 'kbot', 'app.kubernetes.io/managed-by': 'flux-secret-sync' },
      annotations: { note: 'mine' },
    });
    expect(world.manifest()).not.toContain('last-applied');
  });

  test.concurrent.for([
    { what: 'another name', text: stringify(withMetadata({ name: 'other' })), says: 'another name or namespace' },
    {
      what: 'another namespace',
      text: stringify(withMetadata({ namespace: 'prod' })),
      says: 'another name or namespace',
    },
    { what: 'another kind', text: stringify({ ...written, kind: 'ConfigMap' }), says: 'it is not a Secret' },
    {
      what: 'another type',
      text: stringify({ ...written, type: 'kubernetes.io/tls' }),
      code: 'SECRET_TYPE_CHANGED',
      says: 'another type',
    },
    { what: 'the mark immutable', text: stringify({ ...written, immutable: true }), says: 'immutable' },
    {
      what: 'two documents',
      text: `${stringify(written)}---\n${stringify(written)}`,
      says: 'not one plain YAML document',
    },
    { what: 'no document', text: '# later\n', says: 'not one plain YAML document' },
    { what: 'no YAML', text: '{{ .Values.token }}: [\n', says: 'not one plain YAML document' },
    { what: 'aliases', text: `a: &a { x: 1 }\nb: *a\n${stringify(written)}`, says: 'not one plain YAML document' },
  ])('is left where it has $what', async ({ text, says, code = 'FILE_NOT_OURS' }) => {
    await using world = await startWorld({ [FILE]: text });
    world.secret.addVersion('one');
    const refs = world.flux.refs();
    await using run = await world.run();

    expect(run.exitCode).toBe(1);
    expect(reportOf(run).error).toMatchObject({ code, message: expect.stringContaining(says) });
    expect(googleCalls(run)).not.toContain('encrypt');
    expect(world.flux.refs()).toEqual(refs);
  });

  test.concurrent('is left where a data key would be lost', async () => {
    const manifest = { ...written, data: { ...written.data, password: 'aHVzaA==' } };
    await using world = await startWorld({ [FILE]: stringify(manifest) });
    world.secret.addVersion('one');
    const refs = world.flux.refs();
    await using run = await world.run();

    expect(reportOf(run).error).toMatchObject({
      code: 'FILE_WOULD_LOSE_KEYS',
      message: expect.stringContaining('the data key password'),
    });
    expect(googleCalls(run)).not.toContain('encrypt');
    expect(world.flux.refs()).toEqual(refs);
  });

  test.concurrent('is ours too: another secret may not push out the one that is there', async () => {
    await using world = await startWorld();
    world.secret.addVersion('one');
    world.google.addSecret('DB_PASSWORD').addVersion('hush');
    await using _ = await world.run();
    const refs = world.flux.refs();
    await using run = await world.run({ secret: 'DB_PASSWORD', key: 'password' });

    expect(reportOf(run).error?.code).toBe('FILE_WOULD_LOSE_KEYS');
    expect(world.flux.refs()).toEqual(refs);
  });
});
