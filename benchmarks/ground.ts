// What every contender stands on: the stand-ins with one delay, the environment that a runner would give, and a Flux
// repository that can be put back before every run.

import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { runAction } from '../__tests__/stand-ins/runner.ts';
import type { Command } from './measure.ts';
import type { Address, AnsweredRequest, Order, Push } from './stand-ins.ts';

export interface Contender {
  readonly command: Command;
  /** Puts everything back to where it was; to be called before each run. */
  reset(): void;
  /** @throws {Error} where the run did not do what it is measured for */
  verify(): void;
}

export interface Ground extends AsyncDisposable {
  readonly address: Address;
  /** Of a job with the inputs that all runs of the action share. */
  readonly environment: Readonly<Record<string, string>>;
  /** A folder that is gone with the ground. */
  readonly folder: string;
  readonly branch: Branch;
  /** Somebody's commit on main. Returns its oid. */
  push(push: Push): Promise<string>;
  /** Those since the last call. */
  takeRequests(): Promise<AnsweredRequest[]>;
}

export interface GroundOptions {
  /** How many milliseconds longer each request takes. */
  readonly delay: number;
  /** How many secrets there are beside TELE_TOKEN: APP_1, APP_2, … */
  readonly secrets?: number;
  /** What the action is given beside its credentials. */
  readonly inputs: Readonly<Record<string, string>>;
}

export const KMS_KEY = 'projects/demo-project/locations/global/keyRings/flux/cryptoKeys/sops';

export const local = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export async function openGround({ delay, secrets = 0, inputs }: GroundOptions): Promise<Ground> {
  const standIns = fork(local('stand-ins.ts'), [String(delay), String(secrets)]);
  const answer = async <T>(): Promise<T> => (await once(standIns, 'message'))[0] as T;
  const order = <T>(what: Order): Promise<T> => {
    standIns.send(what);
    return answer<T>();
  };
  const address = await answer<Address>();
  const job = await runAction({
    inputs: { ...credentials(address), ...inputs },
    github: { apiUrl: address.github, serverUrl: address.github },
    entry: local('job-environment.mjs'),
  });
  return {
    address,
    environment: JSON.parse(job.stdout) as Record<string, string>,
    folder: job.temp,
    branch: openBranch(address.gitDir),
    push: (push) => order<string>(push),
    takeRequests: () => order<AnsweredRequest[]>('requests'),
    async [Symbol.asyncDispose]() {
      standIns.disconnect();
      await once(standIns, 'exit');
      await job[Symbol.asyncDispose]();
    },
  };
}

function credentials({ google, project, githubToken, accessToken }: Address): Record<string, string> {
  return {
    'project-id': project,
    'gcp-kms': KMS_KEY,
    repository: 'acme/flux-gitops',
    token: githubToken,
    'access-token': accessToken,
    'secret-manager-endpoint': google,
    'kms-endpoint': google,
  };
}

/** The shell script with the same credentials, as environment variables of a workflow's step. */
export function usualWay(
  { address, environment: { PATH = '', HOME = '' } }: Ground,
  script: { program: string; variables: Readonly<Record<string, string>> },
): Command {
  return {
    program: local(script.program),
    arguments: [],
    environment: {
      PATH,
      HOME,
      SECRET_MANAGER: address.google,
      PROJECT: address.project,
      VERSION: 'latest',
      GOOGLE_OAUTH_ACCESS_TOKEN: address.accessToken,
      GITHUB_SERVER_URL: address.github,
      GITHUB_TOKEN: address.githubToken,
      REPOSITORY: 'acme/flux-gitops',
      KMS_KEY,
      SOPS_GCP_KMS_CLIENT_TYPE: 'rest',
      SOPS_GCP_KMS_ENDPOINT: address.google,
      ...script.variables,
    },
  };
}

type Branch = ReturnType<typeof openBranch>;

/** The main branch, straight in git. */
function openBranch(gitDir: string) {
  const git = (...given: string[]) => execFileSync('git', ['--git-dir', gitDir, ...given], { encoding: 'utf8' }).trim();
  return {
    head: () => git('rev-parse', 'refs/heads/main'),
    moveTo: (oid: string) => git('update-ref', 'refs/heads/main', oid),
    read: (oid: string, file: string) => git('show', `${oid}:${file}`),
    /** How many files differ from what they were at a commit. */
    countChanges: (since: string) =>
      git('diff', '--name-only', since, 'refs/heads/main').split('\n').filter(Boolean).length,
    /** Takes all that another repository's main branch comes from. */
    takeFrom: (otherGitDir: string, oid: string) =>
      git('fetch', '--quiet', otherGitDir, `${oid}:refs/benchmark/${oid}`),
  };
}
