// `.sops.yaml` and manifests of a branch, whatever stands in them: they are read or refused, a key is never more than a
// key, and what aliases and merges stand for is what YAML says.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDocument, stringify } from 'yaml';
import { ActionError } from '../../src/errors.ts';
import { findProvenance, formatProvenance } from '../../src/kubernetes/provenance.ts';
import { findClaims, mayDelete, readExistingManifest } from '../../src/plan/existing-manifest.ts';
import { parseCreationRules } from '../../src/sops/creation-rule.ts';
import { EncryptedManifest } from '../../src/sops/encrypted-manifest.ts';
import { recipientsRule } from '../../src/sops/encryption-rule.ts';
import { readPlainValue } from '../../src/sops/plain-value.ts';
import { SopsDocument } from '../../src/sops/sops-document.ts';
import { readYaml } from '../../src/yaml-document.ts';
import { anyText } from '../unit/any-text.ts';
import { attempt, OBJECT_KEYS } from './no-trace.ts';

const DESIRED = {
  ...({ state: 'present', file: 'a.yaml', name: 'a', namespace: undefined, type: 'Opaque', immutable: false } as const),
  ...({ labels: {}, annotations: {}, data: new Map(), dataFrom: [], hold: 'keep' } as const),
};
const CLEAR = {
  ...({ apiVersion: 'v1', kind: 'Secret', type: 'Opaque' } as const),
  metadata: { name: 'a', labels: {}, annotations: {} },
};
const EXPECTED = { clear: CLEAR, dataKeys: ['token'], empty: [], rule: recipientsRule([{ kind: 'age', id: 'age1a' }]) };

const MARKS = [
  ...[
    '[',
    ']',
    '{',
    '}',
    ', ',
    ': ',
    ':',
    '- ',
    '? ',
    '\n',
    '\r\n',
    '\n  ',
    '  ',
    '\t',
    '# x',
    '"',
    "'",
    '\\',
    '|\n',
    '>-\n',
  ],
  ...[
    '&a ',
    '*a',
    '*b',
    '<<: ',
    '<<',
    '!!str ',
    '!!set ',
    '!!omap ',
    '!!binary ',
    '!a ',
    '%TAG ! a\n',
    '---\n',
    '...\n',
    '~',
  ],
  ...['null', 'true', '1', '0x1', '.nan', '2001-01-01', '\ufeff', '\u2028', '\0', '\ud800'],
];
const RULE_WORDS = [
  ...[
    'creation_rules',
    'path_regex',
    'key_groups',
    'merge',
    'age',
    'gcp_kms',
    'resource_id',
    'pgp',
    'kms',
    'shamir_threshold',
  ],
  ...['encrypted_regex', 'unencrypted_suffix', 'mac_only_encrypted', 'stores', ...OBJECT_KEYS],
];
const MANIFEST_WORDS = [
  ...[
    'apiVersion',
    'v1',
    'kind',
    'Secret',
    'metadata',
    'name',
    'namespace',
    'annotations',
    'labels',
    'type',
    'Opaque',
    'data',
  ],
  ...['stringData', 'immutable', 'sops', 'mac', 'version', 'lastmodified', 'key_groups', 'flux-secret-sync/sources'],
  ...[
    'flux-secret-sync/owner',
    'flux-secret-sync/template',
    'ENC[AES256_GCM,data:AA==,iv:A,tag:A,type:str]',
    ...OBJECT_KEYS,
  ],
];

/** Pieces of YAML in any order. */
function soup(words: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(...MARKS),
    fc.constantFrom(...words),
    fc.constantFrom(...words).map((word) => `${word}: `),
    anyText({ maxLength: 3 }),
  );
  return fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
}

/** Values of the right names in the wrong places, as YAML or JSON writes them. */
function misplaced(words: readonly string[]): fc.Arbitrary<string> {
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<unknown>(null, true, 0, 1.5, '', 'a', '[', '^data$', 'age1a', 'v1', 'Secret', 'Opaque', '<<'),
      anyText({ maxLength: 6 }),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.array(fc.tuple(fc.constantFrom(...words), tie('value')), { maxLength: 5 }).map((entries) => {
        const mapping: Record<string, unknown> = Object.create(null);
        for (const [key, each] of entries) mapping[key] = each;
        return mapping;
      }),
    ),
  }));
  const format = fc.constantFrom<(value: unknown) => string>(JSON.stringify, (each) =>
    stringify(each, { defaultKeyType: 'QUOTE_DOUBLE' }),
  );
  return fc.tuple(value, format).map(([each, write]) => write(each));
}

function readRule(text: string): unknown {
  return attempt(() => parseCreationRules({ path: 'clusters/.sops.yaml', text })('clusters/dev/a.yaml'));
}

function readManifest(text: string): unknown {
  const document = SopsDocument.parse(text);
  const verified = attempt(() => EncryptedManifest.verify('a.yaml', document, EXPECTED));
  expect(verified).not.toBeInstanceOf(EncryptedManifest);
  attempt(() => findClaims({ document }));
  attempt(() => mayDelete('a.yaml', { document }, 'inputs'));
  return attempt(() => readExistingManifest(DESIRED, { document }));
}

describe('a .sops.yaml is read or refused', () => {
  test('of any pieces', () => {
    const inRules = soup(RULE_WORDS).map((text) => `creation_rules:\n- ${text}`);
    fc.assert(
      fc.property(fc.oneof(soup(RULE_WORDS), inRules, anyText()), (text) => {
        expect(readRule(text)).toBeDefined();
      }),
      { numRuns: 3_000 },
    );
  });

  test('of any values', () => {
    const rule = misplaced(RULE_WORDS).map(
      (text) => `creation_rules: [\n${JSON.stringify(parseDocument(text).toJS() ?? {})}]`,
    );
    fc.assert(
      fc.property(fc.oneof(misplaced(RULE_WORDS), rule), (text) => {
        expect(readRule(text)).toBeDefined();
      }),
      { numRuns: 2_000 },
    );
  });

  test.each(OBJECT_KEYS)('and takes nothing from what every object has: %s', (key) => {
    const inherited = `creation_rules: [{${JSON.stringify(key)}: {age: age1b}, "path_regex": "a"}]`;
    expect(readRule(inherited)).toMatchObject({ code: 'SOPS_NO_RULE' });
    expect(readRule(`x: &x {${JSON.stringify(key)}: {age: age1b}}\ncreation_rules: [{<<: *x}]`)).toMatchObject({
      code: 'SOPS_NO_RULE',
    });
  });
});

describe('a manifest is read or refused', () => {
  test('of any pieces', () => {
    fc.assert(
      fc.property(fc.oneof(soup(MANIFEST_WORDS), anyText()), (text) => {
        expect(readManifest(text)).toBeDefined();
      }),
      { numRuns: 3_000 },
    );
  });

  test('of any values', () => {
    fc.assert(
      fc.property(misplaced(MANIFEST_WORDS), (text) => {
        expect(readManifest(text)).toBeDefined();
      }),
      { numRuns: 2_000 },
    );
  });

  test('whose names are those that every object has', () => {
    const names = OBJECT_KEYS.filter((key) => key !== '__proto__');
    const entries = Object.fromEntries(names.map((key) => [key, 'a']));
    const text = JSON.stringify({
      ...{
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'a', labels: entries, annotations: entries },
        data: entries,
      },
    });
    const existing = attempt(() => readExistingManifest(DESIRED, { document: SopsDocument.parse(text) }));
    if (existing instanceof ActionError) throw existing;
    expect(existing).toMatchObject({ labels: entries, annotations: entries, dataKeys: new Set(names) });
    expect(readManifest(text.replaceAll('valueOf', '__proto__'))).toMatchObject({ code: 'FILE_NOT_OURS' });
  });
});

describe('provenance', () => {
  const PREFIX = 'flux-secret-sync/';
  const json = fc.oneof(
    fc.json(),
    anyText(),
    fc.constantFrom(...OBJECT_KEYS).map((key) => `{${JSON.stringify(key)}: "projects/42/secrets/A/versions/1"}`),
  );
  const names = ['sources', 'template', 'owner', 'hold', 'manages', 'empty', 'expires', 'declaration', ...OBJECT_KEYS];
  const annotations = fc
    .array(fc.tuple(fc.constantFrom(...names), json), { maxLength: 8 })
    .map((entries) => Object.fromEntries(entries.map(([name, value]) => [PREFIX + name, value])));

  test('of any texts is known or not, and what is known of it is written the same', () => {
    const readable = annotations.map((some) => ({
      ...some,
      [`${PREFIX}template`]: 'sha256:a',
      [`${PREFIX}owner`]: 'inputs',
      [`${PREFIX}sources`]: '{"a":"projects/42/secrets/A/versions/1"}',
    }));
    fc.assert(
      fc.property(fc.oneof(annotations, readable), (texts) => {
        const provenance = attempt(() => findProvenance(texts));
        if (provenance === undefined || provenance instanceof ActionError) return;
        expect(findProvenance(formatProvenance(provenance))).toEqual({
          ...provenance,
          empty: provenance.empty.toSorted(),
          manages: {
            labels: provenance.manages.labels.toSorted(),
            annotations: provenance.manages.annotations.toSorted(),
          },
        });
      }),
      { numRuns: 2_000 },
    );
  });

  test('may have a source of any name', () => {
    const texts = (name: string) => ({
      [`${PREFIX}template`]: '',
      [`${PREFIX}owner`]: '',
      [`${PREFIX}sources`]: `{${JSON.stringify(name)}: "projects/42/secrets/A/versions/1"}`,
    });
    for (const name of OBJECT_KEYS) {
      const provenance = findProvenance(texts(name));
      expect([...(provenance?.sources.keys() ?? [])]).toEqual([name]);
    }
  });
});

describe('what aliases and merges stand for', () => {
  const LIMITS = { parts: 100_000, depth: 100 };
  const read = (text: string) => readPlainValue(readYaml(text, { limits: LIMITS, merge: true }).document);
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

  const leaf = fc.constantFrom('x', '1', 'true', '~', '"*a"', '*a', '*b', '*c');
  const anchor = fc.constantFrom('', 'a', 'b', 'c');
  const key = fc.constantFrom('k', 'l', 'm', '<<', '"<<"');
  /** What would be part of itself has no anchor: the library takes it where it is overwritten, and sops does not. */
  const anchored = (name: string, body: string) =>
    name === '' || body.includes(`*${name}`) ? body : `&${name} ${body}`;
  const { node } = fc.letrec<{ node: string }>((tie) => {
    const pair = fc.tuple(key, tie('node'));
    const pairs = fc.uniqueArray(pair, { maxLength: 4, selector: ([name]) => name });
    return {
      node: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc
          .tuple(anchor, fc.array(tie('node'), { maxLength: 3 }))
          .map(([name, items]) => anchored(name, `[${items.join(', ')}]`)),
        fc
          .tuple(anchor, pairs)
          .map(([name, all]) => anchored(name, `{${all.map((each) => each.join(': ')).join(', ')}}`)),
      ),
    };
  });

  test('is what the library makes of them, where it makes anything', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 4 }), (nodes) => {
        const text = ['- &a { k: 1, l: x }', '- &b [*a, { m: 2 }]', '- &c x', ...nodes.map((each) => `- ${each}`)].join(
          '\n',
        );
        const document = parseDocument(text, { merge: true, uniqueKeys: false, logLevel: 'error' });
        let expected: unknown;
        try {
          expected = plain(document.toJS({ maxAliasCount: -1 }));
        } catch {
          expected = undefined;
        }
        const value = read(text);
        if (expected !== undefined) {
          expect(value === undefined ? undefined : plain(value)).toEqual(expected);
          compared += 1;
        }
      }),
      { numRuns: 1_500 },
    );
    expect(compared).toBeGreaterThan(300);
  });

  test('is shared by as many rules as there may be', () => {
    const rules = Array.from({ length: 1_000 }, (_, index) => `- {path_regex: ^c${index}/, age: *team}`);
    const text = ['team: &team [age1a, age1b]', 'creation_rules:', ...rules].join('\n');
    expect(parseCreationRules({ path: '.sops.yaml', text })('c999/a.yaml').keyGroups).toEqual([
      [
        { kind: 'age', id: 'age1a' },
        { kind: 'age', id: 'age1b' },
      ],
    ]);
  });
});
