import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { code, codeBlock, link, printable, table } from '../../src/markdown.ts';
import { anyText } from './any-text.ts';

// A small reading of GitHub's Markdown: https://github.github.com/gfm/#code-spans and #tables-extension-

/** The text of a code span that is all there is; undefined for anything else. */
function readCodeSpan(markdown: string): string | undefined {
  const [, fence = '', inner = ''] = /^(`+)([^`](?:.*[^`])?)\1$/s.exec(markdown) ?? [];
  const closes = (inner.match(/`+/g) ?? []).some((run) => run === fence);
  if (fence === '' || closes || /[\r\n]/.test(inner)) return undefined;
  const isPadded = inner.startsWith(' ') && inner.endsWith(' ') && inner.trim() !== '';
  return isPadded ? inner.slice(1, -1) : inner;
}

/** The cells of a row: a bar with a backslash before it is none, whatever stands before the backslash. */
function readRow(line: string): string[] {
  const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
  return cells.slice(1, -1);
}

/** The lines of a fenced block that is all there is; undefined for anything else. */
function readBlock(markdown: string): string[] | undefined {
  const [opening = '', ...rest] = markdown.split('\n');
  const [, fence = ''] = /^(`{3,})text$/.exec(opening) ?? [];
  const end = rest.findIndex((line) => /^ {0,3}`{3,}[ \t]*$/.test(line) && line.trim().length >= fence.length);
  return fence !== '' && end === rest.length - 1 ? rest.slice(0, -1) : undefined;
}

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom('`', '``', '```', '|', '\\', '\\|', '\n', '\r\n', '\t', ' ', '<!--', '<b>', '@acme', '[a](b)'),
      fc.constantFrom('\u2028', '\u200b', '\u202e', '~~~', '| --- |', '&#124;', '$x$'),
      anyText({ maxLength: 3 }),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''));

describe('code', () => {
  test.each([
    ['TELE_TOKEN', '`TELE_TOKEN`'],
    ['a`b', '``a`b``'],
    ['`a', '`` `a ``'],
    ['a``b`c', '```a``b`c```'],
    ['a\nb\r\nc', '`a b c`'],
    ['\u202eevil', '`  evil `'],
    [' a ', '`  a  `'],
    ['', '`  `'],
  ])('%j is written as %s', (text, markdown) => {
    expect(code(text)).toBe(markdown);
  });

  test('holds any text on one line, and all of it', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = readCodeSpan(code(text));
        expect(shown?.trim() === '' ? '' : shown).toBe(printable(text).trim() === '' ? '' : printable(text));
      }),
    );
  });
});

describe('table', () => {
  test('keeps a bar within its cell', () => {
    expect(table(['Secret', 'File'], [[code('a|b'), code('c\\|d')]])).toBe(
      '| Secret | File |\n| --- | --- |\n| `a\\|b` | `c\\\\|d` |',
    );
  });

  test('keeps any text within its cell', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 4 }), (texts) => {
        const lines = table(
          texts.map(() => 'Head'),
          [texts.map(code)],
        ).split('\n');
        expect(lines).toHaveLength(3);
        const shown = readRow(lines[2] ?? '').map((cell) => readCodeSpan(cell)?.trim());
        expect(shown).toEqual(texts.map((text) => printable(text).trim()));
      }),
    );
  });
});

describe('codeBlock', () => {
  test('holds any lines, one each', () => {
    expect(codeBlock(['Cannot do it.', 'Try `this`.'])).toBe('```text\nCannot do it.\nTry `this`.\n```');
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 3 }), (lines) => {
        expect(readBlock(codeBlock(lines))).toEqual(lines.map(printable));
      }),
    );
  });
});

describe('link', () => {
  test('leads to an address as it is', () => {
    expect(link('#1', 'https://github.com/acme/flux-gitops/pull/1')).toBe(
      '[`#1`](https://github.com/acme/flux-gitops/pull/1)',
    );
  });

  test('is not ended by what the address holds', () => {
    expect(link('a', 'https://x/a) [b](c|d e\\<f>')).toBe('[`a`](https://x/a%29%20%5Bb%5D%28c%7Cd%20e%5C%3Cf%3E)');
  });
});

describe('printable', () => {
  test('leaves one line with nothing in it that hides or moves the text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
    expect(printable('Zurück → ✓ 語 🔑')).toBe('Zurück → ✓ 語 🔑');
  });
});
