// GitHub for tests: its GraphQL and REST APIs and git itself over real bare repositories, on a port of this machine.
// It is faithful in what a client that commits can observe: compare-and-swap, errors word for word, pull requests' states.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, json } from './answer.ts';
import { createApi } from './api.ts';
import { createHandle, type RepositoryHandle } from './handle.ts';
import { openRepository, type Repository } from './repository.ts';
import { createFaults, describeRequest, type Effect, type Fault, type LoggedRequest } from './requests.ts';
import { getSchema } from './schema.ts';
import { parseGitPath } from './smart-http.ts';

export type { RepositoryHandle } from './handle.ts';
export type { PullRequest } from './pull-requests.ts';
export type { RepositorySettings } from './repository.ts';
export type { Fault, LoggedRequest } from './requests.ts';

export interface GitHubOptions {
  /** Names with owners; `['acme/flux-gitops']` unless told otherwise. They start empty. */
  readonly repositories?: readonly string[];
  readonly defaultBranch?: string;
  readonly token?: string;
  /** Milliseconds before each request is carried out */
  readonly delay?: number;
  /** Keeps the repositories there, at `<owner>/<name>.git`; otherwise they live in a temporary folder. */
  readonly directory?: string;
}

export interface GitHubStandIn extends AsyncDisposable {
  /** For GITHUB_API_URL as well as GITHUB_SERVER_URL; `${url}/api/v3` is the same as GitHub Enterprise Server's. */
  readonly url: string;
  readonly token: string;
  /** In the order of arrival */
  readonly requests: readonly LoggedRequest[];
  repository(nameWithOwner: string): RepositoryHandle;
  /** Of several that are meant for a request, the first added that is left takes effect. */
  fault(fault: Fault): void;
}

export async function startGitHub({
  repositories: names = ['acme/flux-gitops'],
  defaultBranch = 'main',
  token = 'ghs_standInToken',
  delay = 0,
  directory,
}: GitHubOptions = {}): Promise<GitHubStandIn> {
  getSchema(); // takes a while the first time, and no request should look slow for it
  const root = directory ?? (await mkdtemp(join(tmpdir(), 'github-stand-in-')));
  const repositories = new Map<string, Repository>();
  const requests: LoggedRequest[] = [];
  const faults = createFaults();
  const api = createApi({ repositories, token });
  const disposal = new AbortController();
  const pending = new Set<Promise<void>>();

  async function carryOut(request: LoggedRequest, body: Buffer, effect: Effect | undefined): Promise<Answer> {
    if (delay > 0) {
      await wait(delay, undefined, { signal: disposal.signal });
    }
    if (effect !== undefined && 'status' in effect) {
      return answerInstead(effect);
    }
    if (effect !== undefined && 'before' in effect) {
      await effect.before();
    }
    const beforeRefUpdate = effect !== undefined && 'beforeRefUpdate' in effect ? effect.beforeRefUpdate : undefined;
    const answer = await api.answer(request, body, { beforeRefUpdate, signal: disposal.signal });
    return effect !== undefined && 'tamper' in effect ? tampered(answer, effect.tamper) : answer;
  }

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const { method = '', url: path = '', headers } = incoming;
    const isGit = parseGitPath(new URL(path, 'http://localhost').pathname) !== undefined;
    const request = describeRequest({ method, path, headers, body: isGit ? '' : body.toString() });
    requests.push(request);
    const effect = faults.take(request);
    if (effect !== undefined && 'hang' in effect) {
      return;
    }
    if (effect !== undefined && 'reset' in effect) {
      incoming.socket.destroy();
      return;
    }
    const answer = await carryOut(request, body, effect).catch((error: unknown) =>
      // A fault of the stand-in itself: say where.
      json(500, { message: error instanceof Error ? error.stack : `${error}` }),
    );
    request.end = performance.now();
    if (effect !== undefined && 'loseAnswer' in effect) {
      incoming.socket.destroy();
      return;
    }
    request.response = { status: answer.status, body: isGit ? '' : answer.body.toString() };
    outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  }

  const server = createServer((incoming, outgoing) => {
    // A client that goes away in the middle of its request is its own business.
    const handled = handle(incoming, outgoing).catch(() => void outgoing.destroy());
    pending.add(handled);
    void handled.then(() => pending.delete(handled));
  });
  // Longer than any test, so that a client never writes into a connection that is just being closed.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const opened = await Promise.all(
    names.map((nameWithOwner) => openRepository({ directory: root, nameWithOwner, defaultBranch, serverUrl: url })),
  );
  const handles = new Map<string, RepositoryHandle>();
  for (const repository of opened) {
    repositories.set(repository.nameWithOwner.toLowerCase(), repository);
    handles.set(repository.nameWithOwner, createHandle(repository));
  }

  return {
    url,
    token,
    requests,
    fault: faults.add,
    repository(nameWithOwner) {
      const found = handles.get(nameWithOwner);
      if (found === undefined) {
        throw new Error(`The stand-in was started without a repository ${nameWithOwner}`);
      }
      return found;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      disposal.abort();
      await Promise.allSettled(pending);
      await Promise.all([closed, ...opened.map((repository) => repository.close())]);
      if (directory === undefined) {
        await rm(root, { recursive: true, force: true });
      }
    },
  };
}

function answerInstead({ status, headers, body = {} }: Extract<Effect, { status: number }>): Answer {
  const answer = json(status, body);
  const bytes = typeof body === 'string' ? Buffer.from(body) : answer.body;
  return { status, headers: { ...answer.headers, ...headers }, body: bytes };
}

function tampered(answer: Answer, tamper: (body: string) => string): Answer {
  return { ...answer, body: Buffer.from(tamper(answer.body.toString())) };
}
