// As many manifests as one run has to bear with: what it says on its way, what it asks for, what it leaves to read.
import { expect, test } from 'vitest';
import { outcomesOf, runConfig, startConfigWorld, valuesOf } from './configs.ts';
import { openPullRequests, watchSops } from './proposals.ts';
import { reportOf } from './reading.ts';

const COUNT = 120;
const file = (index: number) => `clusters/dev/team-${index % 6}/secret-${index}.yaml`;
const manifest = (index: number) => ({
  file: file(index),
  name: `secret-${index}`,
  data: { token: `SECRET_${index}` },
});
const MANIFESTS = Array.from({ length: COUNT }, (_, index) => manifest(index));
const SECRETS = Object.fromEntries(MANIFESTS.map((_, index) => [`SECRET_${index}`, [`payload of ${index}`]]));

test('a hundred and more are one commit, in few requests, and the log counts them', async () => {
  await using world = await startConfigWorld({ config: { manifests: MANIFESTS }, secrets: SECRETS });
  await using run = await runConfig(world);
  await using again = await runConfig(world);

  expect(run.exitCode, run.stdout).toBe(0);
  expect(world.flux.log('main')).toHaveLength(2);
  expect(world.flux.log('main')[0]?.files).toHaveLength(COUNT);
  expect(run.github).toHaveLength(3);
  expect(await valuesOf(world, file(77))).toEqual({ token: 'payload of 77' });
  for (const phase of ['Asking for the newest versions', 'Encrypting']) {
    const lines = run.stdout.split('\n').filter((line) => line.startsWith(`${phase}: `));
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe(`${phase}: 120 of 120.`);
  }
  expect(run.stdout).toContain('Outcome: created (120 created), see ');
  expect(run.stdout.replaceAll(/^::add-mask::.*\n/gm, '').split('\n').length).toBeLessThan(40);
  expect(run.summary).toContain('\n120 created.\n');
  expect(Object.keys(outcomesOf(run))).toHaveLength(COUNT);

  expect(again.outputs).toMatchObject({ outcome: 'unchanged', changed: 'false' });
  expect(again.summary).toContain('\n120 unchanged.\n');
  expect(again.summary).not.toContain('secret-77');
  expect(reportOf(again).manifests).toHaveLength(COUNT);
});

test('the pull request names what changes, and no more processes of sops run than that takes', async () => {
  await using world = await startConfigWorld({ config: { manifests: MANIFESTS }, secrets: SECRETS });
  await using sops = await watchSops();
  await using _ = await runConfig(world);
  await world.write({ manifests: MANIFESTS.map((each, index) => (index === 5 ? { ...each, name: 'renamed' } : each)) });
  await using run = await runConfig(world, { publish: 'pull-request' }, { pathFirst: [sops.directory] });

  expect(run.outputs, run.stdout).toMatchObject({ outcome: 'updated', 'pull-request-operation': 'created' });
  const [pullRequest] = openPullRequests(world);
  expect(pullRequest?.title).toBe('Encrypt renamed anew with version 1 of SECRET_5');
  expect(pullRequest?.body).toContain(file(5));
  expect(pullRequest?.body).not.toContain('secret-77');
  expect((await sops.calls()).filter(({ arguments: given }) => given.includes('encrypt'))).toHaveLength(1);
});

test('runs for different folders at the same moment end with every change in, one commit each', async () => {
  const folders = [0, 1, 2, 3].map((team) => `clusters/dev/team-${team}`);
  const manifests = MANIFESTS.filter(({ file: each }) => folders.some((folder) => each.startsWith(`${folder}/`)));
  const kustomizations = folders.map((folder) => [`${folder}/kustomization.yaml`, 'resources: []\n']);
  await using world = await startConfigWorld({
    config: { manifests: manifests.slice(0, 24) },
    secrets: SECRETS,
    files: Object.fromEntries(kustomizations),
  });
  const runs = await Promise.all(folders.map((folder) => runConfig(world, { only: `${folder}/**` })));
  await using nightly = await runConfig(world);

  expect(runs.map(({ outputs }) => outputs['outcome'])).toEqual(folders.map(() => 'created'));
  expect(world.flux.log('main')).toHaveLength(1 + folders.length);
  expect(nightly.outputs, nightly.stdout).toMatchObject({ outcome: 'unchanged', changed: 'false' });
  for (const run of runs) await run[Symbol.asyncDispose]();
});
