// Keeps to a quota of so many requests a minute. Exact for any minute, not only for those that a clock begins: requests
// start at once as long as the quota has room for them, and then each as its minute's first one falls out of it.

import type { Deadline } from '../deadline.ts';

export interface Quota {
  requests: number;
  milliseconds: number;
}

export interface Clock {
  now(): number;
  /** Holds the process as long as something waits, and no longer. */
  sleep: Deadline['sleep'];
}

/** Each call resolves when its request may start. */
export function createPace({ requests, milliseconds }: Quota, { now, sleep }: Clock): () => Promise<void> {
  const starts: number[] = [];
  return async () => {
    const start = Math.max(now(), (starts.at(-requests) ?? Number.NEGATIVE_INFINITY) + milliseconds);
    starts.push(start);
    if (start > now()) await sleep(start - now());
  };
}
