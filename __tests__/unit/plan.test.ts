import { beforeAll, describe, expect, test } from 'vitest';
import { type Document, parse, parseDocument } from 'yaml';
import type { VersionRequest } from '../../src/google/resource-names.ts';
import { buildClearManifest, plan } from '../../src/plan.ts';
import { EncryptedManifest } from '../../src/sops/encrypted-manifest.ts';
import { recipientsRule } from '../../src/sops/encryption-rule.ts';
import {
  type Circumstances,
  commit,
  EARLIER,
  LATEST,
  NOW,
  number,
  planWrite,
  STABLE,
  situation,
  version,
} from './situations.ts';

/** Manifests as earlier runs have committed them: version 2; version 1, held; version 2^53 + 1. */
let second: string;
let heldFirst: string;
let huge: string;

beforeAll(async () => {
  [second, heldFirst, huge] = await Promise.all([
    commit(situation(), '2'),
    commit(situation({ wish: { version: number('1'), hold: true }, hold: EARLIER }), '1'),
    commit(situation(), '9007199254740993'),
  ]);
});

function edited(text: string, edit: (document: Document.Parsed) => void): string {
  const document = parseDocument(text);
  edit(document);
  return document.toString({ lineWidth: 0 });
}

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
      dropped: [],
    });
  });

  test('is created held where that is asked for', () => {
    const wish = { version: number('1'), hold: true };
    expect(plan(situation({ wish }))).toMatchObject({ kind: 'create', hold: NOW });
  });

  test('says in clear what it is, and where it comes from', () => {
    const kms = recipientsRule([{ kind: 'gcp_kms', id: 'projects/p/locations/global/keyRings/r/cryptoKeys/k' }]);
    const change = planWrite(situation({ wish: { version: number('1'), hold: true }, rule: kms }));
    // The digest is part of the format: another one for the same wish would encrypt every manifest anew.
    expect(buildClearManifest(change, new Map([['token', version('1')]]))).toMatchInlineSnapshot(`
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
    expect(buildClearManifest(change, new Map()).metadata).not.toHaveProperty('namespace');
  });
});

describe('a manifest that is as it is wished', () => {
  test.each<[string, Circumstances]>([
    ['latest is what it carries', { resolved: '2' }],
    ['the alias is what it carries', { wish: { version: STABLE }, resolved: '2' }],
    ['the number is what it carries, of which nobody has asked', { wish: { version: number('2') } }],
    ['nothing is to be held, and nothing is', { wish: { hold: false }, resolved: '2' }],
  ])('is unchanged: %s', (_, given) => {
    const change = plan(situation({ ...given, text: second }));
    expect(change).toMatchObject({ kind: 'unchanged', from: new Map([['token', version('2')]]), hold: undefined });
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
    ['it is to be held', { wish: { version: number('2'), hold: true } }],
    ['it has other recipients', { wish: { version: number('2') }, forOthers: true }],
    ['it is to have another name', { wish: { version: number('2'), name: 'kbot' } }],
    ['it is to have another namespace', { wish: { version: number('2'), namespace: 'prod' } }],
    ['it is to have no namespace', { wish: { version: number('2'), namespace: undefined } }],
    ['its secret is of another project', { wish: { version: number('2'), project: 'other' } }],
    ['its secret is another one', { wish: { version: number('2'), secret: 'DB_URL' } }],
    ['it is to be encrypted anew', { wish: { version: number('2') }, refresh: true }],
  ])('%s', (_, given) => {
    const change = plan(situation({ ...given, text: second }));
    expect(change).toMatchObject({ kind: 'update', from: new Map([['token', version('2')]]), dropped: [] });
    expect(change).toHaveProperty('existing.text', second);
  });

  test('its data key is another one, and the old one goes', () => {
    const change = plan(situation({ wish: { version: number('2'), key: 'TELE_TOKEN' }, text: second }));
    expect(change).toMatchObject({ kind: 'update', dropped: ['token'] });
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
    ['its type is another one', (document) => document.set('type', 'kubernetes.io/tls')],
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
    expect(plan(situation({ wish, text }))).toMatchObject({ kind: 'update', dropped: [] });
  });

  test.each<[string, readonly string[]]>([
    ['data', ['data', 'extra']],
    ['stringData', ['stringData', 'extra']],
  ])('somebody has added a value to %s, which goes', (_, path) => {
    const text = edited(second, (document) => document.setIn(path, 'in clear'));
    expect(plan(situation({ text, resolved: '2' }))).toMatchObject({ kind: 'update', dropped: ['extra'] });
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
  const atFirst = { from: new Map([['token', version('1')]]), hold: EARLIER };

  test.each<[string, Circumstances]>([
    ['latest, of which nobody has asked', {}],
    ['latest, which is newer', { resolved: '3' }],
    ['an alias', { wish: { version: STABLE }, resolved: '3' }],
  ])('is left by a run that follows %s', (_, given) => {
    const change = plan(situation({ ...given, text: heldFirst }));
    expect(change).toMatchObject({ kind: 'held', ...atFirst });
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
    expect(change).toMatchObject({ kind: 'update', ...atFirst });
    expect([...change.desired.data.values()]).toMatchObject([{ version: number('1') }]);
  });

  test.each<[string, Circumstances, VersionRequest]>([
    ['a number', { wish: { version: number('3') } }, number('3')],
    ['its own number', { wish: { version: number('1') } }, number('1')],
    ['hold: false', { wish: { hold: false }, resolved: '3' }, LATEST],
    ['hold: false, with its own number', { wish: { version: number('1'), hold: false } }, number('1')],
    [
      'another secret in its place',
      { wish: { secret: 'DB_URL' }, resolved: version('3', { secret: 'DB_URL' }) },
      LATEST,
    ],
  ])('is released by %s', (_, given, asked) => {
    const change = plan(situation({ ...given, text: heldFirst }));
    expect(change).toMatchObject({ kind: 'update', from: atFirst.from, hold: undefined });
    expect([...change.desired.data.values()]).toMatchObject([{ version: asked }]);
  });

  test('goes on being held by whoever has held it first', () => {
    const wish = { version: number('1'), hold: true };
    expect(plan(situation({ wish, text: heldFirst }))).toMatchObject({ kind: 'unchanged', hold: EARLIER });
  });

  test('is another one, held by whoever asks for that', () => {
    const wish = { version: number('2'), hold: true };
    expect(plan(situation({ wish, text: heldFirst }))).toMatchObject({ kind: 'update', hold: NOW });
    const following = { version: STABLE, hold: true };
    expect(plan(situation({ wish: following, resolved: '2', text: heldFirst }))).toMatchObject({
      kind: 'update',
      hold: NOW,
    });
  });

  test('may be that of an alias, and is unchanged as long as the alias is', () => {
    const wish = { version: STABLE, hold: true };
    expect(plan(situation({ wish, resolved: '1', text: heldFirst }))).toMatchObject({
      kind: 'unchanged',
      hold: EARLIER,
    });
    expect(plan(situation({ wish, resolved: '2', text: second }))).toMatchObject({ kind: 'update', hold: NOW });
  });

  test.each(['', 'true', '{', '[]', '{"by":1}'])('stays held where nobody can read by whom: %j', (unreadable) => {
    const text = edited(heldFirst, (document) => document.setIn(annotation('hold'), unreadable));
    const change = plan(situation({ resolved: '3', text }));
    expect(change).toMatchObject({ kind: 'update', hold: { by: 'unknown', since: 'unknown' } });
    expect([...change.desired.data.values()]).toMatchObject([{ version: number('1') }]);
  });
});

describe('latest never goes back', () => {
  test.each<[string, Circumstances]>([
    ['below what is committed', { text: '2', resolved: '1' }],
    ['nor where everything is encrypted anew', { text: '2', resolved: '1', refresh: true }],
    ['nor where a hold is released', { text: '2', resolved: '1', wish: { hold: false } }],
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
    expect(change).toMatchObject({ kind: 'update', from: new Map(), dropped: [], hold: undefined });
    const adopted = await commit(situation({ text, resolved: '2' }), '2');
    expect(parse(adopted)).toMatchObject({ metadata: { labels: { team: 'bots' } } });
    expect(adopted).not.toMatch(/b2xk|last-applied|by hand/);
    expect(plan(situation({ text: adopted, resolved: '2' }))).toMatchObject({ kind: 'unchanged' });
  });

  test.each([
    ['a key would be lost', foreign('stringData:\n  token: a\n  other: b\n'), 'FILE_WOULD_LOSE_KEYS'],
    ['it is another Secret', foreign().replace('kbot-token', 'kbot'), 'FILE_NOT_OURS'],
  ])('is left alone where %s', (_, text, code) => {
    expect(() => plan(situation({ text, resolved: '2', refresh: true }))).toThrow(expect.objectContaining({ code }));
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
