// Whatever a config file holds, the answer is a config or one error, and it comes in time. And what is written by the
// rules is read as it was meant, however YAML writes it.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type Config, parseConfig } from '../../src/config/config.ts';
import { ActionError } from '../../src/errors.ts';
import { isDataKey, isSubdomain } from '../../src/kubernetes/names.ts';
import { anyText } from '../unit/any-text.ts';

const MIB = 1024 * 1024;

function parse(text: string): Config | ActionError {
  try {
    return parseConfig({ path: 'flux-secrets.yaml', text, projectId: 'demo-project' });
  } catch (error) {
    if (error instanceof ActionError && error.code === 'CONFIG_INVALID') return error;
    throw error;
  }
}

/** Milliseconds of this process, which other processes of the machine do not lengthen much. */
function timeOf(text: string): number {
  const start = process.cpuUsage();
  parse(text);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

function expectInTime(text: string): void {
  // A second and a third chance, for a machine may be busy with other things.
  const isInTime = [1, 2, 3].some(() => timeOf(text) < 1_000);
  expect(isInTime, JSON.stringify(text.slice(0, 40))).toBe(true);
}

/** As often as a file may hold it, or just so that it is not yet refused for its many parts. */
function fill(start: string, fragment: string, share: number): string {
  const room = MIB * share - Buffer.byteLength(start);
  return start + fragment.repeat(Math.floor(room / Buffer.byteLength(fragment)));
}

const FRAGMENTS = [
  ...[
    '[',
    '{',
    '- ',
    '? ',
    ': ',
    'a: ',
    'a\n',
    'a:\n',
    '\n',
    ' ',
    '"',
    "'",
    '\\',
    '\\x',
    '&a ',
    '*a ',
    '!a ',
    '|\n',
    '>\n',
  ],
  ...[
    '#\n',
    '---\n',
    '...\n',
    '%A\n',
    '\t',
    ',',
    ']',
    '}',
    '\r\n',
    '\ufeff',
    '<<: *a\n',
    '  ',
    '-',
    '- - ',
    '?\n',
    '@',
    '\0',
  ],
  ...['[]', '{a: b}\n', '"b": c,', '- {}\n', '- { file: a.yaml }\n', '  - *a\n', '[\n', '\u2028', 'ä', '\ud800'],
];
const STARTS = ['', 'manifests:\n', 'manifests: [', 'a: &a { b: c }\n', 'a: "', 'a: |\n  ', 'a: &a [x, x, x]\nb:\n'];

test.each([
  ['', '[]', 0.25],
  ['k: ', '[\n', 0.22],
  ['', '{a: b}\n', 0.2],
  ['manifests:\n', '- {}\n', 0.2],
  ['manifests:\n- &e { file: &f a.yaml, sercet: a }\n', '- *e\n', 0.2],
  ['manifests:\n- file: &f a.yaml\n', '- file: *f\n', 0.3],
])('a file of %j and many of %j is answered within a second', (start, fragment, share) => {
  expectInTime(fill(start, fragment, share));
  expectInTime(fill(start, fragment, 1));
});

test('a file of many keys is answered within a second', () => {
  const keys = Array.from({ length: 35_000 }, (_, index) => `    k${index}: A:1`);
  for (const field of ['data', 'labels']) {
    expectInTime(['manifests:', '- file: a.yaml', '  name: a', `  ${field}:`, ...keys].join('\n'));
  }
  expectInTime(['manifests: []', ...keys.map((key) => key.trim())].join('\n'));
});

test('a file of the same Secret or the same payload again and again is answered within a second', () => {
  const entries = Array.from({ length: 7_500 }, (_, index) => `- { file: ${index}.yaml, name: a, data: { a: A } }`);
  expectInTime(['manifests:', ...entries].join('\n'));
  expectInTime(`manifests:\n- { file: a.yaml, name: a, dataFrom: [${'{ secret: A, format: json },'.repeat(14_000)}] }`);
});

test('a file of one long key, value or pointer is answered within a second', () => {
  const long = 'a'.repeat(MIB - 200);
  expectInTime(`? ${long}\n: b`);
  expectInTime(`? ${long}\n: b`.replaceAll('aa', 'a-'));
  for (const value of [long, long.replaceAll('aa', '/a'), long.replaceAll('aa', 'a.'), long.replaceAll('aa', 'ä')]) {
    expectInTime(`manifests:\n- file: ${value}`);
    expectInTime(`manifests:\n- { file: a.yaml, name: ${value} }`);
    expectInTime(`manifests:\n- { file: a.yaml, name: a, data: { a: ${value} } }`);
    expectInTime(`manifests:\n- { file: a.yaml, name: a, labels: { a: ${value} } }`);
    expectInTime(
      `manifests:\n- { file: a.yaml, name: a, data: { a: { secret: A, pointer: ${value}, version: "${value}" } } }`,
    );
    expectInTime(`manifests:\n- { file: a.yaml, name: a, docker: { server: ${value}, username: a, password: a } }`);
  }
});

test('a file of merges upon merges is answered within a second', () => {
  const chain = Array.from({ length: 10_000 }, (_, index) => `a${index + 1}: &a${index + 1} { <<: *a${index}, k: v }`);
  expectInTime(['a0: &a0 { k: v }', ...chain].join('\n'));
  expectInTime(['a0: &a0 { k: v }', ...chain.slice(0, 250), 'manifests:', '- *a250'].join('\n'));
});

test('a file of any fragments is answered within a second', () => {
  const fragment = fc
    .array(fc.constantFrom(...FRAGMENTS), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join(''));
  const share = fc.constantFrom(0.1, 0.2, 0.3, 1);
  fc.assert(
    fc.property(fc.constantFrom(...STARTS), fragment, share, (start, part, size) =>
      expectInTime(fill(start, part, size)),
    ),
    { numRuns: 20 },
  );
});

test('any text is a config or refused', () => {
  const words = [
    'manifests',
    'file',
    'name',
    'data',
    'dataFrom',
    'docker',
    'secret',
    'version',
    'state',
    'absent',
    'defaults',
    'labels',
  ];
  const piece = fc.oneof(
    fc.constantFrom(...FRAGMENTS, ...STARTS, ...words.map((word) => `${word}: `)),
    anyText({ maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      expect(parse(pieces.join(''))).toBeDefined();
    }),
    { numRuns: 1_000 },
  );
});

test('any value in the place of any field is a config or refused', () => {
  const entry = {
    file: 'a.yaml',
    name: 'a',
    namespace: 'a',
    type: 'Opaque',
    immutable: true,
    labels: { a: 'b' },
    annotations: { a: 'b' },
    hold: true,
    data: { a: { secret: 'A', version: 3, pointer: '/a', trim: 'newline' } },
    dataFrom: [{ secret: 'A', format: 'json', version: 3 }],
  };
  const config = { project: 'demo-project', defaults: { namespace: 'a', labels: {}, annotations: {} }, prune: false };
  const docker = { server: 'a', username: { value: 'a' }, password: 'A' };
  const whole = {
    ...config,
    manifests: [entry, { file: 'b.yaml', name: 'b', docker }, { file: 'c.yaml', state: 'absent' }],
  };
  const text = JSON.stringify(whole);
  const places = [...text.matchAll(/(?<=:|\[)(?:"[^"]*"|true|false|\d+|\{\})/g)];
  expect(places.length).toBeGreaterThan(25);
  const value = fc.oneof(
    fc.json(),
    fc.constantFrom('~', '1e3', '0x1', '[[]]', '{a: b}', '!!str a', '*a', '"\\u0000"', '|'),
  );
  fc.assert(
    fc.property(fc.constantFrom(...places), value, ({ 0: old, index }, changed) => {
      expect(parse(text.slice(0, index) + changed + text.slice(index + old.length))).toBeDefined();
    }),
    { numRuns: 1_000 },
  );
});

test('what is written by the rules is read as it was meant', () => {
  const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/);
  const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,20}[a-z0-9])?$/).filter(isSubdomain);
  const key = fc
    .stringMatching(/^[-._a-zA-Z0-9]{1,12}$/)
    .filter((text) => isDataKey(text) && !(text in {}) && text !== 'prototype');
  const label = fc.stringMatching(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,20}[A-Za-z0-9])?$/);
  const labelName = label.filter((text) => !(text in {}) && !['data', 'stringData', 'prototype'].includes(text));
  const version = fc.oneof(
    fc.integer({ min: 1 }),
    fc.integer({ min: 1 }).map(String),
    fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,20}$/),
  );
  const source = fc.record({ secret: id, version });
  const entry = fc.record({
    name,
    labels: fc.dictionary(labelName, label, { maxKeys: 3 }),
    annotations: fc.dictionary(labelName, anyText({ maxLength: 20 }), { maxKeys: 3 }),
    data: fc.dictionary(key, source, { minKeys: 1, maxKeys: 3 }),
  });
  const style = fc.record({
    defaultStringType: fc.constantFrom('PLAIN' as const, 'QUOTE_DOUBLE' as const, 'QUOTE_SINGLE' as const),
    collectionStyle: fc.constantFrom('any' as const, 'block' as const, 'flow' as const),
  });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 4 }), style, (entries, options) => {
      const manifests = entries.map((each, index) => ({ file: `clusters/${index}/a.yaml`, ...each }));
      const config = parse(stringify({ manifests }, options));
      if (config instanceof ActionError) throw config;
      const read = config.desired.map((desired) => {
        if (desired.state === 'absent') throw new Error('Nothing was to be deleted.');
        const { file, labels, annotations, data } = desired;
        return { file, name: desired.name, labels, annotations, keys: [...data.keys()].sort() };
      });
      const meant = manifests.map(({ data, ...each }) => ({
        ...each,
        labels: { ...each.labels },
        annotations: { ...each.annotations },
        keys: Object.keys(data).sort(),
      }));
      expect(read).toEqual(meant);
    }),
    { numRuns: 300 },
  );
});
