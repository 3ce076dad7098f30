// The repository as a test sees it: what other people do to it, straight in git, and what is in it afterwards.
// What reads is synchronous, so that an assertion is one line.
import { runGitSync } from './git.ts';
import { someoneElse } from './identities.ts';
import { type MergeMethod, mergeBranch, mergePullRequest } from './merge.ts';
import type { Identity } from './objects.ts';
import { followBranches, getPullRequest, type PullRequest } from './pull-requests.ts';
import type { Repository, RepositorySettings } from './repository.ts';
import { RefMoved, updateRefs, writeCommit, zeroOid } from './write.ts';

interface LogEntry {
  readonly oid: string;
  readonly message: string;
  readonly parents: readonly string[];
  readonly author: Identity;
  /** Paths changed against the first parent */
  readonly files: readonly string[];
}

export interface RepositoryHandle {
  readonly nameWithOwner: string;
  readonly gitDir: string;
  readonly settings: RepositorySettings;
  readonly pullRequests: readonly PullRequest[];
  /**
   * Someone else's push; makes the branch (from the default branch's head) where there is none. With a `parent` it is a
   * forced push onto that commit. Returns the oid.
   */
  commit(push: {
    branch: string;
    files: Readonly<Record<string, string | Buffer | null>>;
    message?: string;
    author?: Identity;
    parent?: string;
  }): Promise<string>;
  read(ref: string, path: string): Buffer | undefined;
  /** Newest first */
  log(ref: string): LogEntry[];
  head(branch: string): string | undefined;
  /** Fully qualified name → oid */
  refs(): Record<string, string>;
  /** A person merges `head` into `base`; the open pull request between them, if there is one, is merged by it. */
  merge(merge: { base: string; head: string; method: MergeMethod; prNumber?: number }): Promise<string>;
  /** The button "Update branch": the base is merged into the head. */
  updateBranch(prNumber: number): Promise<string>;
}

export function createHandle(repository: Repository): RepositoryHandle {
  const { gitDir, nameWithOwner, settings, pullRequests, defaultBranch } = repository;
  const run = (...args: string[]) => runGitSync(gitDir, args);

  return {
    nameWithOwner,
    gitDir,
    settings,
    pullRequests,
    async commit({ branch, files, message = 'Change by someone else', author = someoneElse, parent }) {
      const name = `refs/heads/${branch}`;
      for (;;) {
        const head = await repository.resolveRef(name);
        const oid = await writeCommit(gitDir, {
          parent: parent ?? head ?? (await repository.resolveRef(`refs/heads/${defaultBranch}`)),
          message,
          author,
          committer: author,
          files,
        });
        try {
          await updateRefs(gitDir, [{ name, afterOid: oid, beforeOid: head ?? zeroOid }]);
          await followBranches(repository);
          return oid;
        } catch (error) {
          // Like a person: when the branch has moved, pull and push again.
          if (!(error instanceof RefMoved) || (await repository.resolveRef(name)) === head) {
            throw error;
          }
        }
      }
    },
    read(ref, path) {
      const { exitCode, stdout } = run('cat-file', 'blob', `${ref}:${path}`);
      return exitCode === 0 ? stdout : undefined;
    },
    log(ref) {
      const format = '--format=%x1e%H%x1f%P%x1f%an%x1f%ae%x1f%B%x1f';
      const { exitCode, stdout } = run('log', '-z', '--name-only', '--diff-merges=first-parent', format, ref, '--');
      return exitCode === 0 ? stdout.toString().split('\x1e').slice(1).map(parseLogEntry) : [];
    },
    head(branch) {
      const { exitCode, stdout } = run('rev-parse', '--verify', '--quiet', `refs/heads/${branch}`);
      return exitCode === 0 ? stdout.toString().trim() : undefined;
    },
    refs() {
      const lines = run('for-each-ref', '--format=%(refname) %(objectname)').stdout.toString().trim().split('\n');
      return Object.fromEntries(lines.filter(Boolean).map((line) => line.split(' ')));
    },
    async merge({ base, head, method, prNumber }) {
      const pullRequest =
        prNumber === undefined
          ? pullRequests.find((pr) => pr.state === 'OPEN' && pr.headRefName === head && pr.baseRefName === base)
          : getPullRequest(repository, prNumber);
      if (pullRequest !== undefined) {
        return mergePullRequest(repository, pullRequest, { method, author: someoneElse });
      }
      const oid = await mergeBranch(repository, { into: base, from: head, method, author: someoneElse });
      await followBranches(repository);
      return oid;
    },
    async updateBranch(prNumber) {
      const { headRefName, baseRefName } = getPullRequest(repository, prNumber);
      const oid = await mergeBranch(repository, {
        into: headRefName,
        from: baseRefName,
        method: 'merge',
        author: someoneElse,
      });
      await followBranches(repository);
      return oid;
    },
  };
}

function parseLogEntry(entry: string): LogEntry {
  const [oid = '', parents = '', name = '', email = '', message = '', files = ''] = entry.split('\x1f');
  return {
    oid,
    message: message.replace(/\n$/, ''),
    parents: parents.split(' ').filter(Boolean),
    author: { name, email },
    files: files.replace('\0\n', '').split('\0').filter(Boolean),
  };
}
