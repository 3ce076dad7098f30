import { describe, expect, test } from 'vitest';
import { entry, problemsOf, read } from './read-config.ts';

const DATA = 'data: { token: TELE_TOKEN }';

describe('YAML is refused', () => {
  test.each<[what: string, text: string, ...problems: string[]]>([
    ['with nothing in it', '', '1:1: the file is empty: write `manifests:` and a list of them.'],
    ['with comments only', '# none\n\n', '1:1: the file is empty: write `manifests:` and a list of them.'],
    ['with an empty document', '---\n', '1:1: the file is empty: write `manifests:` and a list of them.'],
    [
      'that cannot be read',
      'manifests: [',
      '1:13: this is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ].',
    ],
    ['with two documents', 'manifests: []\n---\nprune: true\n', '2:1: another document begins here: write one only.'],
    [
      'with a directive',
      '%YAML 1.1\n---\nmanifests: []\n',
      '1:1: a directive such as `%YAML` is not used here: leave it out.',
    ],
    [
      'with tags',
      `${entry('data: { token: !!str A, b: !include c }', 'namespace: ! demo')}`,
      '4:26: the tag `!!str` is not used here: leave it out.',
      '4:41: the tag `!include` is not used here: leave it out.',
      '5:18: the tag `!` is not used here: leave it out.',
    ],
    [
      'with keys that stand twice',
      `${entry('data: { a: A, b: B, a: C, "b": D }')}\nmanifests: []`,
      '4:25: `a` stands twice in one mapping: leave one out.',
      '4:31: `b` stands twice in one mapping: leave one out.',
      '5:1: `manifests` stands twice in one mapping: leave one out.',
    ],
    [
      'with two merges in one mapping',
      entry('labels: { <<: { a: b }, <<: { c: d } }', DATA),
      '4:29: `<<` stands twice in one mapping: leave one out.',
    ],
    [
      'with a merge of what is no mapping',
      entry('labels: { <<: a }', 'annotations: { <<: [{ a: b }, 1] }', DATA),
      '4:15: `<<` takes a mapping or a list of them.',
      '5:20: `<<` takes a mapping or a list of them.',
    ],
    [
      'with keys that are not text',
      entry(DATA, 'labels: { 1: a, true: b, ~: c, [d]: e, ? { f: g } : h, 2.0: i }'),
      '5:15: a key has to be text: put it into quotes.',
      '5:21: a key has to be text: put it into quotes.',
      '5:30: a key has to be text: put it into quotes.',
      '5:36: a key has to be text: write text.',
      '5:46: a key has to be text: write text.',
      '5:60: a key has to be text: put it into quotes.',
    ],
    [
      'with keys that every object has',
      entry(
        'data: { __proto__: A, constructor: B, prototype: C, toString: D, token: E }',
        'labels: { "__proto__": a }',
      ),
      '4:13: `__proto__` cannot be a key here: take another one.',
      '4:27: `constructor` cannot be a key here: take another one.',
      '4:43: `prototype` cannot be a key here: take another one.',
      '4:57: `toString` cannot be a key here: take another one.',
      '5:15: `__proto__` cannot be a key here: take another one.',
    ],
    ['with an alias of nothing', 'manifests: *all', '1:12: the alias `*all` has no anchor before it.'],
    [
      'with an alias in its own anchor',
      'a: &a { b: [*a] }',
      '1:13: the alias `*a` stands for what it is itself a part of.',
    ],
    [
      'with an alias as a key',
      entry('name: &n kbot', DATA, 'labels: { *n : b }').replace('    name: kbot\n', ''),
      '5:15: a key has to be text: write text.',
    ],
    ['that is nested too deep', `manifests: ${'['.repeat(40)}`, '1:41: this is nested too deep.'],
    ['that is larger than 1 MiB', `# ${'é'.repeat(524_288)}`, '1:1: the file is larger than 1 MiB: split it.'],
    [
      'of too many parts',
      `a: [${'b,'.repeat(400_000)}]`,
      '1:166668: the file has too many parts up to here: split it.',
    ],
  ])('%s', (_, text, ...problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  test('whose aliases stand for more than a file could hold', () => {
    const levels = Array.from(
      { length: 8 },
      (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level},`.repeat(9)}]`,
    );
    const [problem, ...others] = problemsOf(['l0: &l0 [a]', ...levels].join('\n'));
    expect(problem).toMatch(
      /^6:\d+: the alias `\*l4` and those before it stand for too much: write less with aliases\.$/,
    );
    expect(others).toEqual([]);
  });

  test('whose merges add up to more than a file could hold', () => {
    const base = Array.from({ length: 1_000 }, (_, index) => `k${index}: a`).join(', ');
    const merges = Array.from({ length: 1_000 }, () => '- <<: *base');
    expect(problemsOf([`a: &base { ${base} }`, 'b:', ...merges].join('\n'))).toEqual([
      expect.stringMatching(/stand for too much/),
    ]);
  });
});

test('errors have stacks again once YAML is read', () => {
  const { stackTraceLimit } = Error;
  problemsOf('manifests: [');
  expect(Error.stackTraceLimit).toBe(stackTraceLimit);
  expect(stackTraceLimit).toBeGreaterThan(0);
});

describe('YAML is taken', () => {
  test('with a byte order mark, Windows line ends, comments and a marker on both ends', () => {
    expect(
      read(`\ufeff---\r\n# all\r\n${entry(DATA).replaceAll('\n', '\r\n')} # one\r\n...\r\n`, 'demo-project').desired,
    ).toHaveLength(1);
  });

  test('with a thousand aliases of what many entries share', () => {
    const entries = Array.from(
      { length: 1_000 },
      (_, index) => `  - { file: ${index}.yaml, name: a-${index}, labels: *l, data: *d }`,
    );
    const text = [
      'defaults: { labels: &l { team: bots } }',
      'manifests:',
      '  - { file: a.yaml, name: a, data: &d { a: A } }',
      ...entries,
    ];
    const { desired } = read(text.join('\n'), 'demo-project');
    expect(desired).toHaveLength(1_001);
    expect(desired.at(-1)).toMatchObject({ labels: { team: 'bots' } });
  });

  test('with annotations of several lines', () => {
    expect(
      read(entry(DATA, 'annotations:', '  note: |', '    one', '    two'), 'demo-project').desired[0],
    ).toMatchObject({
      annotations: { note: 'one\ntwo\n' },
    });
  });
});
