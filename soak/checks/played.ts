// One run that is over, with all that is needed to judge it.

import type { RecordingSops } from '../../__tests__/stand-ins/runner.ts';
import type { WorldRun } from '../../__tests__/stand-ins/world.ts';
import type { ErrorReport } from '../../src/report/manifest-report.ts';
import type { SyncReport } from '../../src/report/report.ts';
import type { Fault } from '../faults/fault.ts';
import type { Request } from '../requests.ts';
import type { Commit, History } from './history.ts';

export interface Played {
  /** GITHUB_RUN_ID: it stands in the messages of its commits. */
  readonly id: string;
  readonly request: Request;
  /** All that it was given. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly fault: Fault;
  readonly hasStruck: boolean;
  readonly run: WorldRun;
  readonly sops: RecordingSops;
  readonly folder: string;
  /** Folders that it has to leave empty. */
  readonly temporary: readonly string[];
}

/** Undefined where it was killed before it could say anything. */
export function reportOf({ run }: Played): SyncReport | undefined {
  const { report } = run.outputs;
  return report === undefined ? undefined : (JSON.parse(report) as SyncReport);
}

export function errorOf(played: Played): ErrorReport | undefined {
  return reportOf(played)?.error;
}

/** Without a chance to clean up behind itself or to say what it has done, or when it had said it all. */
export function wasKilled(played: Played): boolean {
  return endedBySignal(played) && (played.fault.signal === 'SIGKILL' || reportOf(played) !== undefined);
}

/** By one of the signals that it answers, but before it was there to do so: it has said nothing then. */
export function hasNotBegun(played: Played): boolean {
  const { fault, run } = played;
  const isSilent = run.stdout.replace(/^::add-mask::.*\n/gm, '') === '';
  return endedBySignal(played) && fault.signal !== 'SIGKILL' && isSilent;
}

function endedBySignal({ fault, hasStruck, run }: Played): boolean {
  return hasStruck && run.signal !== null && run.signal === fault.signal;
}

/** Those that a branch leads to. */
export function commitsOf({ id }: Played, { commits }: History): Commit[] {
  return [...commits.values()].filter(({ message }) => message.includes(`/actions/runs/${id}\n`));
}
