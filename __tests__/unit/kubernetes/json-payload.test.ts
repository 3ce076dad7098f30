import { describe, expect, test } from 'vitest';
import { findPointed, insideOf, parseJsonPayload, parsePointer } from '../../../src/kubernetes/json-payload.ts';
import { FULL_NAME, NAME, refusalOf, version } from './accessed.ts';

function pointed(json: string, pointer: string): string {
  return findPointed(version(json), pointer).toString('utf8');
}

describe('a pointer finds', () => {
  test.each([
    ['a string, without its quotes', '{"a":"b"}', '/a', 'b'],
    ['what escapes stand for', String.raw`{"a":"\u00e4\n\"\\\/\ud83d\ude00"}`, '/a', 'ä\n"\\/😀'],
    ['an empty string', '{"a":""}', '/a', ''],
    ['a number with all its digits', '{"a":12345678901234567890.120}', '/a', '12345678901234567890.120'],
    ['a number that JavaScript does not have', '[1e999]', '/0', '1e999'],
    ['minus nought', '[-0]', '/0', '-0'],
    ['true', '{"a":true}', '/a', 'true'],
    ['false', '{"a":false}', '/a', 'false'],
    ['an object, as it stands there', '{"z":{"b": 1.0, "1": [null] }}', '/z', '{"b": 1.0, "1": [null] }'],
    ['an array, as it stands there', String.raw`[[1.50,"\ud800",{}]]`, '/0', String.raw`[1.50,"\ud800",{}]`],
    ['something in an array', '{"a":[1,{"b":2},"c"]}', '/a/1/b', '2'],
    ['the whole document', ' {"a":1}\n', '', '{"a":1}'],
    ['a whole document that is a string', '"a"', '', 'a'],
    ['a whole document that is a number', '0.10', '', '0.10'],
    ['a name with a slash', '{"a/b":1}', '/a~1b', '1'],
    ['a name with a tilde', '{"a~b":1}', '/a~0b', '1'],
    ['a name that looks escaped', '{"a~1b":1}', '/a~01b', '1'],
    ['a name that is empty', '{"":{"":1}}', '//', '1'],
    ['a name with blanks and quotes', String.raw`{" \"":1}`, '/ "', '1'],
    ['a name that is a number', '{"10":"a","9":"b"}', '/9', 'b'],
    ['a name that is written in escapes', String.raw`{"\u0061":1}`, '/a', '1'],
    ['a name that objects have of their own, where it is there', '{"__proto__":{"x":"y"}}', '/__proto__/x', 'y'],
    ['brackets and commas in a string', '{"a":"],}{[,:"}', '/a', '],}{[,:'],
    ['what is beside a name that is there twice', '{"a":[{"b":1,"b":2},"c"]}', '/a/1', 'c'],
    ['something behind a byte order mark', '\ufeff{"a":1}', '/a', '1'],
  ])('%s', (_, json, pointer, value) => expect(pointed(json, pointer)).toBe(value));
});

describe('there is nothing at', () => {
  test.each([
    ['a name that is not there', '{"a":1}', '/b'],
    ['a name of another case', '{"a":1}', '/A'],
    ['a name that objects have of their own', '{"a":1}', '/constructor'],
    ['the prototype', '{"a":1}', '/__proto__'],
    ['the length of an array', '[1]', '/length'],
    ['the length of a string', '{"a":"b"}', '/a/length'],
    ['the first letter of a string', '{"a":"b"}', '/a/0'],
    ['an index past the end', '[1]', '/1'],
    ['the place after the last element', '[1]', '/-'],
    ['an index with a nought before it', '[1,2]', '/01'],
    ['an index with a sign', '[1,2]', '/+1'],
    ['an index with a blank', '[1,2]', '/ 1'],
    ['an empty name in an array', '[1,2]', '/'],
    ['something below a number', '{"a":1}', '/a/b'],
  ])('%s', (_, json, pointer) => {
    const refusal = refusalOf(() => pointed(json, pointer));
    expect(refusal).toMatchObject({ code: 'POINTER_NOT_FOUND' });
    expect(refusal?.text).toMatch(
      `Cannot use ${FULL_NAME}: its JSON has nothing at the pointer ${JSON.stringify(pointer)}. Mend \`pointer\``,
    );
  });
});

test.each(['a', '#/a', '/a~', '/~2', 'a/b', '/a\n~'])('%j is no pointer', (pointer) => {
  expect(parsePointer(pointer)).toBeUndefined();
  expect(refusalOf(() => pointed('{"a":1}', pointer))).toMatchObject({
    code: 'POINTER_NOT_FOUND',
    text: expect.stringContaining(`${JSON.stringify(pointer)} is no JSON pointer.`),
  });
});

describe('a payload is refused, and not quoted, that', () => {
  test.each<[string, string | Uint8Array, string, string]>([
    ['is no JSON', 'canary', '', 'its payload is not JSON.'],
    ['is JSON and more', '{"a":"canary"}canary', '/a', 'its payload is not JSON.'],
    ['is JavaScript', "{a:'canary'}", '/a', 'its payload is not JSON.'],
    ['has a comma too many', '{"a":"canary",}', '/a', 'its payload is not JSON.'],
    ['is nothing but blanks', '  \n', '', 'its payload is not JSON.'],
    ['is not UTF-8', Uint8Array.of(0x22, 0xc3, 0x28, 0x22), '', 'its payload is not UTF-8 text.'],
    ['has half a surrogate pair as UTF-8', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), '', 'is not UTF-8 text.'],
    ['has half a surrogate pair there', String.raw`{"a":"canary\ud800"}`, '/a', 'finds holds half of a surrogate pair'],
    ['has null there', '{"a":null,"b":"canary"}', '/a', 'what its pointer "/a" finds is null, which is no value.'],
    ['has a name twice', '{"canary":1,"canary":2}', '/canary', 'has an object with one name twice.'],
    ['has a name twice on the way', '{"a":[{"canary":1,"canary":1}]}', '/a/0/canary', 'an object with one name twice.'],
    ['has a name twice in two spellings', String.raw`{"a":1,"\u0061":2}`, '/a', 'has an object with one name twice.'],
    ['is nested without end', '['.repeat(100_000) + ']'.repeat(100_000), '/0', 'its JSON is nested too deep.'],
    ['opens without end', '['.repeat(1_000_000), '/0', 'its payload is not JSON.'],
    ['is too large', `"${'a'.repeat(1_048_576)}"`, '', 'its payload is larger than 1048576 bytes.'],
  ])('%s', (_, payload, pointer, reason) => {
    const refusal = refusalOf(() => findPointed(version(payload), pointer));
    expect(refusal).toMatchObject({ code: 'PAYLOAD_MALFORMED' });
    expect(refusal?.text).toMatch(`Cannot use ${FULL_NAME}: `);
    expect(refusal?.text).toContain(reason);
    expect(refusal?.text.replace(JSON.stringify(pointer), '')).not.toContain('canary');
  });
});

test('what is inside keeps its order whatever its names look like, and names may recur further in', () => {
  const json = parseJsonPayload(version(' {"b":{"a":1},"2":{"a":1} , "a":[{"a":1},{"a":1}],"1":0}\n'));
  expect([...insideOf(json, NAME)]).toEqual([
    ['b', '{"a":1}'],
    ['2', '{"a":1}'],
    ['a', '[{"a":1},{"a":1}]'],
    ['1', '0'],
  ]);
});

describe('at the limit', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

  test('a payload of a whole MiB is read', () => {
    expect(pointed(`"${'a'.repeat(1_048_574)}"`, '')).toHaveLength(1_048_574);
  });

  test('a thousand arrays within each other are read, and no more', () => {
    expect(pointed(nested(1_000), '/0')).toBe(nested(999));
    expect(refusalOf(() => pointed(nested(1_001), '/0'))?.text).toContain('its JSON is nested too deep.');
  });
});

test('a name in escapes is no other name that an object of the same shape had before', () => {
  pointed(String.raw`{"h":[],"\\":0}`, '/h');
  expect(pointed(String.raw`{"h":1,"\"":2}`, '/"')).toBe('2');
});

test.each(['{}', '{ }', '[]', '[\n]', '"a,b"', '"[a,b]"', '"{a:b}"', '1', 'null'])(
  'there is nothing inside %j',
  (json) => {
    expect([...insideOf(json, NAME)]).toEqual([]);
  },
);
