import { describe, expect, test } from 'vitest';
import type { DataValue, DesiredSecret, EntriesSource, PayloadValue } from '../../../src/desired-secret.ts';
import { formatSecretVersionName } from '../../../src/google/resource-names.ts';
import { buildSecretData, type SecretData } from '../../../src/kubernetes/secret-data.ts';
import { emptyKeys } from '../../../src/kubernetes/secret-manifest.ts';
import { latest, refusalOf, textOf, version } from './accessed.ts';
import { TEST_CA, TEST_EXPIRED, TEST_SERVER_KEY_PKCS8 } from './certificates.ts';

type Wish = Partial<Omit<DesiredSecret, 'data'>> & { data?: Record<string, DataValue> };
type Payloads = Record<string, string | Uint8Array>;

function built({ data = {}, ...wish }: Wish, payloads: Payloads): SecretData {
  const desired: DesiredSecret = {
    state: 'present',
    file: 'apps/kbot.yaml',
    name: 'kbot',
    namespace: undefined,
    type: 'Opaque',
    immutable: false,
    labels: {},
    annotations: {},
    dataFrom: [],
    hold: 'keep',
    ...wish,
    data: new Map(Object.entries(data)),
  };
  return buildSecretData(desired, ({ name: { secret } }) =>
    version(payloads[secret] ?? '', { project: '42', secret, version: '7' }),
  );
}

function whole(secret: string, value: Partial<PayloadValue> = {}): PayloadValue {
  return { kind: 'payload', request: latest(secret), pointer: undefined, trimNewline: false, ...value };
}

const json = (secret: string): EntriesSource => ({ request: latest(secret), format: 'json' });
const dotenv = (secret: string): EntriesSource => ({ request: latest(secret), format: 'dotenv' });

function textsOf({ data }: SecretData): Record<string, string | undefined> {
  return Object.fromEntries([...data].map(([key, value]) => [key, textOf(value)]));
}

function sourcesOf({ sources }: SecretData): Record<string, string[]> {
  return Object.fromEntries([...sources].map(([key, names]) => [key, names.map(formatSecretVersionName)]));
}

describe('the data of a Secret is', () => {
  test('payloads as they are, byte for byte', () => {
    const bytes = Uint8Array.of(0xff, 0x00, 0x0d, 0x0a);
    const { data, expires } = built({ data: { a: whole('A') } }, { A: bytes });
    expect(data.get('a')?.reveal()).toEqual(Buffer.from(bytes));
    expect(expires).toBeUndefined();
  });

  test.each([
    ['a\n', 'a'],
    ['a\r\n', 'a'],
    ['a\n\n', 'a\n'],
    ['a\r\n\r\n', 'a\r\n'],
    ['a\r', 'a\r'],
    ['\na ', '\na '],
    ['\r\r\n', '\r'],
  ])('%j without one line end: %j', (payload, value) => {
    const secret = built({ data: { a: whole('A', { trimNewline: true }) } }, { A: payload });
    expect(textsOf(secret)).toEqual({ a: value });
    expect(secret.notes).toEqual([]);
  });

  test('parts of payloads, which may be empty', () => {
    const data = {
      z: whole('A', { pointer: '/no' }),
      b: whole('A', { pointer: '/port' }),
      a: whole('A', { pointer: '/no', trimNewline: true }),
      c: whole('A', { pointer: '/end', trimNewline: true }),
      d: whole('A', { pointer: '/end' }),
    };
    const secret = built({ data }, { A: '{"no":"","port":5432.0,"end":"x\\n"}\n' });
    expect(textsOf(secret)).toEqual({ z: '', b: '5432.0', a: '', c: 'x', d: 'x\n' });
    expect(emptyKeys(secret).sort()).toEqual(['a', 'z']);
    expect(secret.notes).toEqual([]);
  });

  test('a registry’s user name and password, from two versions', () => {
    const username = whole('USER', { pointer: '/name' });
    const password = whole('PASSWORD', { trimNewline: true });
    const config: DataValue = { kind: 'docker-config', server: 'a.dev', username, password };
    const secret = built(
      { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': config } },
      { USER: '{"name":"kbot"}', PASSWORD: 'x\n' },
    );
    expect(textsOf(secret)).toEqual({
      '.dockerconfigjson': '{"auths":{"a.dev":{"username":"kbot","password":"x","auth":"a2JvdDp4"}}}',
    });
    expect(sourcesOf(secret)).toEqual({
      '.dockerconfigjson': ['projects/42/secrets/USER/versions/7', 'projects/42/secrets/PASSWORD/versions/7'],
    });
  });

  test('a registry’s password, with a user name from the config', () => {
    const username = { kind: 'text', text: '_json_key' } as const;
    const config: DataValue = { kind: 'docker-config', server: 'a.dev', username, password: whole('PASSWORD') };
    expect(sourcesOf(built({ data: { a: config } }, { PASSWORD: 'x' }))).toEqual({
      a: ['projects/42/secrets/PASSWORD/versions/7'],
    });
  });

  test('the entries of payloads, beside single values', () => {
    const secret = built(
      { data: { a: whole('A') }, dataFrom: [json('B'), dotenv('C')] },
      { A: 'x', B: '{"b":"y","2":1.0,"n":{"m": [true]},"e":""}', C: 'C=z\nD=""' },
    );
    expect(textsOf(secret)).toEqual({ a: 'x', b: 'y', '2': '1.0', n: '{"m": [true]}', e: '', C: 'z', D: '' });
    expect([...secret.data.keys()]).toEqual(['a', 'b', '2', 'n', 'e', 'C', 'D']);
    expect([...secret.sources.keys()]).toEqual([...secret.data.keys()]);
    expect(sourcesOf(secret)).toMatchObject({
      a: ['projects/42/secrets/A/versions/7'],
      n: ['projects/42/secrets/B/versions/7'],
      D: ['projects/42/secrets/C/versions/7'],
    });
    expect(emptyKeys(secret).sort()).toEqual(['D', 'e']);
  });

  test('a certificate that has expired, and when', () => {
    const secret = built(
      { type: 'kubernetes.io/tls', data: { 'tls.crt': whole('CRT'), 'tls.key': whole('KEY') } },
      { CRT: TEST_EXPIRED + TEST_CA, KEY: TEST_SERVER_KEY_PKCS8 },
    );
    expect(secret.expires).toBe('2021-01-01T00:00:00Z');
  });

  test('of 1 MiB together at most', () => {
    const payloads = { A: 'a'.repeat(1_000_000), B: 'b'.repeat(48_576) };
    const data = { a: whole('A'), b: whole('B') };
    expect(built({ data }, payloads).data.size).toBe(2);
    expect(refusalOf(() => built({ data, dataFrom: [json('C')] }, { ...payloads, C: '{"c":"c"}' }))).toMatchObject({
      code: 'SECRET_TOO_LARGE',
      text: expect.stringContaining(
        'Cannot write apps/kbot.yaml: its values have 1048577 bytes, and Kubernetes takes 1048576 at most.',
      ),
    });
  });
});

describe('a line end at the end', () => {
  const note = (secret: string, key: string) =>
    `The payload of projects/42/secrets/${secret}/versions/7 ends in a line end, and so does what \`${key}\` is made of: ` +
    '`trim: newline` in the config takes it off.';

  test.each(['canary\n', 'canary\r\n', 'a\ncanary\n\n', 'canary-----BEGIN \n', Uint8Array.of(0xff, 0x0a)])(
    'of %j is noted',
    (payload) => {
      expect(built({ data: { a: whole('A') } }, { A: payload }).notes).toEqual([note('A', 'a')]);
    },
  );

  test('of a registry’s user name and password is noted', () => {
    const config = { kind: 'docker-config', server: 'a.dev', username: whole('U'), password: whole('P') } as const;
    expect(built({ data: { a: config } }, { U: 'u\n', P: 'p\n' }).notes).toEqual([note('U', 'a'), note('P', 'a')]);
  });

  test.each(['canary', 'canary\r', 'canary\n ', TEST_SERVER_KEY_PKCS8, `subject=a\n${TEST_CA}`])(
    'of %j is not noted',
    (payload) => expect(built({ data: { a: whole('A') } }, { A: payload }).notes).toEqual([]),
  );

  test.each(['\n', '\r\n'])('may not be all there is: %j', (payload) => {
    expect(refusalOf(() => built({ data: { a: whole('A', { trimNewline: true }) } }, { A: payload }))).toMatchObject({
      code: 'SECRET_EMPTY',
      text: expect.stringContaining(
        'Cannot use projects/42/secrets/A/versions/7: its payload is nothing but a line end.',
      ),
    });
  });
});

describe('entries are refused, and not quoted, where', () => {
  /** A data key, and payloads. */
  interface Case {
    data?: string;
    json?: string;
    dotenv?: string;
  }

  test.each<[string, Case, string, string]>([
    ['there are none', { json: '{}' }, 'PAYLOAD_MALFORMED', 'its payload has no entries.'],
    ['there are comments only', { dotenv: '#canary' }, 'PAYLOAD_MALFORMED', 'its payload has no entries.'],
    ['the JSON is an array', { json: '["canary"]' }, 'PAYLOAD_MALFORMED', 'its JSON is not an object.'],
    ['the JSON is a text', { json: '"canary"' }, 'PAYLOAD_MALFORMED', 'its JSON is not an object.'],
    ['one is null', { json: '{"2":"canary","1":null}' }, 'PAYLOAD_MALFORMED', 'its entry 2 is null'],
    ['one is half a pair', { json: String.raw`{"canary":"\udfff"}` }, 'PAYLOAD_MALFORMED', 'its entry 1 holds'],
    ['a name comes twice', { json: '{"canary":1,"canary":1}' }, 'PAYLOAD_MALFORMED', 'an object with one name'],
    ['a name is no key', { json: '{"2":1,"can/ary":1,"1":1}' }, 'DATA_KEY_INVALID', 'its entry 2 has a name'],
    ['a name is empty', { json: '{"":"canary"}' }, 'DATA_KEY_INVALID', 'its entry 1 has a name that no data key'],
    ['a name is that of prototypes', { json: '{"__proto__":1}' }, 'DATA_KEY_INVALID', 'its entry 1 has a name'],
    ['a name is too long', { dotenv: `A=b\n${'c'.repeat(254)}=d` }, 'DATA_KEY_INVALID', 'its entry 2 has a name'],
    [
      '`data` has the key',
      { data: 'C', json: '{"canary":1,"C":1}' },
      'DATA_KEY_INVALID',
      'its entry 2 is named `C`, and `data` in the config has that key too.',
    ],
    [
      'another payload has the name',
      { json: '{"canary":1}', dotenv: 'canary=1' },
      'DATA_KEY_INVALID',
      'its entry 1 has the name of an entry of projects/42/secrets/JSON/versions/7, which `dataFrom` lists before it.',
    ],
  ])('%s: %j', (_, given, code, message) => {
    const wish: Wish = {
      data: given.data === undefined ? {} : { [given.data]: whole('A') },
      dataFrom: [
        ...(given.json === undefined ? [] : [json('JSON')]),
        ...(given.dotenv === undefined ? [] : [dotenv('DOTENV')]),
      ],
    };
    const payloads = { A: 'a', JSON: given.json ?? '', DOTENV: given.dotenv ?? '' };
    const refusal = refusalOf(() => built(wish, payloads));
    expect(refusal).toMatchObject({ code, text: expect.stringContaining(message) });
    expect(refusal?.text).toMatch(/^Cannot use projects\/42\/secrets\/(JSON|DOTENV)\/versions\/7: /);
    expect(refusal?.text).not.toMatch(/can.?ary/);
  });

  test('the type needs a key that is not among them', () => {
    const wish: Wish = { type: 'kubernetes.io/ssh-auth', dataFrom: [json('B')] };
    expect(refusalOf(() => built(wish, { B: '{"canary":"a"}' }))).toMatchObject({
      code: 'SECRET_INCOMPLETE',
      text: expect.stringContaining(
        'Cannot write apps/kbot.yaml: a Secret of type kubernetes.io/ssh-auth needs a value for',
      ),
    });
  });
});

test('nothing of a Secret’s data prints itself', () => {
  const secret = built({ data: { a: whole('A') }, dataFrom: [json('B')] }, { A: 'canary\n', B: '{"b":"canary"}' });
  expect(JSON.stringify([...secret.data])).not.toContain('canary');
  expect(secret.notes.join()).not.toContain('canary');
});
