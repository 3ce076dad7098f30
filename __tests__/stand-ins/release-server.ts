// The release page of sops, as a mirror on this machine: what was published, or what a test makes of a request.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import releases from '../../src/sops/releases.json' with { type: 'json' };

/** What comes instead of a file. */
export type Answer =
  | { readonly status: number }
  /** Status 302, to this path of the same server. */
  | { readonly movedTo: string }
  /** Other bytes with status 200. */
  | { readonly bytes: Buffer }
  /** The connection breaks when so many bytes are sent. */
  | { readonly truncatedAt: number }
  | { readonly hang: true };

export interface ReleaseServer extends AsyncDisposable {
  /** As the input `sops-download-url` takes it. */
  readonly url: string;
  /** The paths that were asked for, in order. */
  readonly requests: readonly string[];
  /** For this machine. @returns the SHA-256 of the file */
  publish(version: string, file: Buffer): string;
  /** Answers the next requests so, one after the other; then again with what was published. */
  answer(...answers: Answer[]): void;
}

export async function startReleaseServer(): Promise<ReleaseServer> {
  const files = new Map<string, Buffer>();
  const answers: Answer[] = [];
  const requests: string[] = [];
  const server = createServer(({ url = '', headers: { host = '' } }, response) => {
    requests.push(url);
    const file = files.get(url);
    const answer = answers.shift();
    if (answer !== undefined) give(answer, { response, host, file: file ?? Buffer.alloc(0) });
    else if (file === undefined) response.writeHead(404).end('Not Found');
    else response.writeHead(200, { 'content-length': file.length }).end(file);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const suffix = new Map(Object.entries(releases.suffixes)).get(`${process.platform} ${process.arch}`);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mirror`,
    requests,
    publish(version, file) {
      files.set(`/mirror/v${version}/sops-v${version}.${suffix}`, file);
      return createHash('sha256').update(file).digest('hex');
    },
    answer: (...next) => void answers.push(...next),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Given {
  response: ServerResponse;
  /** As it was called. */
  host: string;
  file: Buffer;
}

function give(answer: Answer, { response, host, file }: Given): void {
  if ('hang' in answer) return;
  if ('status' in answer) {
    response.writeHead(answer.status).end();
  } else if ('movedTo' in answer) {
    response.writeHead(302, { location: `http://${host}${answer.movedTo}` }).end();
  } else if ('bytes' in answer) {
    response.writeHead(200, { 'content-length': answer.bytes.length }).end(answer.bytes);
  } else {
    response.writeHead(200, { 'content-length': file.length });
    response.write(file.subarray(0, answer.truncatedAt), () => response.destroy());
  }
}
