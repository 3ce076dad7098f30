import { describe, expect, test } from 'vitest';
import { findMissingKeys, findTypeProblem, verifyType } from '../../../src/kubernetes/secret-type.ts';
import { refusalOf, version } from './accessed.ts';

describe('the type of a Secret may be', () => {
  test.each([
    'Opaque',
    'kubernetes.io/tls',
    'kubernetes.io/dockerconfigjson',
    'bootstrap.kubernetes.io/token',
    'helm.sh/release.v1',
    'example.com/a/b_c',
    'a'.repeat(253),
  ])('%s', (type) => expect(findTypeProblem(type)).toBeUndefined());

  test.each(['', ' ', 'a b', 'a\n', '/a', '-a', 'ä', 'a"b', '$a', 'a'.repeat(254)])('never %j', (type) =>
    expect(findTypeProblem(type)).toMatch(/^a type is up to 253 letters/),
  );

  test('never the one that a cluster fills itself', () =>
    expect(findTypeProblem('kubernetes.io/service-account-token')).toMatch(/^the control plane .* fills/));
});

describe('what is missing in a Secret of type', () => {
  test.each<[string, string[], string[]]>([
    ['Opaque', [], []],
    ['example.com/tls', [], []],
    ['constructor', [], []],
    ['kubernetes.io/tls', ['tls.crt', 'tls.key', 'ca.crt'], []],
    ['kubernetes.io/tls', ['tls.key'], ['`tls.crt`']],
    ['kubernetes.io/tls', ['TLS.CRT'], ['`tls.crt`', '`tls.key`']],
    ['kubernetes.io/dockerconfigjson', ['.dockerconfigjson'], []],
    ['kubernetes.io/dockerconfigjson', ['.dockercfg'], ['`.dockerconfigjson`']],
    ['kubernetes.io/dockercfg', ['.dockerconfigjson'], ['`.dockercfg`']],
    ['kubernetes.io/basic-auth', ['username'], []],
    ['kubernetes.io/basic-auth', ['password'], []],
    ['kubernetes.io/basic-auth', ['token'], ['`username` or `password`']],
    ['kubernetes.io/ssh-auth', ['ssh-privatekey', 'known_hosts'], []],
    ['kubernetes.io/ssh-auth', ['identity'], ['`ssh-privatekey`']],
  ])('%s with the keys %j: %j', (type, keys, missing) => {
    expect(findMissingKeys(type, new Set(keys).values())).toEqual(missing);
  });
});

describe('a Secret is incomplete', () => {
  test.each([
    ['kubernetes.io/tls', {}, '`tls.crt` and `tls.key`'],
    ['kubernetes.io/tls', { 'tls.crt': '', 'tls.key': 'a' }, '`tls.crt`'],
    ['kubernetes.io/basic-auth', { username: '', password: '' }, '`username` or `password`'],
    ['kubernetes.io/ssh-auth', { 'ssh-privatekey': '' }, '`ssh-privatekey`'],
  ])('of type %s with the values %j', (type, values, missing) => {
    expect(refusalOf(() => verified(type, values))).toMatchObject({
      code: 'SECRET_INCOMPLETE',
      text: expect.stringContaining(`Cannot write a.yaml: a Secret of type ${type} needs a value for ${missing}. Name`),
    });
  });

  test.each([
    ['kubernetes.io/basic-auth', { username: 'a', password: '' }],
    ['kubernetes.io/ssh-auth', { 'ssh-privatekey': 'a' }],
    ['Opaque', { a: '' }],
  ])('and is not of type %s with the values %j', (type, values) => expect(verified(type, values)).toBeUndefined());
});

test.each([
  ['kubernetes.io/dockerconfigjson', { '.dockerconfigjson': '{}' }, 'DOCKER_CONFIG_INVALID'],
  ['kubernetes.io/dockercfg', { '.dockercfg': '[]' }, 'DOCKER_CONFIG_INVALID'],
  ['kubernetes.io/tls', { 'tls.crt': 'a', 'tls.key': 'b' }, 'CERTIFICATE_INVALID'],
  ['Opaque', { 'tls.crt': 'a', '.dockercfg': '[]', '.dockerconfigjson': '[]' }, undefined],
  ['kubernetes.io/dockercfg', { '.dockercfg': '{}', '.dockerconfigjson': '[]' }, undefined],
])('the values of a Secret of type %s are checked: %j', (type, values, code) => {
  expect(refusalOf(() => verified(type, values))?.code).toBe(code);
});

function verified(type: string, values: Record<string, string>): string | undefined {
  const versions = Object.entries(values).map(([key, value]) => [key, version(value)] as const);
  return verifyType({ type, file: 'a.yaml' }, new Map(versions));
}
