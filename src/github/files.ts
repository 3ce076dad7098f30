// Many files of one commit: a field of the query for each, under an alias, and a bounded number of them in a query.
// https://docs.github.com/en/graphql/reference/git#commit

import { ActionError } from '../errors.ts';
import type { ReadRequest, Snapshot } from '../publisher.ts';

/** What one query reads. */
export interface FileChunk {
  paths: readonly string[];
  /** Whole folders, without those below them; `''` is the root. */
  folders: readonly string[];
  /** Every path that is asked for by name, in this chunk or another, or as part of a folder. */
  named: ReadonlySet<string>;
}

export type FilesRead = Pick<Snapshot, 'files' | 'unusable'>;

/** A commit as `filesFragment` asks for it. */
export type CommitFiles = { oid: string } & Record<`file${number}`, TreeEntry | null> &
  Record<`folder${number}`, FolderField | null>;

interface TreeEntry {
  mode: number;
  type: string;
  object: { text?: string | null; isBinary?: boolean | null; isTruncated?: boolean } | null;
}
/** The root is a tree itself, any other folder an entry of one. */
type FolderField = Tree | { object: Tree | null };
interface Tree {
  entries?: readonly (TreeEntry & { name: string })[] | null;
}

/** GitHub ends a query after ten seconds, and nobody knows how much is in a folder. */
const MAX_PATHS = 500;
const MAX_FOLDERS = 50;
const REGULAR_FILES = [0o100644, 0o100755];

/** At least one, so that there is a query also where no file is asked for. */
export function chunkFiles(read: Pick<ReadRequest, 'files' | 'beside' | 'folders'>): [FileChunk, ...FileChunk[]] {
  const named = new Set([...read.files, ...read.beside]);
  const whole = new Set(read.folders);
  // A folder that is read as a whole brings these along.
  const single = [...named].filter((path) => !whole.has(folderOf(path)));
  const count = Math.max(Math.ceil(single.length / MAX_PATHS), Math.ceil(whole.size / MAX_FOLDERS));
  const chunkAt = (index: number): FileChunk => ({
    paths: single.slice(index * MAX_PATHS, (index + 1) * MAX_PATHS),
    folders: [...whole].slice(index * MAX_FOLDERS, (index + 1) * MAX_FOLDERS),
    named,
  });
  return [chunkAt(0), ...Array.from({ length: Math.max(0, count - 1) }, (_, index) => chunkAt(index + 1))];
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The variables that `...Files` takes: to be declared behind the operation's own. */
export function declareFiles(chunk: FileChunk): string {
  return Object.keys(fileVariables(chunk))
    .map((name) => `, $${name}: String!`)
    .join('');
}

export function fileVariables({ paths, folders }: FileChunk): Record<string, string> {
  return Object.fromEntries([
    ...paths.map((path, index) => [`file${index}`, path]),
    // GraphQL refuses a variable that is not used, and the root takes none.
    ...folders.map((folder, index) => [`folder${index}`, folder]).filter(([, folder]) => folder !== ''),
  ]);
}

/** Defines `...Files` on a commit. */
export function filesFragment({ paths, folders }: FileChunk): string {
  const entries = 'entries { name ...Entry }';
  const fields = [
    ...paths.map((_, index) => `file${index}: file(path: $file${index}) { ...Entry }`),
    ...folders.map((folder, index) =>
      folder === ''
        ? `folder${index}: tree { ${entries} }`
        : `folder${index}: file(path: $folder${index}) { object { ... on Tree { ${entries} } } }`,
    ),
  ];
  const entry = 'fragment Entry on TreeEntry { mode type object { ... on Blob { text isBinary isTruncated } } }';
  return `fragment Files on Commit { oid ${fields.join(' ')} } ${fields.length === 0 ? '' : entry}`;
}

/** The answers to chunks of one reading, together. */
export function readFiles(answers: readonly { commit: CommitFiles; chunk: FileChunk }[]): FilesRead {
  const files = new Map<string, string>();
  const unusable = new Map<string, ActionError>();
  for (const { commit, chunk } of answers) {
    for (const [path, entry] of listEntries(commit, chunk)) {
      const text = readText(path, entry);
      if (typeof text === 'string') files.set(path, text);
      else if (chunk.named.has(path)) unusable.set(path, text);
    }
  }
  return { files, unusable };
}

function* listEntries(commit: CommitFiles, { paths, folders, named }: FileChunk): Generator<[string, TreeEntry]> {
  for (const [index, path] of paths.entries()) {
    const entry = commit[`file${index}`];
    if (entry) yield [path, entry];
  }
  for (const [index, folder] of folders.entries()) {
    for (const entry of entriesOf(commit[`folder${index}`])) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (named.has(path) || /\.ya?ml$/.test(path)) yield [path, entry];
    }
  }
}

function entriesOf(field: FolderField | null | undefined): NonNullable<Tree['entries']> {
  const tree = field && 'object' in field ? field.object : field;
  // Without entries: there is a file, where a folder is asked for.
  return tree?.entries ?? [];
}

function readText(path: string, { mode, type, object }: TreeEntry): string | ActionError {
  if (type !== 'blob' || !REGULAR_FILES.includes(mode)) {
    return new ActionError('FILE_NOT_REGULAR', {
      message: `Cannot use ${path}: in the Flux repository it is a folder, a symbolic link or a submodule.`,
      remedy: 'Name the path of a regular file.',
    });
  }
  if (object === null || typeof object.text !== 'string' || object.isBinary === true || object.isTruncated === true) {
    return new ActionError('FILE_NOT_READABLE', {
      message: `Cannot use ${path}: what the Flux repository holds there is binary, or too large to be read.`,
      remedy: 'GitHub hands out 512 KiB of a text at most: split it or name another one, or delete it there.',
    });
  }
  return object.text;
}
