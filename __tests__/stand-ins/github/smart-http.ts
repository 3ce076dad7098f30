// Clone, fetch and push: git's smart HTTP protocol by git's own `http-backend`, spoken to as a CGI program.
// https://git-scm.com/docs/git-http-backend
import { spawn } from 'node:child_process';
import type { IncomingHttpHeaders } from 'node:http';
import { type Answer, restError } from './answer.ts';
import { gitEnvironment } from './git.ts';
import { followBranches } from './pull-requests.ts';
import type { Repository } from './repository.ts';

export interface GitRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Undefined where the address is not one of git's. */
export function parseGitPath(pathname: string): { nameWithOwner: string; service: string } | undefined {
  const [, nameWithOwner, service] =
    /^\/([^/]+\/[^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack|HEAD|objects\/.+)$/.exec(pathname) ??
    [];
  return nameWithOwner === undefined || service === undefined ? undefined : { nameWithOwner, service };
}

export async function answerGit(
  { method, url, headers, body }: GitRequest,
  repository: Repository,
  service: string,
  signal: AbortSignal,
): Promise<Answer> {
  const isPush = service === 'git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack';
  if (isPush && (!repository.settings.mayWrite || repository.settings.isArchived)) {
    return restError(403, `Permission to ${repository.nameWithOwner}.git denied to github-actions[bot].`);
  }
  const output = await runBackend(
    {
      ...gitEnvironment,
      GIT_PROJECT_ROOT: repository.gitDir,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: header(headers['git-protocol']),
      REQUEST_METHOD: method,
      PATH_INFO: `/${service}`,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: header(headers['content-type']),
      CONTENT_LENGTH: `${body.length}`,
      HTTP_CONTENT_ENCODING: header(headers['content-encoding']),
      // Whoever is named here may push.
      REMOTE_USER: 'x-access-token',
    },
    body,
    signal,
  );
  if (service === 'git-receive-pack') {
    await followBranches(repository);
  }
  return parseCgi(output);
}

export function askForPassword(): Answer {
  const headers = { 'www-authenticate': 'Basic realm="GitHub"', 'content-type': 'text/plain' };
  return { status: 401, headers, body: Buffer.from('Authentication failed.\n') };
}

function header(value: string | string[] | undefined): string {
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
}

function runBackend(env: NodeJS.ProcessEnv, body: Buffer, signal: AbortSignal): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const child = spawn('git', ['http-backend'], { env, signal, stdio: ['pipe', 'pipe', 'ignore'] });
  const stdout: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stdin.on('error', () => undefined);
  child.on('error', reject);
  child.on('close', () => resolve(Buffer.concat(stdout)));
  child.stdin.end(body);
  return promise;
}

function parseCgi(output: Buffer): Answer {
  const endOfHeaders = output.indexOf('\r\n\r\n');
  const headers: Record<string, string> = {};
  for (const line of output.toString('latin1', 0, Math.max(endOfHeaders, 0)).split('\r\n')) {
    const [name = '', ...value] = line.split(':');
    headers[name.toLowerCase()] = value.join(':').trim();
  }
  const { status = endOfHeaders === -1 ? '500' : '200', ...rest } = headers;
  return { status: Number.parseInt(status, 10), headers: rest, body: output.subarray(endOfHeaders + 4) };
}
