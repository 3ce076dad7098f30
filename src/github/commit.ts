// The Publisher that commits to the base branch: one `createCommitOnBranch`, compare-and-swap on the head that was read.

import type { Publication, Publisher } from '../publisher.ts';
import type { EncryptedManifest } from '../sops/encrypted-manifest.ts';
import type { GitHubClient } from './client.ts';
import { formatCommitBody } from './commit-message.ts';
import { explainFailure } from './failure.ts';
import { readRepository, SIGNED_COMMIT, type SignedCommit, toCommit } from './snapshot.ts';

export interface RepositoryOptions {
  client: GitHubClient;
  /** `owner/name`. */
  repository: string;
  /** Undefined for the default branch. */
  base: string | undefined;
  /** Unique to this run: by it a commit whose answer was lost is found again. */
  runId: string;
}

const COMMIT = `mutation Commit($commit: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $commit) { commit { ${SIGNED_COMMIT} } }
}`;

export function createCommitPublisher(options: RepositoryOptions): Publisher {
  const { client, runId } = options;
  return {
    async read(read) {
      const { nameWithOwner: repository, base, runCommit } = await readRepository(client, { ...options, read });
      return {
        base,
        proposal: undefined,
        lostCommit: runCommit,
        async publish(publication) {
          const commit = commitInput({ repository, branch: base.branch, oid: base.oid, runId }, publication);
          try {
            const data = await client.graphql<{ createCommitOnBranch: { commit: SignedCommit } }>(COMMIT, { commit });
            return { commit: toCommit(data.createCommitOnBranch.commit) };
          } catch (error) {
            throw explainFailure(error, { verb: `commit to ${base.branch} of`, repository, writes: true });
          }
        },
        withdraw: async () => ({}),
      };
    },
  };
}

export interface CommitPlace {
  repository: string;
  branch: string;
  /** The head that the commit is made on, and on no other. */
  oid: string;
  runId: string;
}

/** https://docs.github.com/en/graphql/reference/input-objects#createcommitonbranchinput */
export function commitInput({ repository, branch, oid, runId }: CommitPlace, publication: Publication): object {
  const { headline, body } = publication.commitMessage;
  return {
    branch: { repositoryNameWithOwner: repository, branchName: branch },
    expectedHeadOid: oid,
    message: { headline, body: formatCommitBody(body, { runId, sources: publication.sources }) },
    fileChanges: { additions: publication.manifests.map(toAddition) },
  };
}

function toAddition({ file, text }: EncryptedManifest): { path: string; contents: string } {
  return { path: file, contents: Buffer.from(text).toString('base64') };
}
