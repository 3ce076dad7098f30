// createCommitOnBranch: files in, one commit out, and only on the head that the caller has seen.
// https://docs.github.com/en/graphql/reference/commits#createcommitonbranch
import type { CreateCommitOnBranchInput } from '@octokit/graphql-schema';
import { describeCommit } from './commit-node.ts';
import type { GraphQLContext } from './graphql.ts';
import { gitHub, gitHubActions } from './identities.ts';
import { parseNodeId } from './node-id.ts';
import { verifyMayUpdateBranch } from './permissions.ts';
import { followBranches } from './pull-requests.ts';
import { describeRef } from './ref-and-pull-request-nodes.ts';
import { Refusal } from './refusal.ts';
import type { Repository } from './repository.ts';
import { RefMoved, updateRefs, writeCommit, zeroOid } from './write.ts';

/** @throws {Refusal} */
export async function createCommitOnBranch({ input }: { input: CreateCommitOnBranchInput }, context: GraphQLContext) {
  const { repository, ref } = findBranch(input.branch, context);
  verifyMayUpdateBranch(repository, ref);
  const head = await repository.resolveRef(ref);
  if (head === undefined) {
    throw new Refusal('NOT_FOUND', `The branch "${ref.replace('refs/heads/', '')}" does not exist`);
  }
  if (head !== input.expectedHeadOid) {
    throw new Refusal(
      'STALE_DATA',
      `Expected branch to point to "${input.expectedHeadOid}" but it did not.  Pull and try again.`,
    );
  }
  const files = await readFileChanges(repository, head, input.fileChanges);
  const { headline, body } = input.message;
  const oid = await writeCommit(repository.gitDir, {
    parent: head,
    message: body ? `${headline}\n\n${body}` : headline,
    author: gitHubActions,
    committer: gitHub,
    files,
  });
  await context.beforeRefUpdate?.();
  try {
    await updateRefs(repository.gitDir, [{ name: ref, afterOid: oid, beforeOid: head }]);
  } catch (error) {
    throw error instanceof RefMoved ? describeLostRace(error, ref, head) : error;
  }
  if (repository.settings.signsCommits) {
    repository.signedOids.add(oid);
  }
  await followBranches(repository);
  return {
    clientMutationId: input.clientMutationId,
    commit: () => describeCommit(repository, oid),
    ref: () => describeRef(repository, ref, oid),
  };
}

function describeLostRace(error: RefMoved, ref: string, expectedOid: string): Refusal {
  const message = `Ref ${ref} is at ${error.actualOid ?? zeroOid} but expected ${expectedOid}`;
  return new Refusal(undefined, message, { cause: error });
}

function findBranch(branch: CreateCommitOnBranchInput['branch'], context: GraphQLContext) {
  const node = parseNodeId('REF', branch.id ?? '');
  if (node !== undefined) {
    return { repository: context.getRepository(node.nameWithOwner), ref: node.within };
  }
  if (!branch.repositoryNameWithOwner || !branch.branchName) {
    throw new Refusal(
      'UNPROCESSABLE',
      'A branch is named by its id, or by repositoryNameWithOwner and branchName together.',
    );
  }
  return {
    repository: context.getRepository(branch.repositoryNameWithOwner),
    ref: `refs/heads/${branch.branchName.replace(/^refs\/heads\//, '')}`,
  };
}

async function readFileChanges(
  repository: Repository,
  head: string,
  changes: CreateCommitOnBranchInput['fileChanges'],
): Promise<Record<string, Buffer | null>> {
  const files: [string, Buffer | null][] = [];
  for (const { path } of changes?.deletions ?? []) {
    verifyPath(path);
    if ((await repository.findTreeEntry(head, path)) === undefined) {
      throw new Refusal(
        'NOT_FOUND',
        `A path was requested for deletion which does not exist as of commit oid \`${head}\``,
      );
    }
    files.push([path, null]);
  }
  for (const { path, contents } of changes?.additions ?? []) {
    verifyPath(path);
    files.push([path, Buffer.from(contents, 'base64')]);
  }
  return Object.fromEntries(files);
}

/** What git would not take into a tree. */
function verifyPath(path: string): void {
  const forbidden = (component: string) => ['', '.', '..'].includes(component) || /^\.git$/i.test(component);
  if (path.includes('\0') || path.split('/').some(forbidden)) {
    throw new Refusal('UNPROCESSABLE', `The path \`${path}\` contains a malformed path component`);
  }
}
