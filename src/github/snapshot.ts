// What a branch holds, in one GraphQL query: its head, the files that may be written, and the `.sops.yaml` above them.

import { ActionError } from '../errors.ts';
import type { Commit, ReadRequest, Snapshot } from '../publisher.ts';
import type { GitHubClient } from './client.ts';
import { findRunCommit } from './commit-message.ts';
import { explainFailure } from './failure.ts';

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
  read: ReadRequest;
  /** The trailer to look for among the newest commits. */
  runId: string;
}

interface TreeEntry {
  mode: number;
  type: string;
  object: { text?: string | null; isBinary?: boolean | null; isTruncated?: boolean } | null;
}
export type FileAliases = Record<`file${number}`, TreeEntry | null>;
export interface SignedCommit {
  oid: string;
  url: string;
  signature: { isValid: boolean; wasSignedByGitHub: boolean } | null;
}
interface SnapshotData {
  repository: {
    id: string;
    nameWithOwner: string;
    isArchived: boolean;
    isEmpty: boolean;
    branch: {
      name: string;
      target: FileAliases & { oid: string; history?: { nodes: (SignedCommit & { message: string })[] } };
    } | null;
  };
}

export const SIGNED_COMMIT = 'oid url signature { isValid wasSignedByGitHub }';
const REGULAR_FILES = [0o100644, 0o100755];
/** How far back a commit of this run is looked for: others may have pushed since. */
const HISTORY = 30;

/**
 * @throws {REPOSITORY_NOT_FOUND | REPOSITORY_ARCHIVED | REPOSITORY_EMPTY | BASE_NOT_FOUND | FILE_NOT_REGULAR}
 * @throws {FILE_NOT_READABLE | TOKEN_REJECTED | GITHUB_UNREACHABLE | GITHUB_RATE_LIMITED}
 */
export async function readRepository(client: GitHubClient, request: SnapshotRequest): Promise<RepositoryState> {
  const { repository, base, read } = request;
  const files = [...read.files, ...read.configurations];
  const [owner, name] = repository.split('/');
  const branch = base === undefined ? 'defaultBranchRef' : 'ref(qualifiedName: $base)';
  const document = `query Snapshot($owner: String!, $name: String!${base === undefined ? '' : ', $base: String!'}${fileVariables(files)}) {
    repository(owner: $owner, name: $name) {
      id nameWithOwner isArchived isEmpty
      branch: ${branch} { name target { oid ... on Commit { ${fileFields(files)}
        ${read.isRetry ? `history(first: ${HISTORY}) { nodes { message ${SIGNED_COMMIT} } }` : ''} } } }
    }
  }`;
  let data: SnapshotData;
  try {
    const variables = { owner, name, ...(base === undefined ? {} : { base: `refs/heads/${base}` }) };
    data = await client.graphql(document, { ...variables, ...pathVariables(files) });
  } catch (error) {
    throw explainFailure(error, { verb: 'read', repository, writes: false });
  }
  return toState(data.repository, request, files);
}

function toState(
  found: SnapshotData['repository'],
  request: SnapshotRequest,
  files: readonly string[],
): RepositoryState {
  const { id, nameWithOwner, branch } = found;
  if (found.isArchived) {
    throw unusable(
      'REPOSITORY_ARCHIVED',
      nameWithOwner,
      'it is archived',
      'Unarchive it, or name another `repository`.',
    );
  }
  if (found.isEmpty) {
    throw unusable('REPOSITORY_EMPTY', nameWithOwner, 'it has no commit yet', 'Push a first commit, such as a README.');
  }
  if (branch === null) {
    const remedy = 'Create the branch, or name another one with the input `base`.';
    throw unusable('BASE_NOT_FOUND', nameWithOwner, `it has no branch ${request.base ?? ''}`.trimEnd(), remedy);
  }
  const { target } = branch;
  const commit = findRunCommit(target.history?.nodes ?? [], request.runId);
  return {
    id,
    nameWithOwner,
    base: { branch: branch.name, oid: target.oid, files: readFiles(target, files) },
    runCommit: commit && toCommit(commit),
  };
}

export function toCommit({ oid, url, signature }: SignedCommit): Commit {
  return { oid, url, verified: signature?.isValid === true && signature.wasSignedByGitHub };
}

export function fileVariables(paths: readonly string[]): string {
  return paths.map((_, index) => `, $path${index}: String!`).join('');
}

export function pathVariables(paths: readonly string[]): Record<string, string> {
  return Object.fromEntries(paths.map((path, index) => [`path${index}`, path]));
}

export function fileFields(paths: readonly string[]): string {
  return paths
    .map(
      (_, index) =>
        `file${index}: file(path: $path${index}) { mode type object { ... on Blob { text isBinary isTruncated } } }`,
    )
    .join(' ');
}

export function readFiles(target: FileAliases, paths: readonly string[]): Map<string, string> {
  const files = new Map<string, string>();
  for (const [index, path] of paths.entries()) {
    const entry = target[`file${index}`];
    if (entry) files.set(path, readText(path, entry));
  }
  return files;
}

function readText(path: string, { mode, type, object }: TreeEntry): string {
  if (type !== 'blob' || !REGULAR_FILES.includes(mode)) {
    throw new ActionError('FILE_NOT_REGULAR', {
      message: `Cannot use ${path}: in the Flux repository it is a folder, a symbolic link or a submodule.`,
      remedy: 'Name the path of a regular file.',
    });
  }
  if (object === null || typeof object.text !== 'string' || object.isBinary === true || object.isTruncated === true) {
    throw new ActionError('FILE_NOT_READABLE', {
      message: `Cannot use ${path}: what the Flux repository holds there is binary, or too large to be read.`,
      remedy: 'Delete it there, or name another `file`.',
    });
  }
  return object.text;
}

function unusable(
  code: 'REPOSITORY_ARCHIVED' | 'REPOSITORY_EMPTY' | 'BASE_NOT_FOUND',
  repository: string,
  reason: string,
  remedy: string,
): ActionError {
  return new ActionError(code, { message: `Cannot write to ${repository}: ${reason}.`, remedy });
}
