// Kustomizations of every style that people and tools write, and texts that nobody should: an edit changes nothing
// but the list, and whatever the text, the answer is an edit or an ActionError, at once.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ActionError } from '../../src/errors.ts';
import { EditedKustomization, findListed } from '../../src/flux/kustomization.ts';
import { anyText } from '../unit/any-text.ts';

/** As somebody asks who has a path. */
const lists = (text: string, path: string) => findListed(text)?.has(path);

const FILE = 'clusters/dev/demo/kustomization.yaml';

const edit = (text: string, add: readonly string[], remove: readonly string[] = []) =>
  EditedKustomization.edit({ file: FILE, text }, { add, remove });

const listOf = (text: string): unknown[] => parse(text, { logLevel: 'error' })?.resources ?? [];

const quotes = fc.constantFrom<(name: string) => string>(
  (name) => name,
  (name) => `'${name}'`,
  (name) => JSON.stringify(name),
);
const name = fc
  .tuple(fc.constantFrom('', './', '../', 'apps/', './/'), fc.stringMatching(/^[a-z0-9]{1,8}$/))
  .map(([folder, stem]) => `${folder}${stem}.yaml`);
const newNames = fc.uniqueArray(
  fc.oneof(
    fc.stringMatching(/^[a-z]{1,8}$/).map((stem) => `new-${stem}.yaml`),
    anyText({ maxLength: 8 }).map((text) => `new${text.replaceAll('/', '')}`),
  ),
  { minLength: 1, maxLength: 4 },
);
const comment = fc.constantFrom('', ' # note', '   # - old.yaml', ' #', ' ');
const filler = fc.array(fc.constantFrom('', '# note', '  # - old.yaml', '    ', '#'), { maxLength: 3 });
const otherFields = fc.array(
  fc.constantFrom(
    ['namespace: demo'],
    ['commonAnnotations: {a: b} # note'],
    ['patches:', '  - patch: |-', '      - op: remove', '        path: /resources', '', '    target: {kind: Secret}'],
    ['images:', '- name: "a"', "  newTag: '1'"],
    ['labels:', '    - pairs: &pairs', '        a: b', '    - pairs: *pairs'],
    ['namePrefix: >+', '  text', '', ''],
    ['"generatorOptions":', '', '   disableNameSuffixHash: true # note'],
  ),
  { maxLength: 3 },
);
const head = fc.constantFrom([], ['---'], ['# first', '', '---'], ['apiVersion: kustomize.config.k8s.io/v1beta1']);

interface Style {
  lineBreak: string;
  lastEnd: boolean;
  marker: readonly string[];
}
const style: fc.Arbitrary<Style> = fc.record({
  lineBreak: fc.constantFrom('\n', '\r\n'),
  lastEnd: fc.boolean(),
  marker: fc.constantFrom([], ['...'], ['... # end', '# behind']),
});

/** Fields that begin alike are said once. */
function distinct(fields: readonly (readonly string[])[]): string[] {
  return [...new Set(fields)].flat();
}

/** A file around the lines of `resources`. */
function file(list: fc.Arbitrary<string[]>): fc.Arbitrary<string> {
  return fc
    .tuple(head, otherFields, otherFields, filler, list, style)
    .map(([first, before, behind, between, lines, { lineBreak, lastEnd, marker }]) => {
      const rest = behind.filter((field) => !before.includes(field));
      const all = [...first, ...distinct(before), ...between, ...lines, ...distinct(rest), ...between, ...marker];
      return `${all.join(lineBreak)}${lastEnd ? lineBreak : ''}`;
    });
}

const blockItem = (indentation: string) =>
  fc
    .tuple(filler, fc.constantFrom(' ', '   '), name, quotes, comment)
    .map(([lines, gap, text, quote, note]) => [...lines, `${indentation}-${gap}${quote(text)}${note}`]);
const blockList = fc
  .tuple(fc.constantFrom('', '  ', '    '), fc.constantFrom('resources:', '"resources": # note', 'resources :'))
  .chain(([indentation, key]) =>
    fc.array(blockItem(indentation), { minLength: 1, maxLength: 5 }).map((items) => [key, ...items.flat()]),
  );

const flowList = fc
  .tuple(
    fc.array(fc.tuple(name, quotes, fc.constantFrom('', ' ', '\n  ', '\n  # note\n  ', ' # note\n ')), {
      maxLength: 5,
    }),
    fc.boolean(),
    fc.constantFrom('', ' ', '\n', '\n  ', ' # note\n'),
  )
  .map(([items, comma, end]) => {
    const texts = items.map(
      ([text, quote, blank], index) => `${index === 0 && blank === '' ? ' ' : blank}${quote(text)}`,
    );
    return `resources: [${texts.join(',')}${comma && items.length > 0 ? ',' : ''}${end}] # note`.split('\n');
  });
const emptyList = fc.constantFrom<string[]>(
  [],
  ['resources:'],
  ['resources: # note'],
  ['resources: ~'],
  ['resources: []  # note'],
);

function linesOf(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}

/** Whether every line is there in this order; the last one may have got an end. */
function holdsLines(text: string, lines: readonly string[]): boolean {
  let found = 0;
  for (const other of linesOf(text)) {
    const line = lines[found];
    if (line === other || line === other.replace(/\r?\n$/, '')) found += 1;
  }
  return found === lines.length;
}

/** Undefined for the one layout of these that has to be refused: a file that ends within a block of text. */
function editable(text: string, add: readonly string[]): EditedKustomization | undefined {
  try {
    return edit(text, add);
  } catch (error) {
    if (error instanceof ActionError && />\+\s+text(?:\s|# - old\.yaml)*(?<!\n)$/.test(text)) return undefined;
    throw error;
  }
}

describe('a kustomization of any style', () => {
  test('keeps every line of a block list in its order, and the way back is exact', () => {
    fc.assert(
      fc.property(file(blockList), newNames, (text, names) => {
        const edited = edit(text, names);
        expect(edited?.added).toEqual(names);
        expect(listOf(edited?.text ?? '')).toEqual([...listOf(text), ...names]);
        expect(holdsLines(edited?.text ?? '', linesOf(text))).toBe(true);
        expect(edit(edited?.text ?? '', [], names)?.text).toBe(text);
      }),
      { numRuns: 400 },
    );
  });

  test('keeps everything outside of the brackets', () => {
    fc.assert(
      fc.property(file(flowList), newNames, (text, names) => {
        const after = edit(text, names)?.text ?? '';
        const start = text.indexOf('resources: ') + 'resources: '.length;
        const behind = text.slice(text.indexOf('] # note', start) + 1);
        expect(after.startsWith(text.slice(0, start).trimEnd())).toBe(true);
        expect(after.endsWith(behind) || after.includes(behind.split(/\r?\n/)[0] ?? '')).toBe(true);
        expect(listOf(after)).toEqual([...listOf(text), ...names]);
        expect(listOf(edit(after, [], names)?.text ?? '')).toEqual(listOf(text));
      }),
      { numRuns: 400 },
    );
  });

  test('gets a list where it has none', () => {
    fc.assert(
      fc.property(file(emptyList), newNames, (text, names) => {
        const after = editable(text, names)?.text;
        if (after === undefined) return;
        expect(listOf(after)).toEqual(names);
        const others = linesOf(text).filter((line) => !line.startsWith('resources:'));
        expect(holdsLines(after, others)).toBe(true);
        expect(listOf(edit(after, [], names)?.text ?? '')).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  test('loses what is to be removed, and of the other lines none', () => {
    fc.assert(
      fc.property(fc.oneof(file(blockList), file(flowList)), fc.func(fc.boolean()), (text, goes) => {
        const list = listOf(text) as string[];
        const remove = list.filter((_, at) => goes(at));
        const edited = edit(text, [], remove);
        expect(edited === undefined).toBe(remove.length === 0);
        if (edited === undefined) return;
        for (const path of remove) expect(lists(edited?.text ?? '', path)).toBe(false);
        expect(edited?.removed).toEqual(list.filter((path) => !listOf(edited?.text ?? '').includes(path)));
        const comments = (one: string) =>
          linesOf(one)
            .map((line) => line.trim())
            .filter((line) => line.startsWith('#'));
        expect(comments(edited?.text ?? '')).toEqual(comments(text));
      }),
      { numRuns: 400 },
    );
  });
});

const MEBI = 1024 * 1024;
const HOSTILE: Record<string, string> = {
  'deep brackets': '['.repeat(MEBI),
  'deep braces': '{'.repeat(MEBI),
  'deep pairs of both': '[{'.repeat(2000),
  'deep dashes': '- '.repeat(MEBI / 2),
  'deep question marks': '? '.repeat(30_000),
  'deep mappings': Array.from({ length: 1400 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
  'an error for each of many commas': `[${','.repeat(60_000)}`,
  'an error for each of very many commas': `[${','.repeat(MEBI)}`,
  'an error for each escape': `"${'\\q'.repeat(MEBI / 2)}"`,
  'an error for each bracket': ']'.repeat(60_000),
  'many keys': Array.from({ length: 13_000 }, (_, index) => `k${index}: v`).join('\n'),
  'very many keys': Array.from({ length: 90_000 }, (_, index) => `k${index}: v`).join('\n'),
  'many items': `resources:\n${'- a.yaml\n'.repeat(10_000)}`,
  'many items on one line': `resources: [${'a.yaml,'.repeat(8000)}]`,
  'many aliases': `a: &a b\nresources:\n${'- *a\n'.repeat(5000)}`,
  'aliases that explode': Array.from(
    { length: 60 },
    (_, at) => `a${at}: &a${at} [${at === 0 ? '' : `*a${at - 1},*a${at - 1}`}]`,
  )
    .concat('resources: *a59')
    .join('\n'),
  'an anchor in itself': 'a: &a\n  b: *a\nresources: &r [*r]\n',
  'many directives': '%\n'.repeat(30_000),
  'many documents': '---\n'.repeat(MEBI / 4),
  'many empty lines': '\n'.repeat(MEBI),
  'many comments': '# note\n'.repeat(MEBI / 8),
  blanks: ' '.repeat(MEBI),
  'blanks before a comma': `resources: [a.yaml${' '.repeat(MEBI - 100)}, b.yaml]`,
  'a path up and up': `resources: ["${'a/../'.repeat(200_000)}b"]`,
  'a prototype': '__proto__: {resources: [a]}\nconstructor: {prototype: {a: b}}\nresources: [a.yaml]\n',
};

function expectAnswer(text: string, add: readonly string[], remove: readonly string[]): void {
  try {
    edit(text, add, remove);
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    expect(error.code).toBe('KUSTOMIZATION_NOT_EDITABLE');
  }
  expect(lists(text, 'b.yaml')).toSatisfy((answer) => answer === undefined || typeof answer === 'boolean');
}

describe('a hostile text', () => {
  test.each(Object.keys(HOSTILE))('is answered within a second: %s', (key) => {
    const began = process.threadCpuUsage();
    try {
      edit(HOSTILE[key] ?? '', ['new.yaml'], ['a.yaml']);
    } catch (error) {
      expect(error).toBeInstanceOf(ActionError);
    }
    expect(process.threadCpuUsage(began).user).toBeLessThan(1000_000);
    expectAnswer(HOSTILE[key] ?? '', [], ['b.yaml', 'a.yaml']);
  });

  test('is never more than refused, whatever it is', () => {
    const token = fc.constantFrom(
      ...['resources', ': ', ':', '\n', '\r\n', '- ', '-', '[', ']', '{', '}', ', ', ',', ' ', '  ', '\t', '# x'],
      ...[
        '&a ',
        '*a',
        '!!str ',
        '? ',
        '<<',
        '---\n',
        '...\n',
        '|-\n',
        '>',
        '"',
        "'",
        'a.yaml',
        'b.yaml',
        'null',
        '\ufeff',
      ],
    );
    const soup = fc.array(token, { maxLength: 25 }).map((tokens) => tokens.join(''));
    const list = soup.map((text) => `resources: ${text}`);
    const block = soup.map((text) => `resources:\n- a.yaml${text}`);
    fc.assert(
      fc.property(fc.oneof(soup, list, block, anyText()), (text) => expectAnswer(text, ['b.yaml'], ['a.yaml'])),
      { numRuns: 3000 },
    );
  });
});
