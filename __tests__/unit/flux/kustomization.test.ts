// A kustomization before and after, byte for byte: each case says in its name what has to stay or to change. What
// cannot be edited is refused, in words that quote nothing of the file.

import { describe, expect, test } from 'vitest';
import { ActionError } from '../../../src/errors.ts';
import { EditedKustomization, findListed, KUSTOMIZATION_NAMES } from '../../../src/flux/kustomization.ts';

/** As somebody asks who has a path. */
const lists = (text: string, path: string) => findListed(text)?.has(path);

const FILE = 'clusters/dev/demo/kustomization.yaml';
const NAME = 'kbot-token.yaml';
const HEADER = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n';

const edit = (text: string, { add = [], remove = [] }: { add?: string[]; remove?: string[] }) =>
  EditedKustomization.edit({ file: FILE, text }, { add, remove });

function refusalOf(text: string, wishes: { add?: string[]; remove?: string[] } = { add: [NAME] }): ActionError {
  try {
    edit(text, wishes);
  } catch (error) {
    if (error instanceof ActionError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

test('names are in the order in which kustomize looks for them', () => {
  expect(KUSTOMIZATION_NAMES).toEqual(['kustomization.yaml', 'kustomization.yml', 'Kustomization']);
});

describe('a name is added', () => {
  test.each<{ case: string; before: string; after: string }>([
    { case: 'to an empty file, with what kustomize asks for', before: '', after: `${HEADER}resources:\n  - ${NAME}\n` },
    {
      case: 'to a file of comments',
      before: '# later',
      after: `# later\n${HEADER}resources:\n  - ${NAME}\n`,
    },
    {
      case: 'to a file of a comment with Windows line ends',
      before: '# later\r\n',
      after: `# later\r\n${HEADER.replaceAll('\n', '\r\n')}resources:\r\n  - ${NAME}\r\n`,
    },
    {
      case: 'to an empty document that ends',
      before: '---\n# later\n...\n# behind',
      after: `---\n# later\n${HEADER}resources:\n  - ${NAME}\n...\n# behind`,
    },
    { case: 'to an empty document', before: '---\n', after: `---\n${HEADER}resources:\n  - ${NAME}\n` },
    {
      case: 'where there is no list, at the end',
      before: `${HEADER}\n# last words\n`,
      after: `${HEADER}\n# last words\nresources:\n  - ${NAME}\n`,
    },
    {
      case: 'where there is no list, and the last line has no end',
      before: 'kind: Kustomization',
      after: `kind: Kustomization\nresources:\n  - ${NAME}`,
    },
    {
      case: 'where there is no list, before the end of the document',
      before: 'kind: Kustomization\n... # end\n# behind\n',
      after: `kind: Kustomization\nresources:\n  - ${NAME}\n... # end\n# behind\n`,
    },
    {
      case: 'where there is no list, behind a block of text that keeps its empty lines',
      before: 'namePrefix: |+\n  x\n\n\n',
      after: `namePrefix: |+\n  x\n\n\nresources:\n  - ${NAME}\n`,
    },
    {
      case: 'where there is no list, behind a block of text that has no last line break',
      before: 'patches:\n- patch: |-\n    x',
      after: `patches:\n- patch: |-\n    x\nresources:\n- ${NAME}`,
    },
    {
      case: 'where there is no list, as far to the right as the other keys and lists',
      before: '  kind: Kustomization\n  crds:\n     - a.json\n',
      after: `  kind: Kustomization\n  crds:\n     - a.json\n  resources:\n     - ${NAME}\n`,
    },
    {
      case: 'to a Component',
      before: 'kind: Component\nresources:\n- a.yaml\n',
      after: `kind: Component\nresources:\n- a.yaml\n- ${NAME}\n`,
    },
    {
      case: 'below a key without a value',
      before: 'resources: # none yet\n# - old.yaml\nkind: Kustomization\n',
      after: `resources: # none yet\n  - ${NAME}\n# - old.yaml\nkind: Kustomization\n`,
    },
    { case: 'below a key at the end of the file', before: 'resources:', after: `resources:\n  - ${NAME}` },
    {
      case: 'in the place of null',
      before: 'resources: null # none yet\r\nkind: Kustomization\r\n',
      after: `resources: # none yet\r\n  - ${NAME}\r\nkind: Kustomization\r\n`,
    },
    {
      case: 'in the place of two brackets',
      before: 'resources: [ ] # none yet\nkind: Kustomization\n',
      after: `resources: # none yet\n  - ${NAME}\nkind: Kustomization\n`,
    },
    {
      case: 'between brackets on a line of their own',
      before: 'resources:\n  []\n',
      after: `resources:\n  [${NAME}]\n`,
    },
    {
      case: 'between brackets that hold a comment',
      before: 'resources: [\n  # none yet\n]\n',
      after: `resources: [${NAME}\n  # none yet\n]\n`,
    },
    {
      case: 'behind the last item, without indentation',
      before: 'resources:\n- b.yaml\n- a.yaml\nkind: Kustomization\n',
      after: `resources:\n- b.yaml\n- a.yaml\n- ${NAME}\nkind: Kustomization\n`,
    },
    {
      case: 'behind the last item and its comment, before the comment below it',
      before: 'resources:\n  # first\n  -   a.yaml # note\n\n  # last\n\nkind: Kustomization\n',
      after: `resources:\n  # first\n  -   a.yaml # note\n  -   ${NAME}\n\n  # last\n\nkind: Kustomization\n`,
    },
    {
      case: 'with Windows line ends where its neighbour has them',
      before: 'kind: Kustomization\nresources:\r\n- a.yaml\r\n',
      after: `kind: Kustomization\nresources:\r\n- a.yaml\r\n- ${NAME}\r\n`,
    },
    {
      case: 'without an end where the last line has none',
      before: 'resources:\r\n- a.yaml # note',
      after: `resources:\r\n- a.yaml # note\r\n- ${NAME}`,
    },
    {
      case: 'before the end of the document',
      before: '---\nresources:\n- a.yaml\n...\n',
      after: `---\nresources:\n- a.yaml\n- ${NAME}\n...\n`,
    },
    {
      case: 'in the quotes of its neighbour',
      before: `resources:\n- 'a.yaml'\n`,
      after: `resources:\n- 'a.yaml'\n- '${NAME}'\n`,
    },
    {
      case: 'behind an item of several lines',
      before: 'resources:\n-\n  "a\n   b.yaml"\nkind: Kustomization\n',
      after: `resources:\n-\n  "a\n   b.yaml"\n- "${NAME}"\nkind: Kustomization\n`,
    },
    {
      case: 'to a list below an explicit key',
      before: '? resources\n: - a.yaml\n  - b.yaml\n',
      after: `? resources\n: - a.yaml\n  - b.yaml\n  - ${NAME}\n`,
    },
    {
      case: 'to a new list, where another one gives no example of how to indent it',
      before: '? components\n: - a\n  - b\n',
      after: `? components\n: - a\n  - b\nresources:\n  - ${NAME}\n`,
    },
    {
      case: 'to a new list, indented as the other keys are, the first of which has an anchor',
      before: '  &first kind: Kustomization\n',
      after: `  &first kind: Kustomization\n  resources:\n    - ${NAME}\n`,
    },
    {
      case: 'behind a byte order mark',
      before: '\ufeffresources:\n- a.yaml\n',
      after: `\ufeffresources:\n- a.yaml\n- ${NAME}\n`,
    },
    {
      case: 'on the line of the brackets',
      before: 'resources: [a.yaml, b.yaml] # note\n',
      after: `resources: [a.yaml, b.yaml, ${NAME}] # note\n`,
    },
    {
      case: 'before a comma at the end',
      before: 'resources: [ a.yaml, ]\n',
      after: `resources: [ a.yaml, ${NAME}, ]\n`,
    },
    {
      case: 'on a line of its own, as its neighbours are, with a comma at the end',
      before: 'resources: [\n  a.yaml, # one\n  b.yaml, # two\n]\n',
      after: `resources: [\n  a.yaml, # one\n  b.yaml, # two\n  ${NAME},\n]\n`,
    },
    {
      case: 'on a line of its own, as its neighbours are, without a comma at the end',
      before: 'resources: [\r\n  a.yaml,\r\n  b.yaml # two\r\n]\r\n',
      after: `resources: [\r\n  a.yaml,\r\n  b.yaml, # two\r\n  ${NAME}\r\n]\r\n`,
    },
    {
      case: 'on a line of its own before the bracket',
      before: 'resources: [\n  a.yaml,\n  b.yaml]\n',
      after: `resources: [\n  a.yaml,\n  b.yaml,\n  ${NAME}]\n`,
    },
    {
      case: 'on a line of its own before the bracket, with Windows line ends',
      before: 'resources: [\r\n  a.yaml]\r\n',
      after: `resources: [\r\n  a.yaml,\r\n  ${NAME}]\r\n`,
    },
    {
      case: 'where the commas come first',
      before: 'resources: [ a.yaml\n  , b.yaml\n  ]\n',
      after: `resources: [ a.yaml\n  , b.yaml, ${NAME}\n  ]\n`,
    },
    {
      case: 'where the last comma is on a line of its own',
      before: 'resources: [\n  a.yaml\n  ,\n]\n',
      after: `resources: [\n  a.yaml,\n  ${NAME}\n  ,\n]\n`,
    },
    {
      case: 'to JSON',
      before: '{\n  "resources": [\n    "a.yaml"\n  ]\n}\n',
      after: `{\n  "resources": [\n    "a.yaml",\n    "${NAME}"\n  ]\n}\n`,
    },
    { case: 'to an empty list in JSON', before: '{"resources":[]}', after: `{"resources":["${NAME}"]}` },
    {
      case: 'beside anchors and aliases elsewhere',
      before: 'labels:\n- pairs: &pairs {a: b}\n- pairs: *pairs\nresources:\n- a.yaml\n',
      after: `labels:\n- pairs: &pairs {a: b}\n- pairs: *pairs\nresources:\n- a.yaml\n- ${NAME}\n`,
    },
    {
      case: 'beside a key that JavaScript takes for a prototype',
      before: '__proto__: {a: b}\nresources:\n- a.yaml\n',
      after: `__proto__: {a: b}\nresources:\n- a.yaml\n- ${NAME}\n`,
    },
  ])('$case', ({ before, after }) => {
    const edited = edit(before, { add: [NAME] });
    expect(edited?.text).toBe(after);
    expect(edited).toMatchObject({ file: FILE, added: [NAME], removed: [] });
    expect(lists(after, NAME)).toBe(true);
    expect(edit(after, { add: [NAME] })).toBeUndefined();
  });

  test.each([
    ['a blank.yaml', '"a blank.yaml"'],
    ["it's.yaml", '"it\'s.yaml"'],
    ['-dash.yaml', '"-dash.yaml"'],
    ['.hidden.yaml', '".hidden.yaml"'],
    ['0x1.yaml', '0x1.yaml'],
    ['yes', '"yes"'],
    ['1e3', '"1e3"'],
    ['# x', '"# x"'],
    ['a: b.yaml', '"a: b.yaml"'],
    ['"quoted".yaml', '"\\"quoted\\".yaml"'],
    ['ключ.yaml', '"ключ.yaml"'],
    ['a\u0085b\u2028.yaml', '"a\\u0085b\\u2028.yaml"'],
  ])('in quotes where YAML needs them: %j', (name, written) => {
    const edited = edit('resources:\n- a.yaml\n', { add: [name] });
    expect(edited?.text).toBe(`resources:\n- a.yaml\n- ${written}\n`);
  });

  test('in single quotes with those of its own doubled', () => {
    expect(edit(`resources: ['a.yaml']`, { add: ["it's.yaml"] })?.text).toBe(`resources: ['a.yaml', 'it''s.yaml']`);
  });

  test('with others in the order given, each once', () => {
    const edited = edit('resources:\n- a.yaml\n', {
      add: ['z.yaml', './b.yaml', 'a.yaml', '../demo/z.yaml', 'c.yaml'],
    });
    expect(edited?.text).toBe('resources:\n- a.yaml\n- z.yaml\n- "./b.yaml"\n- c.yaml\n');
    expect(edited?.added).toEqual(['z.yaml', './b.yaml', 'c.yaml']);
  });

  test('with 999 others within half a second', () => {
    const add = Array.from({ length: 1000 }, (_, index) => `s${index}.yaml`);
    const began = process.threadCpuUsage();
    const edited = edit('resources:\n- a.yaml\n', { add });
    expect(process.threadCpuUsage(began).user).toBeLessThan(500_000);
    expect(edited?.text).toBe(['resources:', '- a.yaml', ...add.map((name) => `- ${name}`), ''].join('\n'));
    expect(edit(edited?.text ?? '', { remove: add })?.text).toBe('resources:\n- a.yaml\n');
  });
});

describe('a name is removed', () => {
  test.each<{ case: string; before: string; after: string; remove?: string[] }>([
    {
      case: 'with the comment behind it, not the one before it',
      before: 'resources:\n  - a.yaml\n  # stays\n  - b.yaml # goes\n  - c.yaml\n',
      after: 'resources:\n  - a.yaml\n  # stays\n  - c.yaml\n',
    },
    {
      case: 'from the end of a file whose last line has no end',
      before: 'resources:\r\n- a.yaml\r\n- b.yaml',
      after: 'resources:\r\n- a.yaml',
    },
    {
      case: 'from the end of a file whose last line has no end, behind a comment',
      before: 'resources:\n- a.yaml\n# stays\n- b.yaml',
      after: 'resources:\n- a.yaml\n# stays',
    },
    {
      case: 'and no other is left',
      before: 'resources: # mine\n  - b.yaml # goes\n  # stays\nkind: Kustomization\n',
      after: 'resources: [] # mine\n  # stays\nkind: Kustomization\n',
    },
    { case: 'and no other is left, without a last line end', before: 'resources:\n- b.yaml', after: 'resources: []' },
    {
      case: 'with others',
      before: 'resources:\n- a.yaml\n- b.yaml\n- c.yaml\n- d.yaml\n- e.yaml',
      after: 'resources:\n- a.yaml\n- d.yaml',
      remove: ['b.yaml', 'c.yaml', 'e.yaml', 'f.yaml'],
    },
    {
      case: 'as often as it stands there, however it is written',
      before: 'resources:\n- ./b.yaml\n- a.yaml\n- "b.yaml"\n- ../demo/b.yaml\n- ././x/../b.yaml\n- b.yaml/\n',
      after: 'resources:\n- a.yaml\n',
    },
    {
      case: 'but web addresses and other folders stay',
      before: 'resources:\n- b.yaml\n- https://../b.yaml\n- ../b.yaml\n- x/b.yaml\n- B.yaml\n',
      after: 'resources:\n- https://../b.yaml\n- ../b.yaml\n- x/b.yaml\n- B.yaml\n',
    },
    { case: 'from the middle of a line', before: 'resources: [a, b.yaml, c]\n', after: 'resources: [a, c]\n' },
    { case: 'from the start of a line', before: 'resources: [b.yaml, c]\n', after: 'resources: [c]\n' },
    { case: 'from the end of a line', before: 'resources: [ a, b.yaml ]\n', after: 'resources: [ a ]\n' },
    { case: 'before a comma at the end', before: 'resources: [a, b.yaml, ]\n', after: 'resources: [a, ]\n' },
    {
      case: 'with its neighbour at the end of a line',
      before: 'resources: [a, b.yaml, c]\n',
      after: 'resources: [a]\n',
      remove: ['c', 'b.yaml'],
    },
    {
      case: 'and nothing is left between the brackets',
      before: 'resources: [\n  a,\n  b.yaml\n] # mine\n',
      after: 'resources: [] # mine\n',
      remove: ['a', 'b.yaml'],
    },
    {
      case: 'and a comment is left between the brackets',
      before: 'resources: [\n  # stays\n  b.yaml # goes\n]\n',
      after: 'resources: [\n  # stays\n]\n',
    },
    {
      case: 'with its line between brackets',
      before: 'resources: [\n  a,\n  # stays\n  b.yaml, # goes\n  c\n]\n',
      after: 'resources: [\n  a,\n  # stays\n  c\n]\n',
    },
    {
      case: 'with its line, the last between brackets, and the comma before it',
      before: '{"resources": [\n  "a",\n  "b.yaml"\n]}\n',
      after: '{"resources": [\n  "a"\n]}\n',
    },
    {
      case: 'with the comma before it, which a comment follows',
      before: 'resources: [a, # stays\n  b.yaml # goes\n]\n',
      after: 'resources: [a # stays\n]\n',
    },
    {
      case: 'from a line that begins with another, with the comment behind it',
      before: 'resources: [a, b.yaml # goes\n]\n',
      after: 'resources: [a\n]\n',
    },
    {
      case: 'with its neighbour, and so is their line',
      before: 'resources: [\n  a, b.yaml,\n  c\n]\n',
      after: 'resources: [\n  c\n]\n',
      remove: ['a', 'b.yaml'],
    },
    {
      case: 'from the bracket, with the comment behind it',
      before: 'resources: [b.yaml, # goes\n  c]\n',
      after: 'resources: [\n  c]\n',
    },
  ])('$case', ({ before, after, remove = ['b.yaml'] }) => {
    const edited = edit(before, { remove });
    expect(edited?.text).toBe(after);
    expect(edited?.added).toEqual([]);
    expect(edit(after, { remove })).toBeUndefined();
  });

  test('while another is added, which takes over its style', () => {
    const edited = edit('resources:\n-   "./b.yaml"', { add: ['a.yaml'], remove: ['b.yaml'] });
    expect(edited?.text).toBe('resources:\n-   "a.yaml"');
    expect(edited).toMatchObject({ added: ['a.yaml'], removed: ['./b.yaml'] });
  });

  test('but stays where it is also to be added', () => {
    expect(edit('resources: [b.yaml]', { add: ['./b.yaml'], remove: ['b.yaml'] })).toBeUndefined();
  });
});

describe('nothing is to change', () => {
  test.each([
    ['an alias', `crds: &list [${NAME}]\nresources: *list\n`],
    ['an anchor', `resources: &list [${NAME}]\n`],
    ['another way to write the path', `resources: [../demo/./${NAME}]\n`],
    ['the older `bases`', `bases: [${NAME}]\n`],
    ['a block of text', `resources:\n- >-\n  ${NAME}\n`],
  ])('in a file that names it by %s', (_, text) => {
    expect(edit(text, { add: [NAME], remove: ['other.yaml'] })).toBeUndefined();
  });

  test.each(['', '# none\n', HEADER, 'resources:\n', 'resources: &none []\n', '{}'])(
    'in %j, which does not name it',
    (text) => {
      expect(edit(text, { remove: [NAME] })).toBeUndefined();
    },
  );
});

describe('a file is refused', () => {
  const canary = 'canary-q8Zr2';
  test.each<{ case: string; text: string; reason: string; remove?: true }>([
    { case: 'is not YAML', text: `a: "${canary}`, reason: 'it is not valid YAML (MISSING_CHAR)' },
    { case: 'holds several documents', text: `a: ${canary}\n---\nb: c\n`, reason: 'it holds several documents' },
    { case: 'is a list', text: `- ${canary}\n`, reason: 'it is not a mapping' },
    { case: 'is a text', text: canary, reason: 'it is not a mapping' },
    { case: 'is null with a tag', text: '!!null', reason: 'it is not a mapping' },
    { case: 'has a key twice', text: `${canary}: 1\n${canary}: 2\n`, reason: 'a key stands twice in one mapping' },
    { case: 'has a key that is no text', text: `1: ${canary}\n`, reason: 'a key of it is not a text' },
    {
      case: 'has an alias for a key',
      text: `a: &k resources\n*k : [${canary}]\n`,
      reason: 'a key of it is not a text',
    },
    { case: 'merges', text: `<<: {resources: [${canary}]}\n`, reason: 'it merges another mapping into itself' },
    {
      case: 'is larger than 1 MiB',
      text: `# ${canary.repeat(100_000)}\n`,
      reason: 'it is too large',
    },
    { case: 'has a list that is text', text: `resources: ${canary}\n`, reason: '`resources` is not a list of texts' },
    { case: 'has a list of numbers', text: 'resources: [1]\n', reason: '`resources` is not a list of texts' },
    { case: 'has a list with nothing in it', text: 'resources:\n-\n', reason: '`resources` is not a list of texts' },
    { case: 'has a list that is a mapping', text: 'resources: {a: b}\n', reason: '`resources` is not a list of texts' },
    { case: 'has a list of itself', text: 'resources: &r [*r]\n', reason: '`resources` is not a list of texts' },
    { case: 'has bases that are text', text: 'bases: a\n', reason: '`bases` is not a list of texts' },
    {
      case: 'has an alias that names nothing',
      text: 'resources: *nothing\n',
      reason: 'its aliases or its depth cannot be resolved',
    },
    ...[
      `a: &list [${canary}]\nresources: *list\n`,
      `a: &item ${canary}\nresources: [*item]\n`,
      `resources: &list [${canary}]\n`,
      `resources:\n- &item ${canary}\n`,
      `resources: !!seq [${canary}]\n`,
      `resources:\n- !!str ${canary}\n`,
      'resources: &nothing\n',
      `&key resources: [${canary}]\n`,
    ].map((text) => ({
      case: `has ${JSON.stringify(text)}`,
      text,
      reason: '`resources` has an alias, an anchor or a tag',
    })),
    ...['? resources\n: - a.yaml\n', 'resources:\n- |-\n  a.yaml\n', 'resources:\n  null\n'].map((text) => ({
      case: `is laid out as ${JSON.stringify(text)}`,
      text,
      reason: 'the layout of `resources` is unusual',
    })),
    {
      case: 'is JSON without a list',
      text: '{"kind": "Kustomization"}',
      reason: 'it is written in braces, and has no `resources`',
    },
    {
      case: 'is JSON with null for a list',
      text: '{"resources": null}',
      reason: 'it is written in braces, and its `resources` is empty',
    },
    {
      case: 'ends in the middle of a block of text, which would become longer',
      text: 'namePrefix: |\n  x',
      reason: 'its layout is unusual, and an edit would change more than `resources`',
    },
    ...['\r', '\u0085', '\u2028', '\u2029'].map((lineBreak) => ({
      case: `has a line break of ${JSON.stringify(lineBreak)}`,
      text: `# ${canary}${lineBreak}resources: [a.yaml]\n`,
      reason: 'it has line breaks that not every version of YAML knows',
    })),
    { case: 'has other letters', text: 'Resources: []\n', reason: 'it has `resources` in other letters' },
    { case: 'has other letters still', text: 'reſourceſ: []\n', reason: 'it has `resources` in other letters' },
    ...[
      'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n',
      'kind: HelmRelease\n',
      'kind: [Kustomization]\n',
    ].map((text) => ({
      case: `is ${JSON.stringify(text)}`,
      text,
      reason: 'it is not a Kustomization or Component of kustomize.config.k8s.io',
    })),
    { case: 'has it in `bases`', text: `bases: [${NAME}]\n`, reason: 'it stands in `bases`', remove: true },
  ])('that $case', ({ text, reason, remove }) => {
    const error = refusalOf(text, remove ? { remove: [NAME] } : { add: [NAME] });
    expect(error.code).toBe('KUSTOMIZATION_NOT_EDITABLE');
    expect(error.message).toBe(`Cannot ${remove ? `take ${NAME} out of` : `list ${NAME} in`} ${FILE}: ${reason}.`);
    expect(error.remedy).toBe('Change its `resources` by hand, or mend the file.');
    expect(`${error.message} ${error.remedy}`).not.toContain(canary);
  });

  test('in one sentence for several names', () => {
    expect(refusalOf('a', { add: [NAME, 'b.yaml', 'c.yaml'] }).message).toBe(
      `Cannot list ${NAME} and 2 more in ${FILE}: it is not a mapping.`,
    );
  });

  test('whose aliases explode', () => {
    const explosion = [
      'a0: &a0 [x, x]',
      ...Array.from({ length: 30 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`),
    ];
    expect(refusalOf([...explosion, 'resources: *a30'].join('\n')).message).toContain('its aliases or its depth');
  });
});

describe('whether a path is listed', () => {
  test.each<[string, string, boolean | undefined]>([
    ['resources: [demo]', 'demo', true],
    ['resources: [./demo/]', 'demo', true],
    ['resources:\n- ../base\n', '../base', true],
    ['resources: [././demo]', 'demo', true],
    ['components: [demo]', 'demo', true],
    ['bases: [demo]', 'demo', true],
    ['resources: [demo]\ncomponents: [other]', 'other', true],
    ['crds: &l [demo]\nresources: *l', 'demo', true],
    ['resources: [demo]', 'dem', false],
    ['resources: [https://../demo]', 'demo', false],
    ['crds: [demo]', 'demo', false],
    ['', 'demo', false],
    ['resources:', 'demo', false],
    ['resources: demo', 'demo', undefined],
    ['resources: [demo]\n---\n', 'demo', undefined],
    ['resources: [demo', 'demo', undefined],
    ['kind: Secret\nresources: [demo]', 'demo', undefined],
  ])('%j and %j: %j', (text, path, expected) => {
    expect(lists(text, path)).toBe(expected);
  });
});
