// The proxy itself, seen through Node's own client.
import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { type ProxyOptions, type ProxyStandIn, startProxy } from './proxy.ts';

async function start(stack: AsyncDisposableStack, options: Partial<ProxyOptions> = {}): Promise<ProxyStandIn> {
  const directory = stack.use(await mkdtempDisposable(join(tmpdir(), 'proxy-')));
  const server = createServer((incoming, outgoing) => outgoing.end(`${incoming.headers.host}${incoming.url}`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stack.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  const hosts = { 'api.example': `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  return stack.use(await startProxy({ directory: directory.path, hosts, ...options }));
}

/** The status, and the tunnel where that is 200. */
function connect(proxy: string, target: string): Promise<{ status: number | undefined; socket: Socket }> {
  const { hostname, port, username, password } = new URL(proxy);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return new Promise((resolve, reject) => {
    request({ hostname, port, method: 'CONNECT', path: target, headers: { 'proxy-authorization': authorization } })
      .on('connect', ({ statusCode: status }, socket) => resolve({ status, socket: socket as Socket }))
      .on('error', reject)
      .end();
  });
}

test('leads a host that it knows to its stand-in, by TLS with its own certificate', async () => {
  await using stack = new AsyncDisposableStack();
  const proxy = await start(stack);
  const { status, socket } = await connect(proxy.url, 'api.example:443');
  const ca = await readFile(proxy.certificate);
  const answer = await new Promise<string>((resolve, reject) => {
    const options = { socket, host: 'api.example', servername: 'api.example', path: '/a?b', ca, agent: false };
    secureRequest(options as object, (incoming) => resolve(text(incoming)))
      .on('error', reject)
      .end();
  });

  expect(status).toBe(200);
  expect(answer).toBe('api.example/a?b');
  expect(proxy.asked).toEqual(['api.example:443']);
});

test.for([
  { who: 'no host that it does not know', change: (url: string) => url, target: 'other.example:443', status: 403 },
  {
    who: 'nobody without its password',
    change: (url: string) => url.replace(/:pass[^@]*/, ':x'),
    target: 'api.example:443',
    status: 407,
  },
])('lets through $who', async ({ change, target, status }) => {
  await using stack = new AsyncDisposableStack();
  const proxy = await start(stack);
  const refused = await connect(change(proxy.url), target);
  refused.socket.destroy();

  expect(refused.status).toBe(status);
  expect(proxy.asked).toEqual([target]);
});

test('refuses everybody where it is told to', async () => {
  await using stack = new AsyncDisposableStack();
  const proxy = await start(stack, { refuses: 502 });
  const refused = await connect(proxy.url, 'api.example:443');
  refused.socket.destroy();
  expect(refused.status).toBe(502);
});
