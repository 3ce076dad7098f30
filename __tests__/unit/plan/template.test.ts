import { describe, expect, test } from 'vitest';
import type { DataValue } from '../../../src/desired-secret.ts';
import { declarationOf, templateOf } from '../../../src/plan/template.ts';
import { recipientsRule } from '../../../src/sops/encryption-rule.ts';
import { desire, LATEST, number, payload, registry, request, STABLE, type Wish } from '../situations.ts';

const rule = recipientsRule([{ kind: 'gcp_kms', id: 'projects/p/locations/global/keyRings/r/cryptoKeys/k' }]);
const template = (wish: Wish = {}) => templateOf(desire(wish), rule);
const declaration = (wish: Wish = {}) => declarationOf(desire(wish));
const data = (...entries: [string, DataValue][]): Wish => ({ data: new Map(entries) });
const of = (secret: string) => payload(request(secret));

const json: Wish = { data: new Map(), dataFrom: [{ request: request('APP_ENV'), format: 'json' }] };
const everything: Wish = {
  ...{ type: 'acme.example/token', immutable: true, labels: { b: '2', a: '1' }, annotations: { d: '', c: 'x' } },
  data: new Map<string, DataValue>([
    ['pointed', payload(request('A'), { pointer: '/a' })],
    ['trimmed', payload(request('B'), { trimNewline: true })],
    ...(registry().data ?? []),
  ]),
  dataFrom: [
    { request: request('C'), format: 'dotenv' },
    { request: request('D'), format: 'json' },
  ],
};

// Whoever changes one of these digests has every such manifest of every user encrypted anew. Where that is wanted, it
// is TEMPLATE_FORMAT in template.ts that is raised.
test.each<[string, Wish, string, string]>([
  [
    'one payload',
    {},
    'sha256:4902e70c780432bbc42a4a91fcd78595fb5715bce04fe78dcd296057c76ca442',
    'sha256:dcc239d172deb4756098c883f000ca08d64cbbb8ffec4b5bce3f2db706846d6a',
  ],
  [
    'entries of a payload',
    json,
    'sha256:46a91fe994916b7106d4f1115622bff130aecb416606ece775cf6945022096f0',
    'sha256:89e79fdef995d76a72646373d077af026a3ea58e2663addbd5152c2692b9d054',
  ],
  [
    'all that there is',
    everything,
    'sha256:ce015a07b17e1ad6343e87873d6a5a300d27305a91694ae62034e21dc0c61cc8',
    'sha256:b714a7273e4ab2b04c1684060f9a0455ab2151e698cc64880e1268ac03f5bd67',
  ],
])('the wish for %s has this digest, whatever the release', (_, wish, whole, declared) => {
  expect([template(wish), declaration(wish)]).toEqual([whole, declared]);
});

describe('the declaration of the data', () => {
  const wishes: [string, Wish][] = [
    ['one payload', {}],
    ['another key', { key: 'other' }],
    ['another secret', { secret: 'OTHER' }],
    ['another project', { project: 'other' }],
    ['a part of the payload', data(['token', payload(request(), { pointer: '/a' })])],
    ['all of it, read as JSON', data(['token', payload(request(), { pointer: '' })])],
    ['another part of it', data(['token', payload(request(), { pointer: '/b' })])],
    ['it without its line end', data(['token', payload(request(), { trimNewline: true })])],
    ['two payloads', data(['token', of('A')], ['url', of('B')])],
    ['two payloads, exchanged', data(['token', of('B')], ['url', of('A')])],
    ['a registry', registry()],
    ['a registry with its user name in clear', withUser('octocat')],
    ['a registry with another user name in clear', withUser('hubot')],
    ['entries', json],
    ['entries, read otherwise', { ...json, dataFrom: [{ request: request('APP_ENV'), format: 'dotenv' }] }],
    ['entries beside a payload', { dataFrom: json.dataFrom ?? [] }],
    ['the entries of two payloads', { ...json, dataFrom: entriesOf('A', 'B') }],
    ['the entries of two payloads, in another order', { ...json, dataFrom: entriesOf('B', 'A') }],
    ['no data', { data: new Map() }],
  ];

  function withUser(text: string): Wish {
    const value = registry().data?.get('.dockerconfigjson');
    if (value?.kind !== 'docker-config') return expect.unreachable('it is for a registry');
    return { ...registry(), data: new Map([['.dockerconfigjson', { ...value, username: { kind: 'text', text } }]]) };
  }

  function entriesOf(...ids: string[]) {
    return ids.map((id) => ({ request: request(id), format: 'json' as const }));
  }

  test('is another one for each way to ask for it, and so is the template', () => {
    const digests = wishes.map(([name, wish]) => [declaration(wish), name]);
    expect(new Map(digests.map(([digest, name]) => [digest, name])).size).toBe(wishes.length);
    expect(new Set(wishes.map(([, wish]) => template({ ...wish, type: 'Opaque' }))).size).toBe(wishes.length);
  });

  test.each<[string, Wish]>([
    ['the name', { name: 'other' }],
    ['the namespace', { namespace: 'other' }],
    ['labels', { labels: { a: 'b' } }],
    ['annotations', { annotations: { a: 'b' } }],
    ['the type', { type: 'acme.example/token' }],
    ['immutability', { immutable: true }],
  ])('does not depend on %s, and the template does', (_, more) => {
    expect(declaration(more)).toBe(declaration());
    expect(template(more)).not.toBe(template());
  });

  test.each<[string, Wish]>([
    ['the version', { version: number('3') }],
    ['an alias', { version: STABLE }],
    ['latest-enabled', { version: { kind: 'latest-enabled' } }],
    ['the file', { file: 'other.yaml' }],
    ['a hold', { hold: 'set' }],
  ])('does not depend on %s, nor does the template', (_, more) => {
    expect(declaration(more)).toBe(declaration());
    expect(template(more)).toBe(template());
  });

  test('does not depend on versions anywhere, nor does the template', () => {
    const version = number('7');
    const pinned: Wish = {
      ...registry(version, version),
      dataFrom: [{ request: request('APP_ENV', version), format: 'json' }],
    };
    const following: Wish = { ...registry(), dataFrom: [{ request: request('APP_ENV', LATEST), format: 'json' }] };
    expect(declaration(pinned)).toBe(declaration(following));
    expect(template(pinned)).toBe(template(following));
  });

  test('does not depend on the order of keys and labels, nor does the template', () => {
    const reversed: Wish = {
      ...everything,
      labels: { a: '1', b: '2' },
      annotations: { c: 'x', d: '' },
      data: new Map([...(everything.data ?? [])].reverse()),
    };
    expect(declaration(reversed)).toBe(declaration(everything));
    expect(template(reversed)).toBe(template(everything));
  });
});

test('labels are not taken for annotations', () => {
  expect(template({ labels: { a: 'b' } })).not.toBe(template({ annotations: { a: 'b' } }));
});
