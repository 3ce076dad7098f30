import { describe, expect, test } from 'vitest';
import { findMasks } from '../../src/masks.ts';
import { Plaintext } from '../../src/plaintext.ts';

const masks = (payloads: (string | Uint8Array)[], outputs: string[] = []) => [
  ...findMasks(
    payloads.map((payload) => new Plaintext(Buffer.from(payload))),
    outputs,
  ),
];

describe('the runner is asked to hide', () => {
  test.each<[string, (string | Uint8Array)[], string[]]>([
    ['a payload of eight characters', ['12345678'], ['12345678']],
    ['nothing shorter', ['1234567'], []],
    ['a payload without its line end', ['123456:valid\n'], ['123456:valid']],
    [
      'every line that is long enough',
      ['long-enough-1\nshort\r\nlong-enough-2\n\n'],
      ['long-enough-1', 'long-enough-2'],
    ],
    ['lines that end as on an old Macintosh', ['long-enough-1\rlong-enough-2'], ['long-enough-1', 'long-enough-2']],
    ['a line without the blanks around it', ['  key: long-value\t'], ['key: long-value']],
    ['no line of blanks', ['          \n\t\t\t\t\t\t\t\t\t'], []],
    ['a line once, however often it comes', ['same-line\nsame-line', 'same-line'], ['same-line']],
    ['the lines of every payload', ['first-payload', 'second-payload'], ['first-payload', 'second-payload']],
    ['letters of any script', ['пароль-пароль'], ['пароль-пароль']],
    ['nothing of bytes that are no text', [Buffer.from([0xff, ...Buffer.from('long-enough')])], []],
    ['nothing of no payload', [], []],
  ])('%s', (_, payloads, expected) => {
    expect(masks(payloads)).toEqual(expected);
  });
});

describe('a line is left unmasked where the runner would drop an output for it', () => {
  test.each([
    ['is the output', 'kbot-token.yaml', 'kbot-token.yaml'],
    ['is a part of it', 'clusters', 'clusters/dev/demo/kbot-token.yaml'],
    ['is, in JSON, a part of it', 'say "hello"', String.raw`{"report":"say \"hello\" again"}`],
    ['is a part of it without its quotes', '"kbot-token"', 'clusters/kbot-token.yaml'],
    ['has a part beside an ampersand that is', 'user=octocat&kbot-token', 'clusters/kbot-token.yaml'],
    ['is a part of the report', 'kbot-token', '{"outcome":"created","name":"kbot-token"}'],
  ])('since it %s', (_, payload, output) => {
    expect(masks([payload], ['created', output])).toEqual([]);
  });

  test('and the other lines are masked all the same', () => {
    expect(masks(['kbot-token\nreally-secret'], ['kbot-token'])).toEqual(['really-secret']);
  });

  test.each([
    ['an output is a part of it', 'kbot-token-and-more', 'kbot-token'],
    ['a short part beside an ampersand is in an output', 'a=1&demo&secret-value', 'clusters/demo/x.yaml'],
  ])('but not where only %s', (_, payload, output) => {
    expect(masks([payload], [output])).toEqual([payload]);
  });
});
