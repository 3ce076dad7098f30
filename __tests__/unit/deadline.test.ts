import { getEventListeners } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Deadline, startDeadline } from '../../src/deadline.ts';
import { ActionError } from '../../src/errors.ts';

const cancelled = new ActionError('CANCELLED', { message: 'Cannot go on: it was cancelled.', remedy: 'Run it again.' });
const never = new Promise<never>(() => undefined);

describe('a deadline', () => {
  test('gives the result of what is done in time, and leaves no listener behind', async () => {
    const deadline = startDeadline(60_000);
    await expect(deadline.race(Promise.resolve('done'))).resolves.toBe('done');
    await expect(deadline.race(Promise.reject(new RangeError('its own')))).rejects.toThrow(RangeError);
    expect(getEventListeners(deadline.signal, 'abort')).toEqual([]);
    expect(deadline.signal.aborted).toBe(false);
  });

  test('says how long the run had, and how to give it more', async () => {
    const deadline = startDeadline(5);
    await expect(deadline.race(never)).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      message: 'Cannot finish the run: its 0.005 seconds are over.',
      remedy: expect.stringContaining('`timeout`'),
    });
    expect(deadline.remaining()).toBe(0);
    expect(deadline.signal.reason).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  test('ends everything that waits under it at once when it is cancelled, with the reason that was given', async () => {
    const deadline = startDeadline(60_000);
    const waiting = [deadline.race(never), deadline.sleep(60_000)];
    deadline.cancel(cancelled);
    for (const outcome of await Promise.allSettled(waiting)) expect(outcome).toMatchObject({ reason: cancelled });
  });

  test('counts down', async () => {
    const deadline = startDeadline(60_000);
    const before = deadline.remaining();
    await deadline.sleep(2);
    expect(before).toBeLessThanOrEqual(60_000);
    expect(deadline.remaining()).toBeLessThan(before);
  });
});

describe('what loses against a deadline', () => {
  test.each<[string, (deadline: Deadline, failing: Promise<never>) => Promise<never>]>([
    ['while it is waited for', (deadline, failing) => deadline.race(failing)],
    [
      'before it is waited for',
      (deadline, failing) => {
        deadline.cancel(cancelled);
        return deadline.race(failing);
      },
    ],
  ])('may fail later without ending the process: cancelled %s', async (_, wait) => {
    const unheard: unknown[] = [];
    const note = (reason: unknown) => unheard.push(reason);
    process.on('unhandledRejection', note);
    onTestFinished(() => void process.off('unhandledRejection', note));
    const deadline = startDeadline(60_000);
    const { promise, reject } = Promise.withResolvers<never>();
    const waiting = wait(deadline, promise);
    deadline.cancel(cancelled);
    await expect(waiting).rejects.toBe(cancelled);
    reject(new Error('the answer of a server'));
    await nextTurn();
    expect(unheard).toEqual([]);
  });
});
