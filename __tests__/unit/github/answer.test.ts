import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  both,
  either,
  isAbsent,
  isBranchName,
  isFlag,
  isGraphqlResponse,
  isNumber,
  isOid,
  isRepositoryName,
  isText,
  isUrl,
  listOf,
  nullable,
  optional,
  record,
  type Shape,
  type Shaped,
} from '../../../src/github/answer.ts';
import { commitOf } from '../../../src/github/files-answer.ts';

const SHA1 = 'c0ffee'.padEnd(40, '0');
const SHA256 = 'c0ffee'.padEnd(64, '0');

interface Case {
  what: string;
  shape: Shape<unknown>;
  is: readonly unknown[];
  isNot: readonly unknown[];
}
const CASES: readonly Case[] = [
  { what: 'a text', shape: isText, is: ['', 'a'], isNot: [null, undefined, 1, ['a'], {}] },
  { what: 'a number', shape: isNumber, is: [0, 1.5], isNot: ['1', null, true] },
  { what: 'a flag', shape: isFlag, is: [true, false], isNot: ['true', 0, null] },
  { what: 'nothing', shape: isAbsent, is: [undefined], isNot: [null, '', 0] },
  {
    what: 'an oid',
    shape: isOid,
    is: [SHA1, SHA256],
    isNot: ['', 'main', SHA1.slice(1), `${SHA1}0`, SHA1.toUpperCase(), `${SHA1}\n`, 1],
  },
  {
    what: 'the name of a branch',
    shape: isBranchName,
    is: ['main', 'release/1.x', 'grün'],
    isNot: ['', 'a b', 'a\n::error::', '-a', 'a..b', 'HEAD', 1],
  },
  {
    what: 'the name of a repository',
    shape: isRepositoryName,
    is: ['acme/flux', 'a/.github'],
    isNot: ['flux', 'acme/flux/more', 'acme/..', 'acme/flux\n', '@acme/flux', 1],
  },
  {
    what: 'a URL',
    shape: isUrl,
    is: ['https://github.com/acme/flux/commit/1', 'http://127.0.0.1:8080/a?b#c'],
    isNot: [
      '',
      'javascript:alert(1)',
      'https://',
      'https://a b',
      'https://a\n',
      `https://${'a'.repeat(2001)}`,
      '/a',
      1,
    ],
  },
  { what: 'what may be null', shape: nullable(isText), is: [null, 'a'], isNot: [undefined, 1] },
  { what: 'what may be left out', shape: optional(isText), is: [undefined, 'a'], isNot: [null, 1] },
  { what: 'one of two', shape: either(isText, isNumber), is: ['a', 1], isNot: [true, null] },
  {
    what: 'both of two',
    shape: both(record({ a: isText }), record({ b: isText })),
    is: [{ a: '', b: '' }],
    isNot: [{ a: '' }, { b: '' }, {}],
  },
  { what: 'a list', shape: listOf(isText), is: [[], ['a', 'b']], isNot: [['a', 1], 'a', { 0: 'a', length: 1 }, null] },
  {
    what: 'a record',
    shape: record({ name: isText, more: optional(isText) }),
    is: [{ name: '' }, { name: '', more: '', other: 1 }],
    isNot: [{}, { name: 1 }, { name: '', more: null }, [], null, 'name'],
  },
  {
    what: 'a record without what every object has',
    shape: record({ constructor: isAbsent, toString: isAbsent }),
    is: [{}, JSON.parse('{"__proto__":{"toString":1}}')],
    isNot: [JSON.parse('{"toString":1}')],
  },
  {
    what: 'an answer of GraphQL',
    shape: isGraphqlResponse,
    is: [{ data: {} }, { data: null, errors: [{}] }, {}],
    isNot: [{ errors: [] }, { errors: null }, { errors: {} }, { errors: ['a'] }, { errors: [null] }, [], '', null],
  },
];

test.for(CASES)('$what is told from what is none', ({ shape, is, isNot }) => {
  for (const value of is) expect(shape(value), JSON.stringify(value)).toBe(true);
  for (const value of isNot) expect(shape(value), JSON.stringify(value)).toBe(false);
});

test('a shape says of which type a value is', () => {
  const shape = record({ name: isText, list: listOf(nullable(isNumber)), more: optional(isFlag) });
  expectTypeOf<Shaped<typeof shape>>().toEqualTypeOf<{
    name: string;
    list: (number | null)[];
    more: boolean | undefined;
  }>();
});

describe('a commit with the files that were asked for', () => {
  const isCommit = commitOf({
    paths: ['a.yaml'],
    folders: ['', 'apps'],
    parents: ['apps'],
    named: new Set(['a.yaml']),
  });
  const entry = { mode: 33188, type: 'blob', object: { text: 'a', isBinary: false, isTruncated: false } };
  const answer = {
    oid: SHA1,
    file0: entry,
    folder0: { entries: [{ name: 'a.yaml', ...entry }] },
    folder1: { object: { entries: [] } },
    parent0: { mode: 16384 },
  };

  test.for([
    { what: 'as GitHub gives it', change: {} },
    { what: 'that has none of them', change: { file0: null, folder1: null, parent0: null } },
    { what: 'that has other things there', change: { file0: { ...entry, object: {} }, folder1: { object: {} } } },
    { what: 'that has a submodule there', change: { file0: { mode: 57344, type: 'commit', object: null } } },
  ])('$what is one', ({ change }) => {
    expect(isCommit({ ...answer, ...change })).toBe(true);
  });

  test.for([
    { what: 'without an oid', change: { oid: undefined } },
    { what: 'without one of them', change: { file0: undefined } },
    { what: 'with a mode in words', change: { file0: { ...entry, mode: '100644' } } },
    { what: 'with a text that is none', change: { file0: { ...entry, object: { text: 1 } } } },
    { what: 'without its root', change: { folder0: null } },
    { what: 'with a folder that is no entry', change: { folder1: { entries: [] } } },
    { what: 'with an entry without a name', change: { folder0: { entries: [entry] } } },
    { what: 'without a parent', change: { parent0: undefined } },
    { what: 'with a parent without a mode', change: { parent0: {} } },
  ])('$what is none', ({ change }) => {
    expect(isCommit({ ...answer, ...change })).toBe(false);
  });

  test('is asked of anything without throwing, and of fifty thousand files in no time', () => {
    fc.assert(fc.property(fc.anything(), (value) => void isCommit({ ...answer, file0: value, folder1: value })));
    const many = Array.from({ length: 50_000 }, (_, index) => ({ name: `${index}`, ...entry }));
    const start = performance.now();
    expect(isCommit({ ...answer, folder1: { object: { entries: many } } })).toBe(true);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
