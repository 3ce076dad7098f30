// A Flux repository on GitHub's stand-in with both publishers on it, and manifests that real sops has made.
import { expect } from 'vitest';
import { startDeadline } from '../../../src/deadline.ts';
import { ActionError } from '../../../src/errors.ts';
import type { EditedKustomization } from '../../../src/flux/kustomization.ts';
import { createGitHubClient } from '../../../src/github/client.ts';
import { type CommitOptions, createCommitPublisher } from '../../../src/github/commit.ts';
import { createPullRequestPublisher, type PullRequestOptions } from '../../../src/github/pull-request.ts';
import {
  type FileChanges,
  type Publication,
  type Published,
  type Publisher,
  type ReadRequest,
  StalePlan,
} from '../../../src/publisher.ts';
import { EncryptedManifest } from '../../../src/sops/encrypted-manifest.ts';
import { recipientsRule } from '../../../src/sops/encryption-rule.ts';
import { SopsDocument } from '../../../src/sops/sops-document.ts';
import { git } from '../../stand-ins/github/git.ts';
import {
  type GitHubOptions,
  type GitHubStandIn,
  type LoggedRequest,
  type RepositoryHandle,
  startGitHub,
} from '../../stand-ins/github/github.ts';
import { CLEAR, generateAgeKey, openWorkshop, secretManifest } from '../sops/real-sops.ts';

export const REPOSITORY = 'acme/flux-gitops';
export const FILE = 'clusters/dev/demo/kbot-token.yaml';
export const SCOPE = 'flux-secrets.yaml';
export const HEAD = 'rotate';
export const RUN = '11111111-aaaa-4bbb-8ccc-000000000001';
export const NEXT_RUN = '22222222-aaaa-4bbb-8ccc-000000000002';
export const NO_FILES = { 'README.md': 'The Flux repository.\n' };

const { recipient } = await generateAgeKey();
const rule = recipientsRule([{ kind: 'age', id: recipient }]);
/** What real sops makes of a payload each. */
const texts = await encryptAll(['one', 'two', 'three']);

async function encryptAll(payloads: readonly string[]): Promise<string[]> {
  await using workshop = await openWorkshop();
  const encrypter = workshop.encrypter();
  const requests = payloads.map((token) => ({
    file: FILE,
    manifest: secretManifest({ token }),
    rule,
    configuration: undefined,
  }));
  return await Promise.all(requests.map(async (request) => (await encrypter.encrypt(request)).text));
}

export function textOf(version: number): string {
  return texts[version - 1] ?? expect.unreachable(`there is no version ${version}`);
}

export function manifest(file: string, version = 1): EncryptedManifest {
  const expected = { clear: CLEAR, dataKeys: ['token'], empty: [], rule };
  const verified = EncryptedManifest.verify(file, SopsDocument.parse(textOf(version)), expected);
  return verified instanceof EncryptedManifest ? verified : expect.unreachable(verified.violations.join());
}

/** A publisher takes what it is given for edited: only the file and the text matter to it. */
export function kustomization(file: string, text: string): EditedKustomization {
  return { file, text } as EditedKustomization;
}

export function publication(changes: Partial<FileChanges>): Publication {
  return {
    files: { manifests: [], kustomizations: [], deletions: [], ...changes },
    commitMessage: { headline: 'Set secrets', body: 'As agreed.' },
    sources: ['projects/1/secrets/TELE_TOKEN/versions/1'],
    title: 'Set secrets',
    body: 'What changes.',
  };
}

export interface Flux extends AsyncDisposable {
  github: GitHubStandIn;
  repository: RepositoryHandle;
  commitPublisher(options?: Partial<CommitOptions>): Publisher;
  /** Reads, and publishes as a pull request; each call is a run. */
  propose(changes: Partial<FileChanges>, options?: ProposeOptions): Promise<Published>;
  pullRequestPublisher(options?: Partial<PullRequestOptions>): Publisher;
}

interface ProposeOptions extends Partial<PullRequestOptions> {
  read?: Partial<ReadRequest>;
}

export function readRequest(read: Partial<ReadRequest> = {}): ReadRequest {
  return { files: [], beside: [], folders: [], isRetry: false, ...read };
}

export async function startFlux(
  files: Record<string, string | Buffer> = NO_FILES,
  given: GitHubOptions = {},
): Promise<Flux> {
  const github = await startGitHub(given);
  const repository = github.repository(REPOSITORY);
  await repository.commit({ branch: 'main', files });
  const deadline = startDeadline(60_000);
  const client = createGitHubClient({ token: github.token, apiUrl: github.url, deadline, log: () => undefined });
  const options = { client, repository: REPOSITORY, base: undefined, runId: RUN, scope: SCOPE };
  const settings = { draft: false, labels: [], reviewers: [], teamReviewers: [], autoMerge: undefined };
  const pullRequestPublisher: Flux['pullRequestPublisher'] = (over) =>
    createPullRequestPublisher({ ...options, branchFor: () => HEAD, settings, ...over });
  return {
    github,
    repository,
    commitPublisher: (over) => createCommitPublisher({ ...options, commit: undefined, ...over }),
    pullRequestPublisher,
    async propose(changes, { read, ...over } = {}) {
      const published = publication(changes);
      const { manifests, kustomizations, deletions } = published.files;
      const written = [...manifests, ...kustomizations].map(({ file }) => file);
      const target = await pullRequestPublisher(over).read(readRequest({ files: [...written, ...deletions], ...read }));
      return await target.publish(published);
    },
    [Symbol.asyncDispose]: () => github[Symbol.asyncDispose](),
  };
}

/** Names of what was asked for, in order. */
export function operations(requests: readonly LoggedRequest[]): (string | undefined)[] {
  return requests.map(({ operationName }) => operationName);
}

export function isWrite({ query }: LoggedRequest): boolean {
  return query === undefined || query.startsWith('mutation');
}

export async function errorOf(promise: Promise<unknown>): Promise<ActionError> {
  const thrown = await promise.then(
    () => expect.unreachable('it went well'),
    (error: unknown) => error,
  );
  return thrown instanceof ActionError ? thrown : expect.unreachable(`${thrown}`);
}

export async function staleOf(promise: Promise<unknown>): Promise<StalePlan> {
  const thrown = await promise.then(
    () => expect.unreachable('it went well'),
    (error: unknown) => error,
  );
  return thrown instanceof StalePlan ? thrown : expect.unreachable(`${thrown}`);
}

/** Someone's commit of what is no file: a link (mode 120000) or a submodule (160000). */
export async function commitEntry({ repository }: Flux, { mode, path }: { mode: string; path: string }): Promise<void> {
  const parent = repository.head('main');
  const target = mode === '120000' ? `inline ${path}\ndata 6\ntarget\n` : `${parent} ${path}\n`;
  const input = `commit refs/heads/main\ncommitter Mona Lisa <> 1700000000 +0000\ndata 0\nfrom ${parent}\nM ${mode} ${target}`;
  await git(repository.gitDir, ['fast-import', '--quiet'], { input });
}

/** So many files in folders of ten. */
export function manyPaths(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `apps/team-${Math.floor(index / 10)}/secret-${index}.yaml`);
}
