import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type EncryptionRule,
  formatEncryptionRule,
  formatRecipient,
  parseRecipients,
  RECIPIENT_KINDS,
  type Recipient,
  recipientsRule,
  SELECTOR_KINDS,
} from '../../../src/sops/encryption-rule.ts';

const age = (id: string): Recipient => ({ kind: 'age', id });
const KMS = 'projects/p/locations/l/keyRings/r/cryptoKeys/k';
const rule = (over: Partial<EncryptionRule> = {}): EncryptionRule => ({ ...recipientsRule([age('age1a')]), ...over });

test('recipients from inputs are one group, for the values that Flux wants encrypted', () => {
  expect(recipientsRule([age('age1a'), { kind: 'gcp_kms', id: KMS }])).toEqual({
    keyGroups: [[age('age1a'), { kind: 'gcp_kms', id: KMS }]],
    threshold: 1,
    selector: { kind: 'encrypted_regex', pattern: '^(data|stringData)$' },
    macOnlyEncrypted: false,
  });
});

// It is digested into every manifest: another form of it would have all of them encrypted anew.
test('a rule is written like this, whatever the release', () => {
  const keyGroups = [
    [age('age1b'), age('age1a'), { kind: 'gcp_kms', id: KMS } as const],
    [{ kind: 'pgp', id: 'AB' } as const],
  ];
  const selector = { kind: 'unencrypted_suffix', pattern: '_clear' } as const;
  expect(formatEncryptionRule({ keyGroups, threshold: 2, selector, macOnlyEncrypted: true })).toBe(
    `[[["age:age1a","age:age1b","gcp_kms:${KMS}"],["pgp:AB"]],2,"unencrypted_suffix","_clear",true]`,
  );
});

describe('two rules are written the same where they have the same effect', () => {
  test.each<[string, EncryptionRule, EncryptionRule]>([
    [
      'recipients in another order',
      rule({ keyGroups: [[age('a'), age('b')]] }),
      rule({ keyGroups: [[age('b'), age('a')]] }),
    ],
    ['a recipient twice', rule({ keyGroups: [[age('a'), age('a')]] }), rule({ keyGroups: [[age('a')]] })],
    ['a threshold of one group', rule({ threshold: 3 }), rule({ threshold: 1 })],
  ])('%s', (_, one, other) => expect(formatEncryptionRule(one)).toBe(formatEncryptionRule(other)));
});

describe('two rules are written otherwise where they have not', () => {
  const groups = [[age('a')], [age('b')]];
  test.each<[string, EncryptionRule, EncryptionRule]>([
    ['another recipient', rule(), rule({ keyGroups: [[age('age1b')]] })],
    ['a recipient of another kind', rule(), rule({ keyGroups: [[{ kind: 'pgp', id: 'age1a' }]] })],
    ['one more', rule(), rule({ keyGroups: [[age('age1a'), age('age1b')]] })],
    ['none', rule(), rule({ keyGroups: [[]] })],
    ['two groups for one', rule({ keyGroups: groups }), rule({ keyGroups: [groups.flat()] })],
    ['groups in another order', rule({ keyGroups: groups }), rule({ keyGroups: groups.toReversed() })],
    ['another threshold', rule({ keyGroups: groups, threshold: 1 }), rule({ keyGroups: groups, threshold: 2 })],
    ['another pattern', rule(), rule({ selector: { kind: 'encrypted_regex', pattern: '^data$' } })],
    ['another selector', rule(), rule({ selector: { kind: 'unencrypted_regex', pattern: '^(data|stringData)$' } })],
    ['another MAC', rule(), rule({ macOnlyEncrypted: true })],
  ])('%s', (_, one, other) => expect(formatEncryptionRule(one)).not.toBe(formatEncryptionRule(other)));

  test('whatever their recipients and patterns are made of', () => {
    const recipient = fc.record({ kind: fc.constantFrom(...RECIPIENT_KINDS), id: fc.string({ maxLength: 4 }) });
    const anyRule = fc.record({
      keyGroups: fc.array(fc.uniqueArray(recipient, { maxLength: 2, selector: formatRecipient }), {
        minLength: 2,
        maxLength: 2,
      }),
      threshold: fc.integer({ min: 1, max: 2 }),
      selector: fc.record({ kind: fc.constantFrom(...SELECTOR_KINDS), pattern: fc.string({ maxLength: 4 }) }),
      macOnlyEncrypted: fc.boolean(),
    });
    const sorted = ({ keyGroups, ...rest }: EncryptionRule) => ({
      ...rest,
      keyGroups: keyGroups.map((group) => group.map(formatRecipient).sort()),
    });
    fc.assert(
      fc.property(anyRule, anyRule, (one, other) => {
        const same = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
        expect(formatEncryptionRule(one) === formatEncryptionRule(other)).toBe(same);
      }),
    );
  });
});

describe('a list of recipients', () => {
  test.each<[string, Recipient['kind'], string, string[]]>([
    ['nothing', 'age', '', []],
    ['blanks and commas', 'age', ' , ,', []],
    ['one', 'age', 'age1a', ['age1a']],
    ['several', 'age', 'age1a, age1b ,age1c,', ['age1a', 'age1b', 'age1c']],
    ['an ssh key, whose blank belongs to it', 'age', ' ssh-ed25519 AAAA ', ['ssh-ed25519 AAAA']],
    ['a fingerprint in groups of four', 'pgp', 'FBC7 B9E2 A4F9,AB CD', ['FBC7B9E2A4F9', 'ABCD']],
    ['a Cloud KMS key with blanks', 'gcp_kms', ` ${KMS} , ${KMS}2`, [KMS, `${KMS}2`]],
  ])('%s is read', (_, kind, list, ids) => {
    expect(parseRecipients(kind, list)).toEqual(ids.map((id) => ({ kind, id })));
  });
});
