// Where the runs are measured: the stand-ins with one delay, a Flux repository that is put back before every run, and
// the environment that a runner would give.

import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runAction } from '../__tests__/stand-ins/runner.ts';
import { type Command, measureTimes } from './measure.ts';
import type { Address, AnsweredRequest } from './stand-ins.ts';

/** In the order of the table. */
export const contenderNames = [
  'emptyScript',
  'unchangedPinned',
  'unchangedLatest',
  'createdPinned',
  'createdLatest',
  'shellScript',
] as const;
export type ContenderName = (typeof contenderNames)[number];

interface Contender {
  readonly command: Command;
  /** Puts everything back to where it was; to be called before each run. */
  reset(): void;
  /** @throws {Error} where the run did not do what it is measured for */
  verify(): void;
}

export interface Arena extends AsyncDisposable {
  readonly contenders: Readonly<Record<ContenderName, Contender>>;
  /** Those since the last call. */
  takeRequests(): Promise<AnsweredRequest[]>;
}

const local = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const FILE = 'clusters/dev/demo/kbot-token.yaml';
const KMS_KEY = 'projects/demo-project/locations/global/keyRings/flux/cryptoKeys/sops';

/** @param options the built action, and how many milliseconds longer each request takes */
export async function openArena({ entry, delay }: { entry: string; delay: number }): Promise<Arena> {
  const standIns = fork(local('stand-ins.ts'), [String(delay)]);
  const answer = async <T>(): Promise<T> => (await once(standIns, 'message'))[0] as T;
  const address = await answer<Address>();
  const job = await runAction({
    inputs: inputs(address),
    github: { apiUrl: address.github, serverUrl: address.github },
    entry: local('job-environment.mjs'),
  });
  const environment = JSON.parse(job.stdout) as Record<string, string>;

  const emptyScript = join(job.temp, 'empty.mjs');
  await writeFile(emptyScript, '');
  const node = (script: string, version: string): Command => ({
    program: process.execPath,
    arguments: [script],
    environment: { ...environment, INPUT_VERSION: version },
  });
  const action = (version: string) => node(entry, version);

  const branch = flux(address.gitDir);
  const empty = branch.head();
  await measureTimes(action('1'));
  const synced = branch.head();
  const from = (start: string, changes: boolean): Pick<Contender, 'reset' | 'verify'> => ({
    reset: () => branch.moveTo(start),
    verify() {
      if ((branch.head() !== start) !== changes)
        throw new Error(`The run should have committed ${changes ? 'once' : 'nothing'}.`);
    },
  });

  return {
    contenders: {
      emptyScript: { command: node(emptyScript, '1'), ...from(synced, false) },
      unchangedPinned: { command: action('1'), ...from(synced, false) },
      unchangedLatest: { command: action('latest'), ...from(synced, false) },
      createdPinned: { command: action('1'), ...from(empty, true) },
      createdLatest: { command: action('latest'), ...from(empty, true) },
      shellScript: { command: usualWay(address, environment), ...from(empty, true) },
    },
    takeRequests() {
      standIns.send('requests');
      return answer<AnsweredRequest[]>();
    },
    async [Symbol.asyncDispose]() {
      standIns.disconnect();
      await once(standIns, 'exit');
      await job[Symbol.asyncDispose]();
    },
  };
}

function inputs({ google, project, githubToken, accessToken }: Address): Record<string, string> {
  return {
    secret: 'TELE_TOKEN',
    'project-id': project,
    name: 'kbot-token',
    namespace: 'demo',
    key: 'token',
    file: FILE,
    'gcp-kms': KMS_KEY,
    repository: 'acme/flux-gitops',
    token: githubToken,
    'access-token': accessToken,
    'secret-manager-endpoint': google,
    'kms-endpoint': google,
  };
}

/** The same secret with the same credentials, as environment variables of a workflow's step. */
function usualWay(address: Address, { PATH = '', HOME = '' }: Readonly<Record<string, string>>): Command {
  return {
    program: local('usual-way.sh'),
    arguments: [],
    environment: {
      PATH,
      HOME,
      SECRET_MANAGER: address.google,
      PROJECT: address.project,
      SECRET: 'TELE_TOKEN',
      VERSION: 'latest',
      GOOGLE_OAUTH_ACCESS_TOKEN: address.accessToken,
      GITHUB_SERVER_URL: address.github,
      GITHUB_TOKEN: address.githubToken,
      REPOSITORY: 'acme/flux-gitops',
      FILE,
      NAME: 'kbot-token',
      NAMESPACE: 'demo',
      KEY: 'token',
      KMS_KEY,
      SOPS_GCP_KMS_CLIENT_TYPE: 'rest',
      SOPS_GCP_KMS_ENDPOINT: address.google,
    },
  };
}

function flux(gitDir: string) {
  const git = (...given: string[]) => execFileSync('git', ['--git-dir', gitDir, ...given], { encoding: 'utf8' }).trim();
  return {
    head: () => git('rev-parse', 'refs/heads/main'),
    moveTo: (oid: string) => git('update-ref', 'refs/heads/main', oid),
  };
}
