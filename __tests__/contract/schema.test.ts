// The published JSON Schema says what the action takes: it is current, it tells of every field, and so does the page.
import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../src/config/config.ts';
import { read } from './project.ts';

interface Schema {
  description?: string;
  type?: string;
  default?: unknown;
  properties?: Record<string, Schema>;
  additionalProperties?: false | Schema;
  anyOf?: Schema[];
  items?: Schema;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const schema = JSON.parse(read('schema/flux-secrets.schema.json')) as Schema;
const validate = new Ajv({ strict: true, allErrors: true }).compile(schema);
const page = read('docs/flux-secrets.md');

const all = [...schemasIn(schema)];
const fields = all.flatMap(({ properties = {} }) => Object.entries(properties));

function* schemasIn(each: Schema): Generator<Schema> {
  yield each;
  const { properties = {}, additionalProperties, anyOf = [], items } = each;
  const inside = [...Object.values(properties), ...anyOf, ...[additionalProperties || [], items ?? []].flat()];
  for (const next of inside) yield* schemasIn(next);
}

describe('the JSON Schema', () => {
  test('is what the definition says', () => {
    execFileSync(process.execPath, ['scripts/schema.mjs', '--check'], { cwd: root });
  });

  test('describes the file and every field in one sentence', () => {
    expect(fields.length).toBeGreaterThan(30);
    const sentences = [schema.description, ...fields.map(([, { description }]) => description)];
    expect(sentences.filter((sentence) => !/^[A-Z`][^\n]*[^.]\.$/.test(sentence ?? ''))).toEqual([]);
  });

  test('takes no field that it does not know', () => {
    const open = all.filter(({ properties, additionalProperties }) => properties && additionalProperties !== false);
    expect(open).toEqual([]);
  });

  test('says what holds where nothing is said', () => {
    const defaults = fields.flatMap(([name, { default: value }]) => (value === undefined ? [] : [[name, value]]));
    expect(Object.fromEntries(defaults)).toEqual({ prune: false, immutable: false, type: 'Opaque', version: 'latest' });
  });

  test.each([
    ['a field that nobody knows', { manifests: [], prun: true }],
    ['no manifests', {}],
    [
      'a version that is no whole number',
      { manifests: [{ file: 'a.yaml', name: 'a', data: { a: { secret: 'A', version: 1.5 } } }] },
    ],
    ['a label that is a number', { manifests: [], defaults: { labels: { a: 1 } } }],
    ['another state', { manifests: [{ file: 'a.yaml', state: 'present' }] }],
    ['data beside a state', { manifests: [{ file: 'a.yaml', state: 'absent', data: {} }] }],
    ['another format', { manifests: [{ file: 'a.yaml', name: 'a', dataFrom: [{ secret: 'A', format: 'xml' }] }] }],
  ])('refuses %s, as the action does', (_, config) => {
    expect(validate(config)).toBe(false);
    expect(() => parseConfig({ path: 'a', text: JSON.stringify(config), projectId: 'my-project' })).toThrow();
  });
});

const examples = [
  ...[...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = ''], index) => ({
    name: `example ${index + 1} of the page`,
    text,
  })),
  ...globSync('{examples,benchmarks}/**/flux-secrets*.yaml', { cwd: root }).map((name) => ({ name, text: read(name) })),
];

describe('an example', () => {
  test('is one of several', () => {
    expect(examples.length).toBeGreaterThan(1);
  });

  test.each(examples)('is taken by the schema and by the action: $name', ({ text }) => {
    validate(parse(text, { merge: true }));
    expect(validate.errors).toBeNull();
    expect(parseConfig({ path: 'flux-secrets.yaml', text, projectId: 'my-project' }).desired).not.toEqual([]);
  });
});

describe('docs/flux-secrets.md', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  const told = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );

  test.each([...new Set(fields.map(([name]) => name))])('tells of the field %s', (name) => {
    expect(told).toContain(name);
  });

  test('tells of no field that is not there', () => {
    const known = new Set(fields.map(([name]) => name));
    expect(told.filter((name) => !known.has(name))).toEqual([]);
  });
});
