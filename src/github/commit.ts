// The Publisher that commits to the base branch: one `createCommitOnBranch`, compare-and-swap on the head that was read.

import { type FileChanges, type Publication, type Publisher, readSnapshot } from '../publisher.ts';
import { record } from './answer.ts';
import type { GitHubClient } from './client.ts';
import { type FileCount, formatCommitBody } from './commit-message.ts';
import { explainFailure } from './failure.ts';
import { isSignedCommit, readRepository, SIGNED_COMMIT, toCommit } from './snapshot.ts';

export interface RepositoryOptions {
  client: GitHubClient;
  /** `owner/name`. */
  repository: string;
  /** Undefined for the default branch. */
  base: string | undefined;
  /** Unique to this run: by it a commit whose answer was lost is found again. */
  runId: string;
  /** What the run is about, in one printable line: by it a later run knows what was proposed for the same. */
  scope: string;
}

export interface CommitOptions extends RepositoryOptions {
  /** An oid to read in the place of the base's head. Nothing can be published then. */
  commit: string | undefined;
}

const COMMIT = {
  document: `mutation Commit($commit: CreateCommitOnBranchInput!) {
    createCommitOnBranch(input: $commit) { commit { ${SIGNED_COMMIT} } }
  }`,
  data: record({ createCommitOnBranch: record({ commit: isSignedCommit }) }),
};

export function createCommitPublisher(options: CommitOptions): Publisher {
  const { client } = options;
  return {
    async read(read) {
      const { nameWithOwner: repository, base, runCommit } = await readRepository(client, { ...options, read });
      return {
        base,
        proposal: undefined,
        lostCommit: runCommit,
        async publish(publication) {
          if (options.commit !== undefined) throw new Error('What was read is no head to commit to.');
          const commit = commitInput({ ...options, repository, branch: base.branch, oid: base.oid }, publication);
          try {
            const data = await client.graphql(COMMIT, { commit });
            return { commit: toCommit(data.createCommitOnBranch.commit) };
          } catch (error) {
            throw explainFailure(error, { verb: `commit to ${base.branch} of`, repository, writes: true });
          }
        },
        withdraw: async () => ({}),
      };
    },
    readFile: (path) => readBaseFile(options, path),
  };
}

export async function readBaseFile(options: CommitOptions, path: string): Promise<string | undefined> {
  const read = { files: [], beside: [path], folders: [], isRetry: false };
  const { base } = await readRepository(options.client, { ...options, read });
  return readSnapshot(base, path);
}

export interface CommitPlace {
  repository: string;
  branch: string;
  /** The head that the commit is made on, and on no other. */
  oid: string;
  runId: string;
  scope: string;
}

/** https://docs.github.com/en/graphql/reference/input-objects#createcommitonbranchinput */
export function commitInput(place: CommitPlace, { commitMessage, files, sources }: Publication): object {
  const { repository, branch, oid, runId, scope } = place;
  const trailers = { runId, scope, sources, files: countFiles(files) };
  return {
    branch: { repositoryNameWithOwner: repository, branchName: branch },
    expectedHeadOid: oid,
    message: { headline: commitMessage.headline, body: formatCommitBody(commitMessage.body, trailers) },
    fileChanges: {
      additions: [...files.manifests, ...files.kustomizations].map(toAddition),
      deletions: files.deletions.map((path) => ({ path })),
    },
  };
}

export function countFiles({ manifests, kustomizations, deletions }: FileChanges): FileCount {
  return {
    changed: manifests.length + kustomizations.length + deletions.length,
    deleted: deletions.length,
  };
}

function toAddition({ file, text }: { file: string; text: string }): { path: string; contents: string } {
  return { path: file, contents: Buffer.from(text).toString('base64') };
}
