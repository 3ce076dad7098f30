// The stand-ins in a process of their own, so that nothing of their work is measured. arena.ts starts it with the delay
// of every request in milliseconds; to each message it answers with the requests since the last one.

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

const REPOSITORY = 'acme/flux-gitops';
const ACCESS_TOKEN = 'ya29.benchmark';
const delay = Number(process.argv[2]);

const github = await startGitHub({ repositories: [REPOSITORY], delay });
const google = await startGoogle({ accessToken: ACCESS_TOKEN, checkAccessTokens: true, delay });
google.addSecret('TELE_TOKEN').addVersion('123456:valid');
const flux = github.repository(REPOSITORY);
await flux.commit({ branch: 'main', files: manifests(50), message: 'What the clusters run' });

let answered = { github: 0, google: 0 };
process.on('message', () => {
  const requests = [
    ...github.requests.slice(answered.github).map((request) => ({ service: 'github', ...timesOf(request) })),
    ...google.requests.slice(answered.google).map((request) => ({ service: request.service, ...timesOf(request) })),
  ];
  answered = { github: github.requests.length, google: google.requests.length };
  process.send?.(requests);
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
