// What is counted over all runs: which faults were there, which of them struck, and how the runs ended.

import type { Played } from './checks/played.ts';

export interface Tally {
  runs: number;
  readonly faults: Map<string, { drawn: number; met: number }>;
  readonly endings: Map<string, number>;
}

export function countPlayed(tally: Tally, { fault, hasStruck, run }: Played): void {
  tally.runs += 1;
  const ending = run.exitCode === null ? 'killed' : (run.outputs['outcome'] ?? '');
  tally.endings.set(ending, (tally.endings.get(ending) ?? 0) + 1);
  if (fault.name === 'none') return;
  const { drawn, met } = tally.faults.get(fault.name) ?? { drawn: 0, met: 0 };
  tally.faults.set(fault.name, { drawn: drawn + 1, met: met + (hasStruck ? 1 : 0) });
}

export function countMet({ faults }: Tally): number {
  return [...faults.values()].reduce((sum, { met }) => sum + met, 0);
}

export function formatTally({ faults, endings }: Tally): string {
  const rows = [...faults].toSorted(([a], [b]) => a.localeCompare(b));
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return [
    ...rows.map(([name, { drawn, met }]) => `${name.padEnd(width)}  met ${met} of ${drawn}`),
    `outcomes: ${[...endings].map(([ending, count]) => `${ending} ${count}`).join(', ')}`,
  ].join('\n');
}
