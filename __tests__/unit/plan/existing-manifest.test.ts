import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { findClaims, mayDelete, readExistingManifest } from '../../../src/plan/existing-manifest.ts';
import { droppedKeys } from '../../../src/plan/losses.ts';
import { SopsDocument } from '../../../src/sops/sops-document.ts';
import { desire, FILE, OWNER, registry, request, type Wish } from '../situations.ts';

const TEMPLATE = `sha256:${'0'.repeat(64)}`;

/** By hand, for what this looks at is not the ciphertext. */
function secret({ metadata = {}, ...more }: { metadata?: object; [field: string]: unknown } = {}): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'kbot-token', namespace: 'demo', ...metadata },
    ...more,
  });
}

const file = (text: string) => ({ document: SopsDocument.parse(text) });

function annotations(
  sources: Readonly<Record<string, string | readonly string[]>>,
  { template = TEMPLATE, owner = 'inputs' } = {},
): Record<string, string> {
  const full = (id: string) => `projects/1/secrets/${id}/versions/2`;
  const names = Object.entries(sources).map(([key, ids]) => [key, typeof ids === 'string' ? full(ids) : ids.map(full)]);
  return {
    'flux-secret-sync/owner': owner,
    'flux-secret-sync/sources': JSON.stringify(Object.fromEntries(names)),
    'flux-secret-sync/template': template,
  };
}

const refusal = (code: string, reason: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(reason) });

describe('a file that somebody else has written', () => {
  test.each<[string, string, Wish?]>([
    ['the same Secret', secret()],
    ['the same Secret, of the type that none means', secret({ type: 'Opaque' })],
    ['the same Secret, with its values in clear', secret({ data: { token: 'c2VjcmV0' } })],
    ['the same Secret, with comments and a document start', `---\n# by hand\n${secret()}`],
    [
      'the same Secret in JSON',
      '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "kbot-token", "namespace": "demo"}}',
    ],
    ['the same Secret without a namespace', secret({ metadata: { namespace: undefined } }), { namespace: undefined }],
    ['the same Secret that may be changed', secret({ immutable: false })],
  ])('is taken over where it is %s', (_, text, more) => {
    expect(readExistingManifest(desire(more), file(text))).toMatchObject({ document: { text }, provenance: undefined });
  });

  test.each([
    ['a ConfigMap', secret({ kind: 'ConfigMap' }), 'it is not a Secret'],
    ['a Secret of another API', secret({ apiVersion: 'v2' }), 'it is not a Secret'],
    ['encrypted as a whole', secret({ kind: 'ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]' }), 'it is not a Secret'],
    ['another Secret', secret({ metadata: { name: 'kbot' } }), 'it is a Secret of another name or namespace'],
    [
      'in another namespace',
      secret({ metadata: { namespace: 'prod' } }),
      'it is a Secret of another name or namespace',
    ],
    ['in no namespace', secret({ metadata: { namespace: undefined } }), 'it is a Secret of another name or namespace'],
    ['without metadata', 'apiVersion: v1\nkind: Secret\n', 'it is a Secret of another name or namespace'],
    ['immutable', secret({ immutable: true }), 'it is an immutable Secret'],
    ['several documents', `${secret()}---\n${secret()}`, 'it is not one plain YAML document'],
    ['a document and the end of another', `${secret()}---\n`, 'it is not one plain YAML document'],
    ['empty', '', 'it is not one plain YAML document'],
    ['a list', '- a\n- b\n', 'it is not one plain YAML document'],
    ['text', 'hello', 'it is not one plain YAML document'],
    ['no YAML', 'a: [b', 'it is not one plain YAML document'],
    ['a mapping with a key twice', `${secret()}kind: Secret\n`, 'it is not one plain YAML document'],
    ['a document with aliases', `${secret({ data: { a: '' } })}x: &x 1\ny: *x\n`, 'it is not one plain YAML document'],
    [
      'a document that reaches for prototypes',
      `${secret()}__proto__: {kind: Secret}\n`,
      'it is not one plain YAML document',
    ],
  ])('is left alone where it is %s', (_, text, reason) => {
    expect(() => readExistingManifest(desire(), file(text))).toThrow(refusal('FILE_NOT_OURS', reason));
  });

  test('is left alone where it is of another type, which Kubernetes lets nobody change', () => {
    expect(() => readExistingManifest(desire(), file(secret({ type: 'kubernetes.io/tls' })))).toThrow(
      expect.objectContaining({
        code: 'SECRET_TYPE_CHANGED',
        message: `Cannot write ${FILE}: the Secret kbot-token has another type there than Opaque, and Kubernetes lets no type be changed.`,
        remedy: expect.stringContaining('a new `name`'),
      }),
    );
    const tls = secret({ type: 'kubernetes.io/tls' });
    expect(readExistingManifest(desire({ type: 'kubernetes.io/tls' }), file(tls)).provenance).toBeUndefined();
  });

  test('is left alone with a sentence on what to do', () => {
    expect(() => readExistingManifest(desire(), file(secret({ kind: 'ConfigMap' })))).toThrow(
      expect.objectContaining({
        message:
          'Cannot write clusters/dev/demo/kbot-token.yaml: the Flux repository holds something else there, it is not a Secret.',
        remedy: 'Name another `file`, or make `name` and `namespace` those of the Secret that is there.',
      }),
    );
  });
});

describe('what a file holds', () => {
  test('is told from what stands in clear, values in stringData too', () => {
    const text = secret({
      metadata: {
        labels: { team: 'bots', 'app.kubernetes.io/managed-by': 'flux-secret-sync', number: 1 },
        annotations: {
          ...annotations({ token: 'TELE_TOKEN' }),
          'flux-secret-sync/reviewed': 'true',
          'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"token":"c2VjcmV0"}}',
          'acme.example/owner': 'platform',
        },
        uid: '0b0e2c8a',
      },
      data: { token: 'a' },
      stringData: { other: 'b' },
    });
    const { dataKeys, labels, annotations: kept, provenance } = readExistingManifest(desire(), file(text));
    expect(dataKeys).toEqual(new Set(['token', 'other']));
    expect(labels).toEqual({ team: 'bots' });
    expect(kept).toEqual({ 'acme.example/owner': 'platform' });
    expect(provenance).toMatchObject({ template: TEMPLATE, owner: 'inputs' });
  });

  test('may be anything where this action has written it: it is made right again', () => {
    const text = secret({ kind: 'ConfigMap', metadata: { name: 'kbot', annotations: annotations({}) } });
    expect(readExistingManifest(desire(), file(text)).provenance).toMatchObject({ template: TEMPLATE });
  });

  test.each([
    [
      'the versions that it carries',
      secret({ metadata: { annotations: annotations({ token: 'TELE_TOKEN' }) } }),
      TEMPLATE,
    ],
    ['nothing of its own', secret(), undefined],
    ['nothing, in several documents', `${secret({ metadata: { annotations: annotations({}) } })}---\n`, undefined],
    ['nothing, without metadata', 'kind: Secret\n', undefined],
  ])('claims %s', (_, text, template) => {
    expect(findClaims(file(text))?.template).toBe(template);
  });
});

describe('what this action has written', () => {
  const ours = annotations({ token: 'TELE_TOKEN' });
  const managing = {
    'flux-secret-sync/manages':
      '{"labels":["tier","app.kubernetes.io/managed-by"],"annotations":["acme.example/tier"]}',
  };

  test("has labels and annotations that go with the wish for them, beside people's own", () => {
    const text = secret({
      metadata: {
        labels: { tier: 'back', team: 'bots' },
        annotations: { ...ours, ...managing, 'acme.example/tier': 'back', 'acme.example/owner': 'platform' },
      },
    });
    const { labels, annotations: kept } = readExistingManifest(desire(), file(text));
    expect(labels).toEqual({ team: 'bots' });
    expect(kept).toEqual({ 'acme.example/owner': 'platform' });
  });

  test.each<[string, object, object, Wish?]>([
    ['the same object', {}, { isSameObject: true, isImmutable: false }],
    ['the same object without a namespace', { namespace: undefined }, { isSameObject: true }, { namespace: undefined }],
    ['the same object, for Flux may say the namespace', { namespace: undefined }, { isSameObject: true }],
    ['the same object, for Flux may say it anew', {}, { isSameObject: true }, { namespace: undefined }],
    ['another object by its name', { name: 'kbot' }, { isSameObject: false }],
    ['another object by its namespace', { namespace: 'prod' }, { isSameObject: false }],
  ])('is %s', (_, metadata, expected, wish) => {
    const text = secret({ metadata: { ...metadata, annotations: ours } });
    expect(readExistingManifest(desire(wish), file(text))).toMatchObject(expected);
  });

  test('may be immutable, and of another type where it is another object', () => {
    const immutable = secret({ immutable: true, metadata: { annotations: ours } });
    expect(readExistingManifest(desire(), file(immutable)).isImmutable).toBe(true);
    const typed = secret({ type: 'kubernetes.io/tls', metadata: { name: 'kbot', annotations: ours } });
    expect(readExistingManifest(desire(), file(typed)).isSameObject).toBe(false);
  });

  test('is left alone where it is the same Secret of another type', () => {
    const text = secret({ type: 'kubernetes.io/tls', metadata: { annotations: ours } });
    expect(() => readExistingManifest(desire(), file(text))).toThrow(
      expect.objectContaining({ code: 'SECRET_TYPE_CHANGED' }),
    );
  });
});

describe('a data key that this run does not know', () => {
  interface Case {
    keys: string[];
    sources?: Record<string, string | readonly string[]>;
    template?: string;
    /** Whose the manifest was, and whose it is to be. */
    owner?: string;
    by?: string;
    wish?: Wish;
    /** What is to be written; the keys of the wish where it is not said. */
    written?: string[];
  }
  const dropped = ({ keys, sources, template = TEMPLATE, owner = 'inputs', by = 'inputs', wish, written }: Case) => {
    const data = Object.fromEntries(keys.map((key) => [key, 'x']));
    const metadata = sources === undefined ? {} : { annotations: annotations(sources, { owner }) };
    const desired = desire(wish);
    const existing = readExistingManifest(desired, file(secret({ metadata, data, type: desired.type })));
    return droppedKeys(existing, { desired, keys: new Set(written ?? desired.data.keys()), template, owner: by });
  };
  const both = { token: 'TELE_TOKEN', url: 'DB_URL' };
  const env: Wish = { data: new Map(), dataFrom: [{ request: request('APP_ENV'), format: 'json' }] };

  test.each<[string, string[], Case]>([
    ['there is none', [], { keys: ['token'], sources: { token: 'TELE_TOKEN' }, template: 'other' }],
    [
      'its secret goes on under another key',
      ['old'],
      { keys: ['old'], sources: { old: 'TELE_TOKEN' }, template: 'other' },
    ],
    [
      'no source accounts for it, in a manifest that is otherwise as wished',
      ['extra'],
      { keys: ['token', 'extra'], sources: { token: 'TELE_TOKEN' } },
    ],
    [
      'the same config file has asked for it',
      ['url'],
      { keys: ['token', 'url'], sources: both, template: 'other', owner: OWNER, by: OWNER },
    ],
    [
      'the payload that it was an entry of has it no more',
      ['B'],
      { keys: ['A', 'B'], sources: { A: 'APP_ENV', B: 'APP_ENV' }, template: 'other', wish: env, written: ['A'] },
    ],
    [
      'both secrets that it was made of go on',
      ['.dockercfg'],
      { keys: ['.dockercfg'], sources: { '.dockercfg': ['USER', 'PASSWORD'] }, template: 'other', wish: registry() },
    ],
  ])('goes where %s', (_, gone, given) => {
    expect(dropped(given)).toEqual(gone);
  });

  test.each<[string, string, Case]>([
    ['the manifest is not ours', 'other', { keys: ['token', 'other'] }],
    ['the manifest is of no config file', 'other', { keys: ['token', 'other'], by: OWNER }],
    ['it is of another secret', 'url', { keys: ['token', 'url'], sources: both }],
    [
      'no source accounts for it, and the manifest is to change otherwise too',
      'extra',
      { keys: ['token', 'extra'], sources: { token: 'TELE_TOKEN' }, template: 'other' },
    ],
    [
      'nor does one in a manifest of the same config file',
      'extra',
      { keys: ['token', 'extra'], sources: { token: 'TELE_TOKEN' }, template: 'other', owner: OWNER, by: OWNER },
    ],
    [
      'another config file has asked for it',
      'url',
      { keys: ['token', 'url'], sources: both, owner: 'acme/a/b.yaml', by: OWNER },
    ],
    ['inputs have asked for it', 'url', { keys: ['token', 'url'], sources: both, owner: 'inputs', by: OWNER }],
    ['a config file has asked for it', 'url', { keys: ['token', 'url'], sources: both, owner: OWNER, by: 'inputs' }],
    [
      'one of the two secrets that it was made of goes',
      'old',
      { keys: ['old'], sources: { old: ['USER', 'OTHER'] }, wish: registry() },
    ],
  ])('is kept by refusing the run where %s', (_, key, given) => {
    expect(() => dropped(given)).toThrow(
      expect.objectContaining({
        code: 'FILE_WOULD_LOSE_KEYS',
        message: `Cannot write clusters/dev/demo/kbot-token.yaml: it holds the data key ${key}, which this run does not know and would drop.`,
        remedy: expect.stringContaining('a `file` of its own'),
      }),
    );
  });
});

describe('a file that is to be deleted', () => {
  const claimed = (owner: string) => file(secret({ metadata: { annotations: annotations({}, { owner }) } }));

  test('may be gone already', () => {
    expect(mayDelete(FILE, undefined, OWNER)).toBe(false);
  });

  test.each([
    ['this config file', OWNER, OWNER],
    ['inputs', 'inputs', OWNER],
    ['inputs, by inputs', 'inputs', 'inputs'],
  ])('may be deleted where it belongs to %s', (_, owner, by) => {
    expect(mayDelete(FILE, claimed(owner), by)).toBe(true);
  });

  test.each([
    ['it belongs to acme/other/flux-secrets.yaml', claimed('acme/other/flux-secrets.yaml'), OWNER],
    [`it belongs to ${OWNER}`, claimed(OWNER), 'inputs'],
    [`it belongs to ${OWNER}x`, claimed(`${OWNER}x`), OWNER],
    [`it belongs to ${'x'.repeat(200)}`, claimed('x'.repeat(201)), OWNER],
    ['it is no manifest of this action', file(secret()), OWNER],
    ['it is no manifest of this action', file('a: [b'), OWNER],
  ])('is left alone where %s', (reason, existing, owner) => {
    expect(() => mayDelete(FILE, existing, owner)).toThrow(
      expect.objectContaining({
        code: 'FILE_NOT_OURS',
        message: `Cannot delete ${FILE}: ${reason}.`,
        remedy: expect.stringContaining('by hand'),
      }),
    );
  });
});
