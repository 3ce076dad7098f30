import { describe, expect, test } from 'vitest';
import { parseDotenvPayload } from '../../../src/kubernetes/dotenv-payload.ts';
import { FULL_NAME, refusalOf, version } from './accessed.ts';

function entriesOf(text: string): Record<string, string> {
  return Object.fromEntries(parseDotenvPayload(version(text)));
}

describe('dotenv is read with', () => {
  test.each<[string, string, Record<string, string>]>([
    ['one entry', 'A=b', { A: 'b' }],
    ['line ends', 'A=b\nC=d\n', { A: 'b', C: 'd' }],
    ['line ends of Windows', 'A=b\r\n\r\n# c\r\nC="d"\r\n', { A: 'b', C: 'd' }],
    ['a byte order mark', '\ufeffA=b', { A: 'b' }],
    ['blank lines and comments', '\n  \n# x\n  # y\n\t\nA=b\n\n#z', { A: 'b' }],
    ['`export`', 'export A=b\nexport\t B=c\nexport=d', { A: 'b', B: 'c', export: 'd' }],
    ['blanks before an entry', '  A=b\n\texport C=d', { A: 'b', C: 'd' }],
    ['blanks around a value', 'A= b \nC=\td\t', { A: 'b', C: 'd' }],
    ['blanks in a value', 'A=b  c \t d', { A: 'b  c \t d' }],
    ['every letter that a key has', '_a.B-9=c', { '_a.B-9': 'c' }],
    ['a comment behind a value', 'A=b # c\nB="d" # e\nC=\'f\'\t#g', { A: 'b', B: 'd', C: 'f' }],
    ['several blanks before a comment', 'A=b   # c\nB="d" \t # e', { A: 'b', B: 'd' }],
    ['words behind an escape', String.raw`A="a\nbcd\tef"`, { A: 'a\nbcd\tef' }],
    ['a number sign in a value', 'A=b#c\nB="d # e"\nC=\'# f\'', { A: 'b#c', B: 'd # e', C: '# f' }],
    ['equal signs in a value', 'A=b=c==\nB="=="', { A: 'b=c==', B: '==' }],
    ['quotes in a value', `A=it's "so"`, { A: `it's "so"` }],
    ['an empty value, in quotes', `A=""\nB=''`, { A: '', B: '' }],
    ['single quotes, literally', String.raw`A='b\n"$C" # d '`, { A: String.raw`b\n"$C" # d ` }],
    ['double quotes and escapes', String.raw`A="a\nb\rc\td\"e\\n"`, { A: 'a\nb\rc\td"e\\n' }],
    ['backslashes and dollars outside quotes, literally', String.raw`A=b\n$C\${D}`, { A: String.raw`b\n$C\${D}` }],
    ['several lines in quotes', 'A="b\n\nC=d\n"\nE=\'f\r\ng\'\nH=i', { A: 'b\n\nC=d\n', E: 'f\r\ng', H: 'i' }],
    [
      'a PEM text',
      'A="-----BEGIN X-----\nQUJD=\n-----END X-----\n"',
      { A: '-----BEGIN X-----\nQUJD=\n-----END X-----\n' },
    ],
    ['nothing', '', {}],
    ['nothing but comments', '# a\n# b', {}],
  ])('%s', (_, text, entries) => expect(entriesOf(text)).toEqual(entries));
});

describe('a line is refused by its number, and not quoted, that', () => {
  test.each([
    ['has no equal sign', 'A=b\ncanary', 2],
    ['has a blank before the equal sign', 'A=b\n\n# c\ncanary =d', 4],
    ['has no key', '=canary', 1],
    ['has a key that begins with a digit', '1A=canary', 1],
    ['has a key with a slash', 'can/ary=b', 1],
    ['has a key with a plus sign', 'can+ary=b', 1],
    ['has a key beyond ASCII', 'canäry=b', 1],
    ['has a colon instead', 'canary: b', 1],
    ['has an empty value without quotes', 'canary=', 1],
    ['has a value of blanks', 'canary= \t\nB=c', 1],
    ['has a comment for a value', 'canary= # b', 1],
    ['has a value that begins with a number sign', 'canary=#b', 1],
    ['has a value of equal signs', 'A=b\r\ncanary==', 2],
    ['has a value that begins with an equal sign', 'canary==b', 1],
    ['has a value of equal signs and blanks', 'canary= = =', 1],
    ['does not end its double quotes', 'A=b\nC="canary\nD=e', 2],
    ['does not end its single quotes', "A='canary\nD=e", 1],
    ['goes on behind its quotes', 'A="b"canary', 1],
    ['has a comment right behind its quotes', 'A="b"#canary', 1],
    ['has two values', 'A="b" "canary"', 1],
    ['has another escape', String.raw`A="canary\x41"`, 1],
    ['escapes a line end', 'A="canary\\\nb"', 1],
    ['has a third kind of quotes', 'A=`canary`', 1],
    ['has a carriage return in it', 'A=b\rcanary=d', 1],
    ['only exports', 'export canary', 1],
    ['repeats a key', 'canary=b\nC=d\nexport canary=b', 3],
    ['comes after several lines in quotes', 'A="b\nc\n"\ncanary', 4],
  ])('%s', (_, text, line) => {
    const refusal = refusalOf(() => entriesOf(text));
    expect(refusal).toMatchObject({ code: 'PAYLOAD_MALFORMED' });
    expect(refusal?.text).toMatch(`Cannot use ${FULL_NAME}: line ${line} of its payload `);
    expect(refusal?.text).not.toContain('canary');
  });
});

/** With either alphabet, in one line and in several, and as people indent it. */
function spellingsOf(bytes: Uint8Array): string[] {
  const base64 = Buffer.from(bytes).toString('base64');
  return [base64, base64.replaceAll('+', '-').replaceAll('/', '_')].flatMap((text) =>
    [4, 64, 76, 400].flatMap((width) => {
      const lines = text.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
      return [lines.join('\n'), `${lines.join('\r\n')}\r\n`, ` ${lines.join(' \n ')} `];
    }),
  );
}

test('base64 never has a key, of whatever length, alphabet and width', () => {
  // These bytes make letters, mostly, so that nothing but the padding can keep it from being a key.
  for (const byte of [0x00, 0x69, 0xa6, 0xfb, 0xff]) {
    for (let length = 1; length <= 200; length++) {
      for (const text of spellingsOf(new Uint8Array(length).fill(byte))) {
        expect(refusalOf(() => entriesOf(text))?.code).toBe('PAYLOAD_MALFORMED');
        expect(refusalOf(() => entriesOf(`A=b\n${text}`))?.code).toBe('PAYLOAD_MALFORMED');
      }
    }
  }
});

test('bytes that are no text are refused', () => {
  expect(refusalOf(() => parseDotenvPayload(version(Uint8Array.of(0x41, 0x3d, 0xff))))).toMatchObject({
    code: 'PAYLOAD_MALFORMED',
    text: expect.stringContaining('its payload is not UTF-8 text.'),
  });
});
