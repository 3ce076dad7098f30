// What is thrown in the place of Octokit's errors: a plan that is stale, or an error that a person can act on. No word of
// what GitHub says is in it, for who knows who has answered.

import { ActionError, type ErrorCode } from '../errors.ts';
import { isRecord } from '../json.ts';
import { StalePlan } from '../publisher.ts';
import { MalformedAnswer } from './answer.ts';
import { findMeaning, isStale, type Refusal } from './refusals.ts';

export interface Attempt {
  /** `read`, `commit to`, `open a pull request on`: as it stands in "Cannot … acme/flux". */
  verb: string;
  repository: string;
  writes: boolean;
  /** What has been done all the same, as it stands after the reason. */
  remains?: string;
}

/** Of a message; a page of anybody's may stand in its place. */
const MAX_LOOKED_AT = 1000;

/** What is thrown in the place of Octokit's error. An ActionError is the deadline's: a write that it cut off may have arrived. */
export function explainFailure(
  thrown: unknown,
  { verb, repository, writes, remains }: Attempt,
): ActionError | StalePlan {
  if (thrown instanceof StalePlan) return thrown;
  if (thrown instanceof ActionError) return writes ? new StalePlan(true, thrown) : thrown;
  const refusal = parseRefusal(thrown);
  // A gateway that fails does not say what became of the request.
  const isRefused = refusal !== undefined && (refusal.status ?? 0) < 500;
  if (writes && (!isRefused || wasCarriedOut(thrown))) return new StalePlan(true, thrown);
  const fail = (code: ErrorCode, reason: string, remedy: string) =>
    new ActionError(code, {
      message: `Cannot ${verb} ${repository}: ${reason}${remains === undefined ? '' : `; ${remains}`}.`,
      remedy,
      changedSomething: remains !== undefined,
      cause: thrown,
    });
  if (thrown instanceof MalformedAnswer) {
    return fail(
      'GITHUB_UNREACHABLE',
      'what answered is not the API of GitHub, or only a part of the answer arrived',
      'Check githubstatus.com, HTTPS_PROXY and what it leads to, and GITHUB_API_URL, and run it again.',
    );
  }
  if (!isRefused) {
    return fail(
      'GITHUB_UNREACHABLE',
      'GitHub did not answer, though it was asked again and again',
      'Check githubstatus.com, the network and HTTPS_PROXY, and run it again.',
    );
  }
  if (isStale(refusal)) return new StalePlan(false, thrown);
  const meaning = findMeaning(refusal);
  if (meaning === undefined) {
    return fail(
      'GITHUB_REFUSED',
      `GitHub refused it${nameOf(refusal)}`,
      'Its audit log and the settings of the repository may say why.',
    );
  }
  return fail(meaning.code, meaning.reason, meaning.remedy);
}

/** Whether the field of the mutation has an answer, and what failed is below that: GitHub could not say how it is signed. */
function wasCarriedOut(thrown: unknown): boolean {
  if (!isRecord(thrown) || !Array.isArray(thrown['errors']) || !isRecord(thrown['data'])) return false;
  const [first] = thrown['errors'] as { path?: unknown }[];
  const field: unknown = Array.isArray(first?.path) ? first.path[0] : undefined;
  return typeof field === 'string' && Object.hasOwn(thrown['data'], field) && thrown['data'][field] !== null;
}

/** GitHub's own word for it. A text of any other form is not repeated: who knows what is in it. */
function nameOf({ status, type }: Refusal): string {
  if (status !== undefined) return ` with status ${status}`;
  return /^[A-Z_]{1,50}$/.test(type) ? ` with ${type}` : '';
}

/** Undefined where no answer came: the connection broke, or the request took too long. */
export function parseRefusal(thrown: unknown): Refusal | undefined {
  if (!(thrown instanceof Error)) return undefined;
  if ('errors' in thrown && Array.isArray(thrown.errors)) {
    const [first] = thrown.errors as { type?: unknown; message?: unknown }[];
    return { status: undefined, type: text(first?.type), message: text(first?.message).slice(0, MAX_LOOKED_AT) };
  }
  if (!('response' in thrown) || thrown.response === undefined) return undefined;
  // Without a status: the throttling plugin's word for RATE_LIMITED in a GraphQL answer.
  const message = thrown.message.slice(0, MAX_LOOKED_AT);
  return { status: 'status' in thrown ? Number(thrown.status) : 429, type: '', message };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
