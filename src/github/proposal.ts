// What the head branch of a pull request is to this run: an earlier run's proposal to go on from, or somebody's work,
// which stays as it is.

import { isDefaultBranch } from '../default-branch.ts';
import { ActionError } from '../errors.ts';
import type { Commit, Proposal, Snapshot } from '../publisher.ts';
import type { GitHubClient } from './client.ts';
import { findRunCommit, isOurs } from './commit-message.ts';
import { type BranchCommit, type HeadRequest, type HeadState, type OpenPullRequest, readHead } from './head-state.ts';
import { toCommit } from './snapshot.ts';

export interface OwnProposal extends Proposal {
  pullRequest: OpenPullRequest | undefined;
  /** Whether it has to be made anew on the base before it can be merged. */
  isOutdated: boolean;
  /** Whether the branch is this action's to delete. One without a commit may be somebody's, and is only borrowed then. */
  mayBeDeleted: boolean;
  /** The commit of this very run on it, where the answer to it was lost. */
  runCommit: Commit | undefined;
}

export interface ProposalRequest extends HeadRequest {
  runId: string;
}

/**
 * Undefined where there is no such branch.
 * @throws {BRANCH_IS_BASE} when it is no branch to propose from
 * @throws {BRANCH_HAS_OTHER_COMMITS} when people have committed to it, or this action for another file
 * @throws {BRANCH_SERVES_OTHER_BASE} when a pull request from it is for another base
 * @throws {StalePlan} when somebody pushes to it meanwhile
 */
export async function findProposal(client: GitHubClient, request: ProposalRequest): Promise<OwnProposal | undefined> {
  const { base, branch, files, runId } = request;
  if (branch === base.branch) throw isBase(branch, 'the base itself');
  const { head, defaultBranch } = await readHead(client, request);
  if (branch === defaultBranch) throw isBase(branch, 'the default branch of the repository');
  if (head === undefined) return undefined;

  const commits = findOwnCommits(request, head);
  const [open] = head.pullRequests;
  const runCommit = findRunCommit(commits, runId);
  return {
    branch,
    oid: head.oid,
    files: head.files,
    pullRequest: open,
    runCommit: runCommit && toCommit(runCommit),
    // Where the base has changed a file since, the branch conflicts or would undo that. GitHub finds out too late.
    isOutdated: commits.length === 0 || !isSame(files, head.filesBefore, base.files),
    mayBeDeleted: commits.length > 0 || isOurs(head) || isDefaultBranch(branch),
  };
}

/** @throws {BRANCH_HAS_OTHER_COMMITS | BRANCH_SERVES_OTHER_BASE} */
function findOwnCommits(request: ProposalRequest, head: HeadState): readonly BranchCommit[] {
  const { base, branch, files } = request;
  const { commits, pullRequests } = head;
  const other = pullRequests.find(({ baseRefName }) => baseRefName !== base.branch);
  if (other !== undefined) throw otherBase(request, other);
  const place =
    pullRequests[0] === undefined ? `the branch ${branch}` : `pull request #${pullRequests[0].number} (${branch})`;
  if (commits === undefined || !commits.every(isExpected(request, commits))) throw otherCommits(place);
  const isForeign = commits.length > 0 && isOurs(head) && isSame(files, head.filesBefore, head.files);
  if (isForeign) throw otherFile(place);
  return commits;
}

/**
 * A commit of this action that nobody has added a file to, or a merge of the base into the branch, as the "Update branch"
 * button makes them.
 */
function isExpected({ files }: ProposalRequest, commits: readonly BranchCommit[]): (commit: BranchCommit) => boolean {
  const own = new Set(commits.map(({ oid }) => oid));
  return (commit) => {
    const [, merged] = commit.parents.nodes;
    if (merged !== undefined) return !own.has(merged.oid);
    return isOurs(commit) && (commit.changedFilesIfAvailable ?? 0) <= files.length;
  };
}

function isSame(files: readonly string[], one: Snapshot['files'], other: Snapshot['files']): boolean {
  return files.every((file) => one.get(file) === other.get(file));
}

function isBase(branch: string, what: string): ActionError {
  return new ActionError('BRANCH_IS_BASE', {
    message: `Cannot open a pull request: its branch ${branch} is ${what}.`,
    remedy: 'Name another branch with the input `branch`, or use `publish: commit`.',
  });
}

function otherCommits(place: string): ActionError {
  return new ActionError('BRANCH_HAS_OTHER_COMMITS', {
    message: `Cannot update ${place}: it has commits that this action did not make.`,
    remedy:
      'Merge it and delete the branch, or take these commits off it, or name another branch with the input `branch`.',
  });
}

function otherFile(place: string): ActionError {
  return new ActionError('BRANCH_HAS_OTHER_COMMITS', {
    message: `Cannot update ${place}: it proposes another file.`,
    remedy:
      'Name another branch with the input `branch` (by default each file has its own), or delete this one if it is left over.',
  });
}

function otherBase(
  { branch, base }: ProposalRequest,
  { number, baseRefName }: { number: number; baseRefName: string },
): ActionError {
  return new ActionError('BRANCH_SERVES_OTHER_BASE', {
    message: `Cannot use the branch ${branch}: its pull request #${number} is for ${baseRefName}.`,
    remedy: `Make that one for ${base.branch} or close it, or name another branch with the input \`branch\` (by default each base has its own).`,
  });
}
