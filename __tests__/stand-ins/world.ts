// Everything a run meets: GitHub with a Flux repository, Google with a secret, and a runner's job between them.
// `await using world = await startWorld()`; then `world.run({version: '1'})` is one run of the built action.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GitHubStandIn, type LoggedRequest, type RepositoryHandle, startGitHub } from './github/github.ts';
import { type GoogleRequest, type GoogleSecret, type GoogleStandIn, startGoogle } from './google/google.ts';
import { type ActionRun, type RunOptions, runAction } from './runner.ts';

export const KMS_KEY = 'projects/demo-project/locations/global/keyRings/flux/cryptoKeys/sops';
export const FILE = 'clusters/dev/demo/kbot-token.yaml';
export const FLUX_REPOSITORY = 'acme/flux-gitops';

export interface WorldRun extends ActionRun {
  /** What this run asked GitHub for, in order. */
  github: LoggedRequest[];
  /** What this run, and the sops that it started, asked Google for. */
  google: GoogleRequest[];
}

export interface World extends AsyncDisposable {
  github: GitHubStandIn;
  google: GoogleStandIn;
  flux: RepositoryHandle;
  /** TELE_TOKEN, with no version yet. */
  secret: GoogleSecret;
  /** One run of the built action with the inputs of the README's example, but for those that are given. */
  run(inputs?: Record<string, string>, options?: Omit<RunOptions, 'inputs'>): Promise<WorldRun>;
  /** The manifest at the head of a branch. */
  manifest(branch?: string): string;
}

export async function startWorld(
  files: Record<string, string> = { 'README.md': 'The Flux repository.\n' },
): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'world-'));
  const github = await startGitHub();
  const google = await startGoogle({
    ...{ checkAccessTokens: true, seed: 'world' },
    projectNumbers: { 'other-project': '210987654321' },
  });
  const flux = github.repository(FLUX_REPOSITORY);
  await flux.commit({ branch: 'main', files });
  const secret = google.addSecret('TELE_TOKEN');
  const credentials = await google.workloadIdentity(directory);

  return {
    github,
    google,
    flux,
    secret,
    async run(inputs = {}, { env, github: job, ...options } = {}) {
      const before = { github: github.requests.length, google: google.requests.length };
      const given = {
        secret: 'TELE_TOKEN',
        'project-id': google.project,
        name: 'kbot-token',
        namespace: 'demo',
        key: 'token',
        file: FILE,
        'gcp-kms': KMS_KEY,
        repository: FLUX_REPOSITORY,
        token: github.token,
        'secret-manager-endpoint': google.url,
        'kms-endpoint': google.url,
        ...inputs,
      };
      const run = await runAction({
        inputs: given,
        env: { GOOGLE_APPLICATION_CREDENTIALS: credentials, ...env },
        github: { apiUrl: github.url, serverUrl: github.url, ...job },
        ...options,
      });
      return Object.assign(run, {
        github: github.requests.slice(before.github),
        google: google.requests.slice(before.google),
      });
    },
    manifest(branch = 'main') {
      const manifest = flux.read(`refs/heads/${branch}`, FILE);
      if (manifest === undefined) throw new Error(`${branch} has no ${FILE}`);
      return manifest.toString('utf8');
    },
    async [Symbol.asyncDispose]() {
      await github[Symbol.asyncDispose]();
      await google[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
