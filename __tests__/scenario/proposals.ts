// What the scenarios of pull requests share: a run that proposes, and what the Flux repository then has to look like.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { git } from '../stand-ins/github/git.ts';
import type { PullRequest } from '../stand-ins/github/github.ts';
import { type RecordingSops, type RunOptions, recordingSops } from '../stand-ins/runner.ts';
import { FILE, startWorld, type World, type WorldRun } from '../stand-ins/world.ts';

/** The default branch for the base `main` and the world's file. It stays as it is: another name would orphan what is open. */
export const HEAD = 'flux-secret-sync/main-clusters-dev-demo-kbot-token-b31f589482';

export type LogEntry = ReturnType<World['flux']['log']>[number];

/** A world whose secret has so many versions: `payload 1`, `payload 2`, … */
export async function startWorldWith({ versions }: { versions: number }): Promise<World> {
  const world = await startWorld();
  for (let version = 1; version <= versions; version += 1) world.secret.addVersion(`payload ${version}`);
  return world;
}

export function propose(
  world: World,
  inputs: Record<string, string> = {},
  options: Omit<RunOptions, 'inputs'> = {},
): Promise<WorldRun> {
  return world.run({ publish: 'pull-request', ...inputs }, options);
}

/** What the run asked GitHub to change, in order. */
export function writes({ github }: Pick<WorldRun, 'github'>): string[] {
  return github
    .filter(({ query }) => query === undefined || query.startsWith('mutation'))
    .map(({ operationName, method, path }) => operationName ?? `${method} ${path}`);
}

export function branches({ flux }: World): string[] {
  return Object.keys(flux.refs()).map((name) => name.replace('refs/heads/', ''));
}

/** The commits that a head branch has and its base has not, newest first. */
export function commitsOn({ flux }: World, { head = HEAD, base = 'main' } = {}): LogEntry[] {
  return flux.log(`refs/heads/${base}..refs/heads/${head}`);
}

export function openPullRequests({ flux }: World): PullRequest[] {
  return flux.pullRequests.filter(({ state }) => state === 'OPEN');
}

/** One pull request is open, its branch is `parent` plus one commit of the file, and there is no other branch. */
export function expectOneProposal(world: World, { parent }: { parent: string | undefined }): PullRequest {
  const [pullRequest, ...others] = openPullRequests(world);
  expect(others).toEqual([]);
  expect(pullRequest).toMatchObject({ headRefName: HEAD, baseRefName: 'main' });
  expect(commitsOn(world)).toEqual([expect.objectContaining({ parents: [parent], files: [FILE] })]);
  expect(branches(world)).toEqual([HEAD, 'main']);
  return pullRequest as PullRequest;
}

/** Puts a branch where it is told to be, or away, as `git push` does. */
export async function setBranch({ flux }: World, branch: string, oid: string | undefined): Promise<void> {
  const change = oid === undefined ? ['-d', `refs/heads/${branch}`] : [`refs/heads/${branch}`, oid];
  await git(flux.gitDir, ['update-ref', ...change]);
}

export interface DisposableSops extends RecordingSops, AsyncDisposable {}

/** A sops that notes its calls, in a folder of its own; give its `directory` to `pathFirst`. */
export async function watchSops(): Promise<DisposableSops> {
  const directory = await mkdtemp(join(tmpdir(), 'watched-sops-'));
  return Object.assign(await recordingSops(directory), {
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  });
}
