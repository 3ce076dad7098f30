// What the head branch of a pull request is to this run: an earlier run's proposal to go on from, or somebody's work,
// which stays as it is.

import { isDefaultBranch } from '../default-branch.ts';
import { ActionError } from '../errors.ts';
import { printable } from '../markdown.ts';
import type { Commit, FileChanges, Proposal, Snapshot } from '../publisher.ts';
import type { GitHubClient } from './client.ts';
import { countFiles } from './commit.ts';
import { findClaim, findRunCommit } from './commit-message.ts';
import { type BranchCommit, type HeadRequest, type HeadState, type OpenPullRequest, readHead } from './head-state.ts';
import { toCommit } from './snapshot.ts';

/** Characters of a text of others in an error. */
const MAX_SHOWN = 200;

export interface OwnProposal extends Proposal {
  pullRequest: OpenPullRequest | undefined;
  /** Whether it is just this, made on a base that has not changed these files since. Otherwise it has to be made anew. */
  holds(changes: FileChanges): boolean;
  /** Whether the branch is this action's to delete. One without a commit may be somebody's, and is only borrowed then. */
  mayBeDeleted: boolean;
  /** The commit of this very run on it, where the answer to it was lost. */
  runCommit: Commit | undefined;
}

export interface ProposalRequest extends HeadRequest {
  runId: string;
  scope: string;
}

/**
 * Undefined where there is no such branch.
 * @throws {BRANCH_IS_BASE} when it is no branch to propose from
 * @throws {BRANCH_HAS_OTHER_COMMITS} when people have committed to it, or this action for something else
 * @throws {BRANCH_SERVES_OTHER_BASE} when a pull request from it is for another base
 * @throws {StalePlan} when somebody pushes to it meanwhile
 */
export async function findProposal(client: GitHubClient, request: ProposalRequest): Promise<OwnProposal | undefined> {
  const { base, branch, runId, scope } = request;
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
    unusable: head.unusable,
    pullRequest: open,
    isProposed: (file) =>
      commits.length > 0 && ![head.filesBefore, base.files].some((files) => files.get(file) === head.files.get(file)),
    runCommit: runCommit && toCommit(runCommit),
    holds: (changes) => holdsJust(changes, { base, head, commits }),
    mayBeDeleted: commits.length > 0 || findClaim(head)?.scope === scope || isDefaultBranch(branch),
  };
}

/** @throws {BRANCH_HAS_OTHER_COMMITS | BRANCH_SERVES_OTHER_BASE} */
function findOwnCommits(request: ProposalRequest, head: HeadState): readonly BranchCommit[] {
  const { base, branch, scope } = request;
  const { commits, pullRequests } = head;
  const other = pullRequests.find(({ baseRefName }) => baseRefName !== base.branch);
  if (other !== undefined) throw otherBase(request, other);
  const place =
    pullRequests[0] === undefined ? `the branch ${branch}` : `pull request #${pullRequests[0].number} (${branch})`;
  if (commits === undefined || !commits.every(isExpected(commits))) throw otherCommits(place);
  const scopes = commits.filter((commit) => !isMerge(commit)).flatMap((commit) => findClaim(commit)?.scope ?? []);
  const otherScope = scopes.find((each) => each !== scope);
  if (otherScope !== undefined) throw isAboutOther(place, otherScope);
  return commits;
}

/**
 * A commit of this action that nobody has added a file to, or a merge of the base into the branch, as the "Update branch"
 * button makes them.
 */
function isExpected(commits: readonly BranchCommit[]): (commit: BranchCommit) => boolean {
  const own = new Set(commits.map(({ oid }) => oid));
  return (commit) => {
    const [, merged] = commit.parents.nodes;
    return merged === undefined ? isAsMade(commit) : !own.has(merged.oid);
  };
}

function isMerge({ parents }: BranchCommit): boolean {
  return parents.nodes.length > 1;
}

/** GitHub counts a file that goes and one like it that comes as one that was renamed. */
function isAsMade(commit: BranchCommit): boolean {
  const files = findClaim(commit)?.files;
  if (files === undefined) return false;
  const count = commit.changedFilesIfAvailable ?? files.changed;
  const renamed = Math.min(files.deleted, files.changed - files.deleted);
  return count <= files.changed && count >= files.changed - renamed;
}

interface Proposed {
  base: Snapshot;
  head: HeadState;
  commits: readonly BranchCommit[];
}

function holdsJust(changes: FileChanges, { base, head, commits }: Proposed): boolean {
  const [commit, ...others] = commits.filter((each) => !isMerge(each));
  if (commit === undefined || others.length > 0) return false;
  // Beside all that is wished it may hold what is not wished any more.
  if (findClaim(commit)?.files.changed !== countFiles(changes).changed) return false;
  const texts = [...changes.manifests, ...changes.kustomizations];
  const changed = [...texts.map(({ file }) => file), ...changes.deletions];
  // Where the base has changed a file since, the branch conflicts or would undo that. GitHub finds out too late.
  if (!changed.every((file) => head.filesBefore.get(file) === base.files.get(file))) return false;
  return (
    texts.every(({ file, text }) => head.files.get(file) === text) &&
    changes.deletions.every((file) => !has(head, file))
  );
}

function has({ files, unusable }: Pick<Snapshot, 'files' | 'unusable'>, file: string): boolean {
  return files.has(file) || unusable.has(file);
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

/** @param scope of a commit message, which anybody may have written */
function isAboutOther(place: string, scope: string): ActionError {
  return new ActionError('BRANCH_HAS_OTHER_COMMITS', {
    message: `Cannot update ${place}: it proposes something else: ${printable(scope).slice(0, MAX_SHOWN)}.`,
    remedy:
      'Name another branch with the input `branch` (by default each file, and each config, has its own), or delete this one if it is left over.',
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
