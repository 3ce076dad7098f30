import { expect, test } from 'vitest';
import { decryptIndependently } from '../stand-ins/sops-oracle.ts';
import { FILE, startWorld } from '../stand-ins/world.ts';

test('a version is committed, encrypted, in two requests to GitHub', async () => {
  await using world = await startWorld();
  world.secret.addVersion('123456:valid\n');
  await using run = await world.run({ version: '1' });

  expect(run.exitCode, run.stdout).toBe(0);
  expect(run.outputs).toMatchObject({
    outcome: 'created',
    changed: 'true',
    version: '1',
    file: FILE,
    verified: 'true',
  });
  expect(run.github.map(({ operationName }) => operationName)).toEqual(['Snapshot', 'Commit']);
  expect(world.flux.head('main')).toBe(run.outputs['commit-sha']);
  const { document, macIsValid } = await decryptIndependently(world.manifest(), { gcpKms: world.google.decrypt });
  expect(macIsValid).toBe(true);
  expect(document).toMatchObject({ data: { token: Buffer.from('123456:valid\n').toString('base64') } });
});
