// What a folder needs so that Flux applies just what is asked for: its kustomization.yaml, and files that go.
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CONFIG, FOLDER, manifestAt, outcomesOf, runConfig, startConfigWorld, textAt } from './configs.ts';
import { openPullRequests } from './proposals.ts';
import { reportOf } from './reading.ts';

const KUSTOMIZATION = `${FOLDER}/kustomization.yaml`;
const LISTING = `# What Flux applies here.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  # the bot itself
  - deployment.yaml   # by the bots team
  - "service.yaml"

namespace: demo
`;
const manifest = (name: string, folder = FOLDER) => ({
  file: `${folder}/${name}.yaml`,
  name,
  data: { token: { secret: 'TELE_TOKEN', version: 1 } },
});
const file = (name: string, folder = FOLDER) => `${folder}/${name}.yaml`;
const resourcesOf = (text: string | undefined) => (parse(text ?? '') as { resources: string[] }).resources;

async function worldOf(config: object, files: Record<string, string> = {}) {
  return await startConfigWorld({ config, secrets: { TELE_TOKEN: ['123456:first', '123456:second'] }, files });
}

describe('the kustomization.yaml of the folder', () => {
  test.concurrent('lists the new manifests in the same commit, and keeps every other byte', async () => {
    await using world = await worldOf({ manifests: [manifest('a'), manifest('b')] }, { [KUSTOMIZATION]: LISTING });
    await using run = await runConfig(world);
    await using again = await runConfig(world);

    expect(run.exitCode, run.stdout).toBe(0);
    expect(world.flux.log('main')[0]).toMatchObject({ files: [file('a'), file('b'), KUSTOMIZATION] });
    expect(textAt(world, KUSTOMIZATION)).toBe(
      LISTING.replace('  - "service.yaml"\n', '  - "service.yaml"\n  - "a.yaml"\n  - "b.yaml"\n'),
    );
    expect(reportOf(run).kustomizations).toEqual([{ file: KUSTOMIZATION, added: ['a.yaml', 'b.yaml'], removed: [] }]);
    expect(run.summary).toContain(`\`${KUSTOMIZATION}\` lists \`a.yaml\`, \`b.yaml\` now.`);
    expect(again.outputs['outcome']).toBe('unchanged');
  });

  test.concurrent('lists what a single secret is written to, too', async () => {
    await using world = await worldOf({ manifests: [] }, { [KUSTOMIZATION]: LISTING });
    await using run = await world.run({ version: '1' });

    expect(run.exitCode, run.stdout).toBe(0);
    expect(resourcesOf(textAt(world, KUSTOMIZATION))).toContain('kbot-token.yaml');
  });

  test.concurrent('is changed alone, where it is all that is missing', async () => {
    await using world = await worldOf({ manifests: [manifest('a')] });
    await using _ = await runConfig(world);
    await world.flux.commit({ branch: 'main', files: { [KUSTOMIZATION]: LISTING } });
    await using plan = await runConfig(world, { publish: 'none' });
    await using run = await runConfig(world);

    expect(plan.outputs).toMatchObject({ outcome: 'updated', changed: 'true' });
    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'updated', changed: 'true' });
    expect(outcomesOf(run)).toEqual({ [file('a')]: 'unchanged' });
    expect(world.flux.log('main')[0]).toMatchObject({ files: [KUSTOMIZATION] });
    expect(world.flux.log('main')[0]?.message).toMatch(/^List manifests in clusters\/dev\/demo\/kustomization.yaml\n/);
  });

  test.concurrent('that cannot be edited fails its own manifests, and nothing is published', async () => {
    const broken = 'resources: &all [deployment.yaml]\ncomponents: *all\n';
    const config = { manifests: [manifest('a'), manifest('b', 'clusters/prod')] };
    await using world = await worldOf(config, { [KUSTOMIZATION]: broken });
    const refs = world.flux.refs();
    await using run = await runConfig(world);

    expect(reportOf(run).error?.code, run.stdout).toBe('KUSTOMIZATION_NOT_EDITABLE');
    expect(outcomesOf(run)).toEqual({ [file('a')]: 'failed', [file('b', 'clusters/prod')]: 'skipped' });
    expect(world.flux.refs()).toEqual(refs);
  });

  test.concurrent('further up that leaves the folder out is mentioned, and not touched', async () => {
    const above = 'resources:\n  - other\n';
    await using world = await worldOf({ manifests: [manifest('a')] }, { 'clusters/dev/kustomization.yaml': above });
    await using run = await runConfig(world);
    await using again = await runConfig(world);

    expect(run.summary).toContain(`clusters/dev/kustomization.yaml leaves ${FOLDER} out`);
    expect(textAt(world, 'clusters/dev/kustomization.yaml')).toBe(above);
    expect(again.summary).not.toContain('leaves');
  });

  test.concurrent.for([
    ['the folder', 'resources:\n  - ./demo\n'],
    ['the file', 'resources:\n  - demo/a.yaml\n'],
  ])('further up that lists %s is as it should be', async ([, above = '']) => {
    await using world = await worldOf({ manifests: [manifest('a')] }, { 'clusters/dev/kustomization.yaml': above });
    await using run = await runConfig(world);

    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.summary).not.toContain('leaves');
  });
});

describe('state: absent', () => {
  test.concurrent('deletes the manifest and its entry, and is content where it is gone', async () => {
    await using world = await worldOf({ manifests: [manifest('a'), manifest('b')] }, { [KUSTOMIZATION]: LISTING });
    await using _ = await runConfig(world);
    await world.write({ manifests: [{ file: file('a'), state: 'absent' }, manifest('b')] });
    await using run = await runConfig(world);
    await using again = await runConfig(world);

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'deleted', changed: 'true' });
    expect(textAt(world, file('a'))).toBeUndefined();
    expect(textAt(world, KUSTOMIZATION)).toBe(
      LISTING.replace('  - "service.yaml"\n', '  - "service.yaml"\n  - "b.yaml"\n'),
    );
    expect(world.flux.log('main')[0]?.message).toMatch(/^Delete clusters\/dev\/demo\/a.yaml\n/);
    expect(run.summary).toContain('deleted');
    expect(again.outputs['outcome']).toBe('unchanged');
  });

  test.concurrent('takes an entry off the list whose file is gone already', async () => {
    const listing = LISTING.replace('"service.yaml"', 'a.yaml');
    await using world = await worldOf(
      { manifests: [{ file: file('a'), state: 'absent' }] },
      { [KUSTOMIZATION]: listing },
    );
    await using run = await runConfig(world);

    expect(run.exitCode, run.stdout).toBe(0);
    expect(resourcesOf(textAt(world, KUSTOMIZATION))).toEqual(['deployment.yaml']);
  });

  test.concurrent('leaves what is not of this action', async () => {
    const theirs = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n';
    await using world = await worldOf({ manifests: [{ file: file('a'), state: 'absent' }] }, { [file('a')]: theirs });
    await using run = await runConfig(world);

    expect(reportOf(run).error).toMatchObject({ code: 'FILE_NOT_OURS', message: expect.stringContaining('delete') });
    expect(textAt(world, file('a'))).toBe(theirs);
  });

  test.concurrent('leaves what another config asks for', async () => {
    await using world = await worldOf({ manifests: [manifest('a')] });
    await using _ = await runConfig(world);
    const other = { manifests: [{ file: file('a'), state: 'absent' }] };
    await world.flux.commit({ branch: 'main', files: { 'other.yaml': JSON.stringify(other) } });
    await using run = await runConfig(world, { config: 'other.yaml' });

    expect(reportOf(run).error).toMatchObject({
      code: 'FILE_NOT_OURS',
      message: expect.stringContaining(`acme/flux-gitops/${CONFIG}`),
    });
    expect(textAt(world, file('a'))).toBeDefined();
  });

  test.concurrent('is proposed by a pull request, and taken back when it is wished no more', async () => {
    await using world = await worldOf({ manifests: [manifest('a'), manifest('b')] });
    await using _ = await runConfig(world);
    await world.write({ manifests: [{ file: file('a'), state: 'absent' }, manifest('b')] });
    await using proposed = await runConfig(world, { publish: 'pull-request' });
    await using again = await runConfig(world, { publish: 'pull-request' });
    await world.write({ manifests: [manifest('a'), manifest('b')] });
    await using back = await runConfig(world, { publish: 'pull-request' });

    expect(proposed.outputs, proposed.stdout).toMatchObject({
      'pull-request-operation': 'created',
      outcome: 'deleted',
    });
    expect(world.flux.pullRequests[0]?.body).toContain('deleted');
    expect(again.outputs).toMatchObject({ 'pull-request-operation': 'none', outcome: 'unchanged' });
    expect(back.outputs, back.stdout).toMatchObject({ 'pull-request-operation': 'closed', outcome: 'unchanged' });
    expect(openPullRequests(world)).toEqual([]);
  });
});

describe('prune', () => {
  const whole = { prune: true, manifests: [manifest('a'), manifest('b')] };
  const less = { prune: true, manifests: [manifest('b')] };

  test.concurrent('deletes in the same commit what the config no longer asks for, and names it', async () => {
    await using world = await worldOf(whole, { [KUSTOMIZATION]: LISTING });
    await using _ = await runConfig(world);
    await world.write({ ...less, manifests: [...less.manifests, manifest('c')] });
    await using run = await runConfig(world);

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'mixed', changed: 'true' });
    expect(outcomesOf(run)).toEqual({ [file('b')]: 'unchanged', [file('c')]: 'created', [file('a')]: 'deleted' });
    expect(world.flux.log('main')[0]).toMatchObject({ files: [file('a'), file('c'), KUSTOMIZATION] });
    expect(resourcesOf(textAt(world, KUSTOMIZATION))).toEqual(['deployment.yaml', 'service.yaml', 'b.yaml', 'c.yaml']);
    expect(run.summary).toContain(`${file('a')} is deleted, for nothing asks for it any more.`);
  });

  test.concurrent('is shown by publish: none, and deletes nothing then', async () => {
    await using world = await worldOf(whole);
    await using _ = await runConfig(world);
    await world.write(less);
    const refs = world.flux.refs();
    await using run = await runConfig(world, { publish: 'none' });

    expect(run.outputs).toMatchObject({ outcome: 'deleted', changed: 'true' });
    expect(world.flux.refs()).toEqual(refs);
  });

  test.concurrent('leaves what inputs, another config or people have put there', async () => {
    const people = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: theirs\n';
    await using world = await worldOf(whole, { [file('theirs')]: people });
    const other = JSON.stringify({ project: 'demo-project', manifests: [manifest('other')] });
    await world.flux.commit({ branch: 'main', files: { 'other.yaml': other } });
    await using single = await world.run({ version: '1' });
    await using second = await runConfig(world, { config: 'other.yaml' });
    await using _ = await runConfig(world);
    await world.write(less);
    await using run = await runConfig(world);

    expect([single.exitCode, second.exitCode]).toEqual([0, 0]);
    expect(outcomesOf(run)).toEqual({ [file('a')]: 'deleted', [file('b')]: 'unchanged' });
    expect(textAt(world, file('theirs'))).toBe(people);
    expect(manifestAt(world, file('other')).metadata.name).toBe('other');
    expect(manifestAt(world, file('kbot-token')).metadata.name).toBe('kbot-token');
  });

  test.concurrent('is off with only', async () => {
    await using world = await worldOf(whole);
    await using _ = await runConfig(world);
    await world.write(less);
    await using run = await runConfig(world, { only: `${FOLDER}/**` });

    expect(run.outputs['outcome']).toBe('unchanged');
    expect(textAt(world, file('a'))).toBeDefined();
  });

  test.concurrent('deletes nothing while another manifest cannot be written', async () => {
    await using world = await worldOf(whole);
    await using _ = await runConfig(world);
    const missing = { file: file('c'), name: 'c', data: { token: { secret: 'NOT_THERE', version: 1 } } };
    await world.write({ ...less, manifests: [...less.manifests, missing, manifest('d')] });
    await using run = await runConfig(world, { 'on-error': 'publish-rest' });

    expect(run.exitCode).toBe(1);
    expect(outcomesOf(run)).toEqual({
      ...{ [file('b')]: 'unchanged', [file('c')]: 'failed' },
      ...{ [file('d')]: 'created', [file('a')]: 'skipped' },
    });
    expect(textAt(world, file('a'))).toBeDefined();
    expect(run.summary).toContain('Nothing was deleted, for not every manifest could be written: 1 would have been.');
  });

  test.concurrent('of an empty list is refused', async () => {
    await using world = await worldOf(whole);
    await using _ = await runConfig(world);
    await world.write({ prune: true, manifests: [] });
    await using run = await runConfig(world);

    expect(reportOf(run).error?.code).toBe('CONFIG_INVALID');
    expect(textAt(world, file('a'))).toBeDefined();
  });
});
