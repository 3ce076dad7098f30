import { describe, expect, test } from 'vitest';
import { describeExpiry, verifyKeyPair } from '../../../src/kubernetes/key-pair.ts';
import { refusalOf, version } from './accessed.ts';
import {
  TEST_CA,
  TEST_ED25519,
  TEST_ED25519_KEY,
  TEST_EXPIRED,
  TEST_RSA,
  TEST_RSA_KEY_ENCRYPTED,
  TEST_RSA_KEY_PKCS1,
  TEST_RSA_KEY_PKCS8,
  TEST_SERVER,
  TEST_SERVER_KEY_ENCRYPTED,
  TEST_SERVER_KEY_PKCS8,
  TEST_SERVER_KEY_SEC1,
} from './certificates.ts';

const CHAIN = { project: '42', secret: 'CHAIN', version: '1' };
const KEY = { project: '42', secret: 'KEY', version: '2' };

function verified(chain: string | Uint8Array, key: string | Uint8Array): string {
  return verifyKeyPair({ chain: version(chain, CHAIN), key: version(key, KEY) }, 'apps/tls.yaml');
}

const windows = (text: string) => text.replaceAll('\n', '\r\n');
const der = (pem: string) => Buffer.from(pem.replace(/-----.*-----/g, ''), 'base64');

describe('a certificate and its key are taken:', () => {
  test.each([
    ['PKCS#8', TEST_SERVER, TEST_SERVER_KEY_PKCS8, '2120-01-01T00:00:00Z'],
    ['an elliptic curve, with its parameters', TEST_SERVER, TEST_SERVER_KEY_SEC1, '2120-01-01T00:00:00Z'],
    ['PKCS#1', TEST_RSA, TEST_RSA_KEY_PKCS1, '2120-01-01T00:00:00Z'],
    ['RSA in PKCS#8', TEST_RSA, TEST_RSA_KEY_PKCS8, '2120-01-01T00:00:00Z'],
    ['Ed25519', TEST_ED25519, TEST_ED25519_KEY, '2120-01-01T00:00:00Z'],
    [
      'a chain, which ends with its first certificate to end',
      TEST_SERVER + TEST_CA,
      TEST_SERVER_KEY_PKCS8,
      '2070-01-01T00:00:00Z',
    ],
    ['an expired one', TEST_EXPIRED + TEST_CA, TEST_SERVER_KEY_PKCS8, '2021-01-01T00:00:00Z'],
    ['without a line end', TEST_SERVER.trimEnd(), TEST_SERVER_KEY_PKCS8.trimEnd(), '2120-01-01T00:00:00Z'],
    ['with line ends of Windows', windows(TEST_SERVER), windows(TEST_SERVER_KEY_SEC1), '2120-01-01T00:00:00Z'],
    [
      'with words around it',
      `subject=a\n${TEST_SERVER}b\n${TEST_CA}c`,
      `d\n${TEST_SERVER_KEY_PKCS8}`,
      '2070-01-01T00:00:00Z',
    ],
    [
      'with words on a key that was encrypted once',
      TEST_SERVER,
      `was -----BEGIN ENCRYPTED PRIVATE KEY-----\n${TEST_SERVER_KEY_PKCS8}`,
      '2120-01-01T00:00:00Z',
    ],
    [
      'with the key in both',
      TEST_SERVER_KEY_PKCS8 + TEST_SERVER,
      TEST_SERVER + TEST_SERVER_KEY_PKCS8,
      '2120-01-01T00:00:00Z',
    ],
  ])('%s', (_, chain, key, expires) => expect(verified(chain, key)).toBe(expires));
});

describe('a certificate and a key are refused, and not quoted, where', () => {
  const ofChain = 'Cannot use projects/42/secrets/CHAIN/versions/1: ';
  const ofKey = 'Cannot use projects/42/secrets/KEY/versions/2: ';
  const half = TEST_SERVER.slice(0, 200);
  test.each<[string, string | Uint8Array, string | Uint8Array, string]>([
    [
      'there is no certificate',
      'canary',
      TEST_SERVER_KEY_PKCS8,
      `${ofChain}what becomes \`tls.crt\` holds no certificate`,
    ],
    ['there is a key instead', TEST_RSA_KEY_PKCS8, TEST_RSA_KEY_PKCS8, `${ofChain}what becomes \`tls.crt\` holds no`],
    [
      'the certificate is binary',
      der(TEST_SERVER),
      TEST_SERVER_KEY_PKCS8,
      `${ofChain}what becomes \`tls.crt\` holds no`,
    ],
    ['the certificate is cut off', half, TEST_SERVER_KEY_PKCS8, `${ofChain}certificate 1 of what becomes`],
    [
      'the certificate is in one line',
      TEST_SERVER.replaceAll('\n', ''),
      TEST_SERVER_KEY_PKCS8,
      `${ofChain}certificate 1 of`,
    ],
    [
      'the second one is cut off',
      `${TEST_SERVER}${half}`,
      TEST_SERVER_KEY_PKCS8,
      `${ofChain}certificate 2 of what becomes`,
    ],
    [
      'the first of two has no end',
      `${half}\n${TEST_SERVER}`,
      TEST_SERVER_KEY_PKCS8,
      `${ofChain}certificate 1 of what`,
    ],
    [
      'the certificate ends at no date',
      undated(TEST_SERVER),
      TEST_SERVER_KEY_PKCS8,
      `${ofChain}a certificate in \`tls.crt\``,
    ],
    [
      'an issuer ends at no date',
      TEST_SERVER + undated(TEST_CA),
      TEST_SERVER_KEY_PKCS8,
      `${ofChain}a certificate in \`tls.crt\``,
    ],
    ['there is no key', TEST_SERVER, 'canary', `${ofKey}what becomes \`tls.key\` is no private key in PEM.`],
    ['there is a certificate instead', TEST_SERVER, TEST_SERVER, `${ofKey}what becomes \`tls.key\` is no private key`],
    [
      'the key is binary',
      TEST_SERVER,
      der(TEST_SERVER_KEY_PKCS8),
      `${ofKey}what becomes \`tls.key\` is no private key`,
    ],
    [
      'the key is cut off',
      TEST_SERVER,
      TEST_SERVER_KEY_PKCS8.slice(0, 90),
      `${ofKey}what becomes \`tls.key\` is no private`,
    ],
    ['the key is encrypted', TEST_SERVER, TEST_SERVER_KEY_ENCRYPTED, `${ofKey}the key for \`tls.key\` is encrypted.`],
    [
      'the key is encrypted as it once was',
      TEST_RSA,
      TEST_RSA_KEY_ENCRYPTED,
      `${ofKey}the key for \`tls.key\` is encrypted.`,
    ],
    ['the key is of another one', TEST_RSA, TEST_ED25519_KEY, 'Cannot write apps/tls.yaml: the first certificate of'],
    ['the key is of another one of its kind', TEST_CA, TEST_SERVER_KEY_PKCS8, 'Cannot write apps/tls.yaml: the first'],
    [
      'the issuer comes first',
      TEST_CA + TEST_SERVER,
      TEST_SERVER_KEY_PKCS8,
      'Cannot write apps/tls.yaml: the first certificate',
    ],
  ])('%s', (_, chain, key, message) => {
    const refusal = refusalOf(() => verified(chain, key));
    expect(refusal).toMatchObject({ code: 'CERTIFICATE_INVALID', text: expect.stringContaining(message) });
    expect(refusal?.text).not.toMatch(/canary|MII|-----/);
  });
});

test('a certificate or a key of which any byte is another is taken or refused, and nothing else', () => {
  for (const [chain, key] of [
    [TEST_RSA, TEST_RSA_KEY_PKCS1],
    [TEST_SERVER, TEST_SERVER_KEY_PKCS8],
  ] as const) {
    const [certificate, privateKey] = [der(chain), der(key)];
    const label = /BEGIN (.*?)-----/.exec(key)?.[1] ?? '';
    for (let index = 0; index < Math.max(certificate.length, privateKey.length); index++) {
      const codes = [
        refusalOf(() => verified(pem('CERTIFICATE', flipped(certificate, index)), key))?.code,
        refusalOf(() => verified(chain, pem(label, flipped(privateKey, index))))?.code,
      ];
      expect(codes.every((code) => code === undefined || code === 'CERTIFICATE_INVALID')).toBe(true);
    }
  }
});

function flipped(bytes: Uint8Array, index: number): Uint8Array {
  return bytes.map((byte, at) => (at === index ? byte ^ 0x11 : byte));
}

/** With letters in the date of its end. */
function undated(certificate: string): string {
  const bytes = Buffer.from(
    der(certificate)
      .toString('latin1')
      .replace(/(?<=2120|2070)01(?=01000000Z)/, 'xx'),
    'latin1',
  );
  return pem('CERTIFICATE', bytes);
}

function pem(label: string, bytes: Uint8Array): string {
  const lines = Buffer.from(bytes).toString('base64').replace(/.{64}/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

describe('when a certificate expires is said', () => {
  const expires = '2027-03-31T12:00:00Z';
  test.each([
    ['2027-03-01T12:00:01Z', 'expires on 2027-03-31, in 29 days.'],
    ['2027-03-29T12:00:00Z', 'expires on 2027-03-31, in 2 days.'],
    ['2027-03-30T11:00:00Z', 'expires on 2027-03-31, in 1 day.'],
    ['2027-03-31T11:59:59Z', 'expires on 2027-03-31, in less than a day.'],
    ['2027-03-31T12:00:00Z', 'expired on 2027-03-31.'],
    ['2028-01-01T00:00:00Z', 'expired on 2027-03-31.'],
  ])('at %s: %s', (now, said) => {
    expect(describeExpiry(expires, new Date(now))).toBe(`A certificate in \`tls.crt\` ${said}`);
  });

  test.each([
    ['30 days before', expires, '2027-03-01T12:00:00Z'],
    ['years before', expires, '2020-01-01T00:00:00Z'],
    ['of what is no date', 'canary', '2027-03-31T12:00:00Z'],
    ['of nothing', '', '2027-03-31T12:00:00Z'],
  ])('not %s', (_, end, now) => expect(describeExpiry(end, new Date(now))).toBeUndefined());
});
