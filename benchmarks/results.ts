// The tables for one secret and what they say about the goals, as Markdown.

import { availableParallelism } from 'node:os';
import { type ContenderName, contenderNames } from './arena.ts';
import { goal, megabytes, table } from './document.ts';
import type { Times } from './measure.ts';
import type { Sequence } from './sequence.ts';

export interface Result {
  /** Medians, without and with a delay of each request. */
  readonly fast: Times;
  readonly slow: Times;
  /** Megabytes. */
  readonly peakMemory: number;
  readonly sequence: Sequence;
}

export interface Results {
  readonly rounds: number;
  /** Milliseconds. */
  readonly delay: number;
  readonly of: Readonly<Record<ContenderName, Result>>;
}

const TITLES: Readonly<Record<ContenderName, string>> = {
  emptyScript: 'an empty script',
  unchangedPinned: 'unchanged, a pinned number',
  unchangedLatest: 'unchanged, `latest`',
  createdPinned: 'created, a pinned number',
  createdLatest: 'created, `latest`',
  shellScript: 'the shell script: created, `latest`',
};

export function formatResults(results: Results): string {
  const { delay, rounds } = results;
  const cores = availableParallelism();
  return [
    `${rounds} runs each, taken in turn; ${cores} cores, Node ${process.versions.node}. All are medians.`,
    table(
      ['', 'CPU', '× empty', 'wall', `wall, +${delay} ms`, 'peak memory', 'in sequence: GitHub', 'Google', 'all'],
      contenderNames.map((name) => row(name, results)),
    ),
    table(['goal', 'measured', ''], goals(results)),
  ].join('\n\n');
}

function row(name: ContenderName, { of }: Results): string[] {
  const { fast, slow, peakMemory, sequence } = of[name];
  return [
    TITLES[name],
    milliseconds(fast.cpu),
    (fast.cpu / of.emptyScript.fast.cpu).toFixed(1),
    milliseconds(fast.wall),
    milliseconds(slow.wall),
    megabytes(peakMemory),
    ...[sequence.gitHub, sequence.google, sequence.all].map(String),
  ];
}

function goals({ of, delay }: Results): string[][] {
  const { emptyScript, shellScript, ...action } = of;
  const ratio = action.unchangedPinned.fast.cpu / emptyScript.fast.cpu;
  const roundTrips = Math.max(action.createdPinned.sequence.gitHub, action.createdLatest.sequence.gitHub);
  const peak = Math.max(...Object.values(action).map(({ peakMemory }) => peakMemory));
  const walls = [action.createdLatest, shellScript].map(({ slow }) => milliseconds(slow.wall));
  return [
    goal('unchanged, pinned: CPU at most 4.5 × the empty script', `${ratio.toFixed(1)} ×`, ratio <= 4.5),
    goal('created: 2 round trips to GitHub in sequence', `${roundTrips}`, roundTrips === 2),
    goal(
      `created: faster than the shell script at +${delay} ms`,
      walls.join(' to '),
      action.createdLatest.slow.wall < shellScript.slow.wall,
    ),
    goal('peak memory under 130 MB', megabytes(peak), peak < 130),
  ];
}

function milliseconds(value: number): string {
  return `${Math.round(value)} ms`;
}
