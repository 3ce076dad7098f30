// Writes the head branch of a pull request: the base plus one commit, and never over what somebody else has pushed.

import type { Commit, Publication, Snapshot } from '../publisher.ts';
import type { GitHubClient } from './client.ts';
import { commitInput } from './commit.ts';
import { explainFailure } from './failure.ts';
import { SIGNED_COMMIT, type SignedCommit, toCommit } from './snapshot.ts';

export interface HeadBranchPlace {
  client: GitHubClient;
  repository: { id: string; nameWithOwner: string };
  base: Snapshot;
  runId: string;
}

export interface BranchHead {
  branch: string;
  oid: string;
}

const COMMIT_ON_NEW_BRANCH = `mutation CommitOnNewBranch($ref: CreateRefInput!, $commit: CreateCommitOnBranchInput!) {
  createRef(input: $ref) { ref { name } }
  createCommitOnBranch(input: $commit) { commit { ${SIGNED_COMMIT} } }
}`;
const UPDATE_REFS = 'mutation UpdateRefs($refs: UpdateRefsInput!) { updateRefs(input: $refs) { clientMutationId } }';
const NO_COMMIT = '0'.repeat(40);

interface NewBranchData {
  createRef: { ref: { name: string } } | null;
  createCommitOnBranch: { commit: SignedCommit };
}

/** The branch at the base with the commit on it, in one request: all of it or, where GitHub refuses one half, nothing. */
export async function createHeadBranch(
  place: HeadBranchPlace,
  branch: string,
  publication: Publication,
): Promise<Commit> {
  const { client, repository, base, runId } = place;
  const { nameWithOwner } = repository;
  try {
    const data = await client.graphql<NewBranchData>(COMMIT_ON_NEW_BRANCH, {
      ref: { repositoryId: repository.id, name: `refs/heads/${branch}`, oid: base.oid },
      commit: commitInput({ repository: nameWithOwner, branch, oid: base.oid, runId }, publication),
    });
    return toCommit(data.createCommitOnBranch.commit);
  } catch (error) {
    if (wasCreated(error)) await deleteHeadBranch(place, { branch, oid: base.oid });
    throw explainFailure(error, { verb: `commit to ${branch} of`, repository: nameWithOwner, writes: true });
  }
}

/**
 * The branch anew on the base. A pull request whose branch is reset to its base closes itself, so the commit is made on
 * a branch beside it, and then both refs are moved at once.
 */
export async function rewriteHeadBranch(
  place: HeadBranchPlace,
  head: BranchHead,
  publication: Publication,
): Promise<Commit> {
  const beside = besideBranch(head.branch, place.runId);
  const commit = await createHeadBranch(place, beside, publication);
  try {
    await updateRefs(place, [
      { name: `refs/heads/${head.branch}`, beforeOid: head.oid, afterOid: commit.oid, force: true },
      { name: `refs/heads/${beside}`, beforeOid: commit.oid, afterOid: NO_COMMIT },
    ]);
  } catch (error) {
    await deleteHeadBranch(place, { branch: beside, oid: commit.oid }).catch(() => undefined);
    throw explainFailure(error, {
      verb: `update ${head.branch} of`,
      repository: place.repository.nameWithOwner,
      writes: true,
    });
  }
  return commit;
}

/** Its pull request is closed by GitHub, as always when a head branch goes. */
export async function deleteHeadBranch(place: HeadBranchPlace, { branch, oid }: BranchHead): Promise<void> {
  try {
    await updateRefs(place, [{ name: `refs/heads/${branch}`, beforeOid: oid, afterOid: NO_COMMIT }]);
  } catch (error) {
    throw explainFailure(error, {
      verb: `delete ${branch} of`,
      repository: place.repository.nameWithOwner,
      writes: true,
    });
  }
}

/** Where the commit is made before the head branch is moved to it. */
export function besideBranch(branch: string, runId: string): string {
  return `${branch}-${runId}`;
}

function updateRefs({ client, repository }: HeadBranchPlace, refUpdates: readonly object[]): Promise<unknown> {
  return client.graphql(UPDATE_REFS, { refs: { repositoryId: repository.id, refUpdates } });
}

/** The fields of a mutation are run one after the other, and one that fails leaves the earlier ones done. */
function wasCreated(error: unknown): boolean {
  const data = error instanceof Error && 'data' in error ? (error.data as Partial<NewBranchData> | null) : undefined;
  return data?.createRef?.ref != null;
}
