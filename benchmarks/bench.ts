// Measures the built action, start to exit, against the stand-ins, and beside it an empty script and a shell script that
// does the same job: `npm run bench -- [--rounds=N] [--entry=FILE] [--write]`. --entry measures another build, --write
// puts the tables into docs/performance.md.

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Arena, type ContenderName, contenderNames, openArena } from './arena.ts';
import { measurePeakMemory, measureTimes, type Times } from './measure.ts';
import { formatResults, type Result, type Results, writeResults } from './results.ts';
import { countInSequence } from './sequence.ts';
import type { AnsweredRequest } from './stand-ins.ts';

const DELAY = 50;
const MEMORY_ROUNDS = 3;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '11' },
    entry: { type: 'string', default: fileURLToPath(new URL('../dist/index.js', import.meta.url)) },
    write: { type: 'boolean', default: false },
  },
});
const results = await measureAll(Number(options.rounds), resolve(options.entry));
console.log(formatResults(results));
if (options.write) writeResults(results);

async function measureAll(rounds: number, entry: string): Promise<Results> {
  await using fast = await openArena({ entry, delay: 0 });
  await using slow = await openArena({ entry, delay: DELAY });
  const lanes = contenderNames.map((name) => ({ name, fast: openLane(name, fast), slow: openLane(name, slow) }));

  console.error('Warming up …');
  for (const lane of lanes) await lane.slow.run();
  // In turn, so that whatever else the machine does meets them all alike.
  for (let round = 1; round <= rounds; round += 1) {
    console.error(`Round ${round} of ${rounds} …`);
    for (const lane of lanes) for (const { run, times } of [lane.fast, lane.slow]) times.push(await run());
  }
  console.error('Looking at the memory …');
  for (let round = 1; round <= MEMORY_ROUNDS; round += 1) for (const lane of lanes) await lane.fast.watch();

  const entries = lanes.map(({ name, fast, slow }): [ContenderName, Result] => [
    name,
    {
      fast: medians(fast.times),
      slow: medians(slow.times),
      peakMemory: median(fast.peaks),
      // Only where requests take their time is it sure that those which were sent together overlap.
      sequence: countInSequence(slow.requests),
    },
  ]);
  return { rounds, delay: DELAY, of: Object.fromEntries(entries) as Record<ContenderName, Result> };
}

function openLane(name: ContenderName, { contenders, takeRequests }: Arena) {
  const { command, reset, verify } = contenders[name];
  const lane = {
    times: [] as Times[],
    peaks: [] as number[],
    /** Of the last run. */
    requests: [] as readonly AnsweredRequest[],
    async run(): Promise<Times> {
      reset();
      const times = await measureTimes(command);
      verify();
      lane.requests = await takeRequests();
      return times;
    },
    async watch(): Promise<void> {
      reset();
      lane.peaks.push(await measurePeakMemory(command));
    },
  };
  return lane;
}

function medians(times: readonly Times[]): Times {
  return { wall: median(times.map(({ wall }) => wall)), cpu: median(times.map(({ cpu }) => cpu)) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
