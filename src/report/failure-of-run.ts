// The one error of a run in which manifests have failed.

import { ActionError } from '../errors.ts';
import type { FailedStep, Step } from '../plan/step.ts';

/**
 * Undefined where none has. One that failed alone speaks for the run.
 * @param published how many manifests are published all the same; undefined where nothing is
 */
export function failureOf(steps: readonly Step[], published: number | undefined): ActionError | undefined {
  const failed = steps.filter((step): step is FailedStep => step.kind === 'failed');
  const [first, second] = failed;
  if (first === undefined) return undefined;
  const details = { changedSomething: published !== undefined, cause: first.error };
  const { code, remedy } = first.error;
  const message = `${messageOf(first, steps)}${tellOfOthers(published ?? 0)}`;
  if (second === undefined) return new ActionError(code, { message, remedy, ...details });
  return new ActionError('MANIFESTS_FAILED', {
    message: `Cannot bring ${failed.length} of ${steps.length} manifests to what is asked for; the first of them: ${message}`,
    remedy: 'Each has its own error: see the summary of the job, or `manifests` in the output `report`.',
    ...details,
  });
}

/** Of one manifest among several it is said which: what cannot be accessed or used, any of them may need. */
function messageOf({ desired: { file }, error: { message } }: FailedStep, { length }: readonly Step[]): string {
  return length === 1 || message.includes(file) ? message : `${message} It is about ${file}.`;
}

function tellOfOthers(published: number): string {
  if (published === 0) return '';
  return published === 1 ? ' 1 other is published.' : ` ${published} others are published.`;
}
