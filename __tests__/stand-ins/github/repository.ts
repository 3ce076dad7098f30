// One bare repository and what GitHub knows about it beside git: settings, pull requests, which commits it signed.
// Everything else in the stand-in works on this.
import { existsSync } from 'node:fs';
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from './git.ts';
import { type GitObject, openObjectReader } from './object-reader.ts';
import { type Commit, parseCommit, parseTree, type TreeEntry } from './objects.ts';
import type { PullRequest } from './pull-requests.ts';

export interface RepositorySettings {
  isArchived: boolean;
  /** Branches under a classic branch protection rule */
  protectedBranches: string[];
  /** Branches under a ruleset, which GitHub refuses with another type of error */
  ruleset: string[];
  mayCreatePullRequests: boolean;
  mayWrite: boolean;
  mayRead: boolean;
  /** Whether GitHub signs what it commits for the token */
  signsCommits: boolean;
  autoMergeAllowed: boolean;
  /** Nothing is left to wait for: auto-merge is then refused and merging is the thing to do. */
  pullRequestsInCleanStatus: boolean;
  /** Names with owners that it had before */
  formerNames: string[];
}

export interface Repository {
  readonly nameWithOwner: string;
  readonly owner: string;
  readonly name: string;
  readonly url: string;
  readonly gitDir: string;
  readonly defaultBranch: string;
  readonly settings: RepositorySettings;
  readonly pullRequests: PullRequest[];
  /** Commits made through the API and signed by GitHub */
  readonly signedOids: Set<string>;
  read(expression: string): Promise<GitObject | undefined>;
  /** The oid of a fully qualified ref */
  resolveRef(name: string): Promise<string | undefined>;
  readCommit(oid: string): Promise<Commit>;
  findTreeEntry(commitOid: string, path: string): Promise<TreeEntry | undefined>;
  close(): Promise<void>;
}

export async function openRepository({
  directory,
  nameWithOwner,
  defaultBranch,
  serverUrl,
}: {
  directory: string;
  nameWithOwner: string;
  defaultBranch: string;
  serverUrl: string;
}): Promise<Repository> {
  const [owner = '', name = ''] = nameWithOwner.split('/');
  const gitDir = join(directory, owner, `${name}.git`);
  if (!existsSync(gitDir)) {
    await mkdir(gitDir, { recursive: true });
    await git(gitDir, ['init', '--quiet', '--bare', '--template=', `--initial-branch=${defaultBranch}`]);
    await appendFile(join(gitDir, 'config'), configuration);
  }
  const reader = openObjectReader(gitDir);

  // A query for a thousand files goes through the same few trees a thousand times.
  const trees = new Map<string, Promise<TreeEntry[]>>();

  function readTree(oid: string): Promise<TreeEntry[]> {
    const known = trees.get(oid);
    const tree = known ?? reader.read(oid).then((object) => parseTree(object?.content ?? Buffer.alloc(0)));
    trees.set(oid, tree);
    return tree;
  }
  async function readCommit(oid: string): Promise<Commit> {
    const object = await reader.read(oid);
    if (object?.type !== 'commit') {
      throw new Error(`${oid} is not a commit`);
    }
    return parseCommit(object.content);
  }

  return {
    nameWithOwner,
    owner,
    name,
    gitDir,
    defaultBranch,
    url: `${serverUrl}/${nameWithOwner}`,
    settings: defaultSettings(),
    pullRequests: [],
    signedOids: new Set(),
    read: reader.read,
    close: reader.close,
    readCommit,
    async resolveRef(ref) {
      // Anything else would be an expression to git (`main~1`).
      return isRefName(ref) ? (await reader.read(ref))?.oid : undefined;
    },
    async findTreeEntry(commitOid, path) {
      let entry: TreeEntry | undefined = { mode: '40000', name: '', oid: (await readCommit(commitOid)).tree };
      for (const segment of path.split('/')) {
        const entries: TreeEntry[] = entry?.mode === '40000' ? await readTree(entry.oid) : [];
        entry = entries.find((candidate) => candidate.name === segment);
      }
      return entry;
    },
  };
}

/** The one that had this name before, where no other has it now. */
export function findRenamed(repositories: ReadonlyMap<string, Repository>, name: string): Repository | undefined {
  return [...repositories.values()].find(({ settings }) => settings.formerNames.includes(name));
}

/** The rules of `git check-ref-format`, for a fully qualified name. */
export function isRefName(ref: string): boolean {
  return (
    /^refs\/[^/]+\/[^/]/.test(ref) &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what git forbids
    !/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|[/.]$/.test(ref) &&
    ref.split('/').every((component) => !component.startsWith('.') && !component.endsWith('.lock'))
  );
}

// Nobody needs these repositories after a power cut, and nothing may be packed while it is read. Many writers at once wait
// for one another's lock instead of failing on it.
const configuration = `[core]
	fsync = none
	quotePath = false
	filesRefLockTimeout = 5000
	packedRefsTimeout = 5000
[gc]
	auto = 0
[receive]
	autogc = false
`;

function defaultSettings(): RepositorySettings {
  return {
    isArchived: false,
    protectedBranches: [],
    ruleset: [],
    mayCreatePullRequests: true,
    mayWrite: true,
    mayRead: true,
    signsCommits: true,
    autoMergeAllowed: true,
    pullRequestsInCleanStatus: false,
    formerNames: [],
  };
}
