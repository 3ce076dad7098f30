// The stand-ins in a process of their own, so that nothing of their work is measured. ground.ts starts it with the delay
// of every request in milliseconds, and how many secrets there are beside TELE_TOKEN; it carries out one Order at a time.

import { startGitHub } from '../__tests__/stand-ins/github/github.ts';
import { type GoogleService, startGoogle } from '../__tests__/stand-ins/google/google.ts';

export interface Address {
  readonly github: string;
  readonly githubToken: string;
  readonly gitDir: string;
  readonly google: string;
  readonly project: string;
  readonly accessToken: string;
}

/** Times are milliseconds on one clock for all services. */
export interface AnsweredRequest {
  readonly service: 'github' | GoogleService;
  readonly start: number;
  readonly end: number;
}

export interface Push {
  /** The commit below it. */
  readonly parent: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Answered with the requests since the last such order, or with the oid of the new commit. */
export type Order = 'requests' | Push;

const REPOSITORY = 'acme/flux-gitops';
const ACCESS_TOKEN = 'ya29.benchmark';
const [delay = 0, secrets = 0] = process.argv.slice(2).map(Number);

const github = await startGitHub({ repositories: [REPOSITORY], delay });
const google = await startGoogle({ accessToken: ACCESS_TOKEN, checkAccessTokens: true, delay });
google.addSecret('TELE_TOKEN').addVersion('123456:valid');
for (let number = 1; number <= secrets; number += 1) {
  const secret = google.addSecret(`APP_${number}`);
  secret.addVersion(`${number}:the-first-token-of-an-app`);
  // One that has changed, and that a run may still be pinned to.
  if (number === 1) secret.addVersion(`${number}:the-other-token-of-an-app`);
}
const flux = github.repository(REPOSITORY);
await flux.commit({ branch: 'main', files: manifests(50), message: 'What the clusters run' });

let answered = { github: 0, google: 0 };
process.on('message', async (order: Order) => {
  process.send?.(order === 'requests' ? takeRequests() : await flux.commit({ branch: 'main', ...order }));
});
process.once('disconnect', async () => {
  await Promise.all([github[Symbol.asyncDispose](), google[Symbol.asyncDispose]()]);
});
process.send?.({
  github: github.url,
  githubToken: github.token,
  gitDir: flux.gitDir,
  google: google.url,
  project: google.project,
  accessToken: ACCESS_TOKEN,
} satisfies Address);

function takeRequests(): AnsweredRequest[] {
  const requests = [
    ...github.requests.slice(answered.github).map((request) => ({ service: 'github' as const, ...timesOf(request) })),
    ...google.requests.slice(answered.google).map((request) => ({ service: request.service, ...timesOf(request) })),
  ];
  answered = { github: github.requests.length, google: google.requests.length };
  return requests;
}

/** A Flux repository of a modest size: the shell script has to clone it. */
function manifests(count: number): Record<string, string> {
  const names = Array.from({ length: count }, (_, index) => `app-${index + 1}`);
  return Object.fromEntries(
    names.map((name) => [
      `clusters/dev/apps/${name}.yaml`,
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: apps\ndata:\n  LOG_LEVEL: info\n`,
    ]),
  );
}

function timesOf({ start, end }: { start: number; end?: number | undefined }): { start: number; end: number } {
  if (end === undefined) throw new Error('A request was never answered.');
  return { start, end };
}
