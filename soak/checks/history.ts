// The Flux repository after a run: git finds nothing wrong with it, nothing that was there is gone, and every commit is
// either people's or that of one run, which says so.

import { git, runGit } from '../../__tests__/stand-ins/github/git.ts';
import { gitHub, gitHubActions } from '../../__tests__/stand-ins/github/identities.ts';
import type { Scene } from '../scene.ts';

export interface Commit {
  readonly oid: string;
  readonly parents: readonly string[];
  readonly author: string;
  readonly committer: string;
  readonly message: string;
  readonly files: readonly string[];
}

export interface History {
  readonly refs: Readonly<Record<string, string>>;
  /** By oid: all that a branch leads to. */
  readonly commits: ReadonlyMap<string, Commit>;
  /** Oids of what main leads to. */
  readonly main: ReadonlySet<string>;
  /** Of pull requests: what a run could change. */
  readonly pullRequests: string;
}

const FORMAT = '--format=%x1e%H%x1f%P%x1f%an <%ae>%x1f%cn <%ce>%x1f%B%x1f';

export async function readHistory({ world: { flux } }: Scene): Promise<History> {
  const log = await git(flux.gitDir, ['log', '--branches', '-z', '--name-only', '--no-renames', FORMAT]);
  const commits = log.split('\x1e').slice(1).map(parseCommit);
  const main = (await git(flux.gitDir, ['rev-list', 'refs/heads/main'])).trim().split('\n');
  return {
    refs: flux.refs(),
    commits: new Map(commits.map((commit) => [commit.oid, commit])),
    main: new Set(main),
    pullRequests: JSON.stringify(flux.pullRequests),
  };
}

function parseCommit(entry: string): Commit {
  const [oid = '', parents = '', author = '', committer = '', message = '', files = ''] = entry.split('\x1f');
  return {
    oid,
    parents: parents.split(' ').filter(Boolean),
    author,
    committer,
    message,
    files: files.replace('\0\n', '').split('\0').filter(Boolean),
  };
}

/** What holds whatever the run was asked for, and however it has ended. */
export async function checkHistory(scene: Scene, before: History, after: History): Promise<string[]> {
  const { exitCode, stdout, stderr } = await runGit(scene.world.flux.gitDir, ['fsck', '--strict', '--no-dangling']);
  const main = before.refs['refs/heads/main'] ?? '';
  const lost = [...scene.people].filter((oid) => !after.commits.has(oid));
  return [
    ...(exitCode === 0 ? [] : [`git fsck: ${stdout}${stderr}`]),
    ...(after.main.has(main) ? [] : ['main does not lead to what it was before']),
    ...lost.map((oid) => `the commit ${oid}, which is people's, is gone`),
    ...[...after.commits.values()].flatMap((commit) => checkCommit(scene, commit)),
    ...checkRunTrailers([...after.commits.values()]),
    ...checkBranches(scene, before, after),
  ];
}

const asText = ({ name, email }: typeof gitHub) => `${name} <${email}>`;

function isOurs({ author }: Commit): boolean {
  return author === asText(gitHubActions);
}

function checkCommit({ people, merges }: Scene, commit: Commit): string[] {
  const problem = (what: string) => `the commit ${commit.oid} ${what}`;
  if (people.has(commit.oid) || merges.has(commit.oid)) return [];
  if (!isOurs(commit)) return [problem(`is by ${commit.author}, and nobody has made it`)];
  const claimed = /^Flux-Secret-Sync-Files: (\d+)/m.exec(commit.message)?.[1];
  return [
    ...(commit.committer === asText(gitHub) ? [] : [problem(`was committed by ${commit.committer}`)]),
    ...(commit.parents.length === 1 ? [] : [problem(`has ${commit.parents.length} parents`)]),
    ...(runTrailers(commit).length === 1 ? [] : [problem(`has ${runTrailers(commit).length} trailers of a run`)]),
    ...(Number(claimed) === commit.files.length
      ? []
      : [problem(`says ${claimed} of its ${commit.files.length} files`)]),
  ];
}

function runTrailers({ message }: Commit): string[] {
  return [...message.matchAll(/^Flux-Secret-Sync-Run: (\S+)$/gm)].map(([, id = '']) => id);
}

function checkRunTrailers(commits: readonly Commit[]): string[] {
  const ids = commits.filter(isOurs).flatMap(runTrailers);
  const twice = new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
  return [...twice].map((id) => `several commits are those of the run ${id}`);
}

/** A branch that was made beside a proposal, to move it there, is gone with the run; only one that was killed leaves it. */
function checkBranches({ leftOver }: Scene, before: History, after: History): string[] {
  return Object.keys(after.refs)
    .filter((ref) => !(ref in before.refs) && !leftOver.has(ref))
    .filter((ref) => !/^refs\/heads\/flux-secret-sync\/main-[A-Za-z0-9-]+-[0-9a-f]{10}$/.test(ref))
    .map((ref) => `${ref} is left over`);
}
