// Real children throughout: Node itself, told on its command line what to do.

import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDeadline } from '../../src/deadline.ts';
import { ActionError } from '../../src/errors.ts';
import { Plaintext } from '../../src/plaintext.ts';
import { type ProcessRequest, runProcess } from '../../src/process.ts';

let directory: string;
beforeAll(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'process-test-')));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Child extends Partial<Omit<ProcessRequest, 'stdin'>> {
  stdin?: Uint8Array | string;
}

const run = (script: string, { stdin = '', ...request }: Child = {}) =>
  runProcess({
    command: process.execPath,
    arguments: ['-e', script],
    environment: {},
    directory,
    stdin: new Plaintext(Buffer.from(stdin)),
    signal: startDeadline(30_000).signal,
    ...request,
  });

const cancelled = new ActionError('CANCELLED', { message: 'Cannot go on: cancelled.', remedy: 'Run it again.' });
const outcomeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'it ended',
    (error: unknown) => error,
  );

async function untilItIsThere(path: string): Promise<void> {
  while (!existsSync(path)) await delay(5);
}

async function untilItIsGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
      await delay(5);
    } catch {
      return;
    }
  }
}

describe('a child', () => {
  test('gets every byte of its stdin and gives back every byte of its stdout', async () => {
    const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 256));
    const { exitCode, stdout, stderr } = await run('process.stdin.pipe(process.stdout)', { stdin: bytes });
    expect(exitCode).toBe(0);
    expect(stdout.equals(bytes)).toBe(true);
    expect(stderr).toBe('');
  });

  test('sees the environment that is listed and nothing of this process', async () => {
    const { stdout } = await run('process.stdout.write(JSON.stringify(process.env))', { environment: { ONE: '1' } });
    expect(JSON.parse(stdout.toString())).toEqual({ ONE: '1' });
  });

  test('works in the folder that is named', async () => {
    const { stdout } = await run('process.stdout.write(process.cwd())');
    expect(stdout.toString()).toBe(directory);
  });

  test('gets its arguments as they are: there is no shell between', async () => {
    const words = ['$HOME', '`id`', '; exit 7', 'a b', '*', '', '"', "'"];
    const { stdout } = await run('', { arguments: ['-p', 'JSON.stringify(process.argv.slice(1))', '--', ...words] });
    expect(JSON.parse(stdout.toString())).toEqual(words);
  });

  test('that fails is told by its exit code and its stderr', async () => {
    await expect(run('console.error("no rule"); process.exitCode = 3')).resolves.toMatchObject({
      exitCode: 3,
      stderr: 'no rule\n',
    });
  });

  test('that a signal ends has no exit code', async () => {
    await expect(run('process.kill(process.pid, "SIGKILL")')).resolves.toMatchObject({ exitCode: undefined });
  });

  test('may leave without reading a stdin that fills every pipe', async () => {
    await expect(run('process.exit(4)', { stdin: Buffer.alloc(5_000_000) })).resolves.toMatchObject({ exitCode: 4 });
  });

  test('may write ten megabytes to stderr, of which the first 64 KiB are kept', async () => {
    const script = 'process.stderr.write("e".repeat(1e7), () => process.stdout.write("done"))';
    const { exitCode, stdout, stderr } = await run(script);
    expect({ exitCode, stdout: stdout.toString(), length: stderr.length }).toEqual({
      exitCode: 0,
      stdout: 'done',
      length: 65_536,
    });
  });

  test('that writes without end to stdout is ended at 8 MiB', async () => {
    const { exitCode, stdout } = await run('const write = () => process.stdout.write("o".repeat(1e6), write); write()');
    expect({ exitCode, length: stdout.length }).toEqual({ exitCode: undefined, length: 8 * 1024 * 1024 });
  });
});

test('a child that writes without end, in pieces that come out even, is ended at 8 MiB too', async () => {
  const { exitCode, stdout } = await run('', { command: '/bin/cat', arguments: ['/dev/zero'] });
  expect({ exitCode, length: stdout.length }).toEqual({ exitCode: undefined, length: 8 * 1024 * 1024 });
});

describe('what a child leaves behind', () => {
  const leaving = (options: string) => `
    const { spawn } = require('child_process');
    const left = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], ${options});
    left.unref();
    process.stdout.write(String(left.pid), () => process.exit(0));`;

  test.each([
    ['its stdout and stderr open', '{ stdio: "inherit" }'],
    ['nothing open', '{ stdio: "ignore" }'],
  ])('with %s does not keep it waiting, and ends with it', async (_, options) => {
    const { exitCode, stdout } = await run(leaving(options), { stdin: Buffer.alloc(1_000_000) });
    expect(exitCode).toBe(0);
    await untilItIsGone(Number(stdout.toString()));
  });

  test('in a session of its own is out of reach, and does not keep it waiting either', async () => {
    const { exitCode, stdout } = await run(leaving('{ stdio: "inherit", detached: true }'));
    const pid = Number(stdout.toString());
    expect(exitCode).toBe(0);
    expect(() => process.kill(pid, 'SIGKILL')).not.toThrow();
  });
});

describe('a command that cannot be started', () => {
  test.each<[string, Child, string]>([
    ['is not there', { command: 'no-such-program' }, 'ENOENT'],
    ['is a folder', { command: '/' }, 'EACCES'],
    ['has no folder to work in', { directory: '/no-such-folder' }, 'ENOENT'],
  ])('since it %s is an error that says so', async (_, request, code) => {
    await expect(run('', { ...request, stdin: Buffer.alloc(5_000_000) })).rejects.toMatchObject({ code });
  });
});

describe('a signal', () => {
  test('that has fired already starts nothing', async () => {
    const path = join(directory, 'never');
    const signal = AbortSignal.abort(cancelled);
    await expect(run(`require("fs").writeFileSync(${JSON.stringify(path)}, "")`, { signal })).rejects.toBe(cancelled);
    expect(existsSync(path)).toBe(false);
  });

  test('ends the child and what it has started, at once and with the reason of the signal', async () => {
    const path = join(directory, 'pids');
    const script = `
      const { spawn } = require('child_process');
      const grandchild = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { stdio: 'inherit' });
      require('fs').writeFileSync(${JSON.stringify(`${path}.new`)}, process.pid + ' ' + grandchild.pid);
      require('fs').renameSync(${JSON.stringify(`${path}.new`)}, ${JSON.stringify(path)});
      setInterval(() => 0, 1000);`;
    const deadline = startDeadline(30_000);
    const running = outcomeOf(run(script, { signal: deadline.signal }));
    await untilItIsThere(path);
    deadline.cancel(cancelled);
    expect(await running).toBe(cancelled);
    const pids = readFileSync(path, 'utf8').split(' ').map(Number);
    expect(pids).toHaveLength(2);
    for (const pid of pids) await untilItIsGone(pid);
  });

  test('that fires while a command turns out not to be startable ends it with the reason of the signal', async () => {
    const deadline = startDeadline(30_000);
    const running = outcomeOf(run('', { command: 'no-such-program', signal: deadline.signal }));
    deadline.cancel(cancelled);
    expect(await running).toBe(cancelled);
  });

  test('that fires when the child has ended hurts nobody', async () => {
    const deadline = startDeadline(30_000);
    await expect(run('', { signal: deadline.signal })).resolves.toMatchObject({ exitCode: 0 });
    expect(() => deadline.cancel(cancelled)).not.toThrow();
  });
});

test('a process that only sleeps under its deadline is not over before it has slept', async () => {
  const deadline = new URL('../../src/deadline.ts', import.meta.url).href;
  const script = `import { startDeadline } from ${JSON.stringify(deadline)};
    await startDeadline(10_000).sleep(20);
    console.log('slept');`;
  const { exitCode, stdout } = await run('', { arguments: ['--input-type=module', '-e', script] });
  expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 0, stdout: 'slept\n' });
});
