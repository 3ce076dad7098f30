// Measures the built action, start to exit, against the stand-ins, and beside it what else could do the job:
// `npm run bench -- [--many] [--rounds=N] [--entry=FILE] [--write]`. --many measures configs of up to a thousand
// manifests, --entry another build; --write puts the tables into docs/performance.md.

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type ContenderName, contenderNames, openArena } from './arena.ts';
import { writeBetween } from './document.ts';
import { local } from './ground.ts';
import { median, medianTimes, openLane } from './lane.ts';
import { measureMany } from './many.ts';
import { drawMany } from './many-picture.ts';
import { formatMany } from './many-results.ts';
import { formatResults, type Result, type Results } from './results.ts';
import { countInSequence } from './sequence.ts';

const DELAY = 50;
const MEMORY_ROUNDS = 3;
/** So many manifests have the runs of --many. */
const COUNTS = [1, 10, 100, 1000];

const { values: options } = parseArgs({
  options: {
    many: { type: 'boolean', default: false },
    counts: { type: 'string', default: COUNTS.join() },
    rounds: { type: 'string', default: '11' },
    entry: { type: 'string', default: local('../dist/index.js') },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const entry = resolve(options.entry);
if (options.many) {
  const counts = options.counts.split(',').map(Number);
  const results = await measureMany({ counts, entry, delay: DELAY, rounds });
  console.log(formatMany(results));
  if (options.write) writeBetween('npm run bench -- --many --write', formatMany(results), drawMany(results));
} else {
  const results = await measureAll();
  console.log(formatResults(results));
  if (options.write) writeBetween('npm run bench -- --write', formatResults(results));
}

async function measureAll(): Promise<Results> {
  await using fast = await openArena({ entry, delay: 0 });
  await using slow = await openArena({ entry, delay: DELAY });
  const lanes = contenderNames.map((name) => {
    return { name, fast: openLane(fast.contenders[name], fast), slow: openLane(slow.contenders[name], slow) };
  });

  console.error('Warming up …');
  for (const lane of lanes) await lane.slow.warmUp();
  // In turn, so that whatever else the machine does meets them all alike.
  for (let round = 1; round <= rounds; round += 1) {
    console.error(`Round ${round} of ${rounds} …`);
    for (const { fast, slow } of lanes) for (const lane of [fast, slow]) await lane.run();
  }
  console.error('Looking at the memory …');
  for (let round = 1; round <= MEMORY_ROUNDS; round += 1) for (const { fast } of lanes) await fast.watch();

  const entries = lanes.map(({ name, fast, slow }): [ContenderName, Result] => [
    name,
    {
      fast: medianTimes(fast.times),
      slow: medianTimes(slow.times),
      peakMemory: median(fast.peaks),
      // Only where requests take their time is it sure that those which were sent together overlap.
      sequence: countInSequence(slow.requests),
    },
  ]);
  return { rounds, delay: DELAY, of: Object.fromEntries(entries) as Record<ContenderName, Result> };
}
