// What a commit holds at the paths that `...Files` asks for: a text, or why what is there cannot be used.

import { ActionError } from '../errors.ts';
import { isRecord } from '../json.ts';
import type { Snapshot } from '../publisher.ts';
import {
  isFlag,
  isNumber,
  isOid,
  isText,
  listOf,
  nullable,
  optional,
  record,
  type Shape,
  type Shaped,
} from './answer.ts';
import { type FileChunk, folderOf } from './files.ts';

export type FilesRead = Pick<Snapshot, 'files' | 'unusable'>;

/** Of what is no blob, nothing is asked. */
const isBlob = record({
  text: optional(nullable(isText)),
  isBinary: optional(nullable(isFlag)),
  isTruncated: optional(isFlag),
});
const treeEntry = { mode: isNumber, type: isText, object: nullable(isBlob) };
const isTreeEntry = nullable(record(treeEntry));
const isTree = record({ entries: optional(nullable(listOf(record({ ...treeEntry, name: isText })))) });
/** The root is a tree itself, any other folder an entry of one. */
const isFolder = nullable(record({ object: nullable(isTree) }));
const isParent = nullable(record({ mode: isNumber }));

type TreeEntry = NonNullable<Shaped<typeof isTreeEntry>>;

/** A commit as `filesFragment` asks for it. */
export type CommitFiles = { oid: string } & Record<`file${number}`, Shaped<typeof isTreeEntry>> &
  Record<`folder${number}`, Shaped<typeof isTree> | Shaped<typeof isFolder>> &
  Record<`parent${number}`, Shaped<typeof isParent>>;

const FOLDER = 0o040000;
const OTHERS = new Map([
  [0o120000, 'a symbolic link'],
  [0o160000, 'a submodule'],
]);
const REGULAR_FILES = [0o100644, 0o100755];

export function commitOf({ paths, folders, parents }: FileChunk): Shape<CommitFiles> {
  const folderShapes = folders.map((folder) => (folder === '' ? isTree : isFolder));
  return (value): value is CommitFiles =>
    isRecord(value) &&
    isOid(value['oid']) &&
    paths.every((_, index) => isTreeEntry(value[`file${index}`])) &&
    folderShapes.every((shape, index) => shape(value[`folder${index}`])) &&
    parents.every((_, index) => isParent(value[`parent${index}`]));
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
  const closed = new Map(answers.flatMap(({ commit, chunk }) => [...listClosed(commit, chunk)]));
  if (closed.size === 0) return { files, unusable };
  for (const path of answers[0]?.chunk.named ?? []) {
    const parent = foldersAbove(path).find((folder) => closed.has(folder));
    if (parent !== undefined) unusable.set(path, belowNone(path, `${parent} is ${closed.get(parent)}`));
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

function entriesOf(field: CommitFiles[`folder${number}`] | undefined) {
  const tree = field && 'object' in field ? field.object : field;
  // Without entries: there is a file, where a folder is asked for.
  return tree?.entries ?? [];
}

/** Parents that are there and no folders, and what they are. */
function* listClosed(commit: CommitFiles, { parents }: FileChunk): Generator<[string, string]> {
  for (const [index, path] of parents.entries()) {
    const mode = commit[`parent${index}`]?.mode ?? FOLDER;
    if (mode !== FOLDER) yield [path, OTHERS.get(mode) ?? 'a file'];
  }
}

function foldersAbove(path: string): string[] {
  const folder = folderOf(path);
  return folder === '' ? [] : [...foldersAbove(folder), folder];
}

function belowNone(path: string, parent: string): ActionError {
  return new ActionError('FILE_NOT_REGULAR', {
    message: `Cannot use ${path}: in the Flux repository ${parent}, and no folder.`,
    remedy: "Name the path that the link leads to, or the submodule's own repository with the input `repository`.",
  });
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
