// Many files of one commit: a field of the query for each, under an alias, and a bounded number of them in a query.
// https://docs.github.com/en/graphql/reference/git#commit

import type { ReadRequest } from '../publisher.ts';

/** What one query reads. */
export interface FileChunk {
  paths: readonly string[];
  /** Whole folders, without those below them; `''` is the root. */
  folders: readonly string[];
  /** Folders of which is only asked whether they are any. */
  parents: readonly string[];
  /** Every path that is asked for by name, in this chunk or another, or as part of a folder. */
  named: ReadonlySet<string>;
}

/** GitHub ends a query after ten seconds, and nobody knows how much is in a folder. */
const MAX_PATHS = 500;
const MAX_FOLDERS = 50;

/** At least one, so that there is a query also where no file is asked for. */
export function chunkFiles(
  read: Pick<ReadRequest, 'files' | 'beside' | 'folders'>,
  parents: readonly string[] = [],
): [FileChunk, ...FileChunk[]] {
  const named = new Set([...read.files, ...read.beside]);
  const whole = new Set(read.folders);
  // A folder that is read as a whole brings these along.
  const single = [...named].filter((path) => !whole.has(folderOf(path)));
  const parts = [
    { all: single, most: MAX_PATHS },
    { all: [...whole], most: MAX_FOLDERS },
    { all: parents, most: MAX_PATHS },
  ] as const;
  const count = Math.max(...parts.map(({ all, most }) => Math.ceil(all.length / most)));
  const chunkAt = (index: number): FileChunk => {
    const [paths = [], folders = [], asked = []] = parts.map(({ all, most }) =>
      all.slice(index * most, (index + 1) * most),
    );
    return { paths, folders, parents: asked, named };
  };
  return [chunkAt(0), ...Array.from({ length: Math.max(0, count - 1) }, (_, index) => chunkAt(index + 1))];
}

/**
 * The folders that lead to what is read, each once. GitHub says of a path below a link or a submodule that there is
 * nothing, and a commit would put a folder in its place.
 */
export function parentsOf({ files, beside, folders }: Pick<ReadRequest, 'files' | 'beside' | 'folders'>): string[] {
  const parents = new Set<string>();
  for (const path of [...files, ...beside, ...folders.map((folder) => `${folder}/`)]) {
    // Whoever is in it already has brought those above along.
    for (let folder = folderOf(path); folder !== '' && !parents.has(folder); folder = folderOf(folder)) {
      parents.add(folder);
    }
  }
  return [...parents];
}

/** `''` for the root, and for what is in it. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The variables that `...Files` takes: to be declared behind the operation's own. */
export function declareFiles(chunk: FileChunk): string {
  return Object.keys(fileVariables(chunk))
    .map((name) => `, $${name}: String!`)
    .join('');
}

export function fileVariables({ paths, folders, parents }: FileChunk): Record<string, string> {
  return Object.fromEntries([
    ...paths.map((path, index) => [`file${index}`, path]),
    // GraphQL refuses a variable that is not used, and the root takes none.
    ...folders.map((folder, index) => [`folder${index}`, folder]).filter(([, folder]) => folder !== ''),
    ...parents.map((parent, index) => [`parent${index}`, parent]),
  ]);
}

/** Defines `...Files` on a commit. */
export function filesFragment({ paths, folders, parents }: FileChunk): string {
  const entries = 'entries { name ...Entry }';
  const fields = [
    ...paths.map((_, index) => `file${index}: file(path: $file${index}) { ...Entry }`),
    ...folders.map((folder, index) =>
      folder === ''
        ? `folder${index}: tree { ${entries} }`
        : `folder${index}: file(path: $folder${index}) { object { ... on Tree { ${entries} } } }`,
    ),
  ];
  const kinds = parents.map((_, index) => `parent${index}: file(path: $parent${index}) { mode }`);
  const entry = 'fragment Entry on TreeEntry { mode type object { ... on Blob { text isBinary isTruncated } } }';
  return `fragment Files on Commit { oid ${[...fields, ...kinds].join(' ')} } ${fields.length === 0 ? '' : entry}`;
}
