// A proxy as companies have them: it wants a password, ends TLS with a certificate of its own, and leads every host that
// it knows to a stand-in. What it does not know, it does not let through.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import { promisify } from 'node:util';

export interface ProxyOptions {
  /** A folder for its certificate. */
  readonly directory: string;
  /** Host → URL of the stand-in that it leads to. */
  readonly hosts: Readonly<Record<string, string>>;
  /** `hang`: no answer; a number: the status that everybody is refused with. */
  readonly refuses?: number | 'hang';
}

export interface ProxyStandIn extends AsyncDisposable {
  /** For HTTPS_PROXY and HTTP_PROXY, with its password. */
  readonly url: string;
  readonly password: string;
  /** A file for NODE_EXTRA_CA_CERTS and SSL_CERT_FILE. */
  readonly certificate: string;
  /** `host:port` of each connection that was asked for, in order. */
  readonly asked: readonly string[];
}

const PASSWORD = 'pass-of-the-proxy';

export async function startProxy({ directory, hosts, refuses }: ProxyOptions): Promise<ProxyStandIn> {
  const { certificate, key } = await makeCertificate(directory, Object.keys(hosts));
  const secureContext = createSecureContext({ key: await readFile(key), cert: await readFile(certificate) });
  const asked: string[] = [];
  const sockets = new Set<Duplex>();

  /** Behind the tunnel: whoever speaks there says itself which host it means. */
  const inner = createServer((incoming, outgoing) => forward(hosts, incoming, outgoing));
  const outer = createServer((_, outgoing) => void outgoing.writeHead(405).end());
  outer.on('connect', (incoming: IncomingMessage, socket: Duplex) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    asked.push(incoming.url ?? '');
    if (refuses === 'hang') return;
    const status = refuses ?? statusFor(incoming, hosts);
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    const isTls = incoming.url?.endsWith(':443') === true;
    const tunnel = isTls ? new TLSSocket(socket as never, { isServer: true, secureContext }) : socket;
    tunnel.on('error', () => undefined);
    inner.emit('connection', tunnel);
  });
  await new Promise<void>((resolve) => outer.listen(0, '127.0.0.1', resolve));
  const { port } = outer.address() as AddressInfo;

  return {
    url: `http://runner:${PASSWORD}@127.0.0.1:${port}`,
    password: PASSWORD,
    certificate,
    asked,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => outer.close(resolve));
      for (const socket of sockets) socket.destroy();
      outer.closeAllConnections();
      await closed;
    },
  };
}

function statusFor({ headers, url = '' }: IncomingMessage, hosts: ProxyOptions['hosts']): number {
  const credentials = `Basic ${Buffer.from(`runner:${PASSWORD}`).toString('base64')}`;
  if (headers['proxy-authorization'] !== credentials) return 407;
  return Object.hasOwn(hosts, url.replace(/:\d+$/, '')) ? 200 : 403;
}

function forward(hosts: ProxyOptions['hosts'], incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, url = '', headers } = incoming;
  const target = hosts[headers.host?.replace(/:\d+$/, '') ?? ''];
  const further = request(new URL(url, target), { method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  // What breaks behind the proxy breaks before it.
  further.on('error', () => void outgoing.destroy());
  incoming.pipe(further);
}

/** One that is its own authority, for all the hosts. */
async function makeCertificate(
  directory: string,
  hosts: readonly string[],
): Promise<{ certificate: string; key: string }> {
  const certificate = join(directory, 'proxy.pem');
  const key = join(directory, 'proxy.key');
  const names = ['proxy.example', ...hosts].map((host) => `DNS:${host}`).join(',');
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=proxy', '-addext', `subjectAltName=${names}`, '-keyout', key, '-out', certificate],
  ]);
  return { certificate, key };
}
