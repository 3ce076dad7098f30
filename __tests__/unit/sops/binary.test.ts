import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findSops, parseSopsVersion } from '../../../src/sops/binary.ts';
import { SOPS } from './real-sops.ts';

describe('the version of a sops', () => {
  test.each([
    ['sops 3.13.3 (latest)\n', 3, 13],
    ['sops 3.9.4\n', 3, 9],
    ['sops 3.10.0', 3, 10],
    ['sops 4.0.0-rc.1\n', 4, 0],
    ['sops 10.20.30 (latest)', 10, 20],
    ['[warning] something\nsops 3.11.0\n', 3, 11],
    ['sops 3.9.1\n\n[info] sops 3.13.3 is available, you should upgrade\n', 3, 9],
  ])('%j is read', (output, major, minor) => {
    expect(parseSopsVersion(output)).toEqual({ major, minor });
  });

  test.each([
    '',
    '\n',
    'sops',
    'sops version 3.13.3',
    'SOPS 3.13.3',
    'sops 3',
    'sops 3.13',
    'sops v3.13.3',
    'gsops 3.13.3',
    ' sops 3.13.3',
    'age 1.2.0',
    'command not found: sops',
  ])('%j is none', (output) => {
    expect(parseSopsVersion(output)).toBeUndefined();
  });
});

describe('the sops that is used', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'binary test-'));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  });

  async function program(name: string, script: string): Promise<string> {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  }

  test('may be named, in a folder with blanks too', async () => {
    const path = await program('sops', 'echo "sops 3.10.0"');
    await expect(findSops(path, {})).resolves.toBe(path);
  });

  test('is the one on PATH where none is named', async () => {
    vi.stubEnv('PATH', dirname(SOPS));
    await expect(findSops(undefined, {})).resolves.toBe('sops');
  });

  test('is asked for its version only: it calls nobody to learn of newer ones, and gets just the environment', async () => {
    const path = await program(
      'recorder',
      `echo "$@" > '${folder}/arguments'; /usr/bin/env > '${folder}/environment'; echo "sops 3.13.3"`,
    );
    await findSops(path, { ONE: '1' });
    expect(await readFile(join(folder, 'arguments'), 'utf8')).toBe('--version --disable-version-check\n');
    const names = (await readFile(join(folder, 'environment'), 'utf8')).split('\n').map((line) => line.split('=')[0]);
    expect(names.filter((name) => !['', 'ONE', 'PWD', 'OLDPWD', 'SHLVL', '_'].includes(name ?? ''))).toEqual([]);
  });

  test.each([
    ['3.9.4', 'echo "sops 3.9.4"', '3.9'],
    ['2.99.0', 'echo "sops 2.99.0 (latest)"', '2.99'],
  ])('may not be %s', async (_, script, version) => {
    const path = await program('old', script);
    await expect(findSops(path, {})).rejects.toMatchObject({
      code: 'SOPS_TOO_OLD',
      message: `Cannot use ${path}: it is sops ${version}, and 3.10 is the oldest that will do.`,
      remedy: 'Install a newer sops before this action (see "How sops gets onto the runner" in the README).',
    });
  });

  test.each<[string, () => Promise<string> | string]>([
    ['is not there', () => join(folder, 'nothing')],
    ['is a folder', () => folder],
    [
      'is not executable',
      async () => {
        const path = await program('inert', 'echo "sops 3.13.3"');
        await chmod(path, 0o644);
        return path;
      },
    ],
    ['is another program', () => program('age', 'echo "age 1.2.0"')],
    ['says nothing', () => program('mute', 'exit 0')],
    ['fails', () => program('broken', 'echo "sops is broken" >&2; exit 1')],
    [
      'cannot be interpreted',
      () =>
        program('odd', '').then(async (path) => {
          await writeFile(path, '#!/no/such/interpreter\n');
          return path;
        }),
    ],
  ])('is not found where it %s', async (_, prepare) => {
    const path = await prepare();
    await expect(findSops(path, {})).rejects.toMatchObject({
      code: 'SOPS_NOT_FOUND',
      message: `Cannot encrypt: ${path} is not on this runner, or does not answer as sops does.`,
      remedy: 'Install sops 3.10 or newer before this action (see the README), or name it with the input `sops-path`.',
    });
  });

  test('is not found where PATH has none', async () => {
    vi.stubEnv('PATH', folder.replace('binary test', 'nowhere'));
    await expect(findSops(undefined, {})).rejects.toMatchObject({
      code: 'SOPS_NOT_FOUND',
      message: 'Cannot encrypt: sops is not on this runner, or does not answer as sops does.',
    });
  });
});
