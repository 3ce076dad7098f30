// Runs git over a bare repository, cut off from whatever configuration the machine has, so that the stand-in behaves the
// same everywhere.
import { spawn, spawnSync } from 'node:child_process';

export interface GitRun {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Everything `GIT_*` is dropped: under a git hook it would point at the wrong repository. */
export const gitEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
};

class GitError extends Error {
  override readonly name = 'GitError';
  readonly run: GitRun;

  constructor(args: readonly string[], run: GitRun) {
    super(`git ${args.join(' ')} exited with ${run.exitCode}: ${run.stderr.trim()}`);
    this.run = run;
  }
}

/** Resolves whatever the exit code is, for the commands whose exit code is an answer. */
export function runGit(
  gitDir: string,
  args: readonly string[],
  { input, env }: { input?: string | Buffer; env?: Readonly<Record<string, string>> } = {},
): Promise<GitRun> {
  const { promise, resolve, reject } = Promise.withResolvers<GitRun>();
  const child = spawn('git', ['--git-dir', gitDir, ...args], { env: { ...gitEnvironment, ...env } });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // git may leave before it has read everything; its exit code says why.
  child.stdin.on('error', () => undefined);
  child.on('error', reject);
  child.on('close', (code) =>
    resolve({ exitCode: code ?? -1, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }),
  );
  child.stdin.end(input);
  return promise;
}

/** @throws {GitError} when the exit code is not 0 */
export async function git(gitDir: string, args: readonly string[], options?: Parameters<typeof runGit>[2]) {
  const run = await runGit(gitDir, args, options);
  if (run.exitCode !== 0) {
    throw new GitError(args, run);
  }
  return run.stdout.toString();
}

/** For assertions, which read best without `await`. */
export function runGitSync(gitDir: string, args: readonly string[]): GitRun {
  const { status, stdout, stderr } = spawnSync('git', ['--git-dir', gitDir, ...args], {
    env: gitEnvironment,
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  return { exitCode: status ?? -1, stdout, stderr: stderr.toString() };
}
