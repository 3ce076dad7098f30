// What the log says of a phase with many parts: each part by its own words where they are few, each tenth where not.

export interface Progress {
  /** A line about one part. */
  say(line: string): void;
  /** One part is done. */
  count(): void;
}

const FEW = 20;

export function startProgress(log: (line: string) => void, phase: string, total: number): Progress {
  if (total <= FEW) return { say: log, count: () => undefined };
  const tenth = Math.ceil(total / 10);
  let done = 0;
  log(`${phase}: 0 of ${total}.`);
  return {
    say: () => undefined,
    count() {
      done += 1;
      if (done % tenth === 0 || done === total) log(`${phase}: ${done} of ${total}.`);
    },
  };
}
