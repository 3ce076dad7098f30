// What can go wrong between the action and Secret Manager. All of it is before sops: nothing is ever encrypted.
import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { crc32c } from '@aws-crypto/crc32c';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import type { ErrorCode } from '../../../src/errors.ts';
import type { LoggedRequest } from '../../stand-ins/github/github.ts';
import type { WorldRun } from '../../stand-ins/world.ts';
import { NO_SECRET } from '../configs.ts';
import { annotationsOf, googleCalls, openManifest } from '../reading.ts';
import type { Fault, FaultTable } from './fault.ts';
import { credentials, quote } from './google-credentials.ts';

const NOBODY = 'http://127.0.0.1:9';
/** Time for more than one attempt, and for the run to be over before it, however slow the machine. */
const ASK_AGAIN = { timeout: '7s' };
const error = (code: number, status: string) => ({ status: code, body: { error: { code, message: 'No.', status } } });
const accesses = (run: WorldRun): number => googleCalls(run).filter((call) => call === 'access').length;
const askedOnce = (run: WorldRun): void => expect(accesses(run)).toBe(1);
const askedAgain = (run: WorldRun): void => expect(accesses(run)).toBeGreaterThan(1);

const elsewhere = (url: string): string => `${url.replace('127.0.0.1', 'localhost')}/v1/elsewhere`;
const answerOf = (name: string, bytes: Buffer) => ({
  status: 200,
  body: { name, payload: { data: bytes.toString('base64'), dataCrc32c: String(crc32c(bytes)) } },
});

const JSON_TYPE = { 'content-type': 'application/json' };
function breakOff(response: ServerResponse): void {
  response.writeHead(200, { ...JSON_TYPE, 'content-length': 1_000 });
  response.write('{"name":"projects/1234', () => response.destroy());
}
function send(response: ServerResponse, chunks: Iterable<Buffer> | AsyncIterable<Buffer>): void {
  pipeline(Readable.from(chunks), response.writeHead(200, JSON_TYPE), () => undefined);
}
async function* drops(): AsyncGenerator<Buffer> {
  for (const byte of Buffer.from('{"name":"projects/123456789012')) {
    yield Buffer.from([byte]);
    await wait(1_000);
  }
}
function* flood(): Generator<Buffer> {
  yield Buffer.from('{"name":"');
  for (const chunk = Buffer.alloc(1024 * 1024, 'x'); ; ) yield chunk;
}
const PACKED = gzipSync(Buffer.alloc(100_000_000, 'x'));
const bomb = (response: ServerResponse): void => {
  response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end(PACKED);
};
const LIST = '`gcloud secrets versions list TELE_TOKEN --project=demo-project --filter=state:ENABLED` shows which are';

const versions: Fault[] = [
  {
    when: 'there is no such secret',
    inputs: { secret: 'NO_SUCH' },
    code: 'SECRET_NOT_FOUND',
    says: 'Cannot access projects/demo-project/secrets/NO_SUCH/versions/1: there is no such secret or version.',
    remedy:
      'Check `secret`, `version` and the project; `gcloud secrets versions list NO_SUCH --project=demo-project --filter=state:ENABLED` shows what there is.',
  },
  {
    when: 'there is no such version',
    inputs: { version: '7' },
    code: 'SECRET_NOT_FOUND',
    says: 'secrets/TELE_TOKEN/versions/7: there is no such secret or version.',
    remedy: '`version`',
  },
  {
    when: 'the secret has no version yet',
    arrange: ({ google }) => {
      google.addSecret('EMPTY');
    },
    inputs: { secret: 'EMPTY', version: 'latest' },
    code: 'SECRET_NOT_FOUND',
    says: 'secrets/EMPTY/versions/latest',
    remedy: '`secret`',
  },
  {
    when: 'there is no such alias',
    inputs: { version: 'stable' },
    code: 'SECRET_NOT_FOUND',
    says: 'versions/stable',
    remedy: 'that the secret has an alias `stable`',
  },
  {
    when: 'a number is written as an alias',
    inputs: { version: 'v1' },
    code: 'SECRET_NOT_FOUND',
    says: 'versions/v1',
    remedy: 'write `version: 1`',
  },
  {
    when: 'the version is disabled',
    arrange: ({ secret }) => secret.disable(1),
    code: 'SECRET_VERSION_DISABLED',
    says: 'this version is disabled',
    remedy: `Enable it in Secret Manager, or name an enabled version with \`version\`; ${LIST}`,
  },
  {
    when: 'the version is destroyed',
    arrange: ({ secret }) => secret.destroy(1),
    code: 'SECRET_VERSION_DESTROYED',
    says: 'this version is destroyed',
    remedy: `Its payload is gone: name an enabled version with \`version\`; ${LIST}`,
  },
  {
    when: 'latest is disabled',
    arrange: ({ secret }) => secret.disable(secret.addVersion('two')),
    inputs: { version: 'latest' },
    code: 'SECRET_VERSION_DISABLED',
    says: 'versions/latest: this version is disabled',
    remedy: 'name an enabled version with `version`',
  },
  {
    when: 'the payload is empty',
    arrange: ({ secret }) => {
      secret.addVersion('');
    },
    inputs: { version: '2' },
    code: 'SECRET_EMPTY',
    says: 'versions/2: its payload is empty',
    remedy: 'Add a version with content',
  },
  {
    when: 'the account has no role on the secret',
    arrange: ({ secret }) => secret.deny(),
    code: 'SECRET_ACCESS_DENIED',
    says: 'the credentials may not read it',
    remedy: 'Grant roles/secretmanager.secretAccessor on projects/demo-project/secrets/TELE_TOKEN',
  },
];

const answers: Fault[] = [
  {
    when: "the checksum is another payload's",
    arrange: ({ google }) => google.corruptChecksum(),
    code: 'SECRET_CHECKSUM_MISMATCH',
    says: 'CRC32C',
    remedy: 'Run it again',
    also: askedOnce,
  },
  {
    when: 'the payload comes without a checksum',
    arrange: ({ google }) => google.dropChecksum(),
    code: 'SECRET_CHECKSUM_MISMATCH',
    says: 'CRC32C',
    remedy: 'Run it again',
    also: askedOnce,
  },
  {
    when: 'the answer is a web page',
    inputs: ASK_AGAIN,
    arrange: ({ google }) => google.fault({ when: 'secretmanager', status: 200, body: '<html>Please sign in</html>' }),
    code: 'GOOGLE_UNREACHABLE',
    says: 'Secret Manager did not answer',
    remedy: '`secret-manager-endpoint`',
  },
  {
    when: 'nobody listens at the endpoint',
    inputs: { ...ASK_AGAIN, 'secret-manager-endpoint': NOBODY },
    code: 'GOOGLE_UNREACHABLE',
    says: 'Secret Manager did not answer',
    remedy: '`secret-manager-endpoint`',
  },
  {
    when: 'the connection breaks each time',
    arrange: ({ google }) => google.fault({ when: 'secretmanager', reset: true }),
    inputs: ASK_AGAIN,
    code: 'GOOGLE_UNREACHABLE',
    says: 'Secret Manager did not answer',
    remedy: 'run it again',
    also: askedAgain,
  },
  {
    when: 'Secret Manager is unavailable',
    arrange: ({ google }) => google.fault({ when: 'secretmanager', ...error(503, 'UNAVAILABLE') }),
    inputs: ASK_AGAIN,
    code: 'GOOGLE_UNREACHABLE',
    says: 'though it was asked again and again',
    remedy: 'HTTPS_PROXY',
    also: askedAgain,
  },
  {
    when: 'Secret Manager fails',
    arrange: ({ google }) => google.fault({ when: 'secretmanager', ...error(500, 'INTERNAL') }),
    inputs: ASK_AGAIN,
    code: 'GOOGLE_UNREACHABLE',
    says: 'Secret Manager did not answer',
    remedy: 'run it again',
    also: askedAgain,
  },
  {
    when: 'a proxy fails',
    arrange: ({ google }) => google.fault({ when: 'secretmanager', status: 502, body: '<html>Bad Gateway</html>' }),
    inputs: ASK_AGAIN,
    code: 'GOOGLE_UNREACHABLE',
    says: 'Secret Manager did not answer',
    remedy: 'HTTPS_PROXY',
    also: askedAgain,
  },
  {
    when: 'the quota is used up',
    arrange: ({ google }) => google.fault({ when: 'secretmanager', ...error(429, 'RESOURCE_EXHAUSTED') }),
    inputs: ASK_AGAIN,
    code: 'GOOGLE_QUOTA_EXHAUSTED',
    says: 'the quota of Secret Manager is used up',
    remedy: 'Wait a minute',
    also: askedAgain,
  },
  {
    when: 'Secret Manager never answers',
    arrange: ({ google }) => google.fault({ when: 'secretmanager', hang: true }),
    inputs: { timeout: '2s' },
    code: 'DEADLINE_EXCEEDED',
    says: 'its 2 seconds are over',
    remedy: '`timeout`',
  },
  {
    when: 'the answer breaks off each time',
    arrange: ({ google }) => google.fault({ when: 'secretmanager', serve: breakOff }),
    inputs: ASK_AGAIN,
    code: 'GOOGLE_UNREACHABLE',
    says: 'Secret Manager did not answer',
    remedy: 'run it again',
    also: askedAgain,
  },
  {
    when: 'the answer is half of what it should be',
    arrange: ({ google }) => google.fault({ when: 'secretmanager', status: 200, body: '{"name":"projects/1234' }),
    inputs: ASK_AGAIN,
    code: 'GOOGLE_UNREACHABLE',
    says: 'Secret Manager did not answer',
    remedy: 'run it again',
  },
  {
    when: 'the answer comes a byte a second',
    arrange: ({ google }) => google.fault({ when: 'secretmanager', serve: (response) => send(response, drops()) }),
    inputs: { timeout: '3s' },
    code: 'DEADLINE_EXCEEDED',
    says: 'its 3 seconds are over',
    remedy: '`timeout`',
  },
  {
    when: 'the answer has no end',
    arrange: ({ google }) => google.fault({ when: 'secretmanager', serve: (response) => send(response, flood()) }),
    inputs: { timeout: '12s' },
    code: 'GOOGLE_UNREACHABLE',
    says: 'Secret Manager did not answer',
    remedy: '`secret-manager-endpoint`',
  },
  {
    when: 'the answer is of 100 MB, packed into little',
    arrange: ({ google }) => google.fault({ when: 'secretmanager', serve: bomb }),
    inputs: { timeout: '12s' },
    code: 'GOOGLE_UNREACHABLE',
    says: 'Secret Manager did not answer',
    remedy: '`secret-manager-endpoint`',
  },
  ...['null', '"text"', '{"__proto__":{"name":"x"}}', '{"payload":{"data":{}}}'].map(
    (body): Fault => ({
      when: `the answer is ${body}`,
      arrange: ({ google }) => google.fault({ when: 'secretmanager', status: 200, body: JSON.parse(body) as object }),
      inputs: ASK_AGAIN,
      code: 'GOOGLE_UNREACHABLE',
      says: 'Secret Manager',
      remedy: 'run it again',
    }),
  ),
  ...['{}', '[]', '{"payload":[]}'].map(
    (body): Fault => ({
      when: `the answer is ${body}`,
      arrange: ({ google }) => google.fault({ when: 'secretmanager', status: 200, body: JSON.parse(body) as object }),
      ...{ code: 'SECRET_CHECKSUM_MISMATCH', says: 'CRC32C', remedy: 'Run it again', also: askedOnce },
    }),
  ),
  {
    when: 'the answer is of another version',
    arrange: ({ google, secret }, { bytes }) =>
      google.fault({ when: 'secretmanager', ...answerOf(`${secret.name}/versions/2`, bytes) }),
    code: 'SECRET_MISMATCH',
    says: 'versions/1: what answered named something else',
    remedy: '`secret-manager-endpoint`',
    also: askedOnce,
  },
  {
    when: 'the answer is of another secret',
    arrange: ({ google, secret }, { bytes }) =>
      google.fault({ when: 'secretmanager', ...answerOf(`${secret.name}S/versions/1`, bytes) }),
    code: 'SECRET_MISMATCH',
    says: 'versions/1: what answered named something else',
    remedy: '`secret-manager-endpoint`',
    also: askedOnce,
  },
  {
    when: 'the answer names the secret by a line of its payload',
    arrange({ google }, { bytes }) {
      const line = bytes.toString().match(/[\w-]{20,}/)?.[0];
      google.fault({ when: 'secretmanager', ...answerOf(`projects/123456789012/secrets/${line}/versions/1`, bytes) });
    },
    code: 'SECRET_MISMATCH',
    says: 'versions/1: what answered named something else',
    remedy: '`secret-manager-endpoint`',
    also: askedOnce,
  },
  ...[301, 302, 303, 307, 308].map(
    (status): Fault => ({
      when: `Secret Manager sends to another place with ${status}`,
      arrange: ({ google }) =>
        google.fault({ when: 'secretmanager', status, headers: { location: elsewhere(google.url) } }),
      code: 'GOOGLE_UNREACHABLE',
      says: 'what answered does not answer as Secret Manager does',
      remedy: '`secret-manager-endpoint`',
      also: (run) => expect(googleCalls(run)).toEqual(['token', 'access']),
    }),
  ),
];

const REFUSALS: { status: number; name: string; code: ErrorCode; says: string; remedy: string }[] = [
  {
    status: 400,
    name: 'FAILED_PRECONDITION',
    code: 'SECRET_VERSION_DISABLED',
    says: 'is disabled',
    remedy: 'Enable it in Secret Manager',
  },
  {
    status: 401,
    name: 'UNAUTHENTICATED',
    code: 'GOOGLE_CREDENTIALS_REJECTED',
    says: 'Google refused',
    remedy: 'google-github-actions/auth',
  },
  {
    status: 403,
    name: 'PERMISSION_DENIED',
    code: 'SECRET_ACCESS_DENIED',
    says: 'may not read it',
    remedy: 'roles/secretmanager.secretAccessor',
  },
  { status: 404, name: 'NOT_FOUND', code: 'SECRET_NOT_FOUND', says: 'there is no such', remedy: 'Check `secret`' },
  {
    status: 429,
    name: 'RESOURCE_EXHAUSTED',
    code: 'GOOGLE_QUOTA_EXHAUSTED',
    says: 'the quota',
    remedy: 'run it again',
  },
  { status: 500, name: 'INTERNAL', code: 'GOOGLE_UNREACHABLE', says: 'did not answer', remedy: 'run it again' },
  { status: 503, name: 'UNAVAILABLE', code: 'GOOGLE_UNREACHABLE', says: 'did not answer', remedy: 'run it again' },
];

const quoting: Fault[] = [
  ...REFUSALS.map(
    ({ status, name, code, says, remedy }): Fault => ({
      when: `Secret Manager answers with ${status}, and quotes the payload in what it says`,
      arrange({ google }, canary) {
        const details = [
          { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: quote(canary), domain: quote(canary) },
          { '@type': 'type.googleapis.com/google.rpc.DebugInfo', stackEntries: [quote(canary)], detail: quote(canary) },
        ];
        const body = { error: { code: status, message: quote(canary), status: name, details } };
        google.fault({
          when: 'secretmanager',
          status,
          body,
          headers: { 'x-quote': encodeURIComponent(quote(canary)) },
        });
      },
      inputs: ASK_AGAIN,
      ...{ code, says, remedy },
    }),
  ),
  ...REFUSALS.filter(({ status }) => [403, 404, 503].includes(status)).map(
    ({ status, code, says, remedy }): Fault => ({
      when: `a proxy answers with ${status} and a web page that quotes the payload`,
      arrange: ({ google }, canary) =>
        google.fault({ when: 'secretmanager', status, body: `<html>${quote(canary)}</html>` }),
      inputs: ASK_AGAIN,
      ...{ code, says, remedy },
    }),
  ),
  {
    when: 'the payload stands where its checksum should',
    arrange: ({ google, secret }, canary) => {
      const { body } = answerOf(`${secret.name}/versions/1`, canary.bytes);
      const payload = { ...body.payload, dataCrc32c: canary.bytes.toString('base64') };
      google.fault({ when: 'secretmanager', status: 200, body: { ...body, payload } });
    },
    ...{ code: 'SECRET_CHECKSUM_MISMATCH', says: 'CRC32C', remedy: 'Run it again', also: askedOnce },
  },
];

/** Twice in the way, and then gone. */
const passing: Fault[] = [
  { what: 'is unavailable', effect: error(503, 'UNAVAILABLE') },
  { what: 'has no quota', effect: error(429, 'RESOURCE_EXHAUSTED') },
  { what: 'fails', effect: error(500, 'INTERNAL') },
  { what: 'is answered for by a proxy that fails', effect: { status: 502, body: '<html>Bad Gateway</html>' } },
  { what: 'breaks the connection', effect: { reset: true } as const },
  { what: 'breaks off in the middle', effect: { serve: breakOff } },
].map(({ what, effect }) => ({
  when: `Secret Manager ${what} twice, and then answers`,
  arrange: ({ google }) => google.fault({ when: 'secretmanager', times: 2, ...effect }),
  outcome: 'created',
  also: (run) => expect(accesses(run)).toBe(3),
}));

const isCommit = ({ operationName }: LoggedRequest): boolean => operationName === 'Commit';
const manifests = ['a', 'b'].map((name) => ({ file: `${name}.yaml`, name, data: { token: 'TELE_TOKEN' } }));
const config = { project: 'demo-project', defaults: { namespace: 'demo' }, manifests };

/** Whichever is the newest when it is first asked for is what the whole run goes by. */
const moving: Fault[] = [
  {
    when: 'latest moves while a push by others makes it plan again',
    arrange({ github, flux, secret }) {
      const push = () => {
        secret.addVersion('two');
        return flux.commit({ branch: 'main', files: { 'other.yaml': 'x: 1\n' } });
      };
      github.fault({ when: isCommit, before: push });
    },
    inputs: { version: 'latest' },
    outcome: 'created',
    async also(run, world) {
      askedOnce(run);
      expect(run.github.filter(isCommit)).toHaveLength(2);
      expect(run.outputs['version']).toBe('1');
      expect(annotationsOf(world).sources['token']).toMatch(/\/versions\/1$/);
      const { payloads } = await openManifest(world);
      expect(payloads['token']?.toString()).not.toBe('two');
    },
  },
  {
    when: 'latest moves between the two manifests that follow it',
    files: { 'flux-secrets.yaml': stringify(config) },
    arrange({ google, secret }) {
      google.fault({ when: /latest:access/, times: 1, before: () => undefined });
      google.fault({ when: /latest:access/, before: () => void secret.addVersion('two') });
    },
    inputs: { ...NO_SECRET, config: 'flux-secrets.yaml', version: '' },
    outcome: 'created',
    async also(run, world) {
      askedOnce(run);
      for (const { file } of manifests) {
        expect((await openManifest(world, { file })).payloads['token']?.toString()).not.toBe('two');
      }
    },
  },
];

export const google: FaultTable = {
  from: 'of Google',
  encrypting: false,
  faults: [
    ...versions.map((fault) => ({ ...fault, also: askedOnce })),
    ...passing,
    ...moving,
    ...answers,
    ...quoting,
    ...credentials,
  ],
};
