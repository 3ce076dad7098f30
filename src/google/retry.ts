// Asking Google again where that may help. Here, because the client's own retries end late, and with one and the same
// error whatever went wrong.

import type { Deadline } from '../deadline.ts';
import { isTransient } from './failure.ts';

const FIRST_PAUSE_MILLISECONDS = 400;
const LONGEST_PAUSE_MILLISECONDS = 8_000;

/** @throws what the last attempt threw, or the deadline's ActionError; an attempt that never ends is not ended */
export type Retry = <Answer>(attempt: () => Promise<Answer>, milliseconds: number) => Promise<Answer>;

export function createRetry(deadline: Deadline): Retry {
  // Once one question was in vain for all its time, those that queue behind it are asked once each, until one of them
  // is answered. Otherwise a thousand of them would take their time one after the other.
  let isSilent = false;

  return async (attempt, milliseconds) => {
    const end = isSilent ? 0 : performance.now() + Math.min(milliseconds, deadline.remaining() * 0.9);
    for (let longest = FIRST_PAUSE_MILLISECONDS; ; longest = Math.min(longest * 2, LONGEST_PAUSE_MILLISECONDS)) {
      deadline.signal.throwIfAborted();
      const pause = Math.random() * longest;
      try {
        const answer = await attempt();
        isSilent = false;
        return answer;
      } catch (error) {
        const isHopeless = !isTransient(error);
        if (isHopeless || performance.now() + pause >= end) {
          isSilent = !isHopeless;
          throw error;
        }
      }
      await deadline.sleep(pause);
    }
  };
}
