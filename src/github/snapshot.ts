// What the base holds: its head, the files that a run may write, and those that it only reads. All of one commit, however
// many queries that takes.

import { ActionError, type ErrorCode } from '../errors.ts';
import { type Commit, type ReadRequest, type Snapshot, StalePlan } from '../publisher.ts';
import {
  both,
  either,
  isAbsent,
  isBranchName,
  isFlag,
  isOid,
  isRepositoryName,
  isText,
  isUrl,
  listOf,
  nullable,
  record,
  type Shaped,
} from './answer.ts';
import type { GitHubClient } from './client.ts';
import { findRunCommit } from './commit-message.ts';
import { explainFailure } from './failure.ts';
import { chunkFiles, declareFiles, type FileChunk, filesFragment, fileVariables, parentsOf } from './files.ts';
import { commitOf, readFiles } from './files-answer.ts';

/** The repository as GitHub knows it, by its present name. */
export interface RepositoryState {
  id: string;
  nameWithOwner: string;
  base: Snapshot;
  /** A commit on the base that carries the trailer of this run. */
  runCommit: Commit | undefined;
}

export interface SnapshotRequest {
  /** `owner/name`. */
  repository: string;
  /** Undefined for the default branch. */
  base: string | undefined;
  /** An oid to read in the place of the base's head; undefined for that. */
  commit: string | undefined;
  read: ReadRequest;
  /** The trailer to look for among the newest commits. */
  runId: string;
}

export const SIGNED_COMMIT = 'oid url signature { isValid wasSignedByGitHub }';
export const signedCommit = {
  oid: isOid,
  url: isUrl,
  signature: nullable(record({ isValid: isFlag, wasSignedByGitHub: isFlag })),
};
export const isSignedCommit = record(signedCommit);
export type SignedCommit = Shaped<typeof isSignedCommit>;

type FoundRepository = Shaped<ReturnType<typeof snapshotOf>>['repository'];
type ReadCommit = NonNullable<NonNullable<FoundRepository['branch']>['target']>;
interface ReadChunk {
  chunk: FileChunk;
  repository: FoundRepository;
  branch: string;
  commit: ReadCommit;
}

/** How far back a commit of this run is looked for: others may have pushed since. */
const HISTORY = 30;

/**
 * @throws {REPOSITORY_NOT_FOUND | REPOSITORY_ARCHIVED | REPOSITORY_EMPTY | BASE_NOT_FOUND}
 * @throws {TOKEN_REJECTED | GITHUB_UNREACHABLE | GITHUB_RATE_LIMITED}
 * @throws {StalePlan} when somebody pushes to it meanwhile
 */
export async function readRepository(client: GitHubClient, request: SnapshotRequest): Promise<RepositoryState> {
  const [chunk, ...others] = chunkFiles(request.read, parentsOf(request.read));
  const answers = await Promise.all([
    readChunk(client, request, { chunk, history: request.read.isRetry ? HISTORY : 0 }),
    ...others.map((other) => readChunk(client, request, { chunk: other, history: 0 })),
  ]);
  const [{ repository, branch, commit }] = answers;
  const { oid } = commit;
  if (answers.some((answer) => answer.commit.oid !== oid)) throw new StalePlan(false, undefined);
  const runCommit = findRunCommit(commit.history?.nodes ?? [], request.runId);
  return {
    id: repository.id,
    nameWithOwner: repository.nameWithOwner,
    base: { branch, oid, ...readFiles(answers) },
    runCommit: runCommit && toCommit(runCommit),
  };
}

async function readChunk(
  client: GitHubClient,
  request: SnapshotRequest,
  { chunk, history }: { chunk: FileChunk; history: number },
): Promise<ReadChunk> {
  const { repository, base, commit } = request;
  const [owner, name] = repository.split('/');
  const variables = {
    owner,
    name,
    ...(base !== undefined && { base: `refs/heads/${base}` }),
    ...(commit !== undefined && { commit }),
    ...fileVariables(chunk),
  };
  const operation = { document: snapshotDocument(request, chunk, history), data: snapshotOf(request, chunk, history) };
  let data: { repository: FoundRepository };
  try {
    data = await client.graphql(operation, variables);
  } catch (error) {
    throw explainFailure(error, { verb: 'read', repository, writes: false });
  }
  return { chunk, ...findCommit(data.repository, request) };
}

function snapshotDocument({ base, commit }: SnapshotRequest, chunk: FileChunk, history: number): string {
  const given = `${base === undefined ? '' : ', $base: String!'}${commit === undefined ? '' : ', $commit: GitObjectID!'}`;
  const branch = base === undefined ? 'defaultBranchRef' : 'ref(qualifiedName: $base)';
  const newest =
    history === 0 ? '' : `... on Commit { history(first: ${history}) { nodes { message ${SIGNED_COMMIT} } } }`;
  const target =
    commit === undefined
      ? `branch: ${branch} { name target { ...Files ${newest} } }`
      : `branch: ${branch} { name } commit: object(oid: $commit) { ...Files }`;
  return `query Snapshot($owner: String!, $name: String!${given}${declareFiles(chunk)}) {
    repository(owner: $owner, name: $name) { id nameWithOwner isArchived isEmpty ${target} }
  } ${filesFragment(chunk)}`;
}

function snapshotOf({ commit: given }: SnapshotRequest, chunk: FileChunk, history: number) {
  const newest = record({ nodes: listOf(record({ ...signedCommit, message: isText })) });
  const commit = both(commitOf(chunk), record({ history: history === 0 ? isAbsent : newest }));
  return record({
    repository: record({
      id: isText,
      nameWithOwner: isRepositoryName,
      isArchived: isFlag,
      isEmpty: isFlag,
      branch: nullable(record({ name: isBranchName, target: given === undefined ? commit : isAbsent })),
      // An object of another kind has none of what is asked of a commit.
      commit: given === undefined ? isAbsent : nullable(either(record({ oid: isAbsent }), commit)),
    }),
  });
}

/** @throws {REPOSITORY_ARCHIVED | REPOSITORY_EMPTY | BASE_NOT_FOUND} */
function findCommit(repository: FoundRepository, request: SnapshotRequest): Omit<ReadChunk, 'chunk'> {
  const { nameWithOwner, branch } = repository;
  const verb = request.commit === undefined ? 'write to' : 'read';
  const fail = (code: ErrorCode, reason: string, remedy: string) =>
    new ActionError(code, { message: `Cannot ${verb} ${nameWithOwner}: ${reason}.`, remedy });
  if (repository.isArchived) {
    throw fail('REPOSITORY_ARCHIVED', 'it is archived', 'Unarchive it, or name another `repository`.');
  }
  if (repository.isEmpty) {
    throw fail('REPOSITORY_EMPTY', 'it has no commit yet', 'Push a first commit, such as a README.');
  }
  if (branch === null) {
    const remedy = 'Create the branch, or name another one with the input `base`.';
    throw fail('BASE_NOT_FOUND', `it has no branch ${request.base ?? ''}`.trimEnd(), remedy);
  }
  const commit = request.commit === undefined ? branch.target : repository.commit;
  if (commit?.oid === undefined) {
    const remedy =
      'Run it again: GitHub makes the merge commit of a pull request anew with every push. The input `repository` has to be the one that the pull request is in.';
    throw fail('BASE_NOT_FOUND', `it has no commit ${request.commit ?? ''}`.trimEnd(), remedy);
  }
  return { repository, branch: branch.name, commit };
}

export function toCommit({ oid, url, signature }: SignedCommit): Commit {
  return { oid, url, verified: signature?.isValid === true && signature.wasSignedByGitHub };
}
