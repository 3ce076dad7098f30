// The Google that tests talk to: Secret Manager, Cloud KMS and the security token service behind one plain-HTTP port of
// 127.0.0.1, with a log of all requests. `await using google = await startGoogle()` stops it at the end of the block.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { type CloudKmsOptions, createCloudKms, type KeyUse } from './cloud-kms.ts';
import { createFaults, delayed, type Fault } from './faults.ts';
import { GoogleError } from './google-error.ts';
import { createSecretManager, type GoogleSecret, type SecretOptions } from './secret-manager.ts';
import { createWorkloadIdentity } from './workload-identity.ts';

export type { GoogleSecret };
export type GoogleService = 'secretmanager' | 'cloudkms' | 'sts' | 'unknown';

export interface GoogleOptions extends CloudKmsOptions {
  /** The id of the project that secrets are in unless said otherwise: `demo-project`. */
  readonly project?: string;
  /** Numbers by project id; any other id is 123456789012. */
  readonly projectNumbers?: Readonly<Record<string, string>>;
  /** `false`: `versions.get` and `versions.list` are denied, as to a mere secretAccessor. */
  readonly mayView?: boolean;
  /** The longest page of a list of versions; by default as long as Google's. */
  readonly longestPage?: number;
  /** `true`: only the token of the exchange and `accessToken` are let in. */
  readonly checkAccessTokens?: boolean;
  readonly accessToken?: string;
  /** Milliseconds before each answer. */
  readonly delay?: number;
}

export interface GoogleRequest {
  readonly service: GoogleService;
  readonly method: string;
  /** With its query, as sent. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Absent until it is answered; a request that hangs or is cut never is. */
  status?: number;
  response?: string;
  /** `performance.now()` when its head arrived, and when the answer was handed over. */
  readonly start: number;
  end?: number;
}

export interface GoogleStandIn extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly project: string;
  /** All requests, in the order of their arrival. */
  readonly requests: readonly GoogleRequest[];
  addSecret(id: string, options?: SecretOptions): GoogleSecret;
  /** Every payload comes with a checksum that is not its own, or with none, until restored. */
  corruptChecksum(): void;
  dropChecksum(): void;
  restoreChecksum(): void;
  /** Without uses: both. */
  denyKey(cryptoKey: string, ...uses: KeyUse[]): void;
  allowKey(cryptoKey: string): void;
  /** As `:decrypt` would, without a request. @throws {GoogleError} for a ciphertext of another key */
  decrypt(cryptoKey: string, ciphertext: Buffer): Buffer;
  fault(fault: Fault): void;
  clearFaults(): void;
  /** Writes a file for GOOGLE_APPLICATION_CREDENTIALS (and the OIDC token it names) and answers its path. */
  workloadIdentity(directory: string): Promise<string>;
  /** For searching where it must not be: what the credentials file leads to. */
  readonly tokens: { readonly oidc: string; readonly exchanged: string };
}

interface Answer {
  readonly status: number;
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function startGoogle(options: GoogleOptions = {}): Promise<GoogleStandIn> {
  const { project = 'demo-project', projectNumbers = {}, delay = 0 } = options;
  const numberOf = (asked: string): string => (/^\d+$/.test(asked) ? asked : (projectNumbers[asked] ?? '123456789012'));
  const { mayView = true, longestPage = 25_000 } = options;
  const secretManager = createSecretManager({ defaultProject: project, numberOf, mayView, longestPage });
  const kms = createCloudKms(options);
  const identity = createWorkloadIdentity();
  const faults = createFaults();
  const requests: GoogleRequest[] = [];

  function verifyAccessToken(authorization: string | undefined): void {
    if (!options.checkAccessTokens) return;
    const accepted = [identity.exchangedToken, options.accessToken].map((token) => token && `Bearer ${token}`);
    if (authorization !== undefined && accepted.includes(authorization)) return;
    const problem =
      authorization === undefined
        ? 'is missing required authentication credential'
        : 'had invalid authentication credentials';
    throw new GoogleError(
      'UNAUTHENTICATED',
      `Request ${problem}. Expected OAuth 2 access token, login cookie or other valid authentication credential. ` +
        'See https://developers.google.com/identity/sign-in/web/devconsole-project.',
    );
  }

  function answer({ service, method, path, headers, body }: GoogleRequest): Answer {
    const url = new URL(path, 'http://google');
    if (service === 'sts') return identity.answer(body);
    try {
      verifyAccessToken(headers.authorization);
      const found = secretManager.answer(method, url) ?? kms.answer(method, url, body);
      // Google's front end says this of paths that no service knows, and says it in HTML.
      return found
        ? { status: 200, body: found }
        : { status: 404, body: '<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>' };
    } catch (error) {
      if (error instanceof GoogleError) return { status: error.code, body: error };
      throw error;
    }
  }

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const start = performance.now();
    const { method = '', url: path = '', headers } = incoming;
    const body = await text(incoming);
    const request: GoogleRequest = { service: serviceOf(method, path), method, path, headers, body, start };
    requests.push(request);
    const fault = faults.take(request);
    await delayed(delay);
    if (fault !== undefined && takesOver(fault, response)) return;
    if (fault !== undefined && 'before' in fault) await fault.before(request);
    send(response, request, fault !== undefined && 'status' in fault ? fault : answer(request));
  }

  const server = createServer((incoming, response) => {
    // A client that leaves early is none of the stand-in's failures; a bug of the stand-in shows as a 500.
    serve(incoming, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500).end(`The stand-in failed: ${String(error)}`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The stand-in has no port.');
  const url = `http://127.0.0.1:${address.port}`;

  return {
    url,
    port: address.port,
    project,
    requests,
    addSecret: secretManager.addSecret,
    corruptChecksum: () => secretManager.giveChecksums('wrong'),
    dropChecksum: () => secretManager.giveChecksums('absent'),
    restoreChecksum: () => secretManager.giveChecksums('right'),
    denyKey: kms.denyKey,
    allowKey: kms.allowKey,
    decrypt: kms.decrypt,
    fault: faults.add,
    clearFaults: faults.clear,
    workloadIdentity: (directory) => identity.writeCredentials(directory, `${url}/v1/token`),
    tokens: { oidc: identity.oidcToken, exchanged: identity.exchangedToken },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Whether there is no answer beyond what the fault does. */
function takesOver(fault: Fault, response: ServerResponse): boolean {
  if ('reset' in fault) response.req.socket.resetAndDestroy();
  if ('serve' in fault) fault.serve(response);
  return 'hang' in fault || 'reset' in fault || 'serve' in fault;
}

function serviceOf(method: string, path: string): GoogleService {
  if (path === '/v1/token' && method === 'POST') return 'sts';
  if (/^\/v1\/projects\/.*\/secrets\//.test(path)) return 'secretmanager';
  return /^\/v1\/projects\/.*\/cryptoKeys\//.test(path) ? 'cloudkms' : 'unknown';
}

function send(response: ServerResponse, request: GoogleRequest, { status, body = '', headers }: Answer): void {
  const isText = typeof body === 'string';
  const sent = isText ? body : JSON.stringify(body);
  const contentType = isText ? 'text/html; charset=UTF-8' : 'application/json; charset=UTF-8';
  response.writeHead(status, { 'content-type': contentType, ...headers }).end(sent);
  Object.assign(request, { status, response: sent, end: performance.now() });
}
