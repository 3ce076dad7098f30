// Writes the head branch of a pull request: the base plus one commit, and never over what somebody else has pushed.

import { isRecord } from '../json.ts';
import type { Commit, Publication, Snapshot } from '../publisher.ts';
import { record } from './answer.ts';
import type { GitHubClient } from './client.ts';
import { commitInput } from './commit.ts';
import { explainFailure } from './failure.ts';
import { isSignedCommit, SIGNED_COMMIT, toCommit } from './snapshot.ts';

export interface HeadBranchPlace {
  client: GitHubClient;
  repository: { id: string; nameWithOwner: string };
  base: Snapshot;
  runId: string;
  scope: string;
}

interface BranchHead {
  branch: string;
  oid: string;
}

const COMMIT_ON_NEW_BRANCH = {
  document: `mutation CommitOnNewBranch($ref: CreateRefInput!, $commit: CreateCommitOnBranchInput!) {
    createRef(input: $ref) { ref { name } }
    createCommitOnBranch(input: $commit) { commit { ${SIGNED_COMMIT} } }
  }`,
  data: record({ createCommitOnBranch: record({ commit: isSignedCommit }) }),
};
const UPDATE_REFS = {
  document: 'mutation UpdateRefs($refs: UpdateRefsInput!) { updateRefs(input: $refs) { clientMutationId } }',
  data: record({ updateRefs: record({}) }),
};
const NO_COMMIT = '0'.repeat(40);

/** The branch at the base with the commit on it, in one request: all of it or, where GitHub refuses one half, nothing. */
export async function createHeadBranch(
  place: HeadBranchPlace,
  branch: string,
  publication: Publication,
): Promise<Commit> {
  const { client, repository, base, runId, scope } = place;
  const { nameWithOwner } = repository;
  try {
    const data = await client.graphql(COMMIT_ON_NEW_BRANCH, {
      ref: { repositoryId: repository.id, name: `refs/heads/${branch}`, oid: base.oid },
      commit: commitInput({ repository: nameWithOwner, branch, oid: base.oid, runId, scope }, publication),
    });
    return toCommit(data.createCommitOnBranch.commit);
  } catch (error) {
    const isLeft = wasCreated(error) && !(await takeBack(place, { branch, oid: base.oid }));
    throw explainFailure(error, {
      verb: `commit to ${branch} of`,
      repository: nameWithOwner,
      writes: true,
      ...(isLeft && { remains: `the branch ${branch} was made and stays` }),
    });
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
  // Wherever it stands: the name is this run's own.
  const takeBesideBack = () => takeBack(place, { branch: beside, oid: undefined });
  const commit = await createHeadBranch(place, beside, publication).catch(async (error: unknown) => {
    await takeBesideBack();
    throw error;
  });
  try {
    await updateRefs(place, [
      { name: `refs/heads/${head.branch}`, beforeOid: head.oid, afterOid: commit.oid, force: true },
      { name: `refs/heads/${beside}`, beforeOid: commit.oid, afterOid: NO_COMMIT },
    ]);
    return commit;
  } catch (error) {
    const isLeft = !(await takeBesideBack());
    throw explainFailure(error, {
      verb: `update ${head.branch} of`,
      repository: place.repository.nameWithOwner,
      writes: true,
      ...(isLeft && { remains: `the branch ${beside} was made and stays` }),
    });
  }
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

/** Deletes what this run has made, now that it failed; false where that failed too, or somebody has pushed to it. */
export function takeBack(
  { client, repository }: HeadBranchPlace,
  { branch, oid }: { branch: string; oid: string | undefined },
): Promise<boolean> {
  const deletion = { name: `refs/heads/${branch}`, ...(oid && { beforeOid: oid }), afterOid: NO_COMMIT };
  return client.tidy(UPDATE_REFS, { refs: { repositoryId: repository.id, refUpdates: [deletion] } });
}

/** Where the commit is made before the head branch is moved to it. A long name is cut, for GitHub takes 244 bytes. */
function besideBranch(branch: string, runId: string): string {
  return `${Buffer.from(branch).subarray(0, 200)}-${runId}`;
}

function updateRefs({ client, repository }: HeadBranchPlace, refUpdates: readonly object[]): Promise<unknown> {
  return client.graphql(UPDATE_REFS, { refs: { repositoryId: repository.id, refUpdates } });
}

/** The fields of a mutation are run one after the other, and one that fails leaves the earlier ones done. */
function wasCreated(error: unknown): boolean {
  const data = error instanceof Error && 'data' in error ? error.data : undefined;
  return isRecord(data) && isRecord(data['createRef']);
}
