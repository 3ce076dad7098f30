// Pull requests: their state, and how it follows the branches (GitHub closes one whose head is gone or has no commits of its
// own, and takes one whose head was pushed to the base as merged).
import { countCommits } from './history.ts';
import { verifyMayWrite } from './permissions.ts';
import { Refusal } from './refusal.ts';
import type { Repository } from './repository.ts';

export interface PullRequest {
  readonly number: number;
  readonly headRefName: string;
  readonly authorLogin: string;
  title: string;
  body: string;
  isDraft: boolean;
  state: 'OPEN' | 'CLOSED' | 'MERGED';
  baseRefName: string;
  /** Where the branches were when they were last seen */
  headRefOid: string;
  baseRefOid: string;
  mergeCommitOid: string | undefined;
  autoMerge: { readonly mergeMethod: string; readonly enabledAt: Date } | undefined;
  readonly labels: string[];
  readonly reviewers: string[];
  readonly teamReviewers: string[];
  readonly comments: string[];
}

/** @throws {Refusal} in GitHub's words */
export async function openPullRequest(
  repository: Repository,
  { head, base, title, body, isDraft }: { head: string; base: string; title: string; body: string; isDraft: boolean },
): Promise<PullRequest> {
  verifyMayWrite(repository);
  if (!repository.settings.mayCreatePullRequests) {
    throw new Refusal('FORBIDDEN', 'GitHub Actions is not permitted to create or approve pull requests');
  }
  const headRefName = head.replace(`${repository.owner}:`, '').replace(/^refs\/heads\//, '');
  const headRefOid = await repository.resolveRef(`refs/heads/${headRefName}`);
  const baseOid = await repository.resolveRef(`refs/heads/${base}`);
  if (headRefOid === undefined || baseOid === undefined) {
    const problems = [
      ...(headRefOid === undefined ? ["Head sha can't be blank"] : []),
      ...(baseOid === undefined ? ["Base sha can't be blank"] : []),
      `No commits between ${base} and ${headRefName}`,
      ...(headRefOid === undefined ? ['Head ref must be a branch'] : []),
      ...(baseOid === undefined ? ['Base ref must be a branch'] : []),
    ];
    throw new Refusal('UNPROCESSABLE', problems.join(', '));
  }
  if ((await countCommits(repository, baseOid, headRefOid)) === 0) {
    throw new Refusal('UNPROCESSABLE', `No commits between ${base} and ${headRefName}`);
  }
  // From here on nothing waits, so that of two at once one is refused.
  const twin = repository.pullRequests.some(
    (other) => other.state === 'OPEN' && other.headRefName === headRefName && other.baseRefName === base,
  );
  if (twin) {
    throw new Refusal('UNPROCESSABLE', `A pull request already exists for ${repository.owner}:${headRefName}.`);
  }
  const pullRequest: PullRequest = {
    number: repository.pullRequests.length + 1,
    headRefName,
    authorLogin: 'github-actions',
    title,
    body,
    isDraft,
    state: 'OPEN',
    baseRefName: base,
    headRefOid,
    baseRefOid: baseOid,
    mergeCommitOid: undefined,
    autoMerge: undefined,
    labels: [],
    reviewers: [],
    teamReviewers: [],
    comments: [],
  };
  repository.pullRequests.push(pullRequest);
  return pullRequest;
}

/** To be called after every write of a ref. */
export async function followBranches(repository: Repository): Promise<void> {
  for (const pullRequest of repository.pullRequests) {
    if (pullRequest.state === 'OPEN') {
      await followBranch(repository, pullRequest);
    }
  }
}

async function followBranch(repository: Repository, pullRequest: PullRequest): Promise<void> {
  const { headRefName, baseRefName, headRefOid, baseRefOid } = pullRequest;
  const head = await repository.resolveRef(`refs/heads/${headRefName}`);
  const base = await repository.resolveRef(`refs/heads/${baseRefName}`);
  if (head === headRefOid && base === baseRefOid) {
    return;
  }
  const ahead = head === undefined || base === undefined ? 0 : await countCommits(repository, base, head);
  if (pullRequest.state !== 'OPEN' || pullRequest.headRefOid !== headRefOid || pullRequest.baseRefOid !== baseRefOid) {
    return; // someone else followed meanwhile, and has seen as much
  }
  if (ahead === 0) {
    const pushedToBase = head === headRefOid && base !== undefined;
    pullRequest.state = pushedToBase ? 'MERGED' : 'CLOSED';
  }
  pullRequest.headRefOid = head ?? headRefOid;
  pullRequest.baseRefOid = base ?? baseRefOid;
}

/** @throws {Refusal} */
export function getPullRequest(repository: Repository, number: number): PullRequest {
  const pullRequest = repository.pullRequests.find((candidate) => candidate.number === number);
  if (pullRequest === undefined) {
    throw new Refusal('NOT_FOUND', `Could not resolve to a PullRequest with the number of ${number}.`);
  }
  return pullRequest;
}
