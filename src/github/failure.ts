// What GitHub's refusals mean: a plan that is stale, or an error that a person can act on.
// GraphQL answers 200 with `errors[]`; their types are documented for few, so some are known by their text.

import { ActionError, type ErrorCode } from '../errors.ts';
import { StalePlan } from '../publisher.ts';

export interface Attempt {
  /** `read`, `commit to`, `open a pull request on`: as it stands in "Cannot … acme/flux". */
  verb: string;
  repository: string;
  writes: boolean;
  /** What has been done all the same, as it stands after the reason. */
  remains?: string;
}

interface Refusal {
  status: number | undefined;
  /** Of GraphQL errors. */
  type: string;
  message: string;
}

interface Meaning {
  matches: (refusal: Refusal) => boolean;
  code: ErrorCode;
  reason: string;
  remedy: string;
}

/** Somebody was faster: what was read is not there any more, or what is to be made is there already. */
const STALE: readonly RegExp[] = [
  /Expected branch to point to/,
  /^Ref .* is at .* but expected/,
  /(reference|a ref named .*|a pull request) already exists/i,
  /already exists in the repository/i,
  /(reference|the branch .*) does not exist/i,
  /(base|head) branch was modified/i,
  /no commits between/i,
];

const MEANINGS: readonly Meaning[] = [
  {
    matches: ({ status }) => status === 401,
    code: 'TOKEN_REJECTED',
    reason: 'GitHub does not accept the token',
    remedy: 'It may have expired: make the GitHub App token in the same job, and give it as the input `token`.',
  },
  {
    matches: ({ message }) => /not permitted to create or approve pull requests/i.test(message),
    code: 'PULL_REQUEST_NOT_PERMITTED',
    reason: 'this token may not open pull requests',
    remedy:
      'Allow GitHub Actions to create pull requests in the settings of the repository (Actions, General), or give a GitHub App token with `pull-requests: write` as the input `token`.',
  },
  {
    matches: ({ message }) =>
      /reviews? (may only|cannot) be requested from|could not resolve to a (node|user)/i.test(message),
    code: 'REVIEWER_REFUSED',
    reason: 'a reviewer is not a collaborator of it, or is the author of the pull request',
    remedy: 'Check the inputs `reviewers` and `team-reviewers`; teams need read access to the repository.',
  },
  {
    matches: ({ message }) =>
      /auto[- ]?merge is not (allowed|enabled)|merges are not allowed|^merge method .* is not allowed|is in \w+ status$/i.test(
        message,
      ),
    code: 'AUTO_MERGE_REFUSED',
    reason: 'it does not allow auto-merge, or not this way of merging, or requires none of the checks to wait for',
    remedy:
      'Allow it in the settings of the repository (General, Pull Requests) and require the checks, or change the input `auto-merge`, or leave it out.',
  },
  {
    matches: ({ status, type, message }) => type === 'RATE_LIMITED' || status === 429 || /rate limit/i.test(message),
    code: 'GITHUB_RATE_LIMITED',
    reason: 'the rate limit of the token is used up for longer than this run has',
    remedy: 'Run it again later, or give it more time with the input `timeout`.',
  },
  {
    matches: ({ type, message }) =>
      type === 'BRANCH_PROTECTION_RULE_VIOLATION' ||
      /protected branch|rule violation|repository rule|ruleset/i.test(message),
    code: 'BRANCH_PROTECTED',
    reason: 'a rule protects the branch against this token',
    remedy:
      'Use `publish: pull-request`, or another `branch` for it, or let the GitHub App of the token bypass the rule.',
  },
  {
    matches: ({ status, type, message }) =>
      type === 'FORBIDDEN' || type === 'INSUFFICIENT_SCOPES' || status === 403 || /not accessible by/i.test(message),
    code: 'TOKEN_LACKS_PERMISSION',
    reason: 'the token may not do this there',
    remedy:
      'Give a GitHub App token (or fine-grained token) with `contents: write`, and for pull requests `pull-requests: write`, on that repository as the input `token`.',
  },
  {
    matches: ({ status, type }) => type === 'NOT_FOUND' || status === 404,
    code: 'REPOSITORY_NOT_FOUND',
    reason: 'for this token there is no such repository',
    remedy:
      'Check the input `repository`; GITHUB_TOKEN reaches its own repository only, so another one needs a GitHub App token or a fine-grained token as the input `token`.',
  },
];

/** What is thrown in the place of Octokit's error. An ActionError is the deadline's: a write that it cut off may have arrived. */
export function explainFailure(
  thrown: unknown,
  { verb, repository, writes, remains }: Attempt,
): ActionError | StalePlan {
  if (thrown instanceof StalePlan) return thrown;
  if (thrown instanceof ActionError) return writes ? new StalePlan(true, thrown) : thrown;
  const refusal = parseRefusal(thrown);
  const fail = (code: ErrorCode, reason: string, remedy: string) =>
    new ActionError(code, {
      message: `Cannot ${verb} ${repository}: ${reason}${remains === undefined ? '' : `; ${remains}`}.`,
      remedy,
      changedSomething: remains !== undefined,
      cause: thrown,
    });
  if (refusal === undefined || (refusal.status !== undefined && refusal.status >= 500)) {
    if (writes) return new StalePlan(true, thrown);
    return fail(
      'GITHUB_UNREACHABLE',
      'GitHub did not answer, though it was asked again and again',
      'Check githubstatus.com, the network and HTTPS_PROXY, and run it again.',
    );
  }
  if (refusal.type === 'STALE_DATA' || STALE.some((pattern) => pattern.test(refusal.message))) {
    return new StalePlan(false, thrown);
  }
  const meaning = MEANINGS.find(({ matches }) => matches(refusal));
  if (meaning === undefined) {
    return fail(
      'GITHUB_REFUSED',
      `GitHub refused it${nameOf(refusal)}`,
      'Its audit log and the settings of the repository may say why.',
    );
  }
  return fail(meaning.code, meaning.reason, meaning.remedy);
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
    return { status: undefined, type: text(first?.type), message: text(first?.message) };
  }
  if (!('response' in thrown) || thrown.response === undefined) return undefined;
  // Without a status: the throttling plugin's word for RATE_LIMITED in a GraphQL answer.
  return { status: 'status' in thrown ? Number(thrown.status) : 429, type: '', message: thrown.message };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
