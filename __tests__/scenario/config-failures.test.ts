// All or nothing: where one manifest of a config fails, nothing is published, and each has its own error.
import { describe, expect, test } from 'vitest';
import { FOLDER, outcomesOf, runConfig, startConfigWorld, textAt, valuesOf } from './configs.ts';
import { googleCalls, reportOf } from './reading.ts';

const file = (name: string) => `${FOLDER}/${name}.yaml`;
const entry = (name: string, data: object, more: object = {}) => ({ file: file(name), name, data, ...more });
const SECRETS = { TELE_TOKEN: ['one', 'two'], JSON: ['{"user":"mona"}'], TEXT: ['no JSON, but hush-hush'] };

async function worldOf(config: object, files: Record<string, string> = {}) {
  return await startConfigWorld({ config, secrets: SECRETS, files });
}

const GOOD = entry('good', { token: 'TELE_TOKEN' });
const BAD = [
  entry('denied', { token: 'DENIED' }),
  entry('missing', { token: { secret: 'NOT_THERE', version: 3 } }),
  entry('pointer', { user: { secret: 'JSON', pointer: '/password' } }),
  entry('text', { user: { secret: 'TEXT', pointer: '/user' } }),
];

describe('where some manifests fail', () => {
  test.concurrent('nothing is published, and the report has every error', async () => {
    await using world = await worldOf({ manifests: [GOOD, ...BAD] });
    world.google.addSecret('DENIED').deny('access');
    const refs = world.flux.refs();
    await using run = await runConfig(world);
    const { error, manifests } = reportOf(run);

    expect(run.exitCode, run.stdout).toBe(1);
    expect(world.flux.refs()).toEqual(refs);
    expect(error).toMatchObject({ code: 'MANIFESTS_FAILED', message: expect.stringContaining('4 of 5 manifests') });
    expect(manifests.map(({ outcome, error }) => error?.code ?? outcome)).toEqual([
      ...['skipped', 'SECRET_ACCESS_DENIED', 'SECRET_NOT_FOUND', 'POINTER_NOT_FOUND', 'PAYLOAD_MALFORMED'],
    ]);
    expect(run.annotations).toHaveLength(1);
    expect(run.annotations[0]?.message).toContain(' Nothing was changed. ');
    expect(run.summary).toMatch(/^### Nothing was changed\n/);
    for (const { file } of BAD) expect(run.summary).toContain(`\`${file}\` | \``);
    const said = [run.stdout.replaceAll(/^::add-mask::.*$/gm, ''), run.summary, run.outputs['report']].join();
    expect(said).not.toMatch(/hush-hush|mona/);
  });

  test.concurrent('on-error: publish-rest publishes the others, and fails all the same', async () => {
    await using world = await worldOf({ manifests: [GOOD, ...BAD.slice(1)] });
    await using run = await runConfig(world, { 'on-error': 'publish-rest' });
    const { error } = reportOf(run);

    expect(run.exitCode).toBe(1);
    expect(run.outputs).toMatchObject({ outcome: 'failed', changed: 'true', 'commit-sha': world.flux.head('main') });
    expect(outcomesOf(run)[GOOD.file]).toBe('created');
    expect(error).toMatchObject({
      changedSomething: true,
      message: expect.stringContaining(' 1 other is published.'),
    });
    expect(run.annotations[0]?.message).not.toContain('Nothing was changed');
    expect(run.summary).toMatch(/^### The run failed half way\n/);
    expect(await valuesOf(world, GOOD.file)).toEqual({ token: 'two' });
  });

  test.concurrent('one alone speaks for the run', async () => {
    await using world = await worldOf({ manifests: [GOOD, BAD[1]] });
    await using run = await runConfig(world);

    expect(reportOf(run).error?.code).toBe('SECRET_NOT_FOUND');
    expect(outcomesOf(run)).toEqual({ [file('good')]: 'skipped', [file('missing')]: 'failed' });
  });

  test.concurrent('a held manifest does not need the version that is disabled now', async () => {
    const both = { manifests: [entry('a', { token: 'TELE_TOKEN' }), GOOD] };
    await using world = await worldOf(both);
    await using _ = await runConfig(world);
    await using held = await runConfig(world, { only: file('a'), secret: 'TELE_TOKEN', version: '1', hold: 'true' });
    world.google.fault({
      when: ({ path }) => path.includes('latest:access'),
      times: 9,
      status: 400,
      body: { error: { code: 400, status: 'FAILED_PRECONDITION', message: 'It is in DISABLED state.' } },
    });
    await using run = await runConfig(world);

    expect(held.exitCode, held.stdout).toBe(0);
    expect(outcomesOf(run), run.stdout).toEqual({ [file('a')]: 'held', [file('good')]: 'failed' });
  });

  test.concurrent('a file that is a folder there is its own failure', async () => {
    await using world = await worldOf(
      { manifests: [GOOD, entry('folder', { token: 'TELE_TOKEN' })] },
      {
        [`${file('folder')}/inside.txt`]: 'here\n',
      },
    );
    await using run = await runConfig(world, { 'on-error': 'publish-rest' });

    expect(outcomesOf(run)).toEqual({ [file('good')]: 'created', [file('folder')]: 'failed' });
    expect(reportOf(run).error?.code).toBe('FILE_NOT_REGULAR');
  });
});

describe('what a config may not ask for', () => {
  test.concurrent.for([
    {
      what: 'a secret',
      inputs: { 'allowed-secrets': 'projects/demo-project/secrets/TELE_*' },
      code: 'SECRET_NOT_ALLOWED',
    },
    {
      what: 'a recipient',
      inputs: { 'gcp-kms': '', 'allowed-recipients': 'projects/**' },
      code: 'RECIPIENT_NOT_ALLOWED',
    },
  ])('$what that the workflow does not allow ends the run before anything is accessed', async ({ inputs, code }) => {
    const age = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';
    const rules = `creation_rules:\n  - path_regex: good\n    gcp_kms: projects/p/locations/l/keyRings/r/cryptoKeys/k\n  - age: ${age}\n`;
    const config = { manifests: [GOOD, entry('other', { token: 'JSON' })] };
    await using world = await worldOf(config, { '.sops.yaml': rules });
    await using run = await runConfig(world, { ...inputs, 'on-error': 'publish-rest' });

    expect(reportOf(run).error?.code, run.stdout).toBe(code);
    expect(googleCalls(run)).not.toContain('access');
    expect(world.flux.log('main')).toHaveLength(1);
  });

  test.concurrent('everything that is wrong with it is said at once, with line and column', async () => {
    const text = `project: demo-project
manifests:
  - file: a.yaml
    name: A
    data: { token: { sercet: TELE_TOKEN } }
  - file: A.yaml
    name: b
    data: { token: TELE_TOKEN, token: JSON }
`;
    await using world = await worldOf({});
    await world.flux.commit({ branch: 'main', files: { 'flux-secrets.yaml': text } });
    await using run = await runConfig(world);
    const { code, message } = reportOf(run).error ?? {};

    expect(code, run.stdout).toBe('CONFIG_INVALID');
    for (const place of [
      'flux-secrets.yaml:4:11',
      'flux-secrets.yaml:5:22',
      'flux-secrets.yaml:6:11',
      'flux-secrets.yaml:8:32',
    ]) {
      expect(message).toContain(place);
    }
    expect(message).toContain('`secret`');
    expect(googleCalls(run)).toEqual([]);
  });

  test.concurrent.for([
    { source: 'repository', says: 'acme/flux-gitops has no such file' },
    { source: 'workspace', says: 'the workspace of this job has no such file' },
  ])('a config that is not there: $source', async ({ source, says }) => {
    await using world = await worldOf({});
    await using run = await runConfig(world, { config: 'elsewhere.yaml', 'config-source': source });

    expect(reportOf(run).error).toMatchObject({ code: 'CONFIG_NOT_FOUND', message: expect.stringContaining(says) });
  });
});

describe('what may not be written over', () => {
  const immutable = { immutable: true };

  test.concurrent('other data of an immutable Secret; its labels may change', async () => {
    const at = (version: number, more: object = {}) => ({
      manifests: [entry('a', { token: { secret: 'TELE_TOKEN', version } }, { ...immutable, ...more })],
    });
    await using world = await worldOf(at(1));
    await using first = await runConfig(world);
    await world.write(at(1, { labels: { team: 'bots' } }));
    await using labelled = await runConfig(world);
    const before = textAt(world, file('a'));
    await world.write(at(2));
    await using other = await runConfig(world);
    await world.write(at(1, { immutable: false }));
    await using mutable = await runConfig(world);
    await world.write({ manifests: [{ ...at(2).manifests[0], name: 'a-2' }] });
    await using renamed = await runConfig(world);

    expect([first.exitCode, labelled.exitCode], labelled.stdout).toEqual([0, 0]);
    expect(before).toContain('immutable: true');
    expect(before).toContain('team: bots');
    for (const run of [other, mutable]) {
      expect(reportOf(run).error).toMatchObject({
        code: 'SECRET_IMMUTABLE',
        remedy: expect.stringContaining('new `name`'),
      });
      expect(googleCalls(run)).not.toContain('encrypt');
    }
    expect(renamed.exitCode, renamed.stdout).toBe(0);
    expect(await valuesOf(world, file('a'))).toEqual({ token: 'two' });
  });

  test.concurrent('another type', async () => {
    const typed = (type: string) => ({ manifests: [entry('a', { token: 'TELE_TOKEN' }, { type })] });
    await using world = await worldOf(typed('Opaque'));
    await using _ = await runConfig(world);
    await world.write(typed('example.com/other'));
    await using run = await runConfig(world);

    expect(reportOf(run).error).toMatchObject({
      code: 'SECRET_TYPE_CHANGED',
      remedy: expect.stringContaining('new `name`'),
    });
  });

  test.concurrent('a data key is not dropped in silence: one that the config asked for, and one that somebody has put there', async () => {
    const both = { manifests: [entry('a', { token: 'TELE_TOKEN', user: { secret: 'JSON', pointer: '/user' } })] };
    await using world = await worldOf(both);
    await using _ = await runConfig(world);
    await world.write({ manifests: [entry('a', { token: 'TELE_TOKEN' })] });
    await using dropped = await runConfig(world);
    const text = textAt(world, file('a')) ?? '';
    const [line = ''] = /^ {2}token: .*$/m.exec(text) ?? [];
    await world.write(
      { manifests: [entry('a', { token: { secret: 'TELE_TOKEN', version: 1 } })] },
      { [file('a')]: text.replace(line, `${line}\n${line.replace('token', 'theirs')}`) },
    );
    await using healed = await runConfig(world);

    expect(dropped.exitCode, dropped.stdout).toBe(0);
    expect(dropped.summary).toContain('The data key user was dropped');
    expect(healed.summary, healed.stdout).toContain('The data key theirs was dropped');
    expect(await valuesOf(world, file('a'))).toEqual({ token: 'one' });
  });
});
