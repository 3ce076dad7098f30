import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startDeadline } from '../../../src/deadline.ts';
import { findSops, isTooOld, parseSopsVersion, type SopsBinary } from '../../../src/sops/binary.ts';
import { type ReleaseServer, startReleaseServer } from '../../stand-ins/release-server.ts';

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

test.each([
  [{ major: 3, minor: 10 }, false],
  [{ major: 3, minor: 9 }, true],
  [{ major: 2, minor: 99 }, true],
  [{ major: 4, minor: 0 }, false],
])('%j is too old: %s', (version, expected) => {
  expect(isTooOld(version)).toBe(expected);
});

describe('the sops that is used', () => {
  let folder: string;
  let server: ReleaseServer;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'binary test-'));
    server = await startReleaseServer();
    vi.stubEnv('RUNNER_TOOL_CACHE', join(folder, 'tools'));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const find = (binary: SopsBinary, environment: Record<string, string> = {}) =>
    findSops(binary, { environment, temporaryDirectory: folder, deadline: startDeadline(30_000) });
  const at = (path: string): SopsBinary => ({ kind: 'path', path });
  /** What the server has, whatever its bytes are. */
  const released = () => {
    const sha256 = server.publish('3.99.0', Buffer.from('#!/bin/sh\nexit 0\n'));
    return { version: '3.99.0', sha256, downloadUrl: server.url };
  };

  async function program(name: string, script: string): Promise<string> {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  }

  test('may be named, in a folder with blanks too', async () => {
    const path = await program('sops', 'echo "sops 3.10.0"');
    await expect(find(at(path))).resolves.toBe(path);
  });

  test('is the one on PATH where none is named, and then nothing is downloaded', async () => {
    const path = await program('bin/sops', 'echo "sops 3.10.0"');
    await expect(find({ kind: 'runner', otherwise: released() }, { PATH: dirname(path) })).resolves.toBe('sops');
    expect(server.requests).toEqual([]);
  });

  test('is a release where PATH has none, or where a version is named', async () => {
    const release = released();
    const path = await program('bin/sops', 'echo "sops 3.10.0"');
    const fetched = join(folder, 'tools/flux-secret-sync-sops/3.99.0', process.arch, 'sops');
    await expect(find({ kind: 'runner', otherwise: release }, { PATH: folder })).resolves.toBe(fetched);
    await expect(find({ kind: 'release', release }, { PATH: dirname(path) })).resolves.toBe(fetched);
  });

  test('is none that only stands on the PATH of the job, which sops does not see', async () => {
    const path = await program('bin/sops', 'echo "sops 3.10.0"');
    vi.stubEnv('PATH', dirname(path));
    const fetched = await find({ kind: 'runner', otherwise: released() }, { PATH: folder });
    expect(fetched).not.toBe('sops');
  });

  test('is asked for its version only: it calls nobody to learn of newer ones, and gets just the environment', async () => {
    const path = await program(
      'recorder',
      `echo "$@" > '${folder}/arguments'; /usr/bin/env > '${folder}/environment'; echo "sops 3.13.3"`,
    );
    await find(at(path), { ONE: '1', GOOGLE_OAUTH_ACCESS_TOKEN: 'hush' });
    expect(await readFile(join(folder, 'arguments'), 'utf8')).toBe('--version --disable-version-check\n');
    const names = (await readFile(join(folder, 'environment'), 'utf8')).split('\n').map((line) => line.split('=')[0]);
    expect(names.filter((name) => !['', 'PWD', 'OLDPWD', 'SHLVL', '_'].includes(name ?? ''))).toEqual(['ONE']);
  });

  test.each([
    ['3.9.4', 'echo "sops 3.9.4"', '3.9'],
    ['2.99.0', 'echo "sops 2.99.0 (latest)"', '2.99'],
  ])('may not be %s, and no other is taken for it', async (_, script, version) => {
    const path = await program('sops', script);
    const refusal = (command: string) => ({
      code: 'SOPS_TOO_OLD',
      message: `Cannot use ${command}: it is sops ${version}, and 3.10 is the oldest that will do.`,
      remedy: 'Install a newer sops on the runner, or have this action take a release: `sops-version: 3.13.3`.',
    });
    await expect(find(at(path))).rejects.toMatchObject(refusal(path));
    const onPath = find({ kind: 'runner', otherwise: released() }, { PATH: folder });
    await expect(onPath).rejects.toMatchObject(refusal('sops'));
    expect(server.requests).toEqual([]);
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
    ['fails', () => program('broken', 'echo "sops 3.13.3"; exit 1')],
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
    await expect(find(at(path))).rejects.toMatchObject({
      code: 'SOPS_NOT_FOUND',
      message: `Cannot encrypt: ${path} is not on this runner, or does not answer as sops does.`,
      remedy:
        'Install sops 3.10 or newer, name it with the input `sops-path`, or have this action take a release: `sops-version: 3.13.3`.',
    });
  });

  test('is asked no longer than the run has, and ends with it, as does what it has started', async () => {
    const path = await program('slow', `/bin/sleep 60 & echo "$$ $!" > '${folder}/pids'; wait`);
    const deadline = startDeadline(500);
    const finding = findSops(at(path), { environment: {}, temporaryDirectory: folder, deadline });
    await expect(finding).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    const pids = (await readFile(join(folder, 'pids'), 'utf8')).trim().split(' ').map(Number);
    expect(pids).toHaveLength(2);
    const isThere = (pid: number) => process.kill(pid, 0);
    for (const pid of pids) await vi.waitFor(() => expect(() => isThere(pid)).toThrow(), { timeout: 20_000 });
  });
});
