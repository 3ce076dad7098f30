// Texts that nobody writes but to do harm, as long as is wished; and how a reader's time is told to be in bounds.

import { expect } from 'vitest';

export const MEBIBYTE = 1024 * 1024;

type Maker = (length: number) => string;

function fill(start: string, fragment: string, end = ''): Maker {
  return (length) =>
    start + fragment.repeat(Math.max(0, Math.floor((length - start.length - end.length) / fragment.length))) + end;
}

function lines(start: string, line: (index: number) => string): Maker {
  return (length) => {
    const all = [start];
    for (let left = length - start.length; left > 0; left -= all.at(-1)?.length ?? 1) {
      all.push(`\n${line(all.length - 1)}`);
    }
    return all.join('').slice(0, length);
  };
}

/** Each level names the one below it twice, so the text stands for more than any machine holds. */
function laughs(bottom: string, item: (name: string) => string): Maker {
  return () =>
    [`a0: &a0 ${bottom}`, ...Array.from({ length: 60 }, (_, n) => `a${n + 1}: &a${n + 1} ${item(`*a${n}`)}`)].join(
      '\n',
    );
}

export const HOSTILE_YAML: Readonly<Record<string, Maker>> = {
  'brackets that do not end': fill('', '['),
  'braces that do not end': fill('', '{'),
  'brackets and braces that do not end': fill('', '[{'),
  'JSON that does not end': fill('', '{"a":'),
  'brackets in brackets': (length) => '['.repeat(length / 2) + ']'.repeat(length / 2),
  'brackets that begin nowhere': fill('', ']'),
  'commas in a list': fill('[', ','),
  'empty lists in a list': fill('a: [', '[],', ']'),
  'mappings in a list': fill('a: [', '{a: b},', ']'),
  'numbers in a list': fill('a: [', '1,', ']'),
  'dashes in dashes': fill('', '- '),
  'dashes that are one text': fill('', '-'),
  'question marks': fill('', '? '),
  'question marks on lines': fill('', '?\n'),
  colons: fill('', ': '),
  'colons on lines': fill('', ':\n'),
  'colons in one text': fill('', 'a:'),
  'mappings on one line': fill('', 'a: '),
  'mappings in mappings': lines('', (index) => `${' '.repeat(index)}a:`),
  'many keys': lines('', (index) => `k${index}: v`),
  'many data keys': lines('data:', (index) => `  k${index}: v`),
  'the same key': fill('', 'a: b\n'),
  'the same key in braces': fill('{', 'a: b,', '}'),
  'keys that every object has': fill('', '__proto__: {a: b}\nconstructor: {prototype: c}\n'),
  'many items': fill('creation_rules:\n', '- b\n'),
  'many anchors': lines('', (index) => `k${index}: &a${index} v`),
  'one anchor': fill('a:\n', '- &a b\n'),
  'anchors of nothing': fill('', '&a '),
  'many aliases': fill('a: &a b\ncreation_rules:\n', '- *a\n'),
  'many anchors and aliases': lines('', (index) => `k${index}: &a${index} v\nl${index}: *a${index}`),
  'aliases of nothing': fill('a:\n', '- *a\n'),
  'aliases on one line': fill('', '*a '),
  'a billion laughs': laughs('[lol]', (name) => `[${name}, ${name}]`),
  'a billion laughs at nothing': laughs('[]', (name) => `[${name}, ${name}]`),
  'a billion laughs at nothing, in mappings': laughs('{}', (name) => `{a: ${name}, b: ${name}}`),
  'rules of a billion laughs': (length) =>
    `${laughs('{age: [a]}', (name) => `{merge: [${name}, ${name}]}`)(length)}\ncreation_rules: [{key_groups: [*a60]}]`,
  'an anchor in itself': () => 'a: &a\n  b: *a\ncreation_rules: &r [*r]\n',
  'a chain of merges': lines(
    'a0: &a0 { k: v }',
    (index) => `a${index + 1}: &a${index + 1} { <<: *a${index}, k${index}: v }`,
  ),
  'merges of one mapping': fill('a: &a {b: c}\nb:\n', '- {<<: *a}\n'),
  'merges of a large mapping': (length) =>
    `${lines('a: &a', (index) => `  k${index}: v`)(length / 2)}\nb:\n${'- {<<: *a}\n'.repeat(length / 22)}`,
  documents: fill('', '---\n'),
  'documents of something': fill('', '---\na: b\n'),
  'ends of documents': fill('', '...\n'),
  directives: fill('', '%\n'),
  'directives of a version': fill('', '%YAML 1.2\n'),
  'directives of many tags': lines('', (index) => `%TAG !a${index}! b`),
  tabs: fill('', '\t'),
  'tabs on lines': fill('a:\n', '\t\n'),
  'tabs before keys': fill('a:\n', '\tb: c\n'),
  blanks: fill('', ' '),
  'blanks in a value': fill('a: b', ' ', 'c'),
  'line ends': fill('', '\n'),
  'line ends of Windows': fill('', '\r\n'),
  'line ends of old': fill('', '\r'),
  'line separators': fill('', '\u2028'),
  comments: fill('', '# c\n'),
  'empty comments': fill('', '#\n'),
  'comments in a value': fill('a:\n', '  # c\n'),
  'comments in a list': fill('[', 'a, # c\n'),
  'comments behind values': fill('', 'a: b # c\n'),
  'one long value': fill('a: ', 'a'),
  'one long key': fill('', 'a', ': b'),
  'a value of many words': fill('a: ', 'a '),
  'a value of many lines': fill('a:\n', '  b\n'),
  'a value of many paragraphs': fill('a:\n', '  b\n\n'),
  'a text of many lines': fill('a: |\n', '  b\n'),
  'a text of empty lines': fill('a: |\n', '\n'),
  'a folded text of many paragraphs': fill('a: >\n', '  b\n\n'),
  'many texts of no line': fill('', 'a: |\n'),
  'double quotes': fill('', '"'),
  'single quotes': fill('', "'"),
  'double quotes that do not end': fill('a: "', 'a'),
  'double quotes that do not end, on lines': fill('a: "', ' a\n'),
  'escapes that are none': fill('a: "', '\\q', '"'),
  'many escapes': fill('a: "', '\\n', '"'),
  'single quotes in single quotes': fill("a: '", "''", "'"),
  tags: fill('a:\n', '- !a b\n'),
  'exclamation marks': fill('', '!'),
  'a long tag': fill('a: !<', 'a', '> b'),
  'a tag of escapes': fill('a: !', '%41', ' b'),
  'a long anchor': fill('a: &', 'a', ' b'),
  'a long number': fill('a: ', '1'),
  'a number with a long fraction': fill('a: 0.', '1', 'e'),
  'byte order marks': fill('', '\ufeff'),
  'null characters': fill('', '\0'),
  'halves of pairs': fill('', '\ud800'),
  'a long ciphertext': fill('data:\n  a: ENC[AES256_GCM,data:', 'A', '==,iv:x]'),
};

/** For whatever is matched against regular expressions: each repeats what some pattern of this project repeats. */
export const HOSTILE_WORDS: Readonly<Record<string, Maker>> = {
  letters: fill('', 'a', '!'),
  digits: fill('', '1', '!'),
  blanks: fill('a', ' ', 'a'),
  'line ends': fill('a', '\n', 'a'),
  'line ends and blanks': fill('a', '\n ', 'a'),
  slashes: fill('', '/', 'a'),
  'parts of a path': fill('', 'a/', '!'),
  'parts up and up': fill('', '../', 'a'),
  dots: fill('', '.', '/'),
  hyphens: fill('a', '-', '!'),
  colons: fill('', 'a:', '!'),
  backticks: fill('', '`a', '`'),
  'more and more backticks': (length) =>
    Array.from({ length: Math.floor(Math.sqrt(length * 2)) }, (_, index) => '`'.repeat(index)).join(' '),
  bars: fill('', '|'),
  stars: fill('', '*a'),
  brackets: fill('', '['),
  'names of references': fill('', 'a ref named '),
  'names of branches': fill('', 'the branch '),
  'names of places': fill('Ref ', ' is at '),
  'requests for reviews': fill('', 'review '),
  'words of a status': fill('is in ', 'a', '-status'),
  'a project': fill('projects/', 'a', '/secrets/b'),
  'a secret': fill('projects/demo-project/secrets/', 'a', '/versions/1'),
  'a version': fill('projects/demo-project/secrets/a/versions/', '1'),
  trailers: fill('', 'Flux-Secret-Sync-Run: a\n'),
  paragraphs: fill('', 'a: b\n \n'),
  'arrays in arrays': fill('', '['),
  'strings in an array': fill('["', 'a","', '"]'),
  commands: fill('', '::stop-commands::x\n##[group]x\n'),
  'marks that hide': fill('', '\u202e\u200b'),
};

/** Of this thread: other processes do not lengthen it, whatever else a machine of few cores is doing. */
function timeOf(read: () => void): number {
  const before = process.threadCpuUsage();
  read();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

/** Enough to be measured, and little enough that nobody minds if it is more than it should be. */
const NOISE = 200;

/**
 * A second is what a text of 1 MiB may take. Being that far from it says little of a quadratic reader on a fast machine,
 * so growth is looked at too: a quarter of the text has to take clearly more than a sixteenth of the time, where there
 * is time to speak of. Caches, the compiler and the collector disturb a single run, so the best of three counts; that
 * is the first one as a rule, and the others are not made.
 */
export function expectInTime(make: Maker, read: (text: string) => void, length = MEBIBYTE): void {
  const whole = make(length);
  const quarter = make(length / 4);
  const tries: string[] = [];
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const time = timeOf(() => read(whole));
    const ofQuarter = time < NOISE || quarter.length > whole.length / 3 ? time : timeOf(() => read(quarter));
    if (time < 1_000 && time < 10 * Math.max(ofQuarter, NOISE / 10)) return;
    tries.push(`${time} ms, a quarter of it ${ofQuarter} ms`);
  }
  expect(tries).toEqual('in time');
}
