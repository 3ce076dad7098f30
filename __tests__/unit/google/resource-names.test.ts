import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatSecretName,
  formatSecretVersionName,
  formatVersion,
  formatVersionRequest,
  isLower,
  isNewest,
  isSameSecret,
  parseFullName,
  parseSecretVersionName,
  parseVersion,
} from '../../../src/google/resource-names.ts';

describe('a full name', () => {
  test.each([
    ['projects/demo-project/secrets/TELE_TOKEN', { project: 'demo-project', secret: 'TELE_TOKEN' }, undefined],
    ['projects/123456789012/secrets/a', { project: '123456789012', secret: 'a' }, undefined],
    ['projects/acme.example:demo-project/secrets/S', { project: 'acme.example:demo-project', secret: 'S' }, undefined],
    [
      'projects/demo-project/locations/europe-west3/secrets/S',
      { project: 'demo-project', location: 'europe-west3', secret: 'S' },
      undefined,
    ],
    ['projects/demo-project/secrets/S/versions/12', { project: 'demo-project', secret: 'S' }, '12'],
    ['projects/demo-project/secrets/S/versions/latest', { project: 'demo-project', secret: 'S' }, 'latest'],
    [
      'projects/42/locations/us-central1/secrets/S/versions/1',
      { project: '42', location: 'us-central1', secret: 'S' },
      '1',
    ],
  ])('%s is read', (text, name, version) => {
    expect(parseFullName(text)).toStrictEqual(version === undefined ? { name } : { name, version });
  });

  test.each([
    'TELE_TOKEN',
    '',
    'projects/demo-project',
    'projects/demo-project/secrets/',
    'projects//secrets/S',
    'projects/demo-project/secrets/S/',
    'projects/demo-project/secrets/S/versions',
    'projects/demo-project/secrets/S/versions/',
    'projects/demo-project/secrets/S/versions/1/access',
    'projects/demo-project/secrets/S/versions/1:access?x/y',
    'projects/demo-project/secrets/with blank',
    'projects/demo-project/secrets/S.T',
    `projects/demo-project/secrets/${'S'.repeat(256)}`,
    'projects/Demo-Project/secrets/S',
    'projects/tiny/secrets/S',
    'projects/-demo-project/secrets/S',
    'projects/demo-project-/secrets/S',
    'projects/../secrets/S',
    'projects/demo-project/locations/Europe/secrets/S',
    'projects/demo-project/locations//secrets/S',
    'projects/demo-project/locations/evil.example#/secrets/S',
    'projects/demo-project/secrets/S\n',
    ' projects/demo-project/secrets/S',
    '/projects/demo-project/secrets/S',
    'Projects/demo-project/Secrets/S',
  ])('%j is none', (text) => {
    expect(parseFullName(text)).toBeUndefined();
  });
});

describe('the name of a version', () => {
  test.each([
    'projects/42/secrets/S/versions/1',
    'projects/42/locations/us-east1/secrets/S/versions/9223372036854775807',
  ])('%s is read, and written back as it was', (text) => {
    const name = parseSecretVersionName(text);
    expect(name && formatSecretVersionName(name)).toBe(text);
  });

  test.each([
    'projects/42/secrets/S',
    'projects/42/secrets/S/versions/latest',
    'projects/42/secrets/S/versions/0',
    'projects/42/secrets/S/versions/01',
    'projects/42/secrets/S/versions/-1',
    'projects/42/secrets/S/versions/1.0',
    'projects/42/secrets/S/versions/12345678901234567890',
    '',
  ])('%j is none', (text) => {
    expect(parseSecretVersionName(text)).toBeUndefined();
  });
});

describe('a version that is asked for', () => {
  test.each([
    ['', { kind: 'latest' }, 'latest'],
    ['latest', { kind: 'latest' }, 'latest'],
    ['latest-enabled', { kind: 'latest-enabled' }, 'latest-enabled'],
    ['Latest-enabled', { kind: 'alias', alias: 'Latest-enabled' }, 'Latest-enabled'],
    ['1', { kind: 'number', number: '1' }, '1'],
    ['9223372036854775807', { kind: 'number', number: '9223372036854775807' }, '9223372036854775807'],
    ['stable', { kind: 'alias', alias: 'stable' }, 'stable'],
    ['v1', { kind: 'alias', alias: 'v1' }, 'v1'],
    ['Latest', { kind: 'alias', alias: 'Latest' }, 'Latest'],
    [`a${'-'.repeat(62)}`, { kind: 'alias', alias: `a${'-'.repeat(62)}` }, `a${'-'.repeat(62)}`],
  ] as const)('is read from %j', (text, version, written) => {
    expect(parseVersion(text)).toEqual(version);
    expect(formatVersion(version)).toBe(written);
  });

  test.each([
    '0',
    '01',
    '007',
    '-1',
    '+1',
    '1.0',
    '1e3',
    '0x1',
    '12345678901234567890',
    ' 1',
    '1 ',
    'a b',
    '_a',
    'ä',
    '../1',
    `a${'b'.repeat(63)}`,
  ])('%j is neither a number, nor an alias, nor latest', (text) => {
    expect(parseVersion(text)).toBeUndefined();
  });
});

test.each([
  ['latest', true],
  ['', true],
  ['latest-enabled', true],
  ['3', false],
  ['stable', false],
])('%j being whichever is the newest is %s', (text, expected) => {
  const version = parseVersion(text);
  expect(version && isNewest(version)).toBe(expected);
});

test('a secret, a version and a request are written as Google writes them', () => {
  const name = { project: 'demo-project', location: 'europe-west3', secret: 'S' };
  expect(formatSecretName(name)).toBe('projects/demo-project/locations/europe-west3/secrets/S');
  expect(formatVersionRequest({ name: { project: 'demo-project', secret: 'S' }, version: { kind: 'latest' } })).toBe(
    'projects/demo-project/secrets/S/versions/latest',
  );
});

test('two names may be the same secret whatever their projects, for one may be an id and the other its number', () => {
  const name = { project: 'demo-project', secret: 'S' };
  expect(isSameSecret(name, { project: '42', secret: 'S' })).toBe(true);
  expect(isSameSecret(name, { project: 'demo-project', secret: 'T' })).toBe(false);
  expect(isSameSecret(name, { project: 'demo-project', location: 'europe-west3', secret: 'S' })).toBe(false);
});

test.each([
  ['1', '2', true],
  ['9', '10', true],
  ['10', '9', false],
  ['2', '2', false],
  ['9223372036854775806', '9223372036854775807', true],
  ['latest', '2', false],
  ['1', 'latest', false],
  ['v1', '2', false],
  ['1a', '2', false],
  ['1', 'v2', false],
  ['1', '2a', false],
])('version %s being lower than %s is %s', (version, than, expected) => {
  expect(isLower(version, than)).toBe(expected);
});

test('whatever is read as a name is written back letter for letter', () => {
  const project = fc.stringMatching(/^([a-z][-a-z0-9]{4,28}[a-z0-9]|[1-9][0-9]{0,11})$/);
  const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/);
  const location = fc.option(fc.stringMatching(/^[a-z][a-z0-9-]{1,20}$/), { nil: undefined });
  const number = fc.stringMatching(/^[1-9][0-9]{0,17}$/);
  fc.assert(
    fc.property(project, location, id, number, (project, location, secret, version) => {
      const text = formatSecretVersionName({
        project,
        secret,
        version,
        ...(location === undefined ? {} : { location }),
      });
      const parsed = parseSecretVersionName(text);
      expect(parsed).toEqual({ project, secret, version, ...(location === undefined ? {} : { location }) });
    }),
  );
});
