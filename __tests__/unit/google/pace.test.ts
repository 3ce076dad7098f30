import { describe, expect, test } from 'vitest';
import { startDeadline } from '../../../src/deadline.ts';
import { ActionError } from '../../../src/errors.ts';
import { createPace, type Quota } from '../../../src/google/pace.ts';

const QUOTA: Quota = { requests: 3, milliseconds: 60_000 };

/** Time that passes only while the test says so; a sleep is written down, and over at once. */
function stoppedClock() {
  const clock = {
    time: 1_000_000,
    sleeps: [] as number[],
    now: () => clock.time,
    sleep: (milliseconds: number) => Promise.resolve(void clock.sleeps.push(milliseconds)),
  };
  return clock;
}

describe('a pace', () => {
  test.each<[string, number[], number[]]>([
    ['lets through at once what the quota has room for', [0, 0, 0], []],
    ['makes each further request wait until its minute is over', [0, 100, 200, 300, 300], [59_700, 59_800]],
    ['makes the requests of the third minute wait for two', [0, 0, 0, 0, 0, 0, 0], [60_000, 60_000, 60_000, 120_000]],
    ['has room again when a minute is over', [0, 0, 0, 60_000, 60_000, 60_000], []],
    ['counts any minute, not those of a clock', [59_000, 59_000, 59_000, 61_000], [58_000]],
    ['does not let what was not used pile up', [0, 600_000, 600_000, 600_000, 600_000], [60_000]],
  ])('%s', async (_, times, sleeps) => {
    const clock = stoppedClock();
    const pace = createPace(QUOTA, clock);
    for (const time of times) {
      clock.time = 1_000_000 + time;
      await pace();
    }
    expect(clock.sleeps).toEqual(sleeps);
  });

  test('ends with the run for whoever is waiting', async () => {
    const deadline = startDeadline(60_000);
    const pace = createPace({ ...QUOTA, requests: 1 }, { now: () => performance.now(), sleep: deadline.sleep });
    await pace();
    const waiting = Promise.allSettled([pace(), pace()]);
    const reason = new ActionError('CANCELLED', { message: 'm', remedy: 'r' });
    deadline.cancel(reason);
    expect(await waiting).toEqual([
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ]);
  });
});
