import { describe, expect, test } from 'vitest';
import { problemsWith, readWith } from './read-with.ts';

const KEY = 'projects/demo/locations/global/keyRings/flux/cryptoKeys/sops';
const AGE = `age1${'q'.repeat(58)}`;
const FINGERPRINT = '0123456789ABCDEF0123456789ABCDEF01234567';

describe('recipients', () => {
  test.each([
    ['gcp-kms', KEY, [{ kind: 'gcp_kms', id: KEY }]],
    [
      'gcp-kms',
      `${KEY}, ${KEY}2,`,
      [
        { kind: 'gcp_kms', id: KEY },
        { kind: 'gcp_kms', id: `${KEY}2` },
      ],
    ],
    [
      'age',
      `${AGE}\n${AGE}x`,
      [
        { kind: 'age', id: AGE },
        { kind: 'age', id: `${AGE}x` },
      ],
    ],
    ['age', 'ssh-ed25519 AAAAC3Nza+/=', [{ kind: 'age', id: 'ssh-ed25519 AAAAC3Nza+/=' }]],
    ['pgp', FINGERPRINT, [{ kind: 'pgp', id: FINGERPRINT }]],
    ['pgp', FINGERPRINT.toLowerCase(), [{ kind: 'pgp', id: FINGERPRINT }]],
    ['pgp', '0123 4567 89AB CDEF 0123  4567 89ab cdef 0123 4567', [{ kind: 'pgp', id: FINGERPRINT }]],
  ])('%s: %j', (input, value, recipients) => {
    expect(readWith({ [input]: value }).recipients).toEqual(recipients);
  });

  test('of all kinds go together', () => {
    const kinds = readWith({ pgp: FINGERPRINT, age: AGE, 'gcp-kms': KEY }).recipients.map(({ kind }) => kind);
    expect(kinds).toEqual(['gcp_kms', 'age', 'pgp']);
  });

  test.each([
    ['gcp-kms', 'projects/p/keyRings/r/cryptoKeys/k', 'write projects/P/locations/L/keyRings/R/cryptoKeys/K'],
    ['gcp-kms', `${KEY}/cryptoKeyVersions/1`, 'write projects/P/locations/L/keyRings/R/cryptoKeys/K'],
    ['gcp-kms', `gcp-kms://${KEY}`, 'write projects/P/locations/L/keyRings/R/cryptoKeys/K'],
    ['age', 'age1short', 'write age1…, the public key'],
    ['age', AGE.toUpperCase(), 'write age1…, the public key'],
    ['pgp', 'octocat@github.com', 'write the fingerprint, 40 hexadecimal digits'],
    ['pgp', '89ABCDEF', 'write the fingerprint, 40 hexadecimal digits'],
  ])('%s: %s is refused with what to write instead', (input, value, sentence) => {
    expect(problemsWith({ [input]: value })).toBe(`\`${input}: ${value}\` is no recipient: ${sentence}.`);
  });

  test('are refused one by one, each in a sentence', () => {
    expect(problemsWith({ age: `${AGE},age1short`, pgp: '89ABCDEF' })).toBe(
      '`age: age1short` is no recipient: write age1…, the public key. `pgp: 89ABCDEF` is no recipient: write the fingerprint, 40 hexadecimal digits.',
    );
  });
});

describe('a secret key that is given by mistake', () => {
  const age = 'AGE-SECRET-KEY-1QQPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE';
  const block = 'lQOYBGCanary0BCADcanary1\nAGcanary2\n=cana';

  test.each([
    ['age', age],
    ['age', age.toLowerCase()],
    ['age', `# created: 2026-01-01\n# public key: ${AGE}\n${age}`],
    ['age', `# created: 2026-01-01 # public key: ${AGE} ${age}`],
    ['gcp-kms', age],
    ['pgp', age],
    ['pgp', `-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${block}\n-----END PGP PRIVATE KEY BLOCK-----`],
    ['age', `-----BEGIN OPENSSH PRIVATE KEY-----\n${block}\n-----END OPENSSH PRIVATE KEY-----`],
  ])('is not said again: %s', (input, value) => {
    const problems = problemsWith({ [input]: value });
    expect(problems).toContain(`\`${input}: a secret key\` is no recipient: write `);
    expect(problems).not.toMatch(/qqpzry|canary|=cana/i);
  });
});
