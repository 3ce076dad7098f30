import fc from 'fast-check';
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

test('lines that come again and again are looked for once', () => {
  const payload = Array.from({ length: 50 }, (_, index) => `long-enough-line-${index}`).join('\n');
  const before = process.cpuUsage();
  const found = masks(Array<string>(1_000).fill(payload), ['long-enough-line-'.repeat(20_000)]);
  expect(found).toHaveLength(50);
  expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
});

test('what stands in an output is found wherever it stands, and nothing else is', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '本', '&'), maxLength: 60 });
  const line = fc.string({ unit: fc.constantFrom('a', 'b', '本'), minLength: 8, maxLength: 12 });
  fc.assert(
    fc.property(fc.array(line), fc.array(text), (lines, outputs) => {
      const hidden = lines.filter((each) => !outputs.some((output) => output.includes(each)));
      expect(masks([lines.join('\n')], outputs)).toEqual([...new Set(hidden)]);
    }),
    { numRuns: 500 },
  );
});

test('500,000 lines beside a long report take seconds at most', () => {
  const payloads = Array.from({ length: 100 }, (_, payload) =>
    Array.from({ length: 5_000 }, (_, index) => `secret-${payload * 5_000 + index}-line`).join('\n'),
  );
  const report = 'clusters/dev/demo/a.yaml,'.repeat(15_600);
  const before = process.threadCpuUsage();
  const found = masks(payloads, ['created', report]);
  const { user, system } = process.threadCpuUsage(before);
  expect(found).toHaveLength(500_000);
  expect(user + system).toBeLessThan(8_000_000);
});
