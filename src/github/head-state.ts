// Reads the head branch of a pull request: what it holds, which commits it is made of, and what is open for it.

import { type ReadRequest, type Snapshot, StalePlan } from '../publisher.ts';
import {
  both,
  isBranchName,
  isFlag,
  isNumber,
  isOid,
  isText,
  isUrl,
  listOf,
  nullable,
  record,
  type Shaped,
} from './answer.ts';
import type { GitHubClient, Operation } from './client.ts';
import { explainFailure } from './failure.ts';
import { chunkFiles, declareFiles, type FileChunk, filesFragment, fileVariables } from './files.ts';
import { commitOf, type FilesRead, readFiles } from './files-answer.ts';
import { SIGNED_COMMIT, signedCommit } from './snapshot.ts';

export interface HeadRequest {
  /** `owner/name`. */
  repository: string;
  base: Snapshot;
  branch: string;
  read: ReadRequest;
}

export interface HeadState extends FilesRead {
  oid: string;
  message: string;
  /** As they were on the base when the branch was made on it, or when it was last merged into it. */
  filesBefore: Snapshot['files'];
  /** Those that the base has not, oldest first; undefined where nobody would read them all. */
  commits: readonly BranchCommit[] | undefined;
  /** From this repository, whatever their base. */
  pullRequests: readonly (OpenPullRequest & { baseRefName: string })[];
}

const openPullRequest = { id: isText, number: isNumber, url: isUrl };
export const isOpenPullRequest = record(openPullRequest);
export type OpenPullRequest = Shaped<typeof isOpenPullRequest>;

const isBranchCommit = record({
  ...signedCommit,
  message: isText,
  /** A renamed one counts once. Null where GitHub has not counted them. */
  changedFilesIfAvailable: nullable(isNumber),
  parents: record({ nodes: listOf(record({ oid: isOid })) }),
});
export type BranchCommit = Shaped<typeof isBranchCommit>;

const MAX_COMMITS = 100;

/**
 * `head` is undefined where there is no such branch.
 * @throws {StalePlan} when somebody pushes to it meanwhile
 */
export async function readHead(
  client: GitHubClient,
  request: HeadRequest,
): Promise<{ defaultBranch: string | undefined; head: HeadState | undefined }> {
  // What is only read beside is the base's to say.
  const [chunk, ...others] = chunkFiles({ ...request.read, beside: [] });
  const { defaultBranchRef, head } = await readChunk(client, request, chunk);
  const defaultBranch = defaultBranchRef?.name;
  if (head === null) return { defaultBranch, head: undefined };
  const { target, associatedPullRequests } = head;
  const { oid, message } = target;
  const [commits, ...more] = await Promise.all([
    readCommits(client, request, oid),
    ...others.map(async (other) => ({ chunk: other, head: (await readChunk(client, request, other)).head })),
  ]);
  const answers = [{ chunk, head }, ...more].map((answer) => {
    if (answer.head?.target.oid !== oid) throw new StalePlan(false, undefined);
    return { chunk: answer.chunk, commit: answer.head.target };
  });
  const before = answers.flatMap(({ chunk, commit }) =>
    commit.parents.nodes.map((parent) => ({ chunk, commit: parent })),
  );
  return {
    defaultBranch,
    head: {
      oid,
      message,
      ...readFiles(answers),
      filesBefore: readFiles(before).files,
      commits,
      pullRequests: associatedPullRequests.nodes.filter(({ isCrossRepository }) => !isCrossRepository),
    },
  };
}

async function readChunk(
  client: GitHubClient,
  request: HeadRequest,
  chunk: FileChunk,
): Promise<Shaped<ReturnType<typeof headOf>>['repository']> {
  const variables = { head: `refs/heads/${request.branch}`, ...fileVariables(chunk) };
  const operation = { document: headDocument(chunk), data: headOf(chunk) };
  const { repository } = await query(client, request, { operation, variables });
  return repository;
}

async function readCommits(
  client: GitHubClient,
  request: HeadRequest,
  oid: string,
): Promise<readonly BranchCommit[] | undefined> {
  const variables = { base: `refs/heads/${request.base.branch}`, head: request.branch };
  const data = await query(client, request, { operation: COMPARISON, variables });
  const comparison = data.repository.base?.compare;
  if (comparison == null) return undefined;
  const { headTarget, commits } = comparison;
  if (headTarget.oid !== oid) throw new StalePlan(false, undefined);
  return commits.totalCount > MAX_COMMITS ? undefined : commits.nodes;
}

/** Pull requests are asked for by the branch: by its name alone there would be any number of them, from forks. */
function headDocument(chunk: FileChunk): string {
  return `query Head($owner: String!, $name: String!, $head: String!${declareFiles(chunk)}) {
    repository(owner: $owner, name: $name) {
      defaultBranchRef { name }
      head: ref(qualifiedName: $head) {
        target { ...Files ... on Commit { message parents(last: 1) { nodes { ...Files } } } }
        associatedPullRequests(states: OPEN, first: 20) { nodes { id number url baseRefName isCrossRepository } }
      }
    }
  } ${filesFragment(chunk)}`;
}

function headOf(chunk: FileChunk) {
  const commit = commitOf(chunk);
  const pullRequest = record({ ...openPullRequest, baseRefName: isBranchName, isCrossRepository: isFlag });
  return record({
    repository: record({
      defaultBranchRef: nullable(record({ name: isBranchName })),
      head: nullable(
        record({
          target: both(commit, record({ message: isText, parents: record({ nodes: listOf(commit) }) })),
          associatedPullRequests: record({ nodes: listOf(pullRequest) }),
        }),
      ),
    }),
  });
}

const COMMIT_FIELDS = `${SIGNED_COMMIT} message changedFilesIfAvailable parents(first: 2) { nodes { oid } }`;
const COMPARISON = {
  document: `query Comparison($owner: String!, $name: String!, $base: String!, $head: String!) {
    repository(owner: $owner, name: $name) {
      base: ref(qualifiedName: $base) {
        compare(headRef: $head) {
          headTarget { oid }
          commits(first: ${MAX_COMMITS}) { totalCount nodes { ${COMMIT_FIELDS} } }
        }
      }
    }
  }`,
  data: record({
    repository: record({
      base: nullable(
        record({
          compare: nullable(
            record({
              headTarget: record({ oid: isOid }),
              commits: record({ totalCount: isNumber, nodes: listOf(isBranchCommit) }),
            }),
          ),
        }),
      ),
    }),
  }),
};

async function query<Data>(
  client: GitHubClient,
  { repository }: HeadRequest,
  { operation, variables }: { operation: Operation<Data>; variables: Readonly<Record<string, string>> },
): Promise<Data> {
  const [owner, name] = repository.split('/');
  try {
    return await client.graphql(operation, { owner, name, ...variables });
  } catch (error) {
    throw explainFailure(error, { verb: 'read', repository, writes: false });
  }
}
