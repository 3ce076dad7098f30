// Runs a binary, with a secret on its stdin or nothing: no shell, nothing inherited but what is listed, killed as a group
// when the signal fires. `@actions/exec` cannot: it knows no signal, and an early exit of its child is an uncaught EPIPE.

import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Plaintext } from './plaintext.ts';

export interface ProcessRequest {
  command: string;
  arguments: readonly string[];
  /** The whole environment of the child. */
  environment: Readonly<Record<string, string>>;
  directory: string;
  stdin?: Plaintext;
  signal: AbortSignal;
}

export interface ProcessResult {
  /** Undefined when a signal ended the child. */
  exitCode: number | undefined;
  stdout: Buffer;
  /** May quote values: for telling failures apart, never for printing. */
  stderr: string;
}

const MAX_STDOUT_BYTES = 8 * 1024 * 1024;
const MAX_STDERR_BYTES = 64 * 1024;
const LINGER_MILLISECONDS = 2_000;

/**
 * @throws the signal's reason when it fires before the child has ended
 * @throws NodeJS.ErrnoException when the command cannot be started
 */
export function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  const { signal } = request;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(request.command, request.arguments, {
      cwd: request.directory,
      env: request.environment,
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own, so that what the child starts (gpg) dies with it.
      detached: process.platform !== 'win32',
    });
    child.on('error', reject);
    // Where no descriptor is left, Node gives a child without streams, and says so in an event.
    if ((child.stdout as unknown) === undefined) return;
    // Whoever writes more than that never ends.
    const stdout = collect(MAX_STDOUT_BYTES, () => killGroup(child));
    const stderr = collect(MAX_STDERR_BYTES);
    child.stdout.on('data', stdout.add);
    child.stderr.on('data', stderr.add);
    // EPIPE: the child left without reading. Its exit code tells why.
    child.stdin.on('error', () => undefined);
    child.stdin.end(request.stdin?.reveal());

    const abort = () => {
      killGroup(child);
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    child.on('error', () => signal.removeEventListener('abort', abort));
    child.on('exit', () => endWhatIsLeft(child));
    child.on('close', (exitCode) => {
      signal.removeEventListener('abort', abort);
      resolve({ exitCode: exitCode ?? undefined, stdout: stdout.bytes(), stderr: stderr.bytes().toString('utf8') });
    });
  });
}

function collect(limit: number, full: () => void = () => undefined) {
  const chunks: Buffer[] = [];
  let length = 0;
  return {
    add(chunk: Buffer): void {
      if (length > limit) return;
      chunks.push(chunk.subarray(0, limit - length));
      length += chunk.length;
      if (length > limit) full();
    },
    bytes: () => Buffer.concat(chunks),
  };
}

/** What the child has started, and left running, has nothing to say, and may hold its pipes for ever. */
function endWhatIsLeft(child: ChildProcessWithoutNullStreams): void {
  killGroup(child);
  child.stdin.destroy();
  // What has gone out of the group is out of reach; what the child itself wrote arrives long before.
  const drop = () => {
    child.stdout.destroy();
    child.stderr.destroy();
  };
  // Behind what has arrived, however long nobody looked.
  setTimeout(() => setImmediate(drop), LINGER_MILLISECONDS).unref();
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself in the meantime.
  }
}
