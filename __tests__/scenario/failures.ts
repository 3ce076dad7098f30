// One failure a row, and what holds for all of them: the code, what a person is told, and that nothing has changed.
import { mkdtempDisposable, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import { type RunOptions, recordingSops } from '../stand-ins/runner.ts';
import { startWorld, type World } from '../stand-ins/world.ts';
import { googleCalls, reportOf } from './reading.ts';

export interface Failure {
  /** Completes "when …". */
  when: string;
  code: ErrorCode;
  /** A part of the reason, as a person reads it. */
  says: string;
  /** A part of what a person is told to do. */
  remedy: string;
  /** The Flux repository, where it matters. */
  files?: Record<string, string>;
  inputs?: Record<string, string>;
  /** Makes it fail. */
  arrange?: (world: World) => unknown;
  /** What is particular about the job; `directory` is a folder of the test's own. */
  job?: (directory: string, world: World) => Job | Promise<Job>;
}
type Job = Omit<RunOptions, 'inputs'> & { inputs?: Record<string, string> };

/** @param encrypting whether these come up in or after sops; otherwise none is started */
export function testFailures(failures: readonly Failure[], { encrypting }: { encrypting: boolean }): void {
  test.concurrent.for(failures)('$code when $when', async ({ code, says, remedy, files, ...failure }) => {
    await using world = await startWorld(files);
    world.secret.addVersion('123456:valid');
    await using directory = await mkdtempDisposable(join(tmpdir(), 'failure-'));
    const sops = await recordingSops(join(directory.path, 'recording'));
    await failure.arrange?.(world);
    const { inputs, ...options } = (await failure.job?.(directory.path, world)) ?? {};
    const refs = world.flux.refs();

    await using run = await world.run(
      { version: '1', timeout: '20s', ...failure.inputs, ...inputs },
      { ...(encrypting ? {} : { pathFirst: [sops.directory] }), ...options },
    );

    expect(reportOf(run).error?.code, run.stdout).toBe(code);
    expect(run.exitCode).toBe(1);
    expect(run.outputs).toMatchObject({ outcome: 'failed', changed: 'false', 'commit-sha': '' });
    expect(world.flux.refs()).toEqual(refs);
    const [annotation, ...others] = run.annotations;
    expect(others).toEqual([]);
    expect(annotation).toMatchObject({
      level: 'error',
      message: expect.stringMatching(/^Cannot .*\.( .*)? \([A-Z_]+\)$/),
    });
    expect(annotation?.message).toContain(says);
    expect(annotation?.message).toContain(remedy);
    expect(annotation?.message).toContain(' Nothing was changed. ');
    expect(run.summary).toMatch(/^### Nothing was changed\n/);
    for (const told of [says, remedy, `(${code})`]) expect(run.summary).toContain(told);
    expect(run.stderr).toBe('');
    expect(await readdir(run.temp)).toEqual([]);
    if (!encrypting) {
      expect(await sops.calls()).toEqual([]);
      expect(googleCalls(run)).not.toContain('encrypt');
    }
  });
}
