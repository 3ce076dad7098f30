// Runs for one to a thousand manifests, without and with a delay of each request.

import { type Ground, openGround } from './ground.ts';
import { type Lane, median, medianTimes, openLane } from './lane.ts';
import { arrange, listContenders, MANY_INPUTS, type ManyName, manyNames } from './many-arena.ts';
import type { Times } from './measure.ts';
import { countAtOnce } from './sequence.ts';

export interface ManyResult {
  /** Medians, without and with a delay of each request. */
  readonly fast: Times;
  readonly slow: Times;
  /** Megabytes; undefined where it was not looked at. */
  readonly peakMemory: number | undefined;
  readonly requests: { readonly gitHub: number; readonly secretManager: number; readonly kms: number };
  /** The most accesses of Secret Manager that were under way at one moment. */
  readonly atOnce: number;
}

export interface ManyResults {
  readonly counts: readonly number[];
  /** Milliseconds. */
  readonly delay: number;
  readonly rounds: number;
  /** Undefined for what would take too long. */
  find(name: ManyName, count: number): ManyResult | undefined;
}

export interface ManyPlan extends Pick<ManyResults, 'counts' | 'delay' | 'rounds'> {
  /** The built action. */
  readonly entry: string;
}

/** Past this the shell script is not run: it is the same for every secret. */
export const MOST_BY_SHELL = 10;
/** Milliseconds that one contender may take without a delay, and with one, before it has enough with the fewest rounds. */
const BUDGET = 20_000;
const FEWEST = { fast: 3, slow: 1 } as const;
const MEMORY_ROUNDS = 3;

interface Pair {
  readonly name: ManyName;
  readonly count: number;
  readonly fast: Lane;
  readonly slow: Lane;
}

export async function measureMany({ counts, delay, rounds, entry }: ManyPlan): Promise<ManyResults> {
  const secrets = Math.max(...counts);
  await using fast = await openGround({ delay: 0, secrets, inputs: MANY_INPUTS });
  await using slow = await openGround({ delay, secrets, inputs: MANY_INPUTS });
  const pairs: Pair[] = [];
  for (const count of counts) pairs.push(...(await openPairs(count, { fast, slow, entry })));
  for (let round = 1; round <= rounds; round += 1) {
    console.error(`Round ${round} of ${rounds} …`);
    // In turn, so that whatever else the machine does meets them all alike.
    for (const pair of pairs) for (const speed of ['fast', 'slow'] as const) await runUnlessEnough(pair, speed);
  }
  console.error('Looking at the memory …');
  for (const pair of pairs.filter(({ name }) => isAction(name))) {
    for (let round = 1; round <= MEMORY_ROUNDS; round += 1) await pair.fast.watch();
  }
  return {
    ...{ counts, delay, rounds },
    find(name, count) {
      const pair = pairs.find((each) => each.name === name && each.count === count);
      return pair && readResult(pair);
    },
  };
}

async function openPairs(
  count: number,
  { fast, slow, entry }: { fast: Ground; slow: Ground; entry: string },
): Promise<Pair[]> {
  console.error(`Arranging ${count} …`);
  const states = await arrange(fast, count, entry);
  for (const oid of Object.values(states)) slow.branch.takeFrom(fast.address.gitDir, oid);
  const quick = listContenders(fast, { count, states, entry });
  const tardy = listContenders(slow, { count, states, entry });
  return manyNames
    .filter((name) => name !== 'shellScript' || count <= MOST_BY_SHELL)
    .map((name) => ({ name, count, fast: openLane(quick[name], fast), slow: openLane(tardy[name], slow) }));
}

export function isAction(name: ManyName): boolean {
  return name !== 'floor' && name !== 'shellScript';
}

/** What takes long runs less often. */
async function runUnlessEnough(pair: Pair, speed: 'fast' | 'slow'): Promise<void> {
  const { times } = pair[speed];
  const spent = times.reduce((sum, { wall }) => sum + wall, 0);
  if (times.length >= FEWEST[speed] && spent >= BUDGET) return;
  await pair[speed].run();
}

function readResult({ fast, slow }: Pair): ManyResult {
  const of = (service: string) => slow.requests.filter((request) => request.service === service);
  return {
    fast: medianTimes(fast.times),
    slow: medianTimes(slow.times),
    peakMemory: fast.peaks.length === 0 ? undefined : median(fast.peaks),
    requests: {
      gitHub: of('github').length,
      secretManager: of('secretmanager').length,
      kms: of('cloudkms').length,
    },
    // Only where requests take their time is it sure that those which were sent together overlap.
    atOnce: countAtOnce(of('secretmanager')),
  };
}
