import { describe, expect, test } from 'vitest';
import type { DataValue, DesiredSecret } from '../../../src/desired-secret.ts';
import { formatVersionRequest, type SecretVersionName } from '../../../src/google/resource-names.ts';
import {
  findCarried,
  findSources,
  isSameVersions,
  listWanted,
  pinCarried,
  refuseGoingBack,
  resolveCarried,
  withRequests,
} from '../../../src/plan/versions.ts';
import { desire, LATEST, number, payload, registry, request, version } from '../situations.ts';

const A2 = version('2', { secret: 'A' });
const A3 = version('3', { secret: 'A' });
const B5 = version('5', { secret: 'B' });
const all = () => true;

/** Two payloads, the user name and password of a registry, and the entries of a payload. */
const mixed: DesiredSecret = desire({
  data: new Map<string, DataValue>([
    ['a', payload(request('A'), { pointer: '/x' })],
    ['b', payload(request('B', number('5')))],
    ...(registry().data ?? []),
  ]),
  dataFrom: [{ request: request('ENV'), format: 'json' }],
});
const sourcesOf = (entries: Readonly<Record<string, readonly SecretVersionName[]>>) => new Map(Object.entries(entries));
const resolvedTo = (...names: SecretVersionName[]) =>
  new Map(names.map((name) => [formatVersionRequest(request(name.secret)), name]));
const carried = sourcesOf({
  a: [A2],
  b: [B5],
  '.dockerconfigjson': [version('7', { secret: 'USER' }), version('8', { secret: 'PASSWORD' })],
  X: [version('9', { secret: 'ENV' })],
});

// The same secret may be asked for twice: one value by its number, and the entries of the newest version.
const twice = desire({
  data: new Map([['a', payload(request('A', number('2')), { pointer: '/x' })]]),
  dataFrom: [{ request: request('A'), format: 'json' }],
});

test('what is wanted is listed with its place, in one order', () => {
  expect(listWanted(mixed).map(({ key, index, request: { name } }) => [key, index, name.secret])).toEqual([
    ['a', 0, 'A'],
    ['b', 0, 'B'],
    ['.dockerconfigjson', 0, 'USER'],
    ['.dockerconfigjson', 1, 'PASSWORD'],
    [undefined, 0, 'ENV'],
  ]);
});

test('a wish with other versions is otherwise the same', () => {
  const replaced = withRequests(mixed, ({ request: { name } }) => ({ name, version: number('1') }));
  expect(listWanted(replaced).map((wanted) => wanted.request.version)).toEqual(Array(5).fill(number('1')));
  expect(withRequests(replaced, ({ request: { name } }) => ({ name, version: LATEST }))).not.toEqual(mixed);
  expect(withRequests(mixed, (wanted) => wanted.request)).toEqual(mixed);
  const password = payload(request('PASSWORD'));
  const signIn = {
    kind: 'docker-config',
    server: 'a.dev',
    username: { kind: 'text', text: 'kbot' },
    password,
  } as const;
  const named = desire({ data: new Map([['a', signIn]]) });
  expect(withRequests(named, (wanted) => wanted.request)).toEqual(named);
});

describe('the version that a manifest carries of a wanted secret', () => {
  const named = new Map(['a', 'b', '.dockerconfigjson'].map((key) => [key, undefined]));
  const wanted = (key: string | undefined, secret: string, index = 0) => ({
    ...{ key, index, named },
    request: request(secret),
  });

  test.each<[string, ReturnType<typeof wanted>, SecretVersionName | undefined]>([
    ['is that in its place', wanted('a', 'A'), A2],
    ['is that of a password', wanted('.dockerconfigjson', 'PASSWORD', 1), version('8', { secret: 'PASSWORD' })],
    ['is that under another key, where its own is new', wanted('new', 'B'), B5],
    ['is that of the entries', wanted(undefined, 'ENV'), version('9', { secret: 'ENV' })],
    ['is none of another secret in its place', wanted('a', 'C'), undefined],
  ])('%s', (_, asked, expected) => {
    expect(findCarried(asked, carried)).toEqual(expected);
  });

  test('is that in its place, whatever stands under other keys', () => {
    const sources = sourcesOf({ old: [A2], a: [A3] });
    expect(findCarried(wanted('a', 'A'), sources)).toEqual(A3);
    expect(findCarried(wanted('old', 'A'), sources)).toEqual(A2);
  });

  test('is none of another location', () => {
    expect(findCarried(wanted('a', 'A'), sourcesOf({ a: [{ ...A2, location: 'europe-west3' }] }))).toBeUndefined();
  });

  test('is told of what is carried alone', () => {
    expect(resolveCarried(mixed, sourcesOf({ a: [A2] }))).toEqual(resolvedTo(A2));
    expect(resolveCarried(mixed, new Map()).size).toBe(0);
  });

  test('is told by what was asked for', () => {
    expect(resolveCarried(mixed, carried)).toEqual(
      new Map([
        ...resolvedTo(A2, version('9', { secret: 'ENV' }), version('7', { secret: 'USER' })),
        ...resolvedTo(version('8', { secret: 'PASSWORD' })),
        ['projects/demo/secrets/B/versions/5', B5],
      ]),
    );
  });
});

describe('a wish that is pinned', () => {
  test('asks for what is carried', () => {
    const numbers = listWanted(pinCarried(mixed, carried, all)).map((wanted) => wanted.request.version);
    expect(numbers).toEqual(['2', '5', '7', '8', '9'].map(number));
  });

  test('asks for two versions of one secret under one key, where each of them stands', () => {
    const signing = desire(registry());
    const value = signing.data.get('.dockerconfigjson');
    if (value?.kind !== 'docker-config') return expect.unreachable('it is for a registry');
    const [username, password] = ['/user', '/password'].map((pointer) => payload(request('A'), { pointer }));
    if (username === undefined || password === undefined) return expect.unreachable('there are two');
    const wish = desire({ data: new Map([['.dockerconfigjson', { ...value, username, password }]]) });
    const pinned = pinCarried(wish, sourcesOf({ '.dockerconfigjson': [A2, A3] }), all);
    expect(listWanted(pinned).map((wanted) => wanted.request.version)).toEqual([number('2'), number('3')]);
  });

  test('goes on asking for what is not carried, or not to be pinned', () => {
    const pinned = pinCarried(mixed, sourcesOf({ a: [A2], b: [B5] }), ({ name }) => name.secret === 'A');
    const versions = listWanted(pinned).map((wanted) => wanted.request.version);
    expect(versions).toEqual([number('2'), number('5'), LATEST, LATEST, LATEST]);
  });

  test('is the very same where nothing is pinned', () => {
    expect(pinCarried(mixed, new Map(), all)).toBe(mixed);
    expect(pinCarried(mixed, carried, () => false)).toBe(mixed);
  });

  test('asks for each version where it stands, also of a secret that stands there twice', () => {
    const pinned = pinCarried(twice, sourcesOf({ a: [A2], X: [A3] }), all);
    expect(listWanted(pinned).map((wanted) => wanted.request.version)).toEqual([number('2'), number('3')]);
  });

  test('names the secret as it was wished, not as Google does', () => {
    const pinned = pinCarried(desire({ secret: 'A' }), sourcesOf({ token: [A2] }), all);
    expect(listWanted(pinned).map((wanted) => wanted.request)).toEqual([request('A', number('2'))]);
  });
});

describe('the versions that a manifest has to claim', () => {
  const one = desire({ key: 'a', secret: 'A' });
  const pinned = desire({ key: 'a', secret: 'A', version: number('2') });
  const entries = desire({ data: new Map(), dataFrom: [{ request: request('A'), format: 'json' }] });
  const both = desire({
    data: new Map(),
    dataFrom: [
      { request: request('A'), format: 'json' },
      { request: request('B', number('5')), format: 'dotenv' },
    ],
  });
  interface Case {
    wish: DesiredSecret;
    claims: Readonly<Record<string, readonly SecretVersionName[]>>;
    now?: SecretVersionName;
  }
  test.each<[string, Case, Case['claims'] | undefined]>([
    ['are what latest is, whatever it claims', { wish: one, claims: { a: [A2] }, now: A3 }, { a: [A3] }],
    ['are what latest is, where it claims nothing', { wish: one, claims: {}, now: A3 }, { a: [A3] }],
    ['are not known where nobody has asked for latest', { wish: one, claims: { a: [A2] } }, undefined],
    ['are what it claims for that number', { wish: pinned, claims: { a: [A2] } }, { a: [A2] }],
    ['are not known for a number that it does not claim', { wish: pinned, claims: { a: [A3] } }, undefined],
    ['are not known for a number that it claims elsewhere', { wish: pinned, claims: { old: [A2] } }, undefined],
    ['are not known with a key that nothing asks for', { wish: one, claims: { a: [A2], b: [B5] }, now: A2 }, undefined],
    ['are, of entries, what it claims', { wish: entries, claims: { X: [A2], Y: [A2] }, now: A2 }, { X: [A2], Y: [A2] }],
    ['are not known of entries that are newer', { wish: entries, claims: { X: [A2] }, now: A3 }, undefined],
    ['are not known of entries of two versions', { wish: entries, claims: { X: [A2], Y: [A3] }, now: A2 }, undefined],
    ['are not known where no entry is claimed', { wish: entries, claims: {}, now: A2 }, undefined],
    ['are not known of entries that are made of two', { wish: entries, claims: { X: [A2, A2] }, now: A2 }, undefined],
    [
      'are those of every payload with entries',
      { wish: both, claims: { X: [A2], Y: [B5] }, now: A2 },
      { X: [A2], Y: [B5] },
    ],
    ['are not known where one of these has no entry', { wish: both, claims: { X: [A2] }, now: A2 }, undefined],
    ['are not known of nothing at all', { wish: desire({ data: new Map() }), claims: { X: [A2] } }, undefined],
  ])('%s', (_, { wish, claims, now }, expected) => {
    const resolved = now === undefined ? resolvedTo() : resolvedTo(now);
    const sources = findSources(wish, { claimed: sourcesOf(claims), resolved });
    expect(sources && Object.fromEntries(sources)).toEqual(expected);
  });
});

test.each<[string, Readonly<Record<string, readonly SecretVersionName[]>>, boolean]>([
  ['the same', { b: [B5], a: [A2] }, true],
  ['another version', { a: [A3], b: [B5] }, false],
  ['one less', { a: [A2] }, false],
  ['one more', { a: [A2], b: [B5], c: [B5] }, false],
  ['another key', { a: [A2], c: [B5] }, false],
  ['two under one key', { a: [A2, A2], b: [B5] }, false],
])('versions are told apart: %s', (_, other, same) => {
  expect(isSameVersions(sourcesOf({ a: [A2], b: [B5] }), sourcesOf(other))).toBe(same);
});

describe('latest goes back', () => {
  const back =
    (desired: DesiredSecret, now: SecretVersionName, claimed = carried) =>
    () =>
      refuseGoingBack(desired, claimed, resolvedTo(now));
  const refused = expect.objectContaining({ code: 'SECRET_WENT_BACK' });

  test('wherever it stands', () => {
    for (const [secret, lower] of [
      ['A', '1'],
      ['USER', '6'],
      ['PASSWORD', '7'],
      ['ENV', '8'],
    ] as const) {
      expect(back(mixed, version(lower, { secret })), secret).toThrow(refused);
      expect(back(mixed, version('9', { secret })), secret).not.toThrow();
    }
  });

  test('of entries, though an older version of their secret stands under a key of its own', () => {
    expect(back(twice, A3, sourcesOf({ a: [A2], X: [version('4', { secret: 'A' })] }))).toThrow(refused);
  });
});
