// Which sops is run: one of the runner's own, or a release that is what its maintainers made.
import { mkdir, mkdtempDisposable, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordingSops } from '../stand-ins/runner.ts';
import { startWorld } from '../stand-ins/world.ts';

test.concurrent('a sops of the workspace is found by a relative path, even one with blanks', async () => {
  await using world = await startWorld();
  world.secret.addVersion('one');
  await using workspace = await mkdtempDisposable(join(tmpdir(), 'workspace-'));
  const sops = await recordingSops(join(workspace.path, 'recording'));
  await mkdir(join(workspace.path, 'my tools'));
  await symlink(sops.path, join(workspace.path, 'my tools/sops'));
  await using run = await world.run({ 'sops-path': 'my tools/sops' }, { workspace: workspace.path });

  expect(run.outputs['outcome'], run.stdout).toBe('created');
  expect((await sops.calls()).map(({ arguments: [first] }) => first)).toEqual(['--version', '--config']);
});
