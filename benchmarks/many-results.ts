// The tables for many secrets and what they say about the goals, as Markdown.

import { availableParallelism } from 'node:os';
import { goal, megabytes, table } from './document.ts';
import { isAction, type ManyResult, type ManyResults, MOST_BY_SHELL } from './many.ts';
import { type ManyName, manyNames } from './many-arena.ts';

export const MANY_TITLES: Readonly<Record<ManyName, string>> = {
  created: 'all created',
  oneChanged: 'one of them changed',
  unchangedLatest: 'all unchanged, `latest`',
  unchangedPinned: 'all unchanged, pinned numbers',
  floor: 'the floor: bare sops processes',
  shellScript: 'the shell script, once for each',
};

/** What a figure is of, in milliseconds. */
export type Measure = (result: ManyResult) => number;
export const MEASURES = {
  cpu: ({ fast }) => fast.cpu,
  wall: ({ fast }) => fast.wall,
  slowWall: ({ slow }) => slow.wall,
} as const satisfies Record<string, Measure>;

interface Figure {
  readonly value: number;
  readonly isExtrapolated: boolean;
}

/** What was measured, or what it comes to where every further secret costs the shell script as much as those before. */
export function findFigure(results: ManyResults, name: ManyName, count: number, measure: Measure): Figure | undefined {
  const measured = results.find(name, count);
  if (measured !== undefined) return { value: measure(measured), isExtrapolated: false };
  const most = results.find(name, MOST_BY_SHELL);
  return most && { value: (measure(most) / MOST_BY_SHELL) * count, isExtrapolated: true };
}

export function formatMany(results: ManyResults): string {
  const { delay, rounds, counts } = results;
  const most = Math.max(...counts);
  return [
    `Up to ${rounds} runs each, taken in turn, and at least three of those that take long; ${availableParallelism()} cores, Node ${process.versions.node}. All are medians. ≈ is extrapolated.`,
    '![CPU and wall time against the number of secrets](performance.svg)',
    timeTable(results, 'CPU', MEASURES.cpu),
    timeTable(results, 'wall', MEASURES.wall),
    timeTable(results, `wall, +${delay} ms`, MEASURES.slowWall),
    table(
      [
        `${number(most)} manifests`,
        'peak memory',
        'requests to GitHub',
        'accesses',
        'at once',
        'requests to Cloud KMS',
      ],
      manyNames.filter(isAction).flatMap((name) => needsRow(name, results.find(name, most))),
    ),
    table(['goal', 'measured', ''], goals(results)),
  ].join('\n\n');
}

function timeTable(results: ManyResults, title: string, measure: Measure): string {
  const { counts } = results;
  return table(
    [title, ...counts.map(number)],
    manyNames.map((name) => [
      MANY_TITLES[name],
      ...counts.map((count) => formatFigure(findFigure(results, name, count, measure))),
    ]),
  );
}

function needsRow(name: ManyName, result: ManyResult | undefined): string[][] {
  if (result === undefined) return [];
  const { peakMemory = Number.NaN, requests, atOnce } = result;
  const { gitHub, secretManager, kms } = requests;
  return [[MANY_TITLES[name], megabytes(peakMemory), ...[gitHub, secretManager, atOnce, kms].map(number)]];
}

function goals(results: ManyResults): string[][] {
  const { counts, delay } = results;
  const latest = results.find('unchangedLatest', 1000)?.slow.wall;
  const pinned = results.find('unchangedPinned', 1000)?.fast.cpu;
  return [
    ...counts.filter((count) => count > 1).flatMap((count) => floorGoal(results, count)),
    ...(pinned === undefined
      ? []
      : [goal('1,000 unchanged, pinned: under 1.5 s of CPU', seconds(pinned), pinned < 1500)]),
    ...(latest === undefined
      ? []
      : [goal(`1,000 unchanged, \`latest\`, +${delay} ms: under 6 s`, seconds(latest), latest < 6000)]),
    ...runGoals(results),
    ...growthGoal(results),
  ];
}

function floorGoal(results: ManyResults, count: number): string[][] {
  const [one, created, floor] = [
    results.find('created', 1),
    results.find('created', count),
    results.find('floor', count),
  ];
  if (one === undefined || created === undefined || floor === undefined) return [];
  const ratio = (created.fast.wall - one.fast.wall) / floor.fast.wall;
  return [
    goal(
      `${number(count)} created: at most 1.3 × the floor, and the time for one secret`,
      `${ratio.toFixed(2)} × (${seconds(created.fast.wall)} to ${seconds(floor.fast.wall)})`,
      ratio <= 1.3,
    ),
  ];
}

/** What holds for every run of the action. */
function runGoals(results: ManyResults): string[][] {
  const runs = manyNames.filter(isAction).flatMap((name) =>
    results.counts.flatMap((count) => {
      const result = results.find(name, count);
      return result === undefined ? [] : [{ count, ...result }];
    }),
  );
  const requests = runs.toSorted((a, b) => a.requests.gitHub - b.requests.gitHub).at(-1);
  const peak = Math.max(...runs.map(({ peakMemory = 0 }) => peakMemory));
  const atOnce = Math.max(...runs.map((run) => run.atOnce));
  return [
    goal(
      'at most 3 requests to GitHub, and one more for every hundred manifests',
      `${requests?.requests.gitHub} for ${number(requests?.count ?? 0)}`,
      runs.every(({ count, requests: { gitHub } }) => gitHub <= 3 + count / 100),
    ),
    goal('at most 50 accesses at once', `${atOnce}`, atOnce <= 50),
    goal('peak memory under 250 MB', megabytes(peak), peak < 250),
  ];
}

/** What each further manifest costs, from one to a thousand against from one to a hundred. */
function growthGoal(results: ManyResults): string[][] {
  const growths = manyNames.filter(isAction).flatMap((name) => {
    const [one, hundred, thousand] = [1, 100, 1000].map((count) => results.find(name, count)?.fast.cpu);
    if (one === undefined || hundred === undefined || thousand === undefined) return [];
    return [{ name, before: (hundred - one) / 99, after: (thousand - one) / 999 }];
  });
  return growths.map(({ name, before, after }) =>
    goal(
      `${MANY_TITLES[name]}: CPU for a further manifest grows by no more than a tenth from 100 to 1,000`,
      `${before.toFixed(2)} ms to ${after.toFixed(2)} ms`,
      after <= before * 1.1,
    ),
  );
}

function formatFigure(figure: Figure | undefined): string {
  if (figure === undefined) return '';
  return `${figure.isExtrapolated ? '≈ ' : ''}${seconds(figure.value)}`;
}

export function seconds(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(milliseconds < 100_000 ? 1 : 0)} s`;
}

export function number(value: number): string {
  return value.toLocaleString('en-US');
}
