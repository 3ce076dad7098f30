// Payloads → data, whatever the payloads: what was written is read, and what is hostile is refused soon and quietly.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DataValue, DesiredSecret, EntriesSource } from '../../src/desired-secret.ts';
import { parseDotenvPayload } from '../../src/kubernetes/dotenv-payload.ts';
import { findPointed } from '../../src/kubernetes/json-payload.ts';
import { isDataKey } from '../../src/kubernetes/names.ts';
import { buildSecretData } from '../../src/kubernetes/secret-data.ts';
import { anyText } from '../unit/any-text.ts';
import { latest, refusalOf, version } from '../unit/kubernetes/accessed.ts';
import { TEST_SERVER, TEST_SERVER_KEY_PKCS8 } from '../unit/kubernetes/certificates.ts';

type JsonValue = string | number | boolean | null | JsonValue[] | { [name: string]: JsonValue };

const memberName = fc.oneof(
  anyText({ maxLength: 8 }),
  fc.string({ unit: fc.constantFrom(...'~/01-"\\.a '), maxLength: 6 }),
  fc.constantFrom('__proto__', 'constructor', 'length', 'toString'),
);

const { json: jsonValue } = fc.letrec<{ json: JsonValue }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    anyText({ maxLength: 12 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(memberName, tie('json'), { maxKeys: 4 }),
  ),
}));

/** Every value of a document with the pointer to it, as RFC 6901 writes it. */
function* pointersInto(value: JsonValue, pointer = ''): Generator<[pointer: string, JsonValue]> {
  yield [pointer, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    yield* pointersInto(inner, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }
}

describe('what was written is read:', () => {
  test('every value of a JSON document, by its pointer, with or without blanks', () => {
    fc.assert(
      fc.property(jsonValue, fc.constantFrom('', ' ', '\t', '  '), (document, indent) => {
        const payload = version(JSON.stringify(document, null, indent));
        for (const [pointer, value] of pointersInto(document)) {
          const read = () => findPointed(payload, pointer).toString('utf8');
          if (value === null) expect(refusalOf(read)?.code).toBe('PAYLOAD_MALFORMED');
          else if (typeof value === 'string') expect(read()).toBe(value);
          else expect(withoutBlanks(read())).toBe(JSON.stringify(value));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('every number, digit by digit', () => {
    const number = fc.stringMatching(/^-?(0|[1-9]\d{0,30})(\.\d{1,30})?([eE][-+]?\d{1,4})?$/);
    fc.assert(
      fc.property(number, (digits) => {
        expect(findPointed(version(`{"a":[${digits}]}`), '/a/0').toString('utf8')).toBe(digits);
        expect(findPointed(version(`{"a":[ ${digits} ]}`), '/a').toString('utf8')).toBe(`[ ${digits} ]`);
      }),
    );
  });

  test('every map in dotenv, however its values are quoted', () => {
    const key = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,12}$/);
    const value = fc.oneof(
      anyText({ maxLength: 30 }),
      fc.string({ unit: fc.constantFrom(...'\n\r\t"\'\\#= $ab`'), maxLength: 12 }),
    );
    const entry = fc.record({ value, quotes: fc.constantFrom('double', 'escaped', 'single', 'none') });
    const between = fc.constantFrom('\n', '\r\n', '\n# c\n', ' # "\n', '\n\n', '\t\n');
    fc.assert(
      fc.property(fc.dictionary(key, entry, { maxKeys: 8 }), between, (entries, lineEnd) => {
        const lines = Object.entries(entries).map(([name, { value, quotes }]) => `${name}=${written(value, quotes)}`);
        const values = Object.entries(entries).map(([name, { value }]) => [name, value]);
        expect([...parseDotenvPayload(version(lines.join(lineEnd) + lineEnd))]).toEqual(values);
      }),
      { numRuns: 500 },
    );
  });
});

/** Outside strings; `JSON.parse` is no judge here, for it mistakes names: https://github.com/nodejs/node/issues/63785 */
function withoutBlanks(json: string): string {
  return json.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
}

/** In the quotes that are wanted, where they can hold the value, and in double quotes otherwise. */
function written(value: string, quotes: string): string {
  if (quotes === 'single' && !value.includes("'")) return `'${value}'`;
  if (quotes === 'none' && /^[^\s"'`#=]+$/.test(value)) return value;
  const escaped = value.replace(/["\\]/g, '\\$&');
  if (quotes !== 'escaped') return `"${escaped}"`;
  return `"${escaped.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}"`;
}

test('base64 of anything has no key in dotenv, in no width and not behind something else', () => {
  const lineLength = fc.constantFrom(4, 64, 76, 100_000);
  const alphabet = fc.constantFrom('base64', 'base64url' as const);
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 300 }),
    // Of which base64 is made of letters alone.
    fc.string({ unit: fc.constantFrom('\0', 'i'), minLength: 1, maxLength: 300 }).map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(bytes, alphabet, lineLength, (payload, encoding, width) => {
      const plain = Buffer.from(payload).toString(encoding);
      const padded = plain.padEnd(Math.ceil(plain.length / 4) * 4, '=');
      const lines = padded.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
      for (const text of [lines.join('\n'), `${lines.join('\r\n')}\r\n`, `A=b\n${lines.join('\n')}`]) {
        expect(refusalOf(() => parseDotenvPayload(version(text)))?.code).toBe('PAYLOAD_MALFORMED');
      }
    }),
    { numRuns: 2_000 },
  );
});

/** Everything that can be asked of one payload, each in a Secret of its own. */
function wishes(): DesiredSecret[] {
  const request = latest('A');
  const whole = { kind: 'payload', request, pointer: undefined, trimNewline: true } as const;
  const pointed = ['', '/0', '/a/0'].map((pointer): DataValue => ({ ...whole, pointer }));
  const config: DataValue = { kind: 'docker-config', server: 'a.dev', username: whole, password: whole };
  const known = (secret: string): DataValue => ({ ...whole, request: latest(secret) });
  const data: [type: string, Record<string, DataValue>][] = [
    ...[whole, ...pointed, config].map((value): [string, Record<string, DataValue>] => ['Opaque', { a: value }]),
    ['kubernetes.io/tls', { 'tls.crt': whole, 'tls.key': known('KEY') }],
    ['kubernetes.io/tls', { 'tls.crt': known('CRT'), 'tls.key': whole }],
    ['kubernetes.io/dockerconfigjson', { '.dockerconfigjson': whole }],
    ['kubernetes.io/dockercfg', { '.dockercfg': whole }],
  ];
  const dataFrom: EntriesSource[] = [
    { request, format: 'json' },
    { request, format: 'dotenv' },
  ];
  const some = { state: 'present', file: 'a.yaml', name: 'a', namespace: undefined, immutable: false } as const;
  const rest = { ...some, labels: {}, annotations: {}, hold: 'keep' } as const;
  return [
    ...data.map(([type, values]) => ({ ...rest, type, data: new Map(Object.entries(values)), dataFrom: [] })),
    ...dataFrom.map((from) => ({ ...rest, type: 'Opaque', data: new Map(), dataFrom: [from] })),
  ];
}

/**
 * Builds Secrets or throws ActionErrors; anything else is thrown on. Gives what the slowest cost, in time of this thread,
 * for others share its core.
 */
function attempt(payload: string | Uint8Array): { milliseconds: number; said: string } {
  const known: Record<string, string> = { CRT: TEST_SERVER, KEY: TEST_SERVER_KEY_PKCS8 };
  const attempts = wishes().map((desired) => {
    const before = process.threadCpuUsage();
    const refusal = refusalOf(() => {
      const { data, sources } = buildSecretData(desired, ({ name }) => version(known[name.secret] ?? payload));
      expect([...sources.keys()]).toEqual([...data.keys()]);
      expect([...data.keys()].every(isDataKey)).toBe(true);
    });
    const { user, system } = process.threadCpuUsage(before);
    return { milliseconds: (user + system) / 1_000, said: refusal?.text ?? '' };
  });
  return {
    milliseconds: Math.max(...attempts.map(({ milliseconds }) => milliseconds)),
    said: attempts.map(({ said }) => said).join('\n'),
  };
}

describe('hostile payloads', () => {
  test('of any bytes are taken or refused, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 200 }), anyText({ minLength: 1 })), (payload) => {
        attempt(payload);
      }),
      { numRuns: 300 },
    );
  });

  test('made of the marks that formats are made of are refused or taken, and not quoted', () => {
    const mark = fc.constantFrom(
      ...'{}[],:"\\\'=#\n\r\t -0',
      'canary',
      '"canary"',
      '"a":',
      'A=',
      'export ',
      'null',
      '\\u',
      '\ud800',
      '__proto__',
      '-----BEGIN CERTIFICATE-----\n',
      '-----END CERTIFICATE-----\n',
      '-----BEGIN PRIVATE KEY-----\n',
      TEST_SERVER,
    );
    fc.assert(
      fc.property(fc.array(mark, { minLength: 1, maxLength: 30 }), (marks) => {
        expect(attempt(marks.join('')).said).not.toMatch(/canary|BEGIN|__proto__/);
      }),
      { numRuns: 1_000 },
    );
  });

  const MEBIBYTE = 1_048_576;
  // With room for a key or a certificate beside it: a Secret that is too large is refused before they are looked at.
  const LENGTH = MEBIBYTE - 1_024;
  const times = (text: string, begin = '', end = '') =>
    begin + text.repeat(Math.floor((LENGTH - begin.length - end.length) / text.length)) + end;
  test.each<[string, string]>([
    ['arrays in arrays that do not end', times('[')],
    ['arrays in arrays', '['.repeat(LENGTH / 2) + ']'.repeat(LENGTH / 2)],
    ['arrays in arrays, 100,000 deep', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['objects in objects, 100,000 deep', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['commas', times(',')],
    ['an array of numbers', times('1,', '[', '1]')],
    ['an array of empty arrays', times('[],', '[', '[]]')],
    ['an array of arrays', times('[1],', '[', '[1]]')],
    ['an object of objects', times('{},', '{"a":[', '{}]}')],
    ['strings in an array', times('"",', '[', '""]')],
    ['colons', times('[{"a":1}],', '[', '1]')],
    ['an object with one name again and again', times('"a":1,', '{', '"b":1}')],
    [
      'an object with names of its own',
      JSON.stringify(Object.fromEntries(Array.from({ length: 80_000 }, (_, n) => [`k${n}`, n]))),
    ],
    ['escaped quotes', times('\\"')],
    ['a string of escaped quotes', times('\\"', '"', '"')],
    ['a string of escaped quotes that does not end', times('\\"', '"')],
    ['a string of half pairs', times('\\ud800', '"', '"')],
    ['a string in an object', times('a', '{"a":["', '"]}')],
    ['quotes', times('"')],
    ['backslashes', times('\\')],
    ['blanks', times(' ')],
    ['line ends', times('\n')],
    ['line ends and something', times('\r\n', '', 'x')],
    ['comments', times('#\n')],
    ['a value of blanks', times(' ', 'A=')],
    ['a value with blanks', times(' ', 'A=b', 'c')],
    ['a value with number signs', times(' #', 'A=b')],
    ['a value with single blanks', times('b ', 'A=')],
    ['`export` and blanks', times(' ', 'export')],
    ['a key that does not end', times('A')],
    ['entries of one key', times('A=b\n')],
    ['entries', Array.from({ length: 100_000 }, (_, n) => `A${n}=b`).join('\n')],
    ['double quotes that do not end', times('\\n', 'A="')],
    ['double quotes with line ends', times('\n', 'A="', '"')],
    ['single quotes', times("'", 'A=')],
    ['beginnings of certificates', times('-----BEGIN CERTIFICATE-----\n')],
    ['ends of certificates', times('-----END CERTIFICATE-----\n')],
    ['empty certificates', times('-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n')],
    ['beginnings of keys', times('-----BEGIN PRIVATE KEY-----\n')],
    ['empty keys', times('-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n')],
    ['a beginning and hyphens', times('-', '-----BEGIN ')],
    ['one certificate again and again', times(TEST_SERVER)],
  ])('of 1 MiB are answered within a second: %s', (_, payload) => {
    expect(attempt(payload).milliseconds).toBeLessThan(1_000);
  });

  test('of 32 MiB are refused before they are read', () => {
    const payload = version(`"${'a'.repeat(32 * MEBIBYTE)}"`);
    for (const read of [() => findPointed(payload, ''), () => parseDotenvPayload(payload)]) {
      expect(refusalOf(read)?.text).toContain('its payload is larger than 1048576 bytes.');
    }
  });
});

test('a document nested as deep as it may be is read to its end', () => {
  const json = `${'{"a":'.repeat(1_000)}"b"${'}'.repeat(1_000)}`;
  expect(findPointed(version(json), '/a'.repeat(1_000)).toString('utf8')).toBe('b');
  expect(refusalOf(() => findPointed(version(`[${json}]`), '/0'))?.code).toBe('PAYLOAD_MALFORMED');
});
