// Payload → manifest → sops → the very bytes again, as sops opens it and as an independent decryption does, whatever
// the bytes. And what stands in clear comes through as it was, whatever the text.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isDataKey } from '../../src/kubernetes/names.ts';
import type { Encrypter } from '../../src/sops/encrypter.ts';
import { recipientsRule } from '../../src/sops/encryption-rule.ts';
import { SopsDocument } from '../../src/sops/sops-document.ts';
import { decryptIndependently } from '../stand-ins/sops-oracle.ts';
import { CLEAR, generateAgeKey, openWorkshop, secretManifest, type Workshop } from '../unit/sops/real-sops.ts';

const key = await generateAgeKey();
const rule = recipientsRule([{ kind: 'age', id: key.recipient }]);

let workshop: Workshop;
let sops: Encrypter;
beforeAll(async () => {
  workshop = await openWorkshop();
  sops = workshop.encrypter();
});
afterAll(() => workshop[Symbol.asyncDispose]());

type Payloads = Record<string, Buffer>;

async function expectRoundTrip(payloads: Payloads, annotations: Record<string, string> = {}): Promise<void> {
  const clear = { ...CLEAR, metadata: { ...CLEAR.metadata, annotations } };
  const manifest = secretManifest(payloads, clear);
  const { text } = await sops.encrypt({ file: 'secret.yaml', manifest, rule });
  const [bySops, independently] = await Promise.all([
    workshop.decrypt(text, key),
    decryptIndependently(text, { age: key.identity }),
  ]);
  const { data: opened, ...rest } = bySops as { data: Record<string, string> };
  const bytes = Object.entries(opened).map(([name, base64]) => [name, Buffer.from(base64, 'base64')]);
  expect(Object.fromEntries(bytes)).toEqual(payloads);
  expect(rest).toEqual(clear);
  expect(independently).toEqual({ document: bySops, macIsValid: true });
  expect(SopsDocument.parse(text)?.clear).toEqual(clear);
}

const NASTY: Record<string, string | Uint8Array> = {
  binary: Uint8Array.from({ length: 256 }, (_, byte) => byte),
  'one-nought': Uint8Array.of(0),
  'no-utf-8': Uint8Array.of(0xc3, 0x28, 0xff, 0xfe),
  'half-a-pair': Uint8Array.of(0xed, 0xa0, 0x80),
  'byte-order-mark': '\ufeffsecret',
  'empty-lines': '\n\n\nsecret\n\n\n',
  'trailing-newline': '123456:valid\n',
  'windows-line-ends': 'a\r\nb\r\n',
  'only-a-newline': '\n',
  'only-a-blank': ' ',
  'blanks-around': '  secret\t ',
  'binary-number': '0b11',
  'octal-number': '0o17',
  'hexadecimal-number': '0xFF',
  'leading-zeros': '007',
  'large-number': '12345678901234567890123',
  'number-with-exponent': '1e3',
  'number-with-underscore': '1_000',
  date: '2024-01-01',
  timestamp: '2024-01-01T00:00:00Z',
  'sixty-based': '12:30:45',
  infinity: '.inf',
  'no-number': '.nan',
  null: 'null',
  tilde: '~',
  true: 'true',
  yes: 'yes',
  'line-separator': 'a\u2028b',
  'next-line': 'a\u0085b',
  delete: 'a\u007fb',
  'merge-key': '<<',
  'document-marker': '---\na: b\n...\n',
  comment: '# secret',
  alias: '*secret',
  tag: '!!binary c2VjcmV0',
  quotes: `"'\\`,
  templates: '{{ .Values.secret }} $(SECRET) $SECRET',
  'of-sops': 'ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]',
  'a-command': '::add-mask::x\n##[group]x',
  json: '{"type":"service_account","private_key":"-----BEGIN PRIVATE KEY-----\\nAA\\n"}',
  '64-KiB': Uint8Array.from({ length: 65_536 }, (_, index) => (index * 131) % 256),
};

describe('the payload comes through byte for byte', () => {
  test('of every kind that something on the way could take for something else', async () => {
    await expectRoundTrip(Object.fromEntries(Object.entries(NASTY).map(([name, bytes]) => [name, Buffer.from(bytes)])));
  });

  test('whatever its bytes and its data keys', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 400 }).map((array) => Buffer.from(array)),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }).map((text) => Buffer.from(text)),
    );
    const name = fc.stringMatching(/^[-._a-zA-Z0-9]{1,12}$/).filter(isDataKey);
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, bytes, { minKeys: 1, maxKeys: 8, noNullPrototype: true }), (payloads) =>
        expectRoundTrip(payloads),
      ),
      { numRuns: 25 },
    );
  });
});

test('what stands in clear comes through as it was, whatever the annotations of others say', async () => {
  const nasty = Object.values(NASTY).filter((value) => typeof value === 'string');
  const text = fc
    .oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ unit: fc.constantFrom(...' \n\t\r"\'\\#:-?,[]{}&*!|>%@`~<=0x1_eE.+TZ\u0085\ufeff'), maxLength: 20 }),
      fc.constantFrom(...nasty),
    )
    // The oracle takes the first for ciphertext. The second are line breaks to sops and none to the gate, and of the
    // third sops makes null: the gate refuses these.
    .filter((value) => !/^ENC\[|[\u2028\u2029]|^\t.*\n/s.test(value));
  const name = fc
    .stringMatching(/^(example\.com\/)?[a-zA-Z0-9]([-._a-zA-Z0-9]{0,8}[a-zA-Z0-9])?$/)
    // sops encrypts these two at any depth, and the gate refuses that.
    .filter((value) => value !== 'data' && value !== 'stringData');
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, text, { maxKeys: 8, noNullPrototype: true }), (annotations) =>
      expectRoundTrip({ token: Buffer.from('payload') }, annotations),
    ),
    { numRuns: 25 },
  );
});
