// How many requests had to wait for one another, and how many did not.

import type { AnsweredRequest } from './stand-ins.ts';

export interface Sequence {
  readonly gitHub: number;
  readonly google: number;
  readonly all: number;
}

export function countInSequence(requests: readonly AnsweredRequest[]): Sequence {
  return {
    gitHub: longestChain(requests.filter(({ service }) => service === 'github')),
    google: longestChain(requests.filter(({ service }) => service !== 'github')),
    all: longestChain(requests),
  };
}

/** The most requests of which none overlaps another: always taking the next one to end finds them. */
function longestChain(requests: readonly AnsweredRequest[]): number {
  let length = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const request of requests.toSorted((a, b) => a.end - b.end)) {
    if (request.start < end) continue;
    length += 1;
    end = request.end;
  }
  return length;
}

/** The most that were under way at one moment. */
export function countAtOnce(requests: readonly AnsweredRequest[]): number {
  const moments = requests.flatMap(({ start, end }) => [
    { at: start, change: 1 },
    { at: end, change: -1 },
  ]);
  let now = 0;
  let most = 0;
  // One that ends as another starts is not under way together with it.
  for (const { change } of moments.sort((a, b) => a.at - b.at || a.change - b.change)) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}
