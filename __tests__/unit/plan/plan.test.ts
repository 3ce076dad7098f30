import { beforeAll, describe, expect, test } from 'vitest';
import { type Document, parse, parseDocument } from 'yaml';
import { requestsOf } from '../../../src/desired-secret.ts';
import { formatVersionRequest, type VersionRequest } from '../../../src/google/resource-names.ts';
import { buildClearManifest, plan, type Situation } from '../../../src/plan/plan.ts';
import { EncryptedManifest } from '../../../src/sops/encrypted-manifest.ts';
import { recipientsRule } from '../../../src/sops/encryption-rule.ts';
import {
  type Circumstances,
  commit,
  contents,
  desire,
  EARLIER,
  FILE,
  LATEST,
  NOW,
  number,
  OWNER,
  payload,
  planWrite,
  registry,
  request,
  STABLE,
  situation,
  version,
  type Wish,
} from '../situations.ts';

/** As by an input of this run, and not by what stands in a config. */
function askedByName(given: Situation): Situation {
  const explicit = new Set(requestsOf(given.desired).map(formatVersionRequest));
  return { ...given, desired: { ...given.desired, explicit } };
}

/** Manifests as earlier runs have committed them: version 2; version 1, held; version 2^53 + 1. */
let second: string;
let heldFirst: string;
let huge: string;

beforeAll(async () => {
  [second, heldFirst, huge] = await Promise.all([
    commit(situation(), '2'),
    commit(situation({ wish: { version: number('1'), hold: 'set' as const }, hold: EARLIER }), '1'),
    commit(situation(), '9007199254740993'),
  ]);
});

function edited(text: string, edit: (document: Document.Parsed) => void): string {
  const document = parseDocument(text);
  edit(document);
  return document.toString({ lineWidth: 0 });
}

/** The one key of these manifests, at this version. */
const carrying = (number: string) => new Map([['token', [version(number)]]]);
const annotation = (name: string) => ['metadata', 'annotations', `flux-secret-sync/${name}`];

describe('a file that is not there', () => {
  test.each([
    ['latest', { resolved: '2' }],
    ['a number, of which nobody has asked', { wish: { version: number('2') } }],
    ['anything, with refresh', { resolved: '2', refresh: true }],
  ])('is created: %s', (_, given) => {
    expect(plan(situation(given))).toMatchObject({
      kind: 'create',
      from: new Map(),
      existing: undefined,
      hold: undefined,
    });
  });

  test('is created held where that is asked for', () => {
    const wish = { version: number('1'), hold: 'set' as const };
    expect(plan(situation({ wish }))).toMatchObject({ kind: 'create', hold: NOW });
    const following = situation({ wish: { version: STABLE, hold: 'set' }, resolved: '2' });
    expect(plan(following)).toMatchObject({ kind: 'create', hold: NOW });
  });

  test('says in clear what it is, and where it comes from', () => {
    const kms = recipientsRule([{ kind: 'gcp_kms', id: 'projects/p/locations/global/keyRings/r/cryptoKeys/k' }]);
    const change = planWrite(situation({ wish: { version: number('1'), hold: 'set' as const }, rule: kms }));
    // The digest is part of the format: another one for the same wish would encrypt every manifest anew.
    expect(buildClearManifest(change, contents({ token: version('1') }))).toMatchInlineSnapshot(`
      {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
          "annotations": {
            "flux-secret-sync/hold": "{"by":"octocat","since":"2026-11-20T10:00:00.000Z"}",
            "flux-secret-sync/owner": "inputs",
            "flux-secret-sync/sources": "{"token":"projects/123456789012/secrets/TELE_TOKEN/versions/1"}",
            "flux-secret-sync/template": "sha256:4902e70c780432bbc42a4a91fcd78595fb5715bce04fe78dcd296057c76ca442",
          },
          "labels": {
            "app.kubernetes.io/managed-by": "flux-secret-sync",
          },
          "name": "kbot-token",
          "namespace": "demo",
        },
        "type": "Opaque",
      }
    `);
  });

  test('has no namespace where none is asked for', () => {
    const change = planWrite(situation({ wish: { namespace: undefined } }));
    expect(buildClearManifest(change, contents()).metadata).not.toHaveProperty('namespace');
  });
});

describe('a manifest that is as it is wished', () => {
  test.each<[string, Circumstances]>([
    ['latest is what it carries', { resolved: '2' }],
    ['the alias is what it carries', { wish: { version: STABLE }, resolved: '2' }],
    ['the number is what it carries, of which nobody has asked', { wish: { version: number('2') } }],
    ['nothing is to be held, and nothing is', { wish: { hold: 'release' }, resolved: '2' }],
  ])('is unchanged: %s', (_, given) => {
    const change = plan(situation({ ...given, text: second }));
    expect(change).toMatchObject({ kind: 'unchanged', contents: { sources: carrying('2') }, hold: undefined });
    expect(change).toHaveProperty('manifest.text', second);
  });

  test('keeps what people have added to its labels and annotations, and is unchanged with it', async () => {
    const people = edited(second, (document) => {
      document.setIn(['metadata', 'labels', 'reconcile.fluxcd.io/watch'], 'Enabled');
      document.setIn(['metadata', 'annotations', 'acme.example/owner'], 'platform');
    });
    expect(plan(situation({ text: people, resolved: '2' }))).toMatchObject({ kind: 'unchanged' });
    const third = await commit(situation({ text: people, resolved: '3' }), '3');
    expect(parse(third)).toMatchObject({
      metadata: {
        labels: { 'reconcile.fluxcd.io/watch': 'Enabled' },
        annotations: { 'acme.example/owner': 'platform' },
      },
    });
    expect(plan(situation({ text: third, resolved: '3' }))).toMatchObject({ kind: 'unchanged' });
  });

  test('is unchanged again once it was encrypted anew', async () => {
    const again = await commit(situation({ text: second, resolved: '2', refresh: true }), '2');
    expect(again).not.toBe(second);
    expect(plan(situation({ text: again, resolved: '2' }))).toMatchObject({ kind: 'unchanged' });
  });
});

describe('a manifest is updated where', () => {
  test.each<[string, Circumstances]>([
    ['latest is newer', { resolved: '3' }],
    ['a number is newer', { wish: { version: number('3') } }],
    ['a number is older', { wish: { version: number('1') } }],
    ['an alias is newer', { wish: { version: STABLE }, resolved: '3' }],
    ['an alias is older', { wish: { version: STABLE }, resolved: '1' }],
    ['it is to be held', { wish: { version: number('2'), hold: 'set' as const } }],
    ['it has other recipients', { wish: { version: number('2') }, forOthers: true }],
    ['it is to have another name', { wish: { version: number('2'), name: 'kbot' } }],
    ['it is to have another namespace', { wish: { version: number('2'), namespace: 'prod' } }],
    ['it is to have no namespace', { wish: { version: number('2'), namespace: undefined } }],
    ['its secret is of another project', { wish: { version: number('2'), project: 'other' } }],
    ['its data key is another one', { wish: { version: number('2'), key: 'TELE_TOKEN' } }],
    ['its secret is another one', { wish: { version: number('2'), secret: 'DB_URL' } }],
    ['it is to be encrypted anew', { wish: { version: number('2') }, refresh: true }],
  ])('%s', (_, given) => {
    const change = plan(situation({ ...given, text: second }));
    expect(change).toMatchObject({ kind: 'update', from: carrying('2') });
    expect(change).toHaveProperty('existing.document.text', second);
  });

  test.each<[string, (document: Document.Parsed) => void]>([
    ['its value stands in clear', (document) => document.setIn(['data', 'token'], 'c2VjcmV0')],
    ['its value looks encrypted and is not', (document) => document.setIn(['data', 'token'], 'ENC[AES256_GCM,data:x]')],
    ['its value is empty', (document) => document.setIn(['data', 'token'], '')],
    ['its MAC is missing', (document) => document.deleteIn(['sops', 'mac'])],
    ['nobody can decrypt it', (document) => document.setIn(['sops', 'age'], [])],
    ['sops has not signed it', (document) => document.delete('sops')],
    ['its template is forged', (document) => document.setIn(annotation('template'), 'sha256:0')],
    ['its owner is forged', (document) => document.setIn(annotation('owner'), 'config.yaml')],
    ['it says something that this action does not', (document) => document.setIn(annotation('reviewed'), 'true')],
    [
      'its version is forged',
      (document) => document.setIn(annotation('sources'), '{"token":"projects/1/secrets/TELE_TOKEN/versions/7"}'),
    ],
    [
      'its secret is forged',
      (document) => document.setIn(annotation('sources'), '{"token":"projects/1/secrets/B/versions/2"}'),
    ],
    [
      'it says that somebody else manages it',
      (document) => document.setIn(['metadata', 'labels', 'app.kubernetes.io/managed-by'], 'helm'),
    ],
    ['its namespace in clear is another one', (document) => document.setIn(['metadata', 'namespace'], 'prod')],
    ['its name in clear is another one', (document) => document.setIn(['metadata', 'name'], 'kbot')],
    ['it is no Secret any more', (document) => document.set('kind', 'ConfigMap')],
    ['a server has put something into it', (document) => document.setIn(['metadata', 'uid'], '0b0e2c8a')],
    [
      'kubectl has put its values into it',
      (document) =>
        document.setIn(['metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration'], '{}'),
    ],
  ])('%s', (_, forge) => {
    const wish = { version: number('2') };
    const text = edited(second, forge);
    expect(plan(situation({ wish, text: second }))).toMatchObject({ kind: 'unchanged' });
    expect(plan(situation({ wish, text }))).toMatchObject({ kind: 'update' });
  });

  test.each<[string, readonly string[]]>([
    ['data', ['data', 'extra']],
    ['stringData', ['stringData', 'extra']],
  ])('somebody has added a value to %s', (_, path) => {
    const text = edited(second, (document) => document.setIn(path, 'in clear'));
    const change = planWrite(situation({ text, resolved: '2' }));
    expect(change).toMatchObject({ kind: 'update' });
    expect(change.existing?.dataKeys).toContain('extra');
  });

  test('what it claims is forged throughout, if refresh is asked for, and only then', () => {
    const text = edited(second, (document) => {
      document.setIn(annotation('sources'), '{"token":"projects/123456789012/secrets/TELE_TOKEN/versions/3"}');
    });
    expect(plan(situation({ text, resolved: '3' }))).toMatchObject({ kind: 'unchanged' });
    expect(plan(situation({ text, resolved: '3', refresh: true }))).toMatchObject({ kind: 'update' });
  });

  test('what servers and kubectl have put into it is gone then', async () => {
    const text = edited(second, (document) => {
      document.setIn(['metadata', 'uid'], '0b0e2c8a');
      document.setIn(['metadata', 'creationTimestamp'], '2026-01-01T00:00:00Z');
      document.setIn(['metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration'], 'c2VjcmV0');
      document.setIn(annotation('reviewed'), 'true');
    });
    const updated = await commit(situation({ text, resolved: '2' }), '2');
    expect(updated).not.toMatch(/uid|creationTimestamp|last-applied|reviewed/);
    expect(plan(situation({ text: updated, resolved: '2' }))).toMatchObject({ kind: 'unchanged' });
  });
});

describe('a version that is held', () => {
  const first = carrying('1');

  test.each<[string, Circumstances]>([
    ['latest, of which nobody has asked', {}],
    ['latest, which is newer', { resolved: '3' }],
    ['an alias', { wish: { version: STABLE }, resolved: '3' }],
  ])('is left by a run that follows %s', (_, given) => {
    const change = plan(situation({ ...given, text: heldFirst }));
    expect(change).toMatchObject({ kind: 'held', contents: { sources: first }, hold: EARLIER });
    expect(change).toHaveProperty('manifest.text', heldFirst);
  });

  test('is left by latest that has gone back below it', () => {
    const text = edited(heldFirst, (document) =>
      document.setIn(annotation('sources'), '{"token":"projects/123456789012/secrets/TELE_TOKEN/versions/5"}'),
    );
    expect(plan(situation({ text, resolved: '3' }))).toMatchObject({ kind: 'held', hold: EARLIER });
  });

  test.each<[string, Circumstances, ((document: Document.Parsed) => void)?]>([
    ['its value stands in clear', {}, (document) => document.setIn(['data', 'token'], 'c2VjcmV0')],
    ['it has other recipients', { forOthers: true }],
    ['it is to be encrypted anew', { refresh: true }],
    ['it is to have another name', { wish: { name: 'kbot' } }],
    ['its data key is to be another one', { wish: { key: 'TELE_TOKEN' } }],
  ])('stays the version, and held, where %s', (_, given, edit = () => undefined) => {
    const change = plan(situation({ resolved: '3', ...given, text: edited(heldFirst, edit) }));
    expect(change).toMatchObject({ kind: 'update', from: first, hold: EARLIER });
    expect([...change.desired.data.values()]).toMatchObject([{ request: { version: number('1') } }]);
  });

  test.each<[string, Circumstances, VersionRequest]>([
    ['a number, as the inputs take one', { wish: { version: number('3'), hold: 'release' } }, number('3')],
    ['hold: false', { wish: { hold: 'release' }, resolved: '3' }, LATEST],
    ['hold: false, with its own number', { wish: { version: number('1'), hold: 'release' } }, number('1')],
    [
      'another secret in its place',
      { wish: { secret: 'DB_URL' }, resolved: version('3', { secret: 'DB_URL' }) },
      LATEST,
    ],
  ])('is released by %s', (_, given, asked) => {
    const change = plan(situation({ ...given, text: heldFirst }));
    expect(change).toMatchObject({ kind: 'update', from: first, hold: undefined });
    expect([...change.desired.data.values()]).toMatchObject([{ request: { version: asked } }]);
  });

  test('is left where the config asks for another number, and says nothing of the hold', () => {
    const change = plan(situation({ wish: { version: number('3'), hold: 'keep' }, text: heldFirst }));
    expect(change).toMatchObject({ kind: 'held', contents: { sources: first }, hold: EARLIER });
    expect([...change.desired.data.values()]).toMatchObject([{ request: { version: number('1') } }]);
  });

  test('goes on being held by whoever has held it first', () => {
    const wish = { version: number('1'), hold: 'set' as const };
    expect(plan(askedByName(situation({ wish, text: heldFirst })))).toMatchObject({ kind: 'unchanged', hold: EARLIER });
  });

  test('goes on being held where another one is asked for by name, and nothing is said of the hold', () => {
    const given = situation({ wish: { version: number('2') }, text: heldFirst });
    expect(plan(askedByName(given))).toMatchObject({ kind: 'update', hold: EARLIER });
  });

  test('is another one, held by whoever asks for that', () => {
    const wish = { version: number('2'), hold: 'set' as const };
    expect(plan(askedByName(situation({ wish, text: heldFirst })))).toMatchObject({ kind: 'update', hold: NOW });
    // What a config says waits until it is released.
    expect(plan(situation({ wish, text: heldFirst }))).toMatchObject({ kind: 'held', hold: EARLIER });
    const following = situation({ wish: { version: STABLE, hold: 'set' }, resolved: '2', text: heldFirst });
    expect(plan(askedByName(following))).toMatchObject({ kind: 'update', hold: NOW });
  });

  test('may be that of an alias, and is unchanged as long as the alias is', () => {
    const wish = { version: STABLE, hold: 'set' as const };
    expect(plan(askedByName(situation({ wish, resolved: '1', text: heldFirst })))).toMatchObject({
      kind: 'unchanged',
      hold: EARLIER,
    });
    // What a config holds stays what the alias was.
    for (const resolved of ['1', '2']) {
      expect(plan(situation({ wish, resolved, text: heldFirst }))).toMatchObject({
        kind: 'held',
        hold: EARLIER,
        contents: { sources: first },
      });
    }
    expect(plan(situation({ wish, resolved: '2', text: second }))).toMatchObject({ kind: 'update', hold: NOW });
  });

  test.each(['', 'true', '{', '[]', '{"by":1}'])('stays held where nobody can read by whom: %j', (unreadable) => {
    const text = edited(heldFirst, (document) => document.setIn(annotation('hold'), unreadable));
    const change = plan(situation({ resolved: '3', text }));
    expect(change).toMatchObject({ kind: 'update', hold: { by: 'unknown', since: 'unknown' } });
    expect([...change.desired.data.values()]).toMatchObject([{ request: { version: number('1') } }]);
  });
});

describe('latest never goes back', () => {
  test.each<[string, Circumstances]>([
    ['below what is committed', { text: '2', resolved: '1' }],
    ['nor where everything is encrypted anew', { text: '2', resolved: '1', refresh: true }],
    ['nor where a hold is released', { text: '2', resolved: '1', wish: { hold: 'release' } }],
    ['nor where the data key is another one', { text: '2', resolved: '1', wish: { key: 'TELE_TOKEN' } }],
    ['by one, beyond what a number of JavaScript can tell apart', { text: 'huge', resolved: '9007199254740992' }],
  ])('%s', (_, given) => {
    const text = given.text === 'huge' ? huge : second;
    expect(() => plan(situation({ ...given, text }))).toThrow(
      expect.objectContaining({
        code: 'SECRET_WENT_BACK',
        message: expect.stringMatching(
          /^Cannot update clusters\/dev\/demo\/kbot-token\.yaml: latest resolves to projects\/123456789012\/secrets\/TELE_TOKEN\/versions\/\d+, but version \d+ is committed\.$/,
        ),
        remedy: expect.stringContaining(`write \`version: ${String(given.resolved)}\``),
      }),
    );
  });

  test('but a number, an alias, another secret and another project may be lower', () => {
    expect(plan(situation({ wish: { version: STABLE }, resolved: '1', text: second }))).toMatchObject({
      kind: 'update',
    });
    expect(plan(situation({ wish: { version: number('1') }, text: second }))).toMatchObject({ kind: 'update' });
    const other = version('1', { secret: 'DB_URL' });
    expect(plan(situation({ wish: { secret: 'DB_URL' }, resolved: other, text: second }))).toMatchObject({
      kind: 'update',
    });
    const moved = version('1', { project: '999' });
    expect(plan(situation({ wish: { project: 'new' }, resolved: moved, text: second }))).toMatchObject({
      kind: 'update',
    });
  });

  test('and tells huge numbers apart', () => {
    expect(plan(situation({ text: huge, resolved: '9007199254740993' }))).toMatchObject({ kind: 'unchanged' });
    expect(plan(situation({ text: huge, resolved: '9007199254740994' }))).toMatchObject({ kind: 'update' });
    expect(plan(situation({ text: huge, resolved: '10000000000000000000' }))).toMatchObject({ kind: 'update' });
  });
});

describe('a manifest that somebody else has written', () => {
  const foreign = (more = '') =>
    `# by hand\napiVersion: v1\nkind: Secret\nmetadata:\n  name: kbot-token\n  namespace: demo\n  labels: {team: bots}\n${more}`;

  test('is taken over where it is the same Secret and nothing of it is lost', async () => {
    const text = foreign(
      '  annotations: {kubectl.kubernetes.io/last-applied-configuration: x}\ndata:\n  token: b2xk\n',
    );
    const change = planWrite(situation({ text, resolved: '2' }));
    expect(change).toMatchObject({ kind: 'update', from: new Map(), hold: undefined });
    const adopted = await commit(situation({ text, resolved: '2' }), '2');
    expect(parse(adopted)).toMatchObject({ metadata: { labels: { team: 'bots' } } });
    expect(adopted).not.toMatch(/b2xk|last-applied|by hand/);
    expect(plan(situation({ text: adopted, resolved: '2' }))).toMatchObject({ kind: 'unchanged' });
  });

  test('is left alone where it is another Secret', () => {
    const text = foreign().replace('kbot-token', 'kbot');
    expect(() => plan(situation({ text, resolved: '2', refresh: true }))).toThrow(
      expect.objectContaining({ code: 'FILE_NOT_OURS' }),
    );
  });
});

describe('what is left alone', () => {
  test('has passed the gate', () => {
    const unchanged = plan(situation({ text: second, resolved: '2' }));
    const held = plan(situation({ text: heldFirst }));
    for (const change of [unchanged, held]) {
      expect(change).toHaveProperty('manifest');
      expect('manifest' in change && change.manifest).toBeInstanceOf(EncryptedManifest);
    }
  });
});

describe('a manifest of several data keys', () => {
  const both = new Map([
    ['token', payload(request('TELE_TOKEN'))],
    ['url', payload(request('DB_URL', number('7')))],
  ]);
  const wish = { data: both };
  let text: string;
  beforeAll(async () => {
    text = await commit(situation({ wish, resolved: '2' }), '2');
  });

  test('says which version each of them has', () => {
    expect(parse(text).metadata.annotations['flux-secret-sync/sources']).toBe(
      '{"token":"projects/123456789012/secrets/TELE_TOKEN/versions/2","url":"projects/123456789012/secrets/DB_URL/versions/7"}',
    );
  });

  test.each<[string, Circumstances, string]>([
    ['unchanged where each has its version', { resolved: '2' }, 'unchanged'],
    ['unchanged whatever the order', { wish: { data: new Map([...both].reverse()) }, resolved: '2' }, 'unchanged'],
    ['updated where one is newer', { resolved: '3' }, 'update'],
    ['updated where nobody has asked for one of them', {}, 'update'],
    ['updated where one goes', { wish: { data: new Map([...both].slice(1)) } }, 'update'],
    ['updated where they change places', { wish: { data: exchanged() }, resolved: '2' }, 'update'],
  ])('is %s', (_, given, kind) => {
    expect(plan(situation({ wish, ...given, text }))).toMatchObject({ kind });
  });

  function exchanged() {
    return new Map([
      ['token', payload(request('DB_URL', number('7')))],
      ['url', payload(request('TELE_TOKEN'))],
    ]);
  }

  test('is held as a whole', async () => {
    const numbers = new Map(
      [...both].map(([key, { request: asked }]) => [key, payload({ ...asked, version: number('1') })]),
    );
    const held = await commit(situation({ wish: { data: numbers, hold: 'set' }, hold: EARLIER }), '1');
    const change = plan(situation({ wish, resolved: '3', text: held }));
    expect(change).toMatchObject({ kind: 'held', hold: EARLIER });
    expect([...change.desired.data.values()]).toMatchObject([
      { request: { version: number('1') } },
      { request: { version: number('1') } },
    ]);
  });

  test('does not go back by any of them', () => {
    expect(() => plan(situation({ wish, resolved: '1', text }))).toThrow(
      expect.objectContaining({ code: 'SECRET_WENT_BACK', message: expect.stringContaining('secrets/TELE_TOKEN') }),
    );
  });
});

describe("a registry's user name and password", () => {
  let text: string;
  beforeAll(async () => {
    text = await commit(situation({ wish: registry(), resolved: '2' }), '2');
  });

  test('stand under one key, each with its version', () => {
    expect(parse(text).metadata.annotations['flux-secret-sync/sources']).toBe(
      '{".dockerconfigjson":["projects/123456789012/secrets/USER/versions/2","projects/123456789012/secrets/PASSWORD/versions/2"]}',
    );
  });

  test.each<[string, Circumstances, string]>([
    ['unchanged where both are', { resolved: '2' }, 'unchanged'],
    ['unchanged where both are pinned to what is there', { wish: registry(number('2'), number('2')) }, 'unchanged'],
    ['updated where both are newer', { resolved: '3' }, 'update'],
    ['updated where the user name is another version', { wish: registry(number('3'), number('2')) }, 'update'],
    ['updated where the password is another version', { wish: registry(number('2'), number('1')) }, 'update'],
  ])('are %s', (_, given, kind) => {
    expect(plan(situation({ wish: registry(), ...given, text }))).toMatchObject({ kind });
  });

  test('are updated where somebody has exchanged them in what the manifest claims', () => {
    const forged = edited(text, (document) => {
      const names = ['PASSWORD', 'USER'].map((id) => `projects/123456789012/secrets/${id}/versions/2`);
      document.setIn(annotation('sources'), JSON.stringify({ '.dockerconfigjson': names }));
    });
    const wish = registry(number('2'), number('2'));
    expect(plan(situation({ wish, text: forged }))).toMatchObject({ kind: 'update' });
  });

  test('are held each at its own version', () => {
    const held = edited(text, (document) => {
      const names = ['USER/versions/4', 'PASSWORD/versions/5'].map((rest) => `projects/123456789012/secrets/${rest}`);
      document.setIn(annotation('sources'), JSON.stringify({ '.dockerconfigjson': names }));
      document.setIn(annotation('hold'), JSON.stringify(EARLIER));
    });
    const change = plan(situation({ wish: registry(), resolved: '9', text: held }));
    expect(change).toMatchObject({ kind: 'held', hold: EARLIER });
    expect(change.desired.data.get('.dockerconfigjson')).toMatchObject({
      username: { request: { version: number('4') } },
      password: { request: { version: number('5') } },
    });
  });
});

describe('a manifest whose keys are the entries of payloads', () => {
  const wish: Wish = {
    data: new Map([['token', payload(request('TELE_TOKEN', number('1')))]]),
    dataFrom: [{ request: request('APP_ENV'), format: 'dotenv' }],
  };
  let text: string;
  beforeAll(async () => {
    text = await commit(situation({ wish, resolved: '2' }), '2', { APP_ENV: 'A=1\nB=2\n' });
  });
  const claiming = (sources: Readonly<Record<string, string>>) =>
    edited(text, (document) => {
      const names = Object.entries(sources).map(([key, rest]) => [key, `projects/123456789012/secrets/${rest}`]);
      document.setIn(annotation('sources'), JSON.stringify(Object.fromEntries(names)));
    });

  test('says the version of each key, and the template does not say which keys there are', async () => {
    expect(JSON.parse(parse(text).metadata.annotations['flux-secret-sync/sources'])).toEqual({
      token: 'projects/123456789012/secrets/TELE_TOKEN/versions/1',
      A: 'projects/123456789012/secrets/APP_ENV/versions/2',
      B: 'projects/123456789012/secrets/APP_ENV/versions/2',
    });
    const more = await commit(situation({ wish, resolved: '2' }), '2', { APP_ENV: 'C=3\n' });
    const templateOf = (manifest: string) => parse(manifest).metadata.annotations['flux-secret-sync/template'];
    expect(templateOf(more)).toBe(templateOf(text));
  });

  test('is unchanged where every key is of a version that is asked for', () => {
    expect(plan(situation({ wish, resolved: '2', text }))).toMatchObject({ kind: 'unchanged' });
  });

  const other = { request: request('OTHER_ENV', number('1')), format: 'json' } as const;
  test.each<[string, () => Circumstances]>([
    ['the payload is a newer one', () => ({ resolved: '3', text })],
    ['nobody has asked for the payload', () => ({ text })],
    [
      'a payload is to come along',
      () => ({ wish: { ...wish, dataFrom: [...(wish.dataFrom ?? []), other] }, resolved: '2', text }),
    ],
    ['the payload is to go', () => ({ wish: { ...wish, dataFrom: [] }, text })],
    [
      'the payload is read otherwise',
      () => ({ wish: { ...wish, dataFrom: [{ request: request('APP_ENV'), format: 'json' }] }, resolved: '2', text }),
    ],
    [
      'no key is said to be of the payload',
      () => ({ resolved: '2', text: claiming({ token: 'TELE_TOKEN/versions/1' }) }),
    ],
    [
      'one key is said to be of another payload',
      () => ({
        resolved: '2',
        text: claiming({ token: 'TELE_TOKEN/versions/1', A: 'APP_ENV/versions/2', B: 'X/versions/2' }),
      }),
    ],
    [
      'one key is said to be of another version',
      () => ({
        resolved: '2',
        text: claiming({ token: 'TELE_TOKEN/versions/1', A: 'APP_ENV/versions/2', B: 'APP_ENV/versions/1' }),
      }),
    ],
    [
      'a key is claimed that is not there',
      () => ({
        resolved: '2',
        text: claiming({
          token: 'TELE_TOKEN/versions/1',
          A: 'APP_ENV/versions/2',
          B: 'APP_ENV/versions/2',
          C: 'APP_ENV/versions/2',
        }),
      }),
    ],
    [
      'a key is there that is not claimed',
      () => ({ resolved: '2', text: claiming({ token: 'TELE_TOKEN/versions/1', A: 'APP_ENV/versions/2' }) }),
    ],
  ])('is updated where %s', (_, given) => {
    expect(plan(situation({ wish, ...given() }))).toMatchObject({ kind: 'update' });
  });

  test('is updated where a key is said to be of two payloads', () => {
    const forged = edited(text, (document) => {
      const name = 'projects/123456789012/secrets/APP_ENV/versions/2';
      const token = 'projects/123456789012/secrets/TELE_TOKEN/versions/1';
      document.setIn(annotation('sources'), JSON.stringify({ token, A: name, B: [name, name] }));
    });
    expect(plan(situation({ wish, resolved: '2', text: forged }))).toMatchObject({ kind: 'update' });
  });
});

describe('labels and annotations that are asked for', () => {
  const wish = { labels: { team: 'bots', tier: 'back' }, annotations: { 'acme.example/owner': 'platform' } };
  let text: string;
  beforeAll(async () => {
    text = await commit(situation({ wish }), '2');
  });
  const written = async (more: Wish, from = text) =>
    parse(await commit(situation({ wish: more, text: from, resolved: '2' }), '2')).metadata;

  test('stand in the manifest, which is then unchanged', () => {
    expect(parse(text).metadata).toMatchObject(wish);
    expect(parse(text).metadata.annotations['flux-secret-sync/manages']).toBe(
      '{"labels":["team","tier"],"annotations":["acme.example/owner"]}',
    );
    expect(plan(situation({ wish, text, resolved: '2' }))).toMatchObject({ kind: 'unchanged' });
  });

  test("go once they are not asked for any more, and people's own stay", async () => {
    const people = edited(text, (document) => document.setIn(['metadata', 'labels', 'added'], 'by-hand'));
    const { labels, annotations } = await written({ labels: { team: 'bots' } }, people);
    expect(labels).toEqual({ team: 'bots', added: 'by-hand', 'app.kubernetes.io/managed-by': 'flux-secret-sync' });
    expect(annotations).not.toHaveProperty('acme.example/owner');
    expect(annotations['flux-secret-sync/manages']).toBe('{"labels":["team"],"annotations":[]}');
  });

  test('leave no trace once none is asked for', async () => {
    const { labels, annotations } = await written({});
    expect(labels).toEqual({ 'app.kubernetes.io/managed-by': 'flux-secret-sync' });
    expect(annotations).not.toHaveProperty('flux-secret-sync/manages');
  });

  test('win over those of people, and over whoever changes them', async () => {
    const people = edited(text, (document) => document.setIn(['metadata', 'labels', 'team'], 'others'));
    expect(plan(situation({ wish, text: people, resolved: '2' }))).toMatchObject({ kind: 'update' });
    expect((await written(wish, people)).labels).toMatchObject({ team: 'bots' });
    const own = edited(second, (document) => document.setIn(['metadata', 'labels', 'team'], 'others'));
    expect((await written(wish, own)).labels).toMatchObject({ team: 'bots' });
  });

  test.each<[string, Wish]>([
    ['another value', { ...wish, labels: { team: 'bots', tier: 'front' } }],
    ['one more', { ...wish, labels: { ...wish.labels, more: '' } }],
    ['one less', { ...wish, annotations: {} }],
  ])('make an update of %s', (_, more) => {
    expect(plan(situation({ wish: more, text, resolved: '2' }))).toMatchObject({ kind: 'update' });
  });

  test('are the same in any order', () => {
    const labels = { tier: 'back', team: 'bots' };
    expect(plan(situation({ wish: { ...wish, labels }, text, resolved: '2' }))).toMatchObject({ kind: 'unchanged' });
  });
});

describe('data keys without a value', () => {
  const wish: Wish = { data: new Map(), dataFrom: [{ request: request('APP_ENV'), format: 'dotenv' }] };
  let text: string;
  beforeAll(async () => {
    text = await commit(situation({ wish, resolved: '2' }), '2', { APP_ENV: 'B=""\nFULL=x\nA=""\n' });
  });

  test('are said to be without one, and may then be readable', () => {
    expect(parse(text).data).toMatchObject({ A: '', B: '', FULL: expect.stringMatching(/^ENC\[/) });
    expect(parse(text).metadata.annotations['flux-secret-sync/empty']).toBe('["A","B"]');
    expect(plan(situation({ wish, resolved: '2', text }))).toMatchObject({ kind: 'unchanged' });
  });

  test.each<[string, (document: Document.Parsed) => void]>([
    ['a value is gone that is not said to be empty', (document) => document.setIn(['data', 'FULL'], '')],
    [
      'a value is there that is said to be empty',
      (document) => document.setIn(['data', 'A'], document.getIn(['data', 'FULL'])),
    ],
    ['nothing is said of an empty value', (document) => document.deleteIn(annotation('empty'))],
    ['what is said of it cannot be read', (document) => document.setIn(annotation('empty'), '{"A":""}')],
  ])('make an update where %s', (_, edit) => {
    expect(plan(situation({ wish, resolved: '2', text: edited(text, edit) }))).toMatchObject({ kind: 'update' });
  });
});

describe('when a certificate expires', () => {
  test('stands in the manifest, and is told of one that is left alone', () => {
    const expires = '2027-01-02T03:04:05Z';
    const change = planWrite(situation());
    const clear = buildClearManifest(change, { ...contents({ token: version('2') }), expires });
    expect(clear.metadata.annotations).toMatchObject({ 'flux-secret-sync/expires': expires });
    const text = edited(second, (document) => document.setIn(annotation('expires'), expires));
    expect(plan(situation({ text, resolved: '2' }))).toMatchObject({ kind: 'unchanged', contents: { expires } });
  });
});

describe('an immutable Secret', () => {
  const wish: Wish = { immutable: true, version: number('2') };
  let text: string;
  beforeAll(async () => {
    text = await commit(situation({ wish }), '2');
  });
  const pointing = (pointer: string) => new Map([['token', payload(request('TELE_TOKEN', number('2')), { pointer })]]);

  test('is said to be one, with a digest of how its data was asked for', () => {
    expect(parse(text)).toMatchObject({
      immutable: true,
      metadata: { annotations: { 'flux-secret-sync/declaration': expect.stringMatching(/^sha256:[0-9a-f]{64}$/) } },
    });
    expect(plan(situation({ wish, text }))).toMatchObject({ kind: 'unchanged' });
  });

  test.each<[string, Circumstances]>([
    ['has other labels', { wish: { ...wish, labels: { team: 'bots' } } }],
    ['has other recipients', { forOthers: true }],
    ['is encrypted anew', { refresh: true }],
    ['belongs to somebody else', { owner: OWNER }],
    ['is to be held', { wish: { ...wish, hold: 'set' } }],
    ['has another name, and so is another object', { wish: { ...wish, name: 'kbot-token-2', version: number('3') } }],
    ['has another name, and may be changed again', { wish: { name: 'kbot-token-2', version: number('2') } }],
    ['is in another namespace', { wish: { ...wish, namespace: 'prod', version: number('3') } }],
  ])('may be written where it %s', (_, given) => {
    expect(plan(situation({ wish, ...given, text }))).toMatchObject({ kind: 'update' });
  });

  test.each<[string, Circumstances]>([
    ['another version', { wish: { ...wish, version: number('3') } }],
    ['latest, which is another version', { wish: { ...wish, version: LATEST }, resolved: '3' }],
    ['latest, of which nobody has asked', { wish: { ...wish, version: LATEST } }],
    ['another secret', { wish: { ...wish, secret: 'DB_URL' } }],
    ['the same secret of another project', { wish: { ...wish, project: 'other' } }],
    ['another data key', { wish: { ...wish, key: 'TELE_TOKEN' } }],
    [
      'one more data key',
      { wish: { ...wish, data: new Map([...desire(wish).data, ['b', payload(request('B', number('1')))]]) } },
    ],
    ['a part of the payload', { wish: { ...wish, data: pointing('/a') } }],
    [
      'the payload without its line end',
      {
        wish: {
          ...wish,
          data: new Map([['token', payload(request('TELE_TOKEN', number('2')), { trimNewline: true })]]),
        },
      },
    ],
    ['one that is not immutable', { wish: { version: number('2') } }],
  ])('is refused to become %s', (_, given) => {
    for (const refresh of [false, true]) {
      expect(() => plan(situation({ wish, ...given, refresh, text }))).toThrow(
        expect.objectContaining({
          code: 'SECRET_IMMUTABLE',
          message: `Cannot write ${FILE}: the Secret kbot-token there is immutable, and Kubernetes lets neither its data nor that be changed.`,
          remedy: expect.stringContaining('a new `name`'),
        }),
      );
    }
  });

  test('is refused where nobody knows how its data was asked for', () => {
    const forged = edited(text, (document) => document.deleteIn(annotation('declaration')));
    expect(() => plan(situation({ wish, text: forged }))).toThrow(
      expect.objectContaining({ code: 'SECRET_IMMUTABLE' }),
    );
  });

  test('may come of one that is not', () => {
    expect(plan(situation({ wish: { ...wish, version: number('3') }, text: second }))).toMatchObject({
      kind: 'update',
    });
  });
});

describe('a type', () => {
  const refused = expect.objectContaining({
    code: 'SECRET_TYPE_CHANGED',
    message: `Cannot write ${FILE}: the Secret kbot-token has another type there than Opaque, and Kubernetes lets no type be changed.`,
    remedy: expect.stringContaining('a new `name`'),
  });

  test('cannot be changed', () => {
    const text = edited(second, (document) => document.set('type', 'kubernetes.io/tls'));
    expect(() => plan(situation({ text, resolved: '2' }))).toThrow(refused);
    expect(() => plan(situation({ text, resolved: '2', refresh: true }))).toThrow(refused);
    expect(() => plan(situation({ wish: { type: 'acme.example/token' }, text: second }))).toThrow(
      expect.objectContaining({ code: 'SECRET_TYPE_CHANGED' }),
    );
  });

  test('may be another one for another object', () => {
    for (const wish of [{ name: 'kbot' }, { namespace: 'prod' }]) {
      const given = situation({ wish: { ...wish, type: 'acme.example/token', version: number('2') }, text: second });
      expect(plan(given)).toMatchObject({ kind: 'update' });
    }
  });
});

describe('an owner', () => {
  test('is whoever asks for the manifest now', async () => {
    const wish = { version: number('2') };
    expect(plan(situation({ wish, owner: OWNER, text: second }))).toMatchObject({ kind: 'update', owner: OWNER });
    const taken = await commit(situation({ wish, owner: OWNER, text: second }), '2');
    expect(parse(taken).metadata.annotations['flux-secret-sync/owner']).toBe(OWNER);
    expect(plan(situation({ wish, owner: OWNER, text: taken }))).toMatchObject({ kind: 'unchanged' });
    expect(plan(situation({ wish, text: taken }))).toMatchObject({ kind: 'update', owner: 'inputs' });
  });
});
