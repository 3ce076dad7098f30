import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findDefaultName, isDataKey, isLabel, isSubdomain } from '../../../src/kubernetes/names.ts';

const LONG = 'a'.repeat(63);

describe('metadata.name may be', () => {
  test.each([
    'a',
    '0',
    'kbot-token',
    'kbot.token',
    'a--b',
    '1.2.3',
    LONG,
    'a'.repeat(253),
    `${LONG}.${LONG}.${LONG}.${'a'.repeat(61)}`,
  ])('%s', (name) => expect(isSubdomain(name)).toBe(true));

  test.each([
    '',
    '-',
    '-a',
    'a-',
    'a.',
    '.a',
    'a..b',
    'a.-b',
    'A',
    'a_b',
    'a b',
    'ä',
    'a/b',
    'a\n',
    '\na',
    'a'.repeat(254),
  ])('never %j', (name) => expect(isSubdomain(name)).toBe(false));
});

describe('metadata.namespace may be', () => {
  test.each(['a', '0', 'demo', 'kube-system', 'a--b', LONG])('%s', (name) => expect(isLabel(name)).toBe(true));

  test.each(['', '-a', 'a-', 'a.b', 'A', 'a_b', 'a b', 'a\n', `${LONG}a`])('never %j', (name) =>
    expect(isLabel(name)).toBe(false),
  );
});

describe('a data key may be', () => {
  test.each([
    'token',
    'TELE_TOKEN',
    'tls.crt',
    '.dockerconfigjson',
    '-',
    '_',
    '.a',
    '.a..b',
    'a..',
    '0',
    'type',
    'a'.repeat(253),
  ])('%s', (key) => expect(isDataKey(key)).toBe(true));

  test.each(['', '.', '..', '..data', '__proto__', '...', 'a/b', 'a b', 'a:b', 'ä', 'a\n', '\u0000', 'a'.repeat(254)])(
    'never %j',
    (key) => expect(isDataKey(key)).toBe(false),
  );
});

describe('the name made from a secret’s id', () => {
  test.each([
    ['TELE_TOKEN', 'tele-token'],
    ['TeleToken', 'tele-token'],
    ['teleToken2', 'tele-token2'],
    ['token2Tele', 'token2-tele'],
    ['tele-token', 'tele-token'],
    ['tele__TOKEN--x', 'tele-token-x'],
    ['_TELE_', 'tele'],
    ['42', '42'],
    ['HTTPServer', 'httpserver'],
    ['A'.repeat(253), 'a'.repeat(253)],
  ])('%s is %s', (id, name) => expect(findDefaultName(id)).toBe(name));

  test.each(['', '_', '---', 'A'.repeat(254)])('%j is none', (id) => expect(findDefaultName(id)).toBeUndefined());

  test('is a name that Kubernetes takes, or none, whatever the id', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{1,255}$/), (id) => {
        const name = findDefaultName(id);
        expect(name === undefined || isSubdomain(name)).toBe(true);
      }),
    );
  });
});
