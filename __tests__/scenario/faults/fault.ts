// One fault a row, and what holds for all of them, whatever breaks: how the run ends, what a person is told, and that
// nothing has changed that should not, nothing of the secret is to be seen, and nothing is left behind.
import { mkdtempDisposable, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { ErrorCode } from '../../../src/errors.ts';
import { type RunOptions, recordingSops, type SopsCall } from '../../stand-ins/runner.ts';
import { startWorld, type World, type WorldRun } from '../../stand-ins/world.ts';
import { type Canary, textCanary } from '../leak/canary.ts';
import { collectPlaces, findLeaks } from '../leak/evidence.ts';
import { processesOf } from '../leak/processes.ts';
import { googleCalls, reportOf } from '../reading.ts';

/** What goes wrong, and how the run ends. */
export type Fault = Situation & (Refused | Survived);

interface Situation {
  /** Completes "when …". */
  when: string;
  /** The Flux repository, where it matters. */
  files?: Record<string, string>;
  inputs?: Record<string, string>;
  /** Makes it fail. The canary is version 1 of the secret, and nothing else is in Secret Manager. */
  arrange?: (world: World, canary: Canary) => unknown;
  /** What is particular about the job; `directory` is a folder of the test's own, `stack` ends what is put there. */
  job?: (directory: string, world: World, stack: AsyncDisposableStack) => Job | Promise<Job>;
  /** What else has to be so when the run has ended; `calls` are those of sops on PATH. */
  also?: (run: WorldRun, world: World, calls: readonly SopsCall[]) => unknown;
}
type Job = Omit<RunOptions, 'inputs'> & { inputs?: Record<string, string> };

/** The run fails, and nothing has changed but what it names. */
interface Refused {
  code: ErrorCode;
  /** A part of the reason, as a person reads it. */
  says: string;
  /** A part of what a person is told to do. */
  remedy: string;
  /** What has changed all the same, as the reason ends: `also` says what is there then. */
  remains?: string;
}

/** The run does all the same what it was asked to. */
interface Survived {
  outcome: string;
}

export interface FaultTable {
  /** Where it comes from. */
  from: string;
  /** Whether it comes up in or after sops; otherwise none is started where the run fails. */
  encrypting: boolean;
  faults: readonly Fault[];
}

export async function meet(fault: Fault, { encrypting }: FaultTable): Promise<void> {
  const canary = textCanary();
  await using world = await startWorld(fault.files);
  world.secret.addVersion(canary.bytes);
  await using stack = new AsyncDisposableStack();
  await using directory = await mkdtempDisposable(join(tmpdir(), 'fault-'));
  const sops = await recordingSops(join(directory.path, 'recording'));
  await fault.arrange?.(world, canary);
  const { inputs, ...options } = (await fault.job?.(directory.path, world, stack)) ?? {};
  const before = stateOf(world);

  await using run = await world.run(
    { version: '1', timeout: '20s', ...fault.inputs, ...inputs },
    { pathFirst: [sops.directory], ...options },
  );

  if ('code' in fault) {
    expectRefused(run, fault);
    if (!mayHaveChanged(fault)) expect(stateOf(world)).toEqual(before);
    if (!encrypting) {
      expect(await sops.calls()).toEqual([]);
      expect(googleCalls(run)).not.toContain('encrypt');
    }
  } else {
    expect(reportOf(run).error, run.stdout).toBeUndefined();
    expect(run.outputs['outcome']).toBe(fault.outcome);
    expect(run.exitCode).toBe(0);
  }
  await fault.also?.(run, world, await sops.calls());
  expect(run.stderr).toBe('');
  expect(await readdir(run.temp)).toEqual([]);
  const places = await collectPlaces({ world, run, calls: await sops.calls(), folders: [directory.path] });
  // Secret Manager is where it is from.
  expect(findLeaks(places, canary, /^Google.*answer/)).toEqual([]);
  // Killed is not gone: the system takes a moment.
  for (const folder of [run.directory, directory.path]) {
    await vi.waitFor(async () => expect(await processesOf(folder)).toEqual([]), { timeout: 20_000 });
  }
}

/** All that others can see of the Flux repository. */
function stateOf({ flux }: World): object {
  return { refs: flux.refs(), pullRequests: structuredClone(flux.pullRequests) };
}

function mayHaveChanged({ code, remains }: Refused): boolean {
  return remains !== undefined || code === 'PUBLICATION_UNCERTAIN';
}

function headingOf({ code, remains }: Refused): string {
  if (code === 'PUBLICATION_UNCERTAIN') return 'It is not known whether something was changed';
  return remains === undefined ? 'Nothing was changed' : 'The run failed half way';
}

function expectRefused(run: WorldRun, refused: Refused): void {
  const { code, says, remedy, remains = '' } = refused;
  expect(reportOf(run).error?.code, run.stdout).toBe(code);
  expect(run.exitCode).toBe(1);
  expect(run.outputs).toMatchObject({ outcome: 'failed', changed: 'false', 'commit-sha': '' });
  const [annotation, ...others] = run.annotations;
  expect(others).toEqual([]);
  expect(annotation).toMatchObject({
    level: 'error',
    message: expect.stringMatching(/^Cannot .*\.( .*)? \([A-Z_]+\)$/),
  });
  expect(annotation?.message).toContain(says);
  expect(annotation?.message).toContain(remedy);
  expect(annotation?.message.includes(' Nothing was changed. ')).toBe(!mayHaveChanged(refused));
  expect(annotation?.message).toContain(remains);
  expect(run.summary.split('\n', 1)).toEqual([`### ${headingOf(refused)}`]);
  for (const told of [says, remedy, `(${code})`]) expect(run.summary).toContain(told);
}
