// What the job does to a run: it cancels it, kills it, or has no time for it.

import { afterStart, FOR_EVER, type Stage } from '../stage.ts';
import type { Fault, Particular } from './fault.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;

/** When one of its first requests arrives, or at any time of which nothing can be seen from outside. */
function signalSometime(stage: Stage, signal: (typeof SIGNALS)[number]): undefined {
  const { random } = stage;
  const send = () => stage.signal(signal);
  if (random.chance(0.5)) {
    void afterStart(stage, random.integer(0, 900)).then(send);
    return undefined;
  }
  let left = random.integer(1, 7);
  const isTheOne = () => {
    left -= 1;
    return left === 0;
  };
  stage.onGitHub(isTheOne, { before: send });
  stage.onGoogle(isTheOne, { before: send });
  return undefined;
}

const signals = SIGNALS.map(
  (signal): Fault => ({
    name: `job: ${signal}`,
    signal,
    ends: 'either',
    isOfAll: false,
    arrange: (stage) => signalSometime(stage, signal),
  }),
);

const noTime: Fault = {
  name: 'job: a second, and GitHub takes as long',
  ends: 'either',
  isOfAll: true,
  arrange: (stage): Particular => {
    const milliseconds = stage.random.integer(100, 900);
    const late = async () => {
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
    };
    stage.onGitHub(() => true, { before: late }, FOR_EVER);
    return { inputs: { timeout: '1s' } };
  },
};

export const job: readonly Fault[] = [...signals, noTime];
