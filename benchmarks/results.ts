// The table of a benchmark and what it says about the goals, as Markdown.

import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type ContenderName, contenderNames } from './arena.ts';
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
const DOCUMENT = new URL('../docs/performance.md', import.meta.url);
const BETWEEN_MARKERS = /(?<=<!-- npm run bench -- --write -->\n)[\s\S]*(?=<!-- until here -->)/;

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

/** @throws {Error} where the document has lost its markers */
export function writeResults(results: Results): void {
  const document = readFileSync(DOCUMENT, 'utf8');
  if (!BETWEEN_MARKERS.test(document)) throw new Error('docs/performance.md has no place for the table any more.');
  writeFileSync(
    DOCUMENT,
    document.replace(BETWEEN_MARKERS, () => `\n${formatResults(results)}\n\n`),
  );
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

function goal(what: string, measured: string, isReached: boolean): string[] {
  return [what, measured, isReached ? 'reached' : '**not reached**'];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0), 3));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join('\n');
}

function milliseconds(value: number): string {
  return `${Math.round(value)} ms`;
}

function megabytes(value: number): string {
  return `${Math.round(value)} MB`;
}
