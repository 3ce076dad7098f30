// The git objects of GitHub's GraphQL schema: Commit, Tree, TreeEntry, Blob. A field that costs something is a function, which
// graphql calls only where the query asks for it.
import { type PageArguments, paginate } from './connection.ts';
import { countChangedFiles, listCommits } from './history.ts';
import { findLogin } from './identities.ts';
import { formatNodeId } from './node-id.ts';
import type { GitObject } from './object-reader.ts';
import { parseTree, type Signature, type TreeEntry, typeOfMode } from './objects.ts';
import type { Repository } from './repository.ts';

export async function describeObject(repository: Repository, expression: string) {
  const object = await repository.read(expression);
  switch (object?.type) {
    case 'commit':
      return describeCommit(repository, object.oid);
    case 'tree':
      // `main:apps` is the folder apps; an oid alone does not say where it is.
      return describeTree(repository, object, expression.split(':')[1] ?? '');
    case 'blob':
      return describeBlob(repository, object);
    default:
      return object === undefined ? null : { __typename: 'Tag', id: object.oid, oid: object.oid };
  }
}

export async function describeCommit(repository: Repository, oid: string) {
  const commit = await repository.readCommit(oid);
  const [messageHeadline = ''] = commit.message.split('\n', 1);
  const url = `${repository.url}/commit/${oid}`;
  return {
    __typename: 'Commit',
    id: formatNodeId('C', repository, oid),
    oid,
    abbreviatedOid: oid.slice(0, 7),
    url,
    commitUrl: url,
    message: commit.message,
    messageHeadline,
    messageBody: commit.message.slice(messageHeadline.length).replace(/^\n+/, ''),
    authoredDate: formatDate(commit.author.date),
    committedDate: formatDate(commit.committer.date),
    author: describeActor(commit.author),
    committer: describeActor(commit.committer),
    signature: () => (repository.signedOids.has(oid) ? describeSignature(commit.committer) : null),
    parents: (page: PageArguments) =>
      paginate('parents', commit.parents, page, (parent) => describeCommit(repository, parent)),
    changedFilesIfAvailable: () => countChangedFiles(repository, oid),
    tree: async () => {
      const tree = await repository.read(commit.tree);
      return tree === undefined ? null : describeTree(repository, tree, '');
    },
    file: async ({ path }: { path: string }) => {
      const entry = await repository.findTreeEntry(oid, path);
      return entry === undefined ? null : describeTreeEntry(repository, entry, path);
    },
    history: async ({ path, ...page }: PageArguments & { path?: string | null }) => {
      const oids = await listCommits(repository, oid, ...(path == null ? [] : ['--', path]));
      return paginate('history', oids, page, (ancestor) => describeCommit(repository, ancestor));
    },
  };
}

function describeActor({ name, email, date }: Signature) {
  const login = findLogin(email);
  return { name, email, date: formatDate(date), user: login === undefined ? null : describeUser(login) };
}

export function describeUser(login: string) {
  return { __typename: 'User', id: `U_${Buffer.from(login).toString('base64url')}`, login };
}

function describeSignature({ email }: Signature) {
  return { __typename: 'GpgSignature', isValid: true, wasSignedByGitHub: true, state: 'VALID', email, signer: null };
}

function describeTree(repository: Repository, { oid, content }: GitObject, path: string) {
  return {
    __typename: 'Tree',
    id: formatNodeId('T', repository, oid),
    oid,
    entries: () =>
      parseTree(content).map((entry) =>
        describeTreeEntry(repository, entry, path === '' ? entry.name : `${path}/${entry.name}`),
      ),
  };
}

function describeTreeEntry(repository: Repository, { mode, name, oid }: TreeEntry, path: string) {
  return {
    __typename: 'TreeEntry',
    name,
    path,
    oid,
    mode: Number.parseInt(mode, 8),
    type: typeOfMode(mode),
    size: async () => (typeOfMode(mode) === 'blob' ? ((await repository.read(oid))?.content.length ?? 0) : 0),
    object: async () => {
      const object = typeOfMode(mode) === 'commit' ? undefined : await repository.read(oid);
      if (object === undefined) {
        return null; // a submodule's commit is in another repository
      }
      return object.type === 'tree' ? describeTree(repository, object, path) : describeBlob(repository, object);
    },
  };
}

/** GitHub shortens the text of a larger blob. https://docs.github.com/en/graphql/reference/git#blob */
const longestText = 512 * 1024;

function describeBlob(repository: Repository, { oid, content }: GitObject) {
  // git's own guess: a NUL among the first 8000 bytes.
  const isBinary = content.subarray(0, 8000).includes(0);
  const isTruncated = content.length > longestText;
  return {
    __typename: 'Blob',
    id: formatNodeId('B', repository, oid),
    oid,
    byteSize: content.length,
    isBinary,
    isTruncated,
    text: () => (isBinary ? null : content.toString('utf8', 0, longestText)),
  };
}

export function formatDate(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
