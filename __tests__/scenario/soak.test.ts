// The soak finds what it is there to find: builds that are spoilt on purpose do not get through it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const soak = fileURLToPath(new URL('../../soak/soak.ts', import.meta.url));
const action = fileURLToPath(new URL('../../dist/index.js', import.meta.url));

interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

async function runSoak(...given: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [soak, ...given], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { exitCode: child.exitCode, stdout, stderr };
}

/** What becomes of the action, and what the soak says of it. */
interface Spoilt {
  build: string;
  entry: string;
  says: RegExp;
}

const SPOILT: Spoilt[] = [
  {
    build: 'tells the log what it gives to sops',
    entry: `
      import childProcess from 'node:child_process';
      import { syncBuiltinESMExports } from 'node:module';
      const { spawn } = childProcess;
      childProcess.spawn = (...given) => {
        const child = spawn(...given);
        const end = child.stdin?.end;
        if (end) child.stdin.end = (secret) => end.call(child.stdin, (console.log(String(secret)), secret));
        return child;
      };
      syncBuiltinESMExports();
      await import('${action}');`,
    says: /^ {2}- \w+ version \d+ in stdout: base64$/m,
  },
  {
    build: 'leaves a file behind',
    entry: `
      import { writeFileSync } from 'node:fs';
      writeFileSync(process.env.RUNNER_TEMP + '/forgotten', '');
      await import('${action}');`,
    says: /^ {2}- a file is left: forgotten$/m,
  },
  {
    build: 'commits twice',
    entry: `
      import { spawnSync } from 'node:child_process';
      for (const refresh of [process.env.INPUT_REFRESH, 'true']) {
        const env = { ...process.env, INPUT_REFRESH: refresh };
        process.exitCode = spawnSync(process.execPath, ['${action}'], { env, stdio: 'inherit' }).status;
        if (process.exitCode !== 0) break;
      }`,
    says: /^ {2}- it has made 2 commits$/m,
  },
  {
    build: 'does nothing, and says that all went well',
    entry: `console.log('Outcome: unchanged.');`,
    says: /^ {2}- it ended with 0 and does not say what it did$/m,
  },
];

// Each is a few runs of the action, one after the other.
describe.concurrent('the soak', { timeout: 180_000 }, () => {
  test('finds nothing in this build, and says so, and which seed has these runs', async () => {
    const { exitCode, stdout, stderr } = await runSoak('--runs', '4', '--seed', '7');

    expect(stderr).toBe('');
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toMatch(/^Seed 7\.\n/);
    expect(stdout).toMatch(/\n4 runs, [1-4] faults met, 0 broken \(seed 7\)\n$/);
  });

  test.for(SPOILT)('ends with exit code 1 for a build that $build', async ({ entry, says }) => {
    await using directory = await mkdtempDisposable(join(tmpdir(), 'soak-test-'));
    const path = join(directory.path, 'entry.mjs');
    await writeFile(path, entry);
    const { exitCode, stdout, stderr } = await runSoak('--runs', '20', '--seed', '7', '--entry', path);

    expect(stderr).toBe('');
    expect(stdout).toMatch(says);
    expect(stdout).toMatch(/; again: npm run soak -- --seed 7 --runs \d+\n/);
    expect(stdout).toMatch(/, 1 broken \(seed 7\)\n$/);
    expect(exitCode).toBe(1);
  });

  test('refuses what is no number', async () => {
    const { exitCode, stderr } = await runSoak('--runs', 'many');

    expect(exitCode).toBe(1);
    expect(stderr).toContain('--runs is a whole number, such as 60.');
  });
});
