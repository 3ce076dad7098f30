import { describe, expect, test } from 'vitest';
import type { DataValue, DesiredSecret } from '../../../src/desired-secret.ts';
import { formatVersionRequest, type SecretVersionRequest } from '../../../src/google/resource-names.ts';
import {
  digestTemplate,
  findProvenance,
  formatProvenance,
  isProvenance,
  type Provenance,
} from '../../../src/kubernetes/provenance.ts';
import { buildClearManifest, plan } from '../../../src/plan/plan.ts';
import { type EncryptionRule, recipientsRule } from '../../../src/sops/encryption-rule.ts';

const SOURCE = { project: '123456789012', secret: 'TELE_TOKEN', version: '3' };
const HOLD = { by: 'octocat', since: '2026-11-20T08:00:00.000Z' };

const provenance = (over: Partial<Provenance> = {}): Provenance => ({
  sources: new Map([['token', [SOURCE]]]),
  template: 'sha256:0',
  owner: 'inputs',
  hold: undefined,
  manages: { labels: [], annotations: [] },
  empty: [],
  expires: undefined,
  declaration: undefined,
  ...over,
});
/** Everything that a manifest can say of itself. */
const whole = provenance({
  sources: new Map([
    ['token', [SOURCE]],
    ['.dockerconfigjson', [SOURCE, { project: '1', secret: 'PASSWORD', version: '2' }]],
  ]),
  owner: 'acme/flux-gitops/flux-secrets.yaml',
  hold: HOLD,
  manages: { labels: ['tier', 'team'], annotations: ['b', 'a'] },
  empty: ['b', 'a'],
  expires: '2027-01-02T03:04:05Z',
  declaration: 'sha256:1',
});

describe('what a manifest says of itself', () => {
  test('is these annotations, letter for letter', () => {
    expect(formatProvenance(provenance({ hold: HOLD }))).toEqual({
      'flux-secret-sync/hold': '{"by":"octocat","since":"2026-11-20T08:00:00.000Z"}',
      'flux-secret-sync/owner': 'inputs',
      'flux-secret-sync/sources': '{"token":"projects/123456789012/secrets/TELE_TOKEN/versions/3"}',
      'flux-secret-sync/template': 'sha256:0',
    });
  });

  test('is these annotations, letter for letter, where there is all to say', () => {
    expect(formatProvenance(whole)).toEqual({
      'flux-secret-sync/declaration': 'sha256:1',
      'flux-secret-sync/empty': '["a","b"]',
      'flux-secret-sync/expires': '2027-01-02T03:04:05Z',
      'flux-secret-sync/hold': '{"by":"octocat","since":"2026-11-20T08:00:00.000Z"}',
      'flux-secret-sync/manages': '{"labels":["team","tier"],"annotations":["a","b"]}',
      'flux-secret-sync/owner': 'acme/flux-gitops/flux-secrets.yaml',
      'flux-secret-sync/sources':
        '{".dockerconfigjson":["projects/123456789012/secrets/TELE_TOKEN/versions/3","projects/1/secrets/PASSWORD/versions/2"],"token":"projects/123456789012/secrets/TELE_TOKEN/versions/3"}',
      'flux-secret-sync/template': 'sha256:0',
    });
  });

  test('is the same whatever the order in which it is put together', () => {
    const { sources, manages, empty } = whole;
    const other = {
      sources: new Map([...sources].reverse()),
      manages: { labels: manages.labels.toReversed(), annotations: manages.annotations.toReversed() },
      empty: empty.toReversed(),
    };
    expect(formatProvenance({ ...whole, ...other })).toEqual(formatProvenance(whole));
  });

  test.each<[string, Provenance]>([
    ['without a hold', provenance()],
    [
      'with all there is to say',
      { ...whole, manages: { labels: ['team', 'tier'], annotations: ['a', 'b'] }, empty: ['a', 'b'] },
    ],
    ['that manages labels only', provenance({ manages: { labels: ['team'], annotations: [] } })],
    ['of two versions under one key', provenance({ sources: new Map([['a', [SOURCE, SOURCE]]]) })],
    ['with a hold', provenance({ hold: HOLD })],
    [
      'of several keys and a regional secret',
      provenance({
        sources: new Map([
          ['tls.crt', [{ project: 'demo-project', location: 'europe-west3', secret: 'crt', version: '1' }]],
          ['tls.key', [{ project: 'demo-project', location: 'europe-west3', secret: 'key', version: '22' }]],
        ]),
      }),
    ],
    ['of no key at all', provenance({ sources: new Map() })],
  ])('%s is read back as it was written', (_, written) => {
    expect(findProvenance(formatProvenance(written))).toEqual(written);
  });

  test('says nothing where there is nothing to say', () => {
    expect(Object.keys(formatProvenance(provenance()))).toEqual([
      'flux-secret-sync/owner',
      'flux-secret-sync/sources',
      'flux-secret-sync/template',
    ]);
  });

  test('is told apart from annotations of others by its prefix', () => {
    expect(Object.keys(formatProvenance(provenance({ hold: HOLD }))).every(isProvenance)).toBe(true);
    expect(
      ['kustomize.toolkit.fluxcd.io/prune', 'flux-secret-sync', 'other/flux-secret-sync/sources'].some(isProvenance),
    ).toBe(false);
  });
});

describe('a manifest makes no claim', () => {
  const annotations = formatProvenance(provenance());

  test.each<[string, Record<string, string>]>([
    ['without annotations', {}],
    ...['owner', 'sources', 'template'].map((name): [string, Record<string, string>] => {
      const { [`flux-secret-sync/${name}`]: _, ...others } = annotations;
      return [`without its ${name}`, others];
    }),
    ...[
      '',
      'token',
      'null',
      '1',
      '[]',
      '"projects/1/secrets/S/versions/1"',
      '{"token":1}',
      '{"token":null}',
      '{"token":["projects/1/secrets/S/versions/1"]}',
      '{"token":[]}',
      '{"token":["projects/1/secrets/S/versions/1",1]}',
      '{"token":["projects/1/secrets/S/versions/1","projects/1/secrets/S"]}',
      '{"token":["projects/1/secrets/S/versions/1","projects/1/secrets/T/versions/1","projects/1/secrets/U"]}',
      '{"token":[["projects/1/secrets/S/versions/1","projects/1/secrets/S/versions/1"]]}',
      '{"token":{"0":"projects/1/secrets/S/versions/1"}}',
      '{"token":"projects/1/secrets/S"}',
      '{"token":"projects/1/secrets/S/versions/latest"}',
      '{"token":"projects/1/secrets/S/versions/1","other":""}',
      '{"__proto__":{"token":"projects/1/secrets/S/versions/1"}}',
      '{"token":"projects/1/secrets/S/versions/1"',
    ].map((sources): [string, Record<string, string>] => [
      `whose sources are ${sources}`,
      { ...annotations, 'flux-secret-sync/sources': sources },
    ]),
  ])('%s', (_, claimed) => {
    expect(findProvenance(claimed)).toBeUndefined();
  });
});

test('a source under the key __proto__ is a source like any other and touches no prototype', () => {
  const found = findProvenance({
    ...formatProvenance(provenance()),
    'flux-secret-sync/sources': '{"__proto__":"projects/123456789012/secrets/TELE_TOKEN/versions/3"}',
  });
  expect(found?.sources).toEqual(new Map([['__proto__', [SOURCE]]]));
  expect(Object.keys(Object.prototype)).toEqual([]);
});

describe('what cannot be read of the rest is taken for none', () => {
  const nothing = { manages: { labels: [], annotations: [] }, empty: [] };

  test.each(['', 'x', 'null', '1', '"a"', '[1]', '["a",null]', '[["a"]]', '{"0":"a"}', '["a"'])('%s', (text) => {
    const annotations = {
      ...formatProvenance(whole),
      'flux-secret-sync/empty': text,
      'flux-secret-sync/manages': text,
    };
    expect(findProvenance(annotations)).toMatchObject(nothing);
  });

  test.each<[string, object]>([
    ['{"labels":"team","annotations":["a"]}', { labels: [], annotations: ['a'] }],
    ['{"labels":["team",1]}', { labels: [], annotations: [] }],
    ['{"__proto__":{"labels":["team"]}}', { labels: [], annotations: [] }],
    ['{"labels":["__proto__"],"annotations":["__proto__"]}', { labels: ['__proto__'], annotations: ['__proto__'] }],
  ])('of what it manages: %s', (text, manages) => {
    const annotations = { ...formatProvenance(whole), 'flux-secret-sync/manages': text };
    expect(findProvenance(annotations)?.manages).toEqual(manages);
  });
});

describe('a hold that cannot be read still holds', () => {
  test.each([
    ['', 'unknown', 'unknown'],
    ['true', 'unknown', 'unknown'],
    ['octocat', 'unknown', 'unknown'],
    ['null', 'unknown', 'unknown'],
    ['[]', 'unknown', 'unknown'],
    ['{}', 'unknown', 'unknown'],
    ['{"by":"octocat"}', 'octocat', 'unknown'],
    ['{"by":1,"since":"2026-11-20T08:00:00.000Z"}', 'unknown', HOLD.since],
    ['{"__proto__":{"by":"mallory","since":"now"}}', 'unknown', 'unknown'],
    ['{"by":"octocat","since":"2026-11-20T08:00:00.000Z","why":"rollback"}', 'octocat', HOLD.since],
    [`{"by":"${'a'.repeat(201)}","since":"${'b'.repeat(201)}"}`, 'a'.repeat(200), 'b'.repeat(200)],
  ])('%s', (hold, by, since) => {
    const annotations = { ...formatProvenance(provenance()), 'flux-secret-sync/hold': hold };
    expect(findProvenance(annotations)?.hold).toEqual({ by, since });
  });
});

// Whoever changes one of these digests has every manifest of every user encrypted anew. Where that is wanted, it is
// TEMPLATE_FORMAT in template.ts that is raised.
describe('the template', () => {
  const request: SecretVersionRequest = {
    name: { project: 'demo-project', secret: 'TELE_TOKEN' },
    version: { kind: 'latest' },
  };
  const payload = (of: SecretVersionRequest): DataValue => {
    return { kind: 'payload', request: of, pointer: undefined, trimNewline: false };
  };
  const desired: DesiredSecret = {
    ...{ state: 'present', file: 'clusters/dev/demo/kbot-token.yaml', name: 'kbot-token', namespace: 'demo' },
    ...{ type: 'Opaque', immutable: false, labels: {}, annotations: {}, dataFrom: [], hold: 'keep' },
    data: new Map([['token', payload(request)]]),
  };
  const rule = recipientsRule([
    { kind: 'gcp_kms', id: 'projects/demo-project/locations/global/keyRings/flux/cryptoKeys/sops' },
  ]);

  function write(over: Partial<DesiredSecret> = {}, by: EncryptionRule = rule) {
    const change = plan({
      desired: { ...desired, ...over },
      existing: undefined,
      rule: by,
      owner: 'inputs',
      resolved: new Map([[formatVersionRequest(request), SOURCE]]),
      refresh: false,
      hold: HOLD,
      heldAs: undefined,
    });
    if (change.kind !== 'create') throw new Error(`This is ${change.kind}.`);
    return change;
  }

  test('of a fixed wish has this digest, whatever the release', () => {
    expect(write().template).toBe('sha256:e6b7c89af82941028b08220640eb86592e8599e400f7c9c3397bad49cb5a80f9');
  });

  test('and the manifest for that wish says this in clear', () => {
    expect(buildClearManifest(write({ hold: 'set' }), provenance())).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'kbot-token',
        namespace: 'demo',
        labels: { 'app.kubernetes.io/managed-by': 'flux-secret-sync' },
        annotations: {
          'flux-secret-sync/hold': '{"by":"octocat","since":"2026-11-20T08:00:00.000Z"}',
          'flux-secret-sync/owner': 'inputs',
          'flux-secret-sync/sources': '{"token":"projects/123456789012/secrets/TELE_TOKEN/versions/3"}',
          'flux-secret-sync/template': 'sha256:e6b7c89af82941028b08220640eb86592e8599e400f7c9c3397bad49cb5a80f9',
        },
      },
      type: 'Opaque',
    });
  });

  const golden: [string, Partial<DesiredSecret>, EncryptionRule, string][] = [
    [
      'with every part given',
      {
        data: new Map([
          [
            'b',
            payload({
              name: { project: 'demo-project', location: 'europe-west3', secret: 'B' },
              version: { kind: 'alias', alias: 'x' },
            }),
          ],
          ['a', payload(request)],
        ]),
      },
      {
        keyGroups: [
          [
            { kind: 'pgp', id: 'FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4' },
            { kind: 'age', id: 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p' },
          ],
          [{ kind: 'gcp_kms', id: 'projects/p/locations/l/keyRings/r/cryptoKeys/k' }],
        ],
        threshold: 1,
        selector: { kind: 'unencrypted_suffix', pattern: '_clear' },
        macOnlyEncrypted: true,
      },
      'sha256:b1a5c782c3dc08fd314011737c2a9d9e57e72532d3251052067f2c3b9c2b1747',
    ],
    [
      'with as little as there can be',
      { namespace: undefined },
      rule,
      'sha256:985e3fa8514c0369381841a8e1db8661ca251790d16a012c87c91ac086a83932',
    ],
  ];
  test.each(golden)('of a wish %s has this digest', (_, over, by, digest) => {
    expect(write(over, by).template).toBe(digest);
  });

  test.each<[string, Partial<DesiredSecret>]>([
    [
      'the version that is asked for',
      { data: new Map([['token', payload({ ...request, version: { kind: 'number', number: '3' } })]]) },
    ],
    ['the file', { file: 'elsewhere.yaml' }],
    ['a hold', { hold: 'set' }],
  ])('is the same whatever %s', (_, over) => {
    expect(write(over).template).toBe(write().template);
  });

  test.each<[string, Partial<DesiredSecret>]>([
    ['name', { name: 'other' }],
    ['namespace', { namespace: 'other' }],
    ['namespace, for none', { namespace: undefined }],
    ['data key', { data: new Map([['other', payload(request)]]) }],
    [
      'secret',
      { data: new Map([['token', payload({ ...request, name: { project: 'demo-project', secret: 'OTHER' } })]]) },
    ],
    [
      'project',
      { data: new Map([['token', payload({ ...request, name: { project: 'other-project', secret: 'TELE_TOKEN' } })]]) },
    ],
    [
      'location',
      { data: new Map([['token', payload({ ...request, name: { ...request.name, location: 'europe-west3' } })]]) },
    ],
  ])('is another with another %s', (_, over) => {
    expect(write(over).template).not.toBe(write().template);
  });

  test('does not depend on the order in which keys and recipients are given', () => {
    const other = { ...request, name: { project: 'demo-project', secret: 'B' } };
    const recipients = [
      { kind: 'age', id: 'age1b' },
      { kind: 'age', id: 'age1a' },
    ] as const;
    const forth = write(
      {
        data: new Map([
          ['a', payload(request)],
          ['b', payload(other)],
        ]),
      },
      recipientsRule(recipients),
    );
    const back = write(
      {
        data: new Map([
          ['b', payload(other)],
          ['a', payload(request)],
        ]),
      },
      recipientsRule(recipients.toReversed()),
    );
    expect(forth.template).toBe(back.template);
  });
});

test('a digest is SHA-256 over the JSON', () => {
  expect(digestTemplate({})).toBe('sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
});
