// The adapter with Google's real client against the stand-in: what arrives is checked, what fails is told apart, and no
// text of a server is passed on.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { inspect } from 'node:util';
import { crc32c } from '@aws-crypto/crc32c';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startDeadline } from '../../../src/deadline.ts';
import { ActionError, type ErrorCode, formatError } from '../../../src/errors.ts';
import { parseVersion, type SecretName } from '../../../src/google/resource-names.ts';
import { createSecretManager, type SecretManagerOptions } from '../../../src/google/secret-manager.ts';
import { type GoogleSecret, type GoogleStandIn, startGoogle } from '../../stand-ins/google/google.ts';

const CANARY = 'canary-q8Zr2';
const ACCESS_TOKEN = 'ya29.stand-in';
const CREDENTIALS = 'GOOGLE_APPLICATION_CREDENTIALS';
const NAME: SecretName = { project: 'demo-project', secret: 'TELE_TOKEN' };

let folder: string;
let google: GoogleStandIn;
let secret: GoogleSecret;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secret-manager-test-'));
  google = await startGoogle({ checkAccessTokens: true, accessToken: ACCESS_TOKEN });
  secret = google.addSecret('TELE_TOKEN');
  vi.stubEnv('METADATA_SERVER_DETECTION', 'none');
  // Where gcloud would have left credentials of a developer.
  vi.stubEnv('HOME', folder);
  vi.stubEnv(CREDENTIALS, await google.workloadIdentity(folder));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await google[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

interface Asked extends Partial<SecretManagerOptions> {
  version?: string;
  /** Milliseconds for the whole run. */
  time?: number;
}

function connect({ time = 10_000, ...options }: Omit<Asked, 'version'> = {}) {
  const deadline = startDeadline(time);
  return createSecretManager({ endpoint: new URL(google.url), accessToken: undefined, deadline, ...options });
}

function access({ version = '1', ...options }: Asked = {}) {
  const asked = parseVersion(version);
  if (asked === undefined) throw new Error(`${version} is no version.`);
  return connect(options).access({ name: NAME, version: asked });
}

async function refusalOf(answer: Promise<unknown>): Promise<ActionError> {
  const outcome: unknown = await answer.catch((error: unknown) => error);
  if (outcome instanceof ActionError) return outcome;
  throw new Error(`This is no ActionError: ${inspect(outcome)}`);
}

const failure = (asked: Asked = {}) => refusalOf(access(asked));
const asked = () => google.requests.filter(({ service }) => service === 'secretmanager').length;

describe('an access', () => {
  test.each([
    ['a number', '1', '1'],
    ['latest', 'latest', '2'],
    ['an alias', 'stable', '1'],
  ])('of %s gives the payload and the full name that Google resolved it to', async (_, version, number) => {
    secret.addVersion(Buffer.from([0, 255, 1]));
    secret.addVersion(Buffer.from([0, 255, 2]));
    secret.alias('stable', 1);
    const { name, payload } = await access({ version });
    expect(name).toEqual({ project: '123456789012', secret: 'TELE_TOKEN', version: number });
    expect([...payload.reveal()]).toEqual([0, 255, Number(number)]);
  });

  test('of 64 KiB gives every byte', async () => {
    const bytes = Buffer.alloc(65_536, 'äöü\n');
    secret.addVersion(bytes);
    const { payload } = await access();
    expect(bytes.equals(payload.reveal())).toBe(true);
  });

  test('of a regional secret names its region, and two of one endpoint share one token', async () => {
    google.addSecret('TELE_TOKEN', { location: 'europe-west3' }).addVersion('regional');
    secret.addVersion('global');
    const source = connect();
    const version = { kind: 'number', number: '1' } as const;
    const accessed = await Promise.all([
      source.access({ name: { ...NAME, location: 'europe-west3' }, version }),
      source.access({ name: NAME, version }),
    ]);
    expect(accessed.map(({ payload }) => Buffer.from(payload.reveal()).toString())).toEqual(['regional', 'global']);
    expect(accessed[0]?.name.location).toBe('europe-west3');
    expect(google.requests.filter(({ service }) => service === 'sts')).toHaveLength(1);
  });

  test('with an access token asks nobody for another one', async () => {
    secret.addVersion('payload');
    vi.stubEnv(CREDENTIALS, join(folder, 'none.json'));
    await expect(access({ accessToken: ACCESS_TOKEN })).resolves.toMatchObject({ name: { version: '1' } });
    expect(google.requests.map(({ service }) => service)).toEqual(['secretmanager']);
  });

  test.each<[string, { status: number } | { reset: true }]>([
    ['is unavailable', { status: 503 }],
    ['fails within', { status: 500 }],
    ['has no quota', { status: 429 }],
    ['cuts the connection', { reset: true }],
  ])('is asked for again where Secret Manager briefly %s', async (_, fault) => {
    secret.addVersion('payload');
    google.fault({ when: 'secretmanager', ...fault, times: 2 });
    await expect(access()).resolves.toMatchObject({ name: { version: '1' } });
    expect(asked()).toBe(3);
  });
});

interface Refusal {
  when: string;
  arrange?: () => void;
  asked?: Asked;
  code: ErrorCode;
  message: string;
  remedy: string;
}

const RESOURCE = 'projects/demo-project/secrets/TELE_TOKEN';
const LIST = '`gcloud secrets versions list TELE_TOKEN --project=demo-project --filter=state:ENABLED`';

/** Versions 1 to 4, of which 1 and 3 are enabled. */
function addVersions(to = secret) {
  for (const payload of ['one', 'two', 'three', 'four']) to.addVersion(payload);
  to.disable(2);
  to.destroy(4);
}

describe('the newest enabled version', () => {
  const answered = (number: string, state: unknown = 1, secretId = 'TELE_TOKEN') => ({
    name: `projects/123456789012/secrets/${secretId}/versions/${number}`,
    state,
  });

  test('is the highest that is enabled, and one request for all of them finds it', async () => {
    addVersions();
    const newest = { project: '123456789012', secret: 'TELE_TOKEN', version: '3' };
    await expect(connect().findNewestEnabled(NAME)).resolves.toEqual(newest);
    const lists = google.requests.filter(({ service }) => service === 'secretmanager');
    const { pathname, searchParams } = new URL(lists[0]?.path ?? '', google.url);
    expect([lists.length, pathname]).toEqual([1, `/v1/${RESOURCE}/versions`]);
    expect(Object.fromEntries(searchParams)).toMatchObject({ filter: 'state:ENABLED', pageSize: '25000' });
  });

  test('of a regional secret names its region', async () => {
    addVersions(google.addSecret('TELE_TOKEN', { location: 'europe-west3' }));
    const name = { ...NAME, location: 'europe-west3' };
    await expect(connect().findNewestEnabled(name)).resolves.toEqual({
      ...name,
      project: '123456789012',
      version: '3',
    });
  });

  test('is looked for on every page, whatever order they come in, and a page that fails is asked for alone', async () => {
    const page = (token: string, ...numbers: string[]) => ({
      status: 200,
      body: { versions: numbers.map((number) => answered(number)), nextPageToken: token },
    });
    google.fault({ when: /pageToken=a/, ...page('b', '9', '12', '10') });
    google.fault({ when: /pageToken=b/, status: 503, times: 1 });
    google.fault({ when: /pageToken=b/, ...page('', '11') });
    google.fault({ when: 'secretmanager', ...page('a', '2', '1') });
    await expect(connect().findNewestEnabled(NAME)).resolves.toMatchObject({ version: '12' });
    expect(asked()).toBe(4);
  });

  test.each([
    ['disabled', 2],
    ['destroyed', 3],
    ['in no state', 0],
    ['in a state that is not known', 99],
  ])('is none that is %s, though a list of enabled ones was asked for', async (_, state) => {
    const versions = [answered('2', state), answered('1')];
    google.fault({ when: 'secretmanager', status: 200, body: { versions } });
    await expect(connect().findNewestEnabled(NAME)).resolves.toMatchObject({ version: '1' });
  });

  test('is accessed by its number', async () => {
    addVersions();
    const { name, payload } = await access({ version: 'latest-enabled' });
    expect([name.version, Buffer.from(payload.reveal()).toString()]).toEqual(['3', 'three']);
    expect(google.requests.at(-1)?.path).toContain('/versions/3:access');
  });

  test('is asked for again where Secret Manager is briefly away', async () => {
    addVersions();
    google.fault({ when: 'secretmanager', status: 503, times: 2 });
    await expect(connect().findNewestEnabled(NAME)).resolves.toMatchObject({ version: '3' });
    expect(asked()).toBe(3);
  });

  const LATEST_ENABLED = `Cannot access ${RESOURCE}/versions/latest-enabled`;

  test.each<Refusal>([
    {
      when: 'the account may access the secret, and not list its versions',
      arrange: () => secret.deny('list'),
      code: 'SECRET_LIST_DENIED',
      message: `${LATEST_ENABLED}: the credentials may not list its versions, or it does not exist.`,
      remedy: `Grant roles/secretmanager.viewer on ${RESOURCE} to the account that google-github-actions/auth signs in as, or write \`version: latest\`, which does not need it.`,
    },
    {
      when: 'no version is enabled',
      arrange: () => secret.disable(1),
      code: 'SECRET_NONE_ENABLED',
      message: `${LATEST_ENABLED}: none of its versions is enabled.`,
      remedy: 'Enable one in Secret Manager, or add one.',
    },
    {
      when: 'there is no such secret',
      arrange: () =>
        google.fault({ when: 'secretmanager', status: 404, body: { error: { code: 404, status: 'NOT_FOUND' } } }),
      code: 'SECRET_NOT_FOUND',
      message: `${LATEST_ENABLED}: there is no such secret.`,
      remedy: 'Check the name of the secret and its project.',
    },
    {
      when: 'Google takes the name for none',
      arrange: () =>
        google.fault({
          when: 'secretmanager',
          status: 400,
          body: { error: { code: 400, status: 'INVALID_ARGUMENT' } },
        }),
      code: 'SECRET_NOT_FOUND',
      message: `${LATEST_ENABLED}: Google does not take it as a name.`,
      remedy: 'Check the name of the secret and its project.',
    },
    {
      when: 'the access token is not accepted',
      asked: { accessToken: 'ya29.expired' },
      code: 'GOOGLE_CREDENTIALS_REJECTED',
      message: `${LATEST_ENABLED}: Google refused the credentials.`,
      remedy:
        'They may have expired or been made for another project: run google-github-actions/auth in the same job, before this action.',
    },
    ...[answered('1', 1, 'OTHER'), answered('latest'), { name: CANARY, state: 1 }, { state: 1 }].map((version) => ({
      when: `the answer names ${JSON.stringify(version)}`,
      arrange: () => google.fault({ when: 'secretmanager', status: 200, body: { versions: [answered('2'), version] } }),
      code: 'SECRET_MISMATCH' as const,
      message: `Cannot use the versions of ${RESOURCE}: what answered named something else.`,
      remedy: 'Check the input `secret-manager-endpoint` and what stands between the runner and Secret Manager.',
    })),
  ])('ends with $code when $when', async ({ arrange, asked: options, code, message, remedy }) => {
    secret.addVersion('payload');
    arrange?.();
    const error = await refusalOf(connect(options).findNewestEnabled(NAME));
    expect({ code: error.code, message: error.message, remedy: error.remedy }).toEqual({ code, message, remedy });
    expect(asked()).toBe(1);
  });

  test.each<[string, { status: number } | { reset: true } | { hang: true }, ErrorCode]>([
    ['is unavailable', { status: 503 }, 'GOOGLE_UNREACHABLE'],
    ['cuts every connection', { reset: true }, 'GOOGLE_UNREACHABLE'],
    ['has no quota left', { status: 429 }, 'GOOGLE_QUOTA_EXHAUSTED'],
    ['never answers', { hang: true }, 'DEADLINE_EXCEEDED'],
  ])('is given up in time where Secret Manager %s', async (_, fault, code) => {
    google.fault({ when: 'secretmanager', ...fault });
    const error = await refusalOf(connect({ time: 1_000 }).findNewestEnabled(NAME));
    expect(error.code).toBe(code);
  });

  test('is asked for 600 times a minute, and not more often', async () => {
    addVersions();
    const sleeps: number[] = [];
    const sleep = (milliseconds: number) => Promise.resolve(void sleeps.push(milliseconds));
    const source = connect({ deadline: { ...startDeadline(60_000), sleep }, accessToken: ACCESS_TOKEN });
    await Promise.all(Array.from({ length: 602 }, () => source.findNewestEnabled(NAME)));
    expect(sleeps.map((milliseconds) => Math.round(milliseconds / 10_000))).toEqual([6, 6]);
    await source.access({ name: NAME, version: { kind: 'number', number: '3' } });
    expect(sleeps).toHaveLength(2);
  });
});

describe('many accesses at once', () => {
  const many = (source: ReturnType<typeof connect>) =>
    Array.from({ length: 120 }, () => source.access({ name: NAME, version: { kind: 'latest' } }));

  test('are 50 in flight at most, share one token, and make Node warn of nothing', async () => {
    secret.addVersion('payload');
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    let inFlight = 0;
    const counts: number[] = [];
    google.fault({
      when: 'secretmanager',
      before: async () => {
        counts.push(++inFlight);
        await setTimeout(20);
        inFlight -= 1;
      },
    });
    await Promise.all(many(connect()));
    process.off('warning', note);
    expect([counts.length, Math.max(...counts)]).toEqual([120, 50]);
    expect(google.requests.filter(({ service }) => service === 'sts')).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  test('end at once with the run, and those that were queued are never sent', async () => {
    secret.addVersion('payload');
    const deadline = startDeadline(60_000);
    const reason = new ActionError('CANCELLED', { message: 'm', remedy: 'r' });
    google.fault({
      when: 'secretmanager',
      before: async () => {
        await setTimeout(50);
        deadline.cancel(reason);
        await setTimeout(50);
      },
    });
    const outcomes = await Promise.allSettled(many(connect({ deadline })));
    expect(outcomes).toEqual(outcomes.map(() => ({ status: 'rejected', reason })));
    const lastStatus = google.requests.at(-1)?.status;
    await setTimeout(200);
    expect([lastStatus, asked()]).toEqual([undefined, 50]);
  });
});

describe('a version that cannot be had', () => {
  test.each<Refusal>([
    {
      when: 'the checksum is not that of the payload',
      arrange: () => google.corruptChecksum(),
      code: 'SECRET_CHECKSUM_MISMATCH',
      message: `Cannot use ${RESOURCE}/versions/1: what arrived does not carry the CRC32C checksum of its own payload.`,
      remedy: 'Run it again; if it stays, something between the runner and Secret Manager alters answers.',
    },
    {
      when: 'the checksum is missing',
      arrange: () => google.dropChecksum(),
      code: 'SECRET_CHECKSUM_MISMATCH',
      message: `Cannot use ${RESOURCE}/versions/1: what arrived does not carry the CRC32C checksum of its own payload.`,
      remedy: 'Run it again; if it stays, something between the runner and Secret Manager alters answers.',
    },
    {
      when: 'the payload is empty',
      arrange: () => secret.addVersion(''),
      asked: { version: '2' },
      code: 'SECRET_EMPTY',
      message: 'Cannot use projects/123456789012/secrets/TELE_TOKEN/versions/2: its payload is empty.',
      remedy: 'Add a version with content, or name another one with the input `version`.',
    },
    {
      when: 'it is disabled',
      arrange: () => secret.disable(1),
      code: 'SECRET_VERSION_DISABLED',
      message: `Cannot access ${RESOURCE}/versions/1: this version is disabled.`,
      remedy: `Enable it in Secret Manager, or name an enabled version with \`version\`; ${LIST} shows which are.`,
    },
    {
      when: 'it is destroyed',
      arrange: () => secret.destroy(1),
      code: 'SECRET_VERSION_DESTROYED',
      message: `Cannot access ${RESOURCE}/versions/1: this version is destroyed.`,
      remedy: `Its payload is gone: name an enabled version with \`version\`; ${LIST} shows which are.`,
    },
    {
      when: 'the account has no role on the secret',
      arrange: () => secret.deny(),
      code: 'SECRET_ACCESS_DENIED',
      message: `Cannot access ${RESOURCE}/versions/1: the credentials may not read it, or it does not exist.`,
      remedy: `Grant roles/secretmanager.secretAccessor on ${RESOURCE} to the account that google-github-actions/auth signs in as.`,
    },
    {
      when: 'there is no such number',
      asked: { version: '7' },
      code: 'SECRET_NOT_FOUND',
      message: `Cannot access ${RESOURCE}/versions/7: there is no such secret or version.`,
      remedy: `Check \`secret\`, \`version\` and the project; ${LIST} shows what there is.`,
    },
    {
      when: 'there is no such alias',
      asked: { version: 'stable' },
      code: 'SECRET_NOT_FOUND',
      message: `Cannot access ${RESOURCE}/versions/stable: there is no such secret or version.`,
      remedy: 'Check `secret` and the project, and that the secret has an alias `stable`.',
    },
    {
      when: 'a number was written as v1',
      asked: { version: 'v1' },
      code: 'SECRET_NOT_FOUND',
      message: `Cannot access ${RESOURCE}/versions/v1: there is no such secret or version.`,
      remedy: "`v1` was taken for an alias; for the version's number write `version: 1`.",
    },
    {
      when: 'the access token is not accepted',
      asked: { accessToken: 'ya29.expired' },
      code: 'GOOGLE_CREDENTIALS_REJECTED',
      message: `Cannot access ${RESOURCE}/versions/1: Google refused the credentials.`,
      remedy:
        'They may have expired or been made for another project: run google-github-actions/auth in the same job, before this action.',
    },
  ])('ends with $code when $when', async ({ arrange, asked: options, code, message, remedy }) => {
    secret.addVersion('payload');
    arrange?.();
    const { code: found, message: said, remedy: advised } = await failure(options);
    expect({ code: found, message: said, remedy: advised }).toEqual({ code, message, remedy });
    expect(asked()).toBe(1);
  });
});

describe('a Secret Manager that does not do its work', () => {
  const status = (code: number, name: string) => ({
    status: code,
    body: { error: { code, message: CANARY, status: name } },
  });
  const page = (code: number) => ({ status: code, body: `<html>${CANARY}</html>` });

  test.each<[string, { status: number; body: object | string } | { reset: true } | { hang: true }, ErrorCode]>([
    ['is unavailable for ever', status(503, 'UNAVAILABLE'), 'GOOGLE_UNREACHABLE'],
    ['fails within for ever', status(500, 'INTERNAL'), 'GOOGLE_UNREACHABLE'],
    ['stands behind a gateway that fails', page(502), 'GOOGLE_UNREACHABLE'],
    ['cuts every connection', { reset: true }, 'GOOGLE_UNREACHABLE'],
    ['is answered for by a web page', page(200), 'GOOGLE_UNREACHABLE'],
    ['has no quota left', status(429, 'RESOURCE_EXHAUSTED'), 'GOOGLE_QUOTA_EXHAUSTED'],
    ['has no quota left, as a proxy says it', page(429), 'GOOGLE_QUOTA_EXHAUSTED'],
    ['never answers', { hang: true }, 'DEADLINE_EXCEEDED'],
  ])('%s: the run ends in its own time, and says so', async (_, fault, code) => {
    secret.addVersion('payload');
    google.fault({ when: 'secretmanager', ...fault });
    const started = performance.now();
    const error = await failure({ time: 1_000 });
    expect(error.code).toBe(code);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(formatError(error)).not.toContain(CANARY);
  });

  test.each([
    ['another gRPC code than is known', status(409, 'ABORTED')],
    ['a method that is not there', status(501, 'UNIMPLEMENTED')],
    ['an error without a known status', status(400, 'UNKNOWN')],
  ])('is not taken for missing credentials when it answers with %s, and not asked again', async (_, fault) => {
    secret.addVersion('payload');
    google.fault({ when: 'secretmanager', ...fault });
    const error = await failure();
    expect(error).toMatchObject({
      code: 'GOOGLE_UNREACHABLE',
      message: `Cannot access ${RESOURCE}/versions/1: what answered does not answer as Secret Manager does.`,
      remedy: 'Check the network, HTTPS_PROXY and the input `secret-manager-endpoint`, and run it again.',
    });
    expect(asked()).toBe(1);
    expect(formatError(error)).not.toContain(CANARY);
  });

  test.each([
    ['nothing', {}],
    ['no payload', { name: `${RESOURCE}/versions/1` }],
    ['a name that is none', { name: CANARY, payload: { data: 'eA==', dataCrc32c: '1' } }],
    ['another secret that has no number', { name: `${RESOURCE}/versions/latest`, payload: { data: 'eA==' } }],
  ])('is not believed when it answers with %s', async (_, body) => {
    google.fault({ when: 'secretmanager', status: 200, body });
    const error = await failure();
    expect(error.code).toBe('SECRET_CHECKSUM_MISMATCH');
    expect(formatError(error)).not.toContain(CANARY);
  });

  test('need not say that a payload has no bytes: it is empty all the same', async () => {
    const body = { name: 'projects/123456789012/secrets/TELE_TOKEN/versions/1', payload: { dataCrc32c: '0' } };
    google.fault({ when: 'secretmanager', status: 200, body });
    await expect(failure()).resolves.toMatchObject({ code: 'SECRET_EMPTY' });
  });

  test.each([
    ['another version', 'projects/123456789012/secrets/TELE_TOKEN/versions/2'],
    ['another secret', 'projects/123456789012/secrets/OTHER/versions/1'],
    ['a regional secret', 'projects/123456789012/locations/europe-west3/secrets/TELE_TOKEN/versions/1'],
    ['the secret of another project', 'projects/other-project/secrets/TELE_TOKEN/versions/1'],
    ['a name made of the payload', `projects/${CANARY.toLowerCase()}/secrets/TELE_TOKEN/versions/1`],
  ])('is not believed when it answers with %s than was asked for', async (_, name) => {
    const payload = { data: Buffer.from(CANARY).toString('base64'), dataCrc32c: String(crc32c(Buffer.from(CANARY))) };
    google.fault({ when: 'secretmanager', status: 200, body: { name, payload } });
    const error = await failure();
    expect(error).toMatchObject({
      code: 'SECRET_MISMATCH',
      message: `Cannot use ${RESOURCE}/versions/1: what answered named something else.`,
      remedy: 'Check the input `secret-manager-endpoint` and what stands between the runner and Secret Manager.',
    });
    expect(formatError(error)).not.toContain(CANARY);
  });

  test('does not send a token elsewhere', async () => {
    google.fault({ when: /secrets/, status: 307, headers: { location: `${google.url}/v1/elsewhere` } });
    await expect(failure()).resolves.toMatchObject({ code: 'GOOGLE_UNREACHABLE' });
    expect(google.requests.map(({ path }) => path)).not.toContain('/v1/elsewhere');
    expect(asked()).toBe(1);
  });

  test('is not listened to for ever', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(1024 * 1024, ' ');
    const serve = (response: ServerResponse) => {
      const write = () => {
        sent += 1;
        response.write(chunk, (error) => error ?? write());
      };
      write();
    };
    google.fault({ when: 'secretmanager', times: 1, serve });
    google.fault({ when: 'secretmanager', status: 404 });
    await expect(failure()).resolves.toMatchObject({ code: 'SECRET_NOT_FOUND' });
    expect(sent).toBeGreaterThan(30);
    expect(sent).toBeLessThan(100);
  });

  test('that nobody listens for is unreachable', async () => {
    const error = await failure({ endpoint: new URL('http://127.0.0.1:9'), time: 1_000 });
    expect(error).toMatchObject({
      code: 'GOOGLE_UNREACHABLE',
      message: `Cannot access ${RESOURCE}/versions/1: Secret Manager did not answer as it should, though it was asked again and again.`,
    });
  });

  test.each([
    [400, 'FAILED_PRECONDITION'],
    [401, 'UNAUTHENTICATED'],
    [403, 'PERMISSION_DENIED'],
    [404, 'NOT_FOUND'],
  ])('never has its words passed on: %i %s', async (code, name) => {
    google.fault({ when: 'secretmanager', ...status(code, name) });
    const error = await failure();
    expect(error.code).toMatch(/^(SECRET|GOOGLE)_/);
    expect(formatError(error)).not.toContain(CANARY);
  });
});

describe('credentials', () => {
  const oauthError = { error: 'invalid_grant', error_description: CANARY };

  test.each<[string, number, object | string, ErrorCode]>([
    ['refuses the OIDC token', 400, oauthError, 'GOOGLE_CREDENTIALS_REJECTED'],
    ['refuses the account', 403, oauthError, 'GOOGLE_CREDENTIALS_REJECTED'],
    ['knows no such provider', 404, `<html>${CANARY}</html>`, 'GOOGLE_CREDENTIALS_REJECTED'],
    ['fails', 500, oauthError, 'GOOGLE_UNREACHABLE'],
  ])('whose exchange %s (%i) are told apart, and Secret Manager is not asked', async (_, status, body, code) => {
    google.fault({ when: 'sts', status, body });
    const error = await failure();
    expect(error.code).toBe(code);
    expect(asked()).toBe(0);
    expect(formatError(error)).not.toContain(CANARY);
  });

  test('whose exchange cannot be reached are not called missing', async () => {
    google.fault({ when: 'sts', reset: true });
    await expect(failure()).resolves.toMatchObject({
      code: 'GOOGLE_UNREACHABLE',
      message: `Cannot access ${RESOURCE}/versions/1: the service that gives out access tokens did not answer as it should.`,
    });
  });

  test('whose exchange never answers end with the run', async () => {
    google.fault({ when: 'sts', hang: true });
    await expect(failure({ time: 100 })).resolves.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  test.each(['null', '"text"', '{}', '{"access_token":{}}', '{"access_token":""}'])(
    'whose exchange answers %s are not called missing, and Secret Manager is not asked',
    async (body) => {
      google.fault({ when: 'sts', status: 200, body: JSON.parse(body) as object });
      await expect(failure()).resolves.toMatchObject({
        code: 'GOOGLE_UNREACHABLE',
        message: `Cannot access ${RESOURCE}/versions/1: the service that gives out access tokens did not answer as it should.`,
      });
      expect(asked()).toBe(0);
    },
  );

  test('whose exchange sends elsewhere are not sent there', async () => {
    google.fault({ when: 'sts', status: 307, headers: { location: `${google.url}/v1/elsewhere` } });
    await expect(failure()).resolves.toMatchObject({ code: 'GOOGLE_UNREACHABLE' });
    expect(google.requests.map(({ path }) => path)).toEqual(['/v1/token']);
  });

  test.each<[string, { hang: true } | { status: number } | { reset: true }]>([
    ['hangs', { hang: true }],
    ['knows of no account', { status: 404 }],
    ['forbids it', { status: 403 }],
    ['cuts the connection', { reset: true }],
  ])('that a metadata server should give, which %s, are missing', async (_, fault) => {
    vi.stubEnv(CREDENTIALS, '');
    vi.stubEnv('METADATA_SERVER_DETECTION', 'assume-present');
    vi.stubEnv('GCE_METADATA_HOST', `127.0.0.1:${google.port}`);
    google.fault({ when: /computeMetadata/, ...fault });
    await expect(failure({ time: 20_000 })).resolves.toMatchObject({ code: 'GOOGLE_CREDENTIALS_MISSING' });
  });

  test('that a metadata server gives are those of the machine', async () => {
    secret.addVersion('payload');
    vi.stubEnv(CREDENTIALS, '');
    vi.stubEnv('METADATA_SERVER_DETECTION', 'assume-present');
    vi.stubEnv('GCE_METADATA_HOST', `127.0.0.1:${google.port}`);
    const token = { access_token: ACCESS_TOKEN, expires_in: 3_599, token_type: 'Bearer' };
    const headers = { 'metadata-flavor': 'Google' };
    google.fault({ when: /computeMetadata/, status: 200, body: token, headers });
    await expect(access()).resolves.toMatchObject({ name: { version: '1' } });
  });

  const written = (content: string) => async () => {
    const path = join(folder, 'credentials.json');
    await writeFile(path, content);
    return path;
  };
  const inAnotherUniverse = async () => {
    const credentials = JSON.parse(await readFile(await google.workloadIdentity(folder), 'utf8'));
    return written(JSON.stringify({ ...credentials, universe_domain: `${CANARY}.example` }))();
  };
  const withoutToken = async () => {
    const { credential_source: _, ...rest } = JSON.parse(await readFile(await google.workloadIdentity(folder), 'utf8'));
    return written(JSON.stringify({ ...rest, credential_source: { file: join(folder, CANARY) } }))();
  };

  test.each<[string, () => Promise<string> | string]>([
    ['that are not there at all', () => ''],
    ['whose file is gone', () => join(folder, CANARY)],
    ['whose file is a folder', () => folder],
    ['whose file is no JSON', written(`{"${CANARY}`)],
    ['whose file is of no known type', written(`{"type":"${CANARY}"}`)],
    ['whose file lacks its key', written(`{"type":"service_account","client_email":"${CANARY}"}`)],
    ['whose OIDC token is gone', withoutToken],
    ['that belong to another universe', inAnotherUniverse],
  ])('%s are missing', async (_, credentials) => {
    vi.stubEnv(CREDENTIALS, await credentials());
    const error = await failure();
    expect(error).toMatchObject({
      code: 'GOOGLE_CREDENTIALS_MISSING',
      message: `Cannot access ${RESOURCE}/versions/1: no usable Google credentials were found.`,
      remedy:
        'Run google-github-actions/auth before this action, in a job with `permissions: id-token: write`, or give the input `access-token`.',
    });
    expect(formatError(error)).not.toContain(CANARY);
    expect(google.requests).toEqual([]);
  });
});
