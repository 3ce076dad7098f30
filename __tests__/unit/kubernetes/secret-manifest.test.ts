import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ClearManifest, emptyKeys, formatSecretManifest } from '../../../src/kubernetes/secret-manifest.ts';
import { Plaintext } from '../../../src/plaintext.ts';

const clear: ClearManifest = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'kbot-token', namespace: 'demo', labels: { a: 'b' }, annotations: { c: '<<' } },
  type: 'Opaque',
};
const manifest = (data: Record<string, Uint8Array | string>) => ({
  clear,
  data: new Map(Object.entries(data).map(([key, bytes]) => [key, new Plaintext(Buffer.from(bytes))])),
});
const textOf = (plaintext: Plaintext) => Buffer.from(plaintext.reveal()).toString('utf8');

describe('the manifest that sops reads', () => {
  test('is JSON: what is said in clear, and the payloads in base64', () => {
    expect(textOf(formatSecretManifest(manifest({ token: '123456:valid\n', 'tls.crt': 'ä' })))).toBe(
      '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"kbot-token","namespace":"demo","labels":{"a":"b"},' +
        '"annotations":{"c":"<<"}},"type":"Opaque","data":{"token":"MTIzNDU2OnZhbGlkCg==","tls.crt":"w6Q="}}',
    );
  });

  test('has the payload byte for byte, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
        const { data } = JSON.parse(textOf(formatSecretManifest(manifest({ token: bytes })))) as {
          data: { token: string };
        };
        expect(Buffer.from(data.token, 'base64').equals(bytes)).toBe(true);
      }),
    );
  });

  test('takes the bytes of a payload that is a part of a larger buffer, and no more', () => {
    const bytes = Buffer.from('before payload after').subarray(7, 14);
    const text = textOf(formatSecretManifest({ clear, data: new Map([['token', new Plaintext(bytes)]]) }));
    expect(JSON.parse(text)).toMatchObject({ data: { token: Buffer.from('payload').toString('base64') } });
  });

  test('is plaintext itself, and prints as such', () => {
    expect(`${formatSecretManifest(manifest({ token: 'payload' }))}`).toBe('[redacted]');
  });
});

test.each<[string, Record<string, string>, string[]]>([
  ['none where each has a byte', { a: ' ', b: '\0' }, []],
  ['those that have no byte', { a: '', b: 'x', c: '' }, ['a', 'c']],
  ['none where there are none', {}, []],
])('keys without a value are %s', (_, data, keys) => {
  expect(emptyKeys(manifest(data))).toEqual(keys);
});
