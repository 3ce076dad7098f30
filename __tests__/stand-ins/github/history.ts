// Questions about how commits descend from one another, asked of git itself.
import { git, runGit } from './git.ts';
import { Refusal } from './refusal.ts';
import type { Repository } from './repository.ts';

/** The commits that `head` has and `base` has not. */
export async function countCommits(repository: Repository, base: string, head: string): Promise<number> {
  return Number(await git(repository.gitDir, ['rev-list', '--count', `${base}..${head}`]));
}

/** Newest first; `range` in the terms of `git rev-list`, with a path after `--` if need be. */
export async function listCommits(repository: Repository, ...range: string[]): Promise<string[]> {
  return (await git(repository.gitDir, ['rev-list', ...range])).split('\n').filter(Boolean);
}

/** As the commit's page says: against its first parent, a renamed file once. */
export async function countChangedFiles(repository: Repository, oid: string): Promise<number> {
  const names = await git(repository.gitDir, [
    'diff-tree',
    '--root',
    '--no-commit-id',
    '--name-only',
    '-m',
    '--first-parent',
    '--find-renames',
    '-r',
    oid,
  ]);
  return names.split('\n').filter(Boolean).length;
}

/** How far `head` is ahead of `base` and behind it. */
export async function compareCommits(repository: Repository, base: string, head: string) {
  const counts = await git(repository.gitDir, ['rev-list', '--left-right', '--count', `${base}...${head}`]);
  const [behindBy = 0, aheadBy = 0] = counts.trim().split('\t').map(Number);
  return { aheadBy, behindBy };
}

export async function isAncestor(repository: Repository, ancestor: string, descendant: string): Promise<boolean> {
  const { exitCode } = await runGit(repository.gitDir, ['merge-base', '--is-ancestor', ancestor, descendant]);
  return exitCode === 0;
}

/** @throws {Refusal} */
export async function getHead(repository: Repository, branch: string): Promise<string> {
  const oid = await repository.resolveRef(`refs/heads/${branch}`);
  if (oid === undefined) {
    throw new Refusal('NOT_FOUND', `No branch named "${branch}" in ${repository.nameWithOwner}`);
  }
  return oid;
}
