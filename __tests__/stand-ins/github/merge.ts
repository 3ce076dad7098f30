// Merging for real: `git merge-tree` computes the tree, so conflicts are git's own.
import { runGit } from './git.ts';
import { getHead } from './history.ts';
import { gitHub } from './identities.ts';
import type { Identity } from './objects.ts';
import { followBranches, type PullRequest } from './pull-requests.ts';
import { Refusal } from './refusal.ts';
import type { Repository } from './repository.ts';
import { commitTree, RefMoved, updateRefs } from './write.ts';

export type MergeMethod = 'merge' | 'squash';

/** The tree of both, or undefined when they conflict. */
export async function mergeTrees(repository: Repository, ours: string, theirs: string): Promise<string | undefined> {
  const args = ['merge-tree', '--write-tree', '--allow-unrelated-histories', ours, theirs];
  const { exitCode, stdout, stderr } = await runGit(repository.gitDir, args);
  if (exitCode > 1 || exitCode < 0) {
    throw new Error(`git merge-tree: ${stderr}`);
  }
  return exitCode === 0 ? stdout.toString().trim() : undefined;
}

/** Returns the oid of the commit on `into`. @throws {Refusal} */
export async function mergeBranch(
  repository: Repository,
  {
    into,
    from,
    method,
    message,
    author,
  }: { into: string; from: string; method: MergeMethod; message?: string | undefined; author: Identity },
): Promise<string> {
  const ours = await getHead(repository, into);
  const theirs = await getHead(repository, from);
  const tree = await mergeTrees(repository, ours, theirs);
  if (tree === undefined) {
    throw new Refusal('UNPROCESSABLE', 'Pull Request has merge conflicts', { status: 405 });
  }
  const oid = await commitTree(repository.gitDir, {
    tree,
    parents: method === 'merge' ? [ours, theirs] : [ours],
    message: message ?? `Merge branch '${from}' into ${into}`,
    author,
    committer: gitHub,
  });
  try {
    await updateRefs(repository.gitDir, [{ name: `refs/heads/${into}`, afterOid: oid, beforeOid: ours }]);
  } catch (error) {
    throw error instanceof RefMoved
      ? new Refusal('UNPROCESSABLE', 'Base branch was modified. Review and try the merge again.', {
          status: 405,
          cause: error,
        })
      : error;
  }
  if (repository.settings.signsCommits) {
    repository.signedOids.add(oid);
  }
  return oid;
}

/** @throws {Refusal} */
export async function mergePullRequest(
  repository: Repository,
  pullRequest: PullRequest,
  {
    method,
    message,
    author,
    expectedHeadOid,
  }: { method: MergeMethod; message?: string | undefined; author: Identity; expectedHeadOid?: string | undefined },
): Promise<string> {
  const { headRefName, baseRefName, number, title } = pullRequest;
  if (pullRequest.state !== 'OPEN' || pullRequest.isDraft) {
    throw new Refusal('UNPROCESSABLE', 'Pull Request is not mergeable', { status: 405 });
  }
  if (expectedHeadOid !== undefined && expectedHeadOid !== (await getHead(repository, headRefName))) {
    throw new Refusal('UNPROCESSABLE', 'Head branch was modified. Review and try the merge again.', { status: 409 });
  }
  const defaultMessage =
    method === 'merge'
      ? `Merge pull request #${number} from ${repository.owner}/${headRefName}\n\n${title}`
      : `${title} (#${number})`;
  const oid = await mergeBranch(repository, {
    into: baseRefName,
    from: headRefName,
    method,
    message: message ?? defaultMessage,
    author,
  });
  pullRequest.state = 'MERGED';
  pullRequest.mergeCommitOid = oid;
  await followBranches(repository);
  return oid;
}
