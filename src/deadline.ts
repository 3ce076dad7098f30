// The time the whole run has. Everything that waits, waits under it; cancelling the job ends it early.

import { setTimeout as delay } from 'node:timers/promises';
import { ActionError } from './errors.ts';

export interface Deadline {
  /** Fires with an ActionError as its reason. */
  readonly signal: AbortSignal;
  /** Milliseconds left, at least 0. */
  remaining(): number;
  /** The promise's own result, or the deadline's error if that comes first. */
  race<T>(promise: Promise<T>): Promise<T>;
  /** @throws {DEADLINE_EXCEEDED | CANCELLED} when the run ends before the time is over */
  sleep(milliseconds: number): Promise<void>;
  cancel(reason: ActionError): void;
}

export function startDeadline(milliseconds: number): Deadline {
  const end = performance.now() + milliseconds;
  const controller = new AbortController();
  const { signal } = controller;
  // Unreferenced: a run that is done need not wait for its own deadline.
  setTimeout(() => controller.abort(exceeded(milliseconds)), milliseconds).unref();

  const race: Deadline['race'] = (promise) =>
    new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason);
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      // Heard even when the time is over already: a rejection that nobody hears ends the process.
      promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    });

  return {
    signal,
    // A timer may fire a fraction of a millisecond early.
    remaining: () => (signal.aborted ? 0 : Math.max(0, end - performance.now())),
    race,
    sleep: (milliseconds) => race(delay(milliseconds, undefined, { signal })),
    cancel: (reason) => controller.abort(reason),
  };
}

function exceeded(milliseconds: number): ActionError {
  return new ActionError('DEADLINE_EXCEEDED', {
    message: `Cannot finish the run: its ${milliseconds / 1000} seconds are over.`,
    remedy: 'See in the log what it was waiting for, or give it more with the input `timeout`.',
  });
}
