import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { droppedKeys, findClaims, parseExistingManifest } from '../../src/existing-manifest.ts';
import { desire, type Wish } from './situations.ts';

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

function annotations(sources: Readonly<Record<string, string>>, template = TEMPLATE): Record<string, string> {
  const names = Object.entries(sources).map(([key, id]) => [key, `projects/1/secrets/${id}/versions/2`]);
  return {
    'flux-secret-sync/owner': 'inputs',
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
    expect(parseExistingManifest(desire(more), text)).toMatchObject({ text, provenance: undefined });
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
    ['of another type', secret({ type: 'kubernetes.io/tls' }), 'it is a Secret of another type'],
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
    expect(() => parseExistingManifest(desire(), text)).toThrow(refusal('FILE_NOT_OURS', reason));
  });

  test('is left alone with a sentence on what to do', () => {
    expect(() => parseExistingManifest(desire(), secret({ kind: 'ConfigMap' }))).toThrow(
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
    const { dataKeys, labels, annotations: kept, provenance } = parseExistingManifest(desire(), text);
    expect(dataKeys).toEqual(new Set(['token', 'other']));
    expect(labels).toEqual({ team: 'bots' });
    expect(kept).toEqual({ 'acme.example/owner': 'platform' });
    expect(provenance).toMatchObject({ template: TEMPLATE, owner: 'inputs' });
  });

  test('may be anything where this action has written it: it is made right again', () => {
    const text = secret({ kind: 'ConfigMap', metadata: { name: 'kbot', annotations: annotations({}) } });
    expect(parseExistingManifest(desire(), text).provenance).toMatchObject({ template: TEMPLATE });
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
    expect(findClaims(text)?.template).toBe(template);
  });
});

describe('a data key that this run does not know', () => {
  const existing = (dataKeys: readonly string[], sources?: Readonly<Record<string, string>>) => {
    const data = Object.fromEntries(dataKeys.map((key) => [key, 'x']));
    const metadata = sources === undefined ? {} : { annotations: annotations(sources) };
    return parseExistingManifest(desire(), secret({ metadata, data }));
  };

  test.each<[string, string[], { keys: string[]; sources: Record<string, string>; template: string }]>([
    ['there is none', [], { keys: ['token'], sources: { token: 'TELE_TOKEN' }, template: 'other' }],
    [
      'its secret goes on under another key',
      ['old'],
      { keys: ['old'], sources: { old: 'TELE_TOKEN' }, template: 'other' },
    ],
    [
      'no source accounts for it, in a manifest that is otherwise as wished',
      ['extra'],
      { keys: ['token', 'extra'], sources: { token: 'TELE_TOKEN' }, template: TEMPLATE },
    ],
  ])('goes where %s', (_, dropped, { keys, sources, template }) => {
    expect(droppedKeys(desire(), existing(keys, sources), template)).toEqual(dropped);
  });

  test.each<[string, string, { keys: string[]; sources?: Record<string, string>; template: string }]>([
    ['the manifest is not ours', 'other', { keys: ['token', 'other'], template: TEMPLATE }],
    [
      'it is of another secret',
      'url',
      { keys: ['token', 'url'], sources: { token: 'TELE_TOKEN', url: 'DB_URL' }, template: TEMPLATE },
    ],
    [
      'no source accounts for it, and the manifest is to change otherwise too',
      'extra',
      { keys: ['token', 'extra'], sources: { token: 'TELE_TOKEN' }, template: 'other' },
    ],
  ])('is kept by refusing the run where %s', (_, key, { keys, sources, template }) => {
    expect(() => droppedKeys(desire(), existing(keys, sources), template)).toThrow(
      expect.objectContaining({
        code: 'FILE_WOULD_LOSE_KEYS',
        message: `Cannot write clusters/dev/demo/kbot-token.yaml: it holds the data key ${key}, which this run does not know and would drop.`,
        remedy: expect.stringContaining('a `file` of its own'),
      }),
    );
  });
});
