// The stand-in answers to the real clients as Google does: Google's own Secret Manager client, and sops for Cloud KMS.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { crc32c } from '@aws-crypto/crc32c';
import { SecretManagerServiceClient } from '@google-cloud/secret-manager';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decryptIndependently } from '../sops-oracle.ts';
import { type GoogleStandIn, startGoogle } from './google.ts';

const run = promisify(execFile);
const toolFolder = fileURLToPath(new URL('../../../.tools/bin', import.meta.url));
const cryptoKey = 'projects/demo-project/locations/global/keyRings/flux/cryptoKeys/sops';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'google-test-'));
  vi.stubEnv('METADATA_SERVER_DETECTION', 'none');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function get(google: GoogleStandIn, path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${google.url}/v1/${path}`, { headers });
  const body: unknown = await response.json();
  return { status: response.status, body };
}

async function connect(google: GoogleStandIn) {
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', await google.workloadIdentity(folder));
  const client = new SecretManagerServiceClient({
    fallback: true,
    protocol: 'http',
    apiEndpoint: '127.0.0.1',
    port: google.port,
    projectId: google.project,
  });
  await client.initialize();
  return client;
}

async function sops(google: GoogleStandIn, parameters: readonly string[]) {
  const env = {
    PATH: [toolFolder, process.env['PATH']].join(delimiter),
    HOME: folder,
    SOPS_GCP_KMS_CLIENT_TYPE: 'rest',
    SOPS_GCP_KMS_ENDPOINT: google.url,
    GOOGLE_APPLICATION_CREDENTIALS: await google.workloadIdentity(folder),
  };
  return (await run('sops', parameters, { env, cwd: folder })).stdout;
}

async function encryptWithSops(google: GoogleStandIn): Promise<string> {
  await writeFile(join(folder, 'plain.json'), '{"data":{"key":"value"}}');
  return sops(google, ['encrypt', '--gcp-kms', cryptoKey, '--output-type', 'yaml', 'plain.json']);
}

describe('Secret Manager', () => {
  it('gives the version, its full name with the project number and its checksum to the real client', async () => {
    await using google = await startGoogle({ checkAccessTokens: true });
    const secret = google.addSecret('database');
    secret.addVersion('one');
    secret.addVersion(Buffer.from([0, 255, 10]));
    secret.alias('live', 1);
    const client = await connect(google);
    const access = async (version: string) => {
      const [answer] = await client.accessSecretVersion({
        name: `projects/demo-project/secrets/database/versions/${version}`,
      });
      return answer;
    };

    expect(await access('latest')).toMatchObject({
      name: 'projects/123456789012/secrets/database/versions/2',
      payload: { data: Buffer.from([0, 255, 10]), dataCrc32c: String(crc32c(Buffer.from([0, 255, 10]))) },
    });
    expect(await access('live')).toMatchObject({ name: 'projects/123456789012/secrets/database/versions/1' });
    const [version] = await client.getSecretVersion({ name: 'projects/123456789012/secrets/database/versions/1' });
    expect(version.state).toBe('ENABLED');
    expect(google.requests.map(({ service }) => service)).toEqual([
      'sts',
      'secretmanager',
      'secretmanager',
      'secretmanager',
    ]);
  });

  it('knows projects by id and number, and regional secrets', async () => {
    await using google = await startGoogle({ projectNumbers: { other: '42' } });
    google.addSecret('s', { project: 'other', location: 'europe-west3' }).addVersion('x');
    for (const project of ['other', '42']) {
      expect(await get(google, `projects/${project}/locations/europe-west3/secrets/s/versions/1:access`)).toMatchObject(
        {
          status: 200,
          body: { name: 'projects/42/locations/europe-west3/secrets/s/versions/1' },
        },
      );
    }
    expect(await get(google, 'projects/other/secrets/s/versions/1:access')).toMatchObject({ status: 404 });
  });

  it.each([
    [
      'missing/versions/1:access',
      404,
      'NOT_FOUND',
      'Secret [projects/123456789012/secrets/missing] not found or has no versions.',
    ],
    [
      'empty/versions/latest:access',
      404,
      'NOT_FOUND',
      'Secret [projects/123456789012/secrets/empty] not found or has no versions.',
    ],
    ['s/versions/9:access', 404, 'NOT_FOUND', 'Secret Version [projects/123456789012/secrets/s/versions/9] not found.'],
    [
      's/versions/alias:access',
      404,
      'NOT_FOUND',
      'Secret Version [projects/123456789012/secrets/s/versions/alias] not found.',
    ],
    [
      's/versions/2:access',
      400,
      'FAILED_PRECONDITION',
      'Secret Version [projects/123456789012/secrets/s/versions/2] is in DISABLED state.',
    ],
    [
      's/versions/latest:access',
      400,
      'FAILED_PRECONDITION',
      'Secret Version [projects/123456789012/secrets/s/versions/3] is in DESTROYED state.',
    ],
    [
      'denied/versions/1:access',
      403,
      'PERMISSION_DENIED',
      "Permission 'secretmanager.versions.access' denied for resource 'projects/demo-project/secrets/denied/versions/1' (or it may not exist).",
    ],
    [
      's/versions/1',
      403,
      'PERMISSION_DENIED',
      "Permission 'secretmanager.versions.get' denied for resource 'projects/demo-project/secrets/s/versions/1' (or it may not exist).",
    ],
  ])('answers %s with %i %s', async (path, code, status, message) => {
    await using google = await startGoogle({ mayView: false });
    google.addSecret('empty');
    const secret = google.addSecret('s');
    for (const payload of ['1', '2', '3']) secret.addVersion(payload);
    secret.disable(2);
    secret.destroy(3);
    google.addSecret('denied').deny();
    expect(await get(google, `projects/demo-project/secrets/${path}`)).toMatchObject({
      status: code,
      body: { error: { code, message, status } },
    });
  });

  it('reaches the real client as an error with gRPC code and message', async () => {
    await using google = await startGoogle();
    google.addSecret('s').deny();
    const client = await connect(google);
    const refused = client.accessSecretVersion({ name: 'projects/demo-project/secrets/s/versions/1' });
    await expect(refused).rejects.toMatchObject({
      code: 7,
      message: expect.stringContaining('secretmanager.versions.access'),
    });
  });

  it('lists versions to the real client, newest first, by state and in pages', async () => {
    await using google = await startGoogle({ longestPage: 2 });
    for (const location of [undefined, 'europe-west3']) {
      const secret = google.addSecret('s', location === undefined ? {} : { location });
      for (const payload of ['1', '2', '3', '4']) secret.addVersion(payload);
      secret.disable(4);
      secret.destroy(2);
    }
    const client = await connect(google);
    const list = async (parent: string, filter: string) => {
      const [versions] = await client.listSecretVersions({ parent, filter });
      return versions.map(({ name, state }) => `${name?.replace('projects/123456789012/', '')} ${state}`);
    };

    expect(await list('projects/demo-project/secrets/s', '')).toEqual([
      'secrets/s/versions/4 DISABLED',
      'secrets/s/versions/3 ENABLED',
      'secrets/s/versions/2 DESTROYED',
      'secrets/s/versions/1 ENABLED',
    ]);
    expect(await list('projects/123456789012/locations/europe-west3/secrets/s', 'state:ENABLED')).toEqual([
      'locations/europe-west3/secrets/s/versions/3 ENABLED',
      'locations/europe-west3/secrets/s/versions/1 ENABLED',
    ]);
    expect(google.requests.map(({ service }) => service)).toEqual([
      'sts',
      'secretmanager',
      'secretmanager',
      'secretmanager',
    ]);
  });

  it.each<[string, object]>([
    ['versions', { versions: [{ name: expect.stringMatching(/3$/), state: 'ENABLED' }, {}, {}], totalSize: 3 }],
    ['versions?pageSize=2', { versions: [{}, {}], nextPageToken: 'ZnJvbSAy', totalSize: 3 }],
    ['versions?pageSize=2&pageToken=ZnJvbSAy', { versions: [{ name: expect.stringMatching(/1$/) }], totalSize: 3 }],
    ['versions?pageSize=30000&filter=state:ENABLED', { versions: [{}, {}, {}] }],
    ['versions?filter=state%3DDISABLED', {}],
  ])('lists %s as Google does', async (path, body) => {
    await using google = await startGoogle();
    const secret = google.addSecret('s');
    for (const payload of ['1', '2', '3']) secret.addVersion(payload);
    const answer = await get(google, `projects/demo-project/secrets/s/${path}`);
    expect(answer).toMatchObject({ status: 200, body });
    expect(Object.keys(answer.body ?? {})).toEqual(Object.keys(body));
  });

  it.each([
    ['missing/versions', 404, 'Secret [projects/123456789012/secrets/missing] not found.'],
    ['s/versions?filter=name:x', 400, 'Invalid list filter: name:x'],
    ['s/versions?pageToken=x', 400, 'The page token is invalid.'],
  ])('does not list %s: %i', async (path, code, message) => {
    await using google = await startGoogle();
    google.addSecret('s');
    expect(await get(google, `projects/demo-project/secrets/${path}`)).toMatchObject({
      status: code,
      body: { error: { code, message } },
    });
  });

  it('denies listing apart from accessing', async () => {
    await using google = await startGoogle();
    const secret = google.addSecret('s');
    secret.addVersion('1');
    const status = async (path: string) => (await get(google, `projects/demo-project/secrets/s/${path}`)).status;
    const statuses = async () => [
      await status('versions'),
      await status('versions/1'),
      await status('versions/1:access'),
    ];

    secret.deny('list');
    expect(await statuses()).toEqual([403, 200, 200]);
    secret.allow();
    secret.deny('access');
    expect(await statuses()).toEqual([200, 200, 403]);
    secret.deny();
    expect(await statuses()).toEqual([403, 403, 403]);
    expect(google.requests.at(-3)?.response).toContain("Permission 'secretmanager.versions.list' denied");
    await using accessor = await startGoogle({ mayView: false });
    accessor.addSecret('s').addVersion('1');
    expect(await get(accessor, 'projects/demo-project/secrets/s/versions')).toMatchObject({ status: 403 });
  });

  it('corrupts, drops and restores checksums', async () => {
    await using google = await startGoogle();
    google.addSecret('s').addVersion('123456789');
    const checksum = async () => (await get(google, 'projects/demo-project/secrets/s/versions/1:access')).body;
    const right = { payload: { dataCrc32c: '3808858755' } };
    expect(await checksum()).toMatchObject(right);
    google.corruptChecksum();
    expect(await checksum()).not.toMatchObject(right);
    google.dropChecksum();
    expect(await checksum()).not.toHaveProperty('payload.dataCrc32c');
    google.restoreChecksum();
    expect(await checksum()).toMatchObject(right);
  });

  it('lets in the tokens it knows, and no other', async () => {
    await using google = await startGoogle({ checkAccessTokens: true, accessToken: 'ya29.given' });
    google.addSecret('s').addVersion('x');
    const path = 'projects/demo-project/secrets/s/versions/1:access';
    expect(await get(google, path, { authorization: 'Bearer ya29.given' })).toMatchObject({ status: 200 });
    expect(await get(google, path, { authorization: `Bearer ${google.tokens.exchanged}` })).toMatchObject({
      status: 200,
    });
    for (const headers of [{}, { authorization: 'Bearer other' }, { authorization: 'Bearer undefined' }]) {
      expect(await get(google, path, headers)).toMatchObject({
        status: 401,
        body: { error: { status: 'UNAUTHENTICATED' } },
      });
    }
  });
});

describe('Cloud KMS', () => {
  it('lets real sops encrypt with one call, and decrypt, over workload identity', async () => {
    await using google = await startGoogle({ checkAccessTokens: true });
    const encrypted = await encryptWithSops(google);
    expect(google.requests.map(({ service, status }) => [service, status])).toEqual([
      ['sts', 200],
      ['cloudkms', 200],
    ]);
    expect(await decryptIndependently(encrypted, { gcpKms: google.decrypt })).toEqual({
      document: { data: { key: 'value' } },
      macIsValid: true,
    });
    await writeFile(join(folder, 'encrypted.yaml'), encrypted);
    expect(await sops(google, ['decrypt', '--extract', '["data"]["key"]', 'encrypted.yaml'])).toBe('value');
  });

  it('reads the ciphertexts of another stand-in of the same seed only', async () => {
    await using first = await startGoogle({ seed: 'a' });
    const encrypted = await encryptWithSops(first);
    const ciphertext = Buffer.from(/enc: (\S+)/.exec(encrypted)?.[1] ?? '', 'base64');
    await using same = await startGoogle({ seed: 'a' });
    await using other = await startGoogle();
    expect(same.decrypt(cryptoKey, ciphertext)).toEqual(first.decrypt(cryptoKey, ciphertext));
    expect(() => other.decrypt(cryptoKey, ciphertext)).toThrow('Decryption failed');
    expect(() => first.decrypt(`${cryptoKey}2`, ciphertext)).toThrow('Decryption failed');
  });

  it('denies a use of a key in the words that sops shows', async () => {
    await using google = await startGoogle();
    google.denyKey(cryptoKey, 'decrypt');
    const encrypted = await encryptWithSops(google);
    await writeFile(join(folder, 'encrypted.yaml'), encrypted);
    await expect(sops(google, ['decrypt', 'encrypted.yaml'])).rejects.toThrow('useToDecrypt');
    google.denyKey(cryptoKey);
    await expect(encryptWithSops(google)).rejects.toThrow(
      /Error 403: Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied/,
    );
    google.allowKey(cryptoKey);
    await expect(encryptWithSops(google)).resolves.toContain('ENC[');
  });

  it('says that a key does not exist', async () => {
    await using google = await startGoogle({ cryptoKeys: ['projects/p/locations/global/keyRings/r/cryptoKeys/k'] });
    await expect(encryptWithSops(google)).rejects.toThrow(/Error 404: .* not found/);
  });
});

describe('faults', () => {
  const path = 'projects/demo-project/secrets/s/versions/latest:access';

  it('answers in place of the service, as often as planned', async () => {
    await using google = await startGoogle();
    google.addSecret('s').addVersion('x');
    google.fault({
      when: 'secretmanager',
      times: 1,
      status: 503,
      body: { error: { code: 503, message: 'Busy', status: 'UNAVAILABLE' } },
    });
    expect(await get(google, path)).toMatchObject({ status: 503 });
    expect(await get(google, path)).toMatchObject({ status: 200 });
    expect(google.requests.map(({ status }) => status)).toEqual([503, 200]);
  });

  it('resets and hangs', async () => {
    await using google = await startGoogle();
    google.fault({ when: /secrets/, times: 1, reset: true });
    await expect(get(google, path)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    google.fault({ when: ({ method }) => method === 'GET', hang: true });
    await expect(fetch(`${google.url}/v1/${path}`, { signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout');
    expect(google.requests.map(({ status }) => status)).toEqual([undefined, undefined]);
    google.clearFaults();
    expect(await get(google, path)).toMatchObject({ status: 404 });
  });

  it('lets something happen before the answer, and delays it', async () => {
    await using google = await startGoogle({ delay: 30 });
    const secret = google.addSecret('s');
    secret.addVersion('1');
    google.fault({ when: 'secretmanager', times: 1, before: () => void secret.addVersion('2') });
    expect(await get(google, path)).toMatchObject({ body: { name: expect.stringMatching(/versions\/2$/) } });
    const [request] = google.requests;
    expect((request?.end ?? 0) - (request?.start ?? 0)).toBeGreaterThanOrEqual(29);
  });
});

it('refuses an exchange with another OIDC token', async () => {
  await using google = await startGoogle();
  const body = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange' });
  const response = await fetch(`${google.url}/v1/token`, { method: 'POST', body });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: 'invalid_target' });
});
