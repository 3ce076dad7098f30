// What one run of a command costs, start to exit.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';

export interface Command {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Milliseconds. CPU is user and system time of the process and of all that it started and waited for. */
export interface Times {
  readonly wall: number;
  readonly cpu: number;
}

/** Milliseconds. */
const LOOK_EVERY = 3;

// bash has it from the kernel, which hands the usage over with a process that has ended, its children's included.
const TIMED = `exec 4>&2 2>&3 3>&-; TIMEFORMAT='%3R %3U %3S'; time "$@" 2>&4 4>&-`;

/** @throws {Error} with what it printed, where the command fails */
export async function measureTimes({ program, arguments: given, environment }: Command): Promise<Times> {
  const child = spawn('bash', ['-c', TIMED, 'bash', program, ...given], {
    env: { ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [stdout, stderr, times] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    text(child.stdio[3] as Readable),
    once(child, 'close'),
  ]);
  const [wall, user, system] = times.trim().split(' ').map(Number);
  if (child.exitCode !== 0 || wall === undefined || user === undefined || system === undefined) {
    throw new Error(`${[program, ...given].join(' ')} failed:\n${stdout}${stderr}${times}`);
  }
  return { wall: wall * 1000, cpu: (user + system) * 1000 };
}

/**
 * Megabytes of the largest single process that the command is or starts. Watching takes CPU itself, so this is a run of
 * its own. It needs Linux's /proc.
 */
export async function measurePeakMemory({ program, arguments: given, environment }: Command): Promise<number> {
  const child = spawn(program, given, { env: { ...environment }, stdio: 'ignore' });
  await once(child, 'spawn');
  const root = child.pid ?? 0;
  const family = new Set([root]);
  let peak = 0;
  while (child.exitCode === null && child.signalCode === null) {
    for (const { pid, parent, kilobytes } of processesFrom(root)) {
      if (family.has(parent)) family.add(pid);
      // The kernel keeps the highest value by itself, so what happens between two looks is not lost.
      if (family.has(pid)) peak = Math.max(peak, kilobytes);
    }
    await wait(LOOK_EVERY);
  }
  if (child.exitCode !== 0) throw new Error(`${[program, ...given].join(' ')} failed while its memory was watched.`);
  return peak / 1024;
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html: parents stand before their children. */
function processesFrom(oldest: number) {
  const pids = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid >= oldest);
  return pids
    .sort((a, b) => a - b)
    .flatMap((pid) => {
      const status = readStatus(pid);
      const number = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
      return status === '' ? [] : [{ pid, parent: number('PPid'), kilobytes: number('VmHWM') }];
    });
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return ''; // It has ended in the meantime.
  }
}
