// Writes commits and refs. A commit goes in through `git fast-import` and touches no ref; a ref moves by `git update-ref`
// with the value it must have had, so two writers at once meet git's own lock and not this process' memory.
import { git, runGit } from './git.ts';
import type { Identity } from './objects.ts';

export const zeroOid = '0'.repeat(40);

export interface NewCommit {
  readonly parent: string | undefined;
  readonly message: string;
  readonly author: Identity;
  readonly committer: Identity;
  /** null deletes the path */
  readonly files: Readonly<Record<string, string | Buffer | null>>;
}

export interface RefUpdate {
  readonly name: string;
  readonly afterOid: string;
  /** Zeros: the ref must not exist. Undefined: whatever it is. */
  readonly beforeOid?: string | undefined;
}

/** A ref was not where its writer expected it; `actualOid` is undefined where git does not name it. */
export class RefMoved extends Error {
  override readonly name = 'RefMoved';
  readonly actualOid: string | undefined;

  constructor(message: string, actualOid: string | undefined) {
    super(message);
    this.actualOid = actualOid;
  }
}

/** Returns the oid of the new commit, which no ref names yet. */
export async function writeCommit(gitDir: string, commit: NewCommit): Promise<string> {
  const now = `${Math.floor(Date.now() / 1000)} +0000`;
  const scratch = 'refs/stand-in/scratch';
  const stream: (string | Buffer)[] = [
    `commit ${scratch}\nmark :1\n`,
    `author ${commit.author.name} <${commit.author.email}> ${now}\n`,
    `committer ${commit.committer.name} <${commit.committer.email}> ${now}\n`,
    ...data(commit.message),
    commit.parent === undefined ? '' : `from ${commit.parent}\n`,
  ];
  const files = Object.entries(commit.files);
  for (const [path, content] of files) {
    if (content === null) {
      stream.push(`D ${quotePath(path)}\n`);
    }
  }
  for (const [path, content] of files) {
    if (content !== null) {
      stream.push(`M 100644 inline ${quotePath(path)}\n`, ...data(content));
    }
  }
  // Resetting the scratch ref to nothing before fast-import ends keeps it from ever being written.
  stream.push('get-mark :1\n', `reset ${scratch}\nfrom ${zeroOid}\n\n`, 'done\n');
  const input = Buffer.concat(stream.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return (await git(gitDir, ['fast-import', '--quiet', '--done', '--cat-blob-fd=1'], { input })).trim();
}

function data(content: string | Buffer): (string | Buffer)[] {
  const bytes = Buffer.from(content);
  return [`data ${bytes.length}\n`, bytes, '\n'];
}

function quotePath(path: string): string {
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

/** Returns the oid of a commit of a tree that is already there, as merges have it. */
export async function commitTree(
  gitDir: string,
  commit: { tree: string; parents: readonly string[]; message: string; author: Identity; committer: Identity },
): Promise<string> {
  const parents = commit.parents.flatMap((parent) => ['-p', parent]);
  const env = {
    GIT_AUTHOR_NAME: commit.author.name,
    GIT_AUTHOR_EMAIL: commit.author.email,
    GIT_COMMITTER_NAME: commit.committer.name,
    GIT_COMMITTER_EMAIL: commit.committer.email,
  };
  return (await git(gitDir, ['commit-tree', commit.tree, ...parents], { input: commit.message, env })).trim();
}

/**
 * All of them or none.
 * @throws {RefMoved}
 */
export async function updateRefs(gitDir: string, updates: readonly RefUpdate[]): Promise<void> {
  const commands = updates.map(({ name, afterOid, beforeOid }) =>
    afterOid === zeroOid
      ? `delete ${[name, beforeOid].filter(Boolean).join(' ')}\n`
      : `update ${[name, afterOid, beforeOid].filter(Boolean).join(' ')}\n`,
  );
  const { exitCode, stderr } = await runGit(gitDir, ['update-ref', '--stdin'], { input: commands.join('') });
  if (exitCode !== 0) {
    throw new RefMoved(stderr.trim(), findActualOid(stderr));
  }
}

/** In git's words; zeros where the ref has gone meanwhile. */
function findActualOid(stderr: string): string | undefined {
  if (stderr.includes('unable to resolve reference')) return zeroOid;
  return /is at ([0-9a-f]{40}) but expected/.exec(stderr)?.[1];
}
