import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Plaintext } from '../../src/plaintext.ts';

const CANARY = 'canary-q8Zr2';
/** As a Buffer shows itself. */
const HEX = '63 61 6e 61 72 79';
const plaintext = new Plaintext(Buffer.from(CANARY));

function printed(print: (console: Console) => void): string {
  let text = '';
  const stream = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      done();
    },
  });
  print(new Console(stream, stream));
  return text;
}

describe('a plaintext prints as [redacted]', () => {
  test.each<[string, () => string]>([
    ['String()', () => String(plaintext)],
    ['a template literal', () => `${plaintext}`],
    ['concatenation', () => `<${[plaintext].join()}>`],
    ['JSON.stringify', () => JSON.stringify(plaintext)],
    ['JSON.stringify, deep within', () => JSON.stringify({ list: [{ plaintext }] })],
    ['util.inspect', () => inspect(plaintext)],
    [
      'util.inspect with all it can show',
      () => inspect({ plaintext }, { showHidden: true, depth: null, getters: true }),
    ],
    ['util.format', () => format('%s %o %O %j', plaintext, plaintext, plaintext, plaintext)],
    ['console.log', () => printed((console) => console.log('payload', plaintext))],
    ['an error', () => inspect(new Error(`of ${plaintext}`, { cause: plaintext }))],
    ['a Map', () => inspect(new Map([['token', plaintext]]))],
  ])('by %s', (_, print) => {
    const text = print();
    expect(text).toContain('[redacted]');
    expect(text).not.toContain(CANARY);
    expect(text).not.toContain(HEX);
  });

  test.each<[string, () => string]>([
    [
      'inspection is not customised',
      () => inspect({ plaintext }, { customInspect: false, showHidden: true, depth: 9 }),
    ],
    ['console.dir shows all that there is', () => printed((console) => console.dir(plaintext, { showHidden: true }))],
    ['console.table looks for columns', () => printed((console) => console.table([plaintext]))],
  ])('or as nothing where %s', (_, print) => {
    const text = print();
    expect(text).not.toContain(CANARY);
    expect(text).not.toContain(HEX);
  });
});

test('a plaintext shows nothing of itself but its length', () => {
  expect(Reflect.ownKeys(plaintext)).toEqual([]);
  expect({ ...plaintext }).toEqual({});
  expect(structuredClone(plaintext)).toEqual({});
  expect(plaintext.byteLength).toBe(CANARY.length);
});

test('reveal gives the bytes themselves', () => {
  const bytes = Buffer.from([0, 255, 10]);
  expect(new Plaintext(bytes).reveal()).toBe(bytes);
});
