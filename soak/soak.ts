// `npm run soak -- [--runs N | --seconds N] [--seed N] [--entry FILE]`: runs of the built action against the stand-ins,
// each with a fault by chance, and everything looked at after each. It ends with exit code 1 at the first that is broken;
// the seed that is printed first brings the same runs again.

import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Played } from './checks/played.ts';
import { createRandom } from './random.ts';
import { playRound } from './round.ts';
import { openScene } from './scene.ts';
import { countMet, countPlayed, formatTally, type Tally } from './tally.ts';

/** So many runs a world lives for. */
const LIFE = 25;

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    entry: { type: 'string' },
  },
});
const seed = readNumber('seed', options.seed ?? String(randomInt(1_000_000)));
const runs = options.runs === undefined ? Number.POSITIVE_INFINITY : readNumber('runs', options.runs);
const seconds = options.runs === undefined ? readNumber('seconds', options.seconds) : Number.POSITIVE_INFINITY;
const entry = options.entry === undefined ? undefined : resolve(options.entry);
const end = performance.now() + seconds * 1000;

console.log(`Seed ${seed}.`);
const tally: Tally = { runs: 0, faults: new Map(), endings: new Map() };
let broken = 0;
for (let world = 1; goesOn(); world += 1) await playWorld(world);

console.log(formatTally(tally));
console.log(`${tally.runs} runs, ${countMet(tally)} faults met, ${broken} broken (seed ${seed})`);
if (broken > 0 || tally.runs === 0) process.exitCode = 1;

function goesOn(): boolean {
  return tally.runs < runs && performance.now() < end && broken === 0;
}

async function playWorld(world: number): Promise<void> {
  await using scene = await openScene(createRandom(seed, `world ${world}`));
  const start = tally.runs;
  while (goesOn() && tally.runs < start + LIFE) {
    const number = tally.runs + 1;
    const random = createRandom(seed, `run ${number}`);
    const { played, problems } = await playRound(scene, { random, number, most: runs - tally.runs, entry });
    for (const each of played) countPlayed(tally, each);
    if (problems.length > 0) {
      broken += 1;
      tell(number, played, problems);
      return;
    }
  }
}

function tell(number: number, played: readonly Played[], problems: readonly string[]): void {
  console.log(`\nRun ${number} is broken; again: npm run soak -- --seed ${seed} --runs ${number + played.length - 1}`);
  for (const { inputs, fault, hasStruck, run } of played) {
    console.log(`  asked for: ${JSON.stringify(inputs)}`);
    console.log(`  fault: ${fault.name}${hasStruck ? '' : ' (not met)'}`);
    console.log(`  exit code ${run.exitCode}, signal ${run.signal}, ${run.outputs['report'] ?? 'no report'}`);
  }
  for (const problem of problems) console.log(`  - ${problem}`);
}

/** @throws {RangeError} for what is no whole number */
function readNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError(`--${name} is a whole number, such as 60.`);
  return Number(text);
}
