// A change as one commit: what is in it, on which branch, and for whom it is encrypted.
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { runGit } from '../stand-ins/github/git.ts';
import { startGitHub } from '../stand-ins/github/github.ts';
import { FILE, FLUX_REPOSITORY, KMS_KEY, startWorld } from '../stand-ins/world.ts';
import { googleCalls, openManifest, operations, reportOf } from './reading.ts';

test.concurrent('a version is committed, replaced and rolled back in one commit of two requests each', async () => {
  await using world = await startWorld();
  const payloads = ['123456:valid\n', 'NEW_TOKEN'];
  for (const payload of payloads) world.secret.addVersion(payload);

  const steps = [
    { version: '1', outcome: 'created', headline: 'Set kbot-token to version 1 of TELE_TOKEN' },
    { version: '2', outcome: 'updated', headline: 'Set kbot-token to version 2 of TELE_TOKEN' },
    { version: '1', outcome: 'updated', headline: 'Roll kbot-token back to version 1 of TELE_TOKEN' },
  ];
  for (const { version, outcome, headline } of steps) {
    const before = world.flux.head('main');
    await using run = await world.run({ version });

    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.stdout).toContain(`Accessing projects/demo-project/secrets/TELE_TOKEN/versions/${version}.\n`);
    expect(operations(run)).toEqual(['Snapshot', 'Commit']);
    const [commit] = world.flux.log('main');
    expect(commit).toMatchObject({ parents: [before], files: [FILE] });
    expect(commit?.message.split('\n')[0]).toBe(headline);
    expect(run.outputs).toMatchObject({
      outcome,
      changed: 'true',
      version,
      'secret-version': `${world.secret.name}/versions/${version}`,
      file: FILE,
      'commit-sha': commit?.oid,
      'commit-url': `${world.github.url}/${FLUX_REPOSITORY}/commit/${commit?.oid}`,
      verified: 'true',
      branch: 'main',
      'pull-request-operation': 'none',
    });
    const { macIsValid, payloads: opened } = await openManifest(world);
    expect(macIsValid).toBe(true);
    expect(opened['token']?.toString()).toBe(payloads[Number(version) - 1]);
  }
  expect(world.flux.log('main')).toHaveLength(4);
  expect(Object.keys(world.flux.refs())).toEqual(['refs/heads/main']);
});

test.concurrent('the manifest is a Secret that says in clear what it is, and nothing else', async () => {
  await using world = await startWorld();
  world.secret.addVersion('hush, this is it');
  await using _ = await world.run();

  const { data, sops, ...clear } = parse(world.manifest()) as Record<string, unknown>;
  expect(clear).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'kbot-token',
      namespace: 'demo',
      labels: { 'app.kubernetes.io/managed-by': 'flux-secret-sync' },
      annotations: {
        'flux-secret-sync/owner': 'inputs',
        'flux-secret-sync/sources': JSON.stringify({ token: `${world.secret.name}/versions/1` }),
        'flux-secret-sync/template': expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      },
    },
    type: 'Opaque',
  });
  expect(data).toEqual({ token: expect.stringMatching(/^ENC\[AES256_GCM,data:.*,type:str\]$/) });
  expect(sops).toMatchObject({ gcp_kms: [{ resource_id: KMS_KEY }], encrypted_regex: '^(data|stringData)$' });
});

test.concurrent('the summary is a table that shows at a glance what went where', async () => {
  await using world = await startWorld();
  for (const payload of ['one', 'two']) world.secret.addVersion(payload);
  await using _ = await world.run({ version: '1' });
  await using run = await world.run({ version: 'latest' });

  const sha = run.outputs['commit-sha'] ?? '';
  expect(run.summary).toBe(
    [
      '### Secret updated in the Flux repository',
      '',
      '| Secret | Version | File | Outcome | Where |',
      '| --- | --- | --- | --- | --- |',
      `| \`TELE_TOKEN\` | \`1\` → \`2\` | \`${FILE}\` | updated | [\`${sha.slice(0, 7)}\`](${run.outputs['commit-url']}) |`,
      '',
    ].join('\n'),
  );
  const lines = run.stdout.split('\n');
  for (const line of [
    `Reading ${FLUX_REPOSITORY}.`,
    `projects/demo-project/secrets/TELE_TOKEN/versions/latest is ${world.secret.name}/versions/2.`,
    `Encrypting ${FILE} for ${KMS_KEY}.`,
    `Publishing to ${FLUX_REPOSITORY}.`,
    `Outcome: updated (${FILE}: TELE_TOKEN 1 → 2), see ${run.outputs['commit-url']}.`,
  ]) {
    expect(lines).toContain(line);
  }
});

test.concurrent('the commit message says who started it, and git reads the version and the run from its trailers', async () => {
  await using world = await startWorld();
  world.secret.addVersion('one');
  const job = { actor: 'octocat', triggeringActor: 'hubot', repository: 'acme/payments', runId: '77' };
  await using run = await world.run({}, { github: job });

  const [commit] = world.flux.log('main');
  expect(commit?.message).toContain(
    `\n\n${FILE}\nStarted by hubot: ${world.github.url}/acme/payments/actions/runs/77\n\n`,
  );
  expect(await trailersOf(commit?.message)).toEqual([
    ['Flux-Secret-Sync-Source', run.outputs['secret-version']],
    ['Flux-Secret-Sync-Scope', FILE],
    ['Flux-Secret-Sync-Files', '1'],
    ['Flux-Secret-Sync-Run', expect.stringMatching(/^[0-9a-f-]{36}$/)],
  ]);
});

test.concurrent.for([
  { what: 'one line', message: 'chore(secrets): rotate', read: [] },
  { what: 'several', message: 'chore(secrets): rotate\r\n\r\nAs agreed.\r\n', read: [] },
  {
    what: 'trailers of its own',
    message: 'chore(secrets): rotate\n\nAs agreed.\n\nReviewed-by: Mona Lisa <octocat@example.com>',
    read: [['Reviewed-by', 'Mona Lisa <octocat@example.com>']],
  },
])(
  "a message of one's own is kept as it is, and git reads the trailers behind it: $what",
  async ({ message, read }) => {
    await using world = await startWorld();
    world.secret.addVersion('one');
    await using run = await world.run({ 'commit-message': message });

    const [commit] = world.flux.log('main');
    expect(commit?.message.split('Flux-Secret-Sync-')[0]?.trim()).toBe(message.replaceAll('\r', '').trim());
    expect(await trailersOf(commit?.message)).toEqual([
      ...read,
      ['Flux-Secret-Sync-Source', run.outputs['secret-version']],
      ['Flux-Secret-Sync-Scope', FILE],
      ['Flux-Secret-Sync-Files', '1'],
      ['Flux-Secret-Sync-Run', expect.anything()],
    ]);
  },
);

test.concurrent('a commit that GitHub did not sign is told as not verified', async () => {
  await using world = await startWorld();
  world.flux.settings.signsCommits = false;
  world.secret.addVersion('one');
  await using run = await world.run();

  expect(run.outputs).toMatchObject({ outcome: 'created', verified: 'false' });
  expect(run.summary).toContain('GitHub did not sign the commit');
});

describe('the branch', () => {
  test.concurrent('is the base that was given, and no other', async () => {
    await using world = await startWorld();
    await world.flux.commit({ branch: 'releases/2026', files: { 'NOTES.md': 'notes\n' } });
    world.secret.addVersion('one');
    const main = world.flux.head('main');
    await using run = await world.run({ base: 'releases/2026' });

    expect(run.outputs).toMatchObject({ outcome: 'created', branch: 'releases/2026' });
    expect(world.flux.head('releases/2026')).toBe(run.outputs['commit-sha']);
    expect(world.flux.head('main')).toBe(main);
  });

  test.concurrent('is the default branch where none is given, whatever its name', async () => {
    await using world = await startWorld();
    await using github = await startGitHub({ defaultBranch: 'trunk' });
    const flux = github.repository(FLUX_REPOSITORY);
    await flux.commit({ branch: 'trunk', files: { 'README.md': 'The Flux repository.\n' } });
    await flux.commit({ branch: 'main', files: { 'README.md': 'Left from earlier.\n' } });
    const main = flux.head('main');
    world.secret.addVersion('one');
    await using run = await world.run({ token: github.token }, { github: { apiUrl: github.url } });

    expect(run.outputs).toMatchObject({ outcome: 'created', branch: 'trunk' });
    expect(flux.head('trunk')).toBe(run.outputs['commit-sha']);
    expect(flux.head('main')).toBe(main);
  });
});

describe("the recipients of the Flux repository's .sops.yaml", () => {
  const key = (name: string): string => KMS_KEY.replace(/sops$/, name);
  const rules = (name: string, pathRegex = ''): string =>
    `creation_rules:\n  - path_regex: '${pathRegex}'\n    gcp_kms: ${key(name)}\n`;

  test.concurrent('are those of the nearest one above the file, and of that one alone', async () => {
    await using world = await startWorld({
      '.sops.yaml': rules('root'),
      'clusters/dev/.sops.yaml': rules('dev', '^demo/'),
      'clusters/prod/.sops.yaml': rules('prod', '^elsewhere/'),
    });
    world.secret.addVersion('one');
    await using nested = await world.run({ 'gcp-kms': '' });
    expect(nested.outputs['outcome'], nested.stdout).toBe('created');
    expect(parse(world.manifest())).toMatchObject({ sops: { gcp_kms: [{ resource_id: key('dev') }] } });
    expect((await openManifest(world)).payloads['token']?.toString()).toBe('one');

    const file = 'apps/kbot-token.yaml';
    await using root = await world.run({ 'gcp-kms': '', file });
    expect(root.outputs['outcome'], root.stdout).toBe('created');
    expect(parse(world.flux.read('main', file)?.toString() ?? '')).toMatchObject({
      sops: { gcp_kms: [{ resource_id: key('root') }] },
    });

    await using none = await world.run({ 'gcp-kms': '', file: 'clusters/prod/kbot-token.yaml' });
    expect(reportOf(none).error?.code).toBe('SOPS_NO_RULE');
  });

  test.concurrent('are those of the first rule that matches, as Go reads its regular expression', async () => {
    await using world = await startWorld({
      '.sops.yaml': [
        'creation_rules:',
        `  - path_regex: '\\Aapps/'`,
        `    gcp_kms: ${key('apps')}`,
        `  - path_regex: '(?i)^CLUSTERS/.*\\.yaml\\z'`,
        `    gcp_kms: ${key('clusters')}`,
        `  - gcp_kms: ${key('rest')}`,
      ].join('\n'),
    });
    world.secret.addVersion('one');
    await using run = await world.run({ 'gcp-kms': '' });

    expect(run.outputs['outcome'], run.stdout).toBe('created');
    expect(parse(world.manifest())).toMatchObject({ sops: { gcp_kms: [{ resource_id: key('clusters') }] } });
  });

  test.concurrent('do not matter where recipients are given, even if no rule matches', async () => {
    await using world = await startWorld({ '.sops.yaml': rules('elsewhere', '^elsewhere/') });
    world.secret.addVersion('one');
    await using run = await world.run();

    expect(run.outputs['outcome'], run.stdout).toBe('created');
    expect(parse(world.manifest())).toMatchObject({ sops: { gcp_kms: [{ resource_id: KMS_KEY }] } });
    expect(googleCalls(run)).toEqual(['token', 'access', 'token', 'encrypt']);
  });
});

async function trailersOf(message = ''): Promise<string[][]> {
  const { stdout } = await runGit('.', ['interpret-trailers', '--parse'], { input: message });
  return stdout
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.split(': '));
}
