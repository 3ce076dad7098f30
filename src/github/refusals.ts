// What GitHub's refusals mean. GraphQL's types of errors are documented for few, so some are known by their text: the
// first that matches counts.

import type { ErrorCode } from '../errors.ts';

export interface Refusal {
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
    matches: ({ message }) => /^repository was archived/i.test(message),
    code: 'REPOSITORY_ARCHIVED',
    reason: 'it is archived',
    remedy: 'Unarchive it, or name another `repository`.',
  },
  {
    // Of a branch protection rule, and of a ruleset.
    matches: ({ message }) => /commits must have (valid|verified) signatures/i.test(message),
    code: 'BRANCH_PROTECTED',
    reason: 'a rule asks for signed commits, and GitHub did not sign this one',
    remedy:
      'github.com signs what an app or GITHUB_TOKEN commits, so give one of these as the input `token`; on GitHub Enterprise Server an administrator has to switch on web commit signing.',
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
    matches: ({ message }) => /organization SAML enforcement/i.test(message),
    code: 'TOKEN_LACKS_PERMISSION',
    reason: 'its organization asks for single sign-on, and the token is not authorized for that',
    remedy:
      'Authorize the token for the organization (Configure SSO), or give a GitHub App token as the input `token`.',
  },
  {
    matches: ({ message }) => /has an IP allow list enabled/i.test(message),
    code: 'TOKEN_LACKS_PERMISSION',
    reason: 'its organization has a list of addresses that it lets in, and that of this runner is not on it',
    remedy: 'Use a runner whose address is on that list, or put it there.',
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

export function findMeaning(refusal: Refusal): Meaning | undefined {
  return MEANINGS.find(({ matches }) => matches(refusal));
}

export function isStale({ type, message }: Refusal): boolean {
  return type === 'STALE_DATA' || STALE.some((pattern) => pattern.test(message));
}
