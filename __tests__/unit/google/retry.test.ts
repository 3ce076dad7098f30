import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Deadline, startDeadline } from '../../../src/deadline.ts';
import { ActionError } from '../../../src/errors.ts';
import { createRetry } from '../../../src/google/retry.ts';

const answering = (code: number) => Object.assign(new Error('from a server'), { code });
const UNAVAILABLE = answering(14);
const NOT_FOUND = answering(5);

/** Pauses are over at once. */
const hasty = (): Deadline => ({ ...startDeadline(60_000), sleep: () => Promise.resolve() });

/** Throws these one after the other, then answers. */
function attempts(...errors: readonly Error[]) {
  const left = [...errors];
  const attempt = Object.assign(
    () => {
      attempt.made += 1;
      const error = left.shift();
      return error === undefined ? Promise.resolve('answer') : Promise.reject(error);
    },
    { made: 0 },
  );
  return attempt;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a question', () => {
  test('is asked again as long as that may help', async () => {
    const attempt = attempts(UNAVAILABLE, UNAVAILABLE, UNAVAILABLE);
    await expect(createRetry(hasty())(attempt, 30_000)).resolves.toBe('answer');
    expect(attempt.made).toBe(4);
  });

  test.each([
    ['where that cannot help', [NOT_FOUND], 30_000],
    ['when its time is over', [UNAVAILABLE], 0],
  ])('is not asked again %s', async (_, errors, milliseconds) => {
    const attempt = attempts(...errors);
    await expect(createRetry(hasty())(attempt, milliseconds)).rejects.toBe(errors[0]);
    expect(attempt.made).toBe(1);
  });

  test('is asked again after pauses that grow, from less than half a second to eight', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const pauses: number[] = [];
    const deadline: Deadline = {
      ...startDeadline(60_000),
      sleep: (milliseconds) => Promise.resolve(void pauses.push(milliseconds)),
    };
    await createRetry(deadline)(attempts(...Array<Error>(7).fill(UNAVAILABLE)), 60_000);
    expect(pauses).toEqual([400, 800, 1_600, 3_200, 6_400, 8_000, 8_000]);
  });

  test('is not asked again so late that the run had no time to say why', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const attempt = attempts(...Array<Error>(9).fill(UNAVAILABLE));
    // A pause of eight seconds would fit, and leave half a second.
    const deadline: Deadline = { ...startDeadline(8_500), sleep: () => Promise.resolve() };
    await expect(createRetry(deadline)(attempt, 30_000)).rejects.toBe(UNAVAILABLE);
    expect(attempt.made).toBe(6);
  });

  test('is not asked at all when the run is over', async () => {
    const deadline = startDeadline(60_000);
    const reason = new ActionError('CANCELLED', { message: 'm', remedy: 'r' });
    deadline.cancel(reason);
    const attempt = attempts();
    await expect(createRetry(deadline)(attempt, 30_000)).rejects.toBe(reason);
    expect(attempt.made).toBe(0);
  });

  test('is asked once where the one before it was in vain for all its time, until one is answered', async () => {
    const retry = createRetry(hasty());
    await expect(retry(attempts(UNAVAILABLE), 0)).rejects.toBe(UNAVAILABLE);
    const behind = attempts(UNAVAILABLE);
    await expect(retry(behind, 30_000)).rejects.toBe(UNAVAILABLE);
    expect(behind.made).toBe(1);
    await retry(attempts(), 30_000);
    await expect(retry(attempts(UNAVAILABLE), 30_000)).resolves.toBe('answer');
  });

  test('counts as answered by whatever is no sign of a service that is away', async () => {
    const retry = createRetry(hasty());
    await expect(retry(attempts(UNAVAILABLE), 0)).rejects.toBe(UNAVAILABLE);
    await expect(retry(attempts(NOT_FOUND), 30_000)).rejects.toBe(NOT_FOUND);
    await expect(retry(attempts(UNAVAILABLE), 30_000)).resolves.toBe('answer');
  });
});
