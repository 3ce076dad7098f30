// One contender on one ground, run again and again.

import type { Contender, Ground } from './ground.ts';
import { measurePeakMemory, measureTimes, type Times } from './measure.ts';
import type { AnsweredRequest } from './stand-ins.ts';

export interface Lane {
  readonly times: readonly Times[];
  /** Megabytes. */
  readonly peaks: readonly number[];
  /** Of the last run. */
  readonly requests: readonly AnsweredRequest[];
  run(): Promise<void>;
  /** A run that does not count. */
  warmUp(): Promise<void>;
  /** A run whose time does not count, to see how much memory it takes. */
  watch(): Promise<void>;
}

export function openLane(contender: Contender, { takeRequests }: Pick<Ground, 'takeRequests'>): Lane {
  const { command, reset, verify } = contender;
  const times: Times[] = [];
  const peaks: number[] = [];
  const lane = {
    times,
    peaks,
    requests: [] as readonly AnsweredRequest[],
    async run(): Promise<void> {
      reset();
      times.push(await measureTimes(command));
      verify();
      lane.requests = await takeRequests();
    },
    async warmUp(): Promise<void> {
      reset();
      await measureTimes(command);
      verify();
      await takeRequests();
    },
    async watch(): Promise<void> {
      reset();
      peaks.push(await measurePeakMemory(command));
      await takeRequests();
    },
  };
  return lane;
}

export function medianTimes(times: readonly Times[]): Times {
  return { wall: median(times.map(({ wall }) => wall)), cpu: median(times.map(({ cpu }) => cpu)) };
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
