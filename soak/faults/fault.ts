// What can go wrong with a run. A row more in one of the tables is a fault more.

import type { WorldRun } from '../../__tests__/stand-ins/world.ts';
import type { Stage } from '../stage.ts';

export interface Fault {
  readonly name: string;
  /** Of a run that has met it. `either` where it depends on the moment. */
  readonly ends: 'survived' | 'failed' | 'either';
  /** What the process gets, where it gets one. */
  readonly signal?: NodeJS.Signals;
  /** Whether a run that changes nothing would not meet it. */
  readonly needsChange?: boolean;
  /** Whether it would strike others that go on at the same time, and last for them. */
  readonly isOfAll: boolean;
  arrange(stage: Stage): Particular | undefined | Promise<Particular | undefined>;
}

/** What is particular about the job. */
export interface Particular {
  readonly inputs?: Readonly<Record<string, string>>;
  /** The path of what stands in the place of sops. */
  readonly program?: string;
  /** Whether it has struck, where only the run can tell. */
  readonly hasStruck?: (run: WorldRun) => boolean | Promise<boolean>;
}

export const NO_FAULT: Fault = { name: 'none', ends: 'survived', isOfAll: false, arrange: () => undefined };

/** For faults that last: a run would otherwise wait for their end. */
export function shortTime({ random }: Stage): Particular {
  return { inputs: { timeout: `${random.integer(1, 3)}s` } };
}
