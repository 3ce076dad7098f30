import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { code, codeBlock, link, printable, shown, table, tableWithin, takeWithin } from '../../src/markdown.ts';
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

describe('tableWithin', () => {
  const head = ['Secret', 'File'];
  const rows = Array.from({ length: 9 }, (_, index) => [code(`s${index}`), code('a|b.yaml')]);

  test('is the table where all of it fits', () => {
    expect(tableWithin(10_000, head, rows)).toBe(table(head, rows));
    expect(tableWithin(10_000, head, [])).toBe(table(head, []));
  });

  test('counts the rows that do not fit, and never more than fits', () => {
    const all = table(head, rows).length;
    for (let room = 0; room < all; room += 7) {
      const [shown = '', more = ''] = tableWithin(room, head, rows).split('\n\n');
      const listed = shown.split('\n').length - 2;
      expect(shown).toBe(table(head, rows.slice(0, listed)));
      expect(more).toBe(`and ${rows.length - listed} more`);
      const rowsShown = shown.split('\n').slice(2).join('\n');
      expect(Buffer.byteLength(rowsShown)).toBeLessThanOrEqual(room);
    }
  });

  test('shows the first rows, and none behind one that is too long', () => {
    const long = [rows[0] ?? [], [code('x'.repeat(1_000)), ''], rows[1] ?? []];
    expect(tableWithin(300, head, long)).toBe(`${table(head, long.slice(0, 1))}\n\nand 2 more`);
  });
});

describe('takeWithin', () => {
  const write = (text: string) => `- ${text}`;

  test('takes the first that fit, in bytes and with what parts them', () => {
    const items = ['a', '語', 'b', 'c'];
    expect(takeWithin(100, items, write)).toEqual(items);
    expect(takeWithin(5 + 7 + 5, items, write)).toEqual(['a', '語', 'b']);
    expect(takeWithin(5 + 7 + 5 - 1, items, write)).toEqual(['a', '語']);
    expect(takeWithin(5 + 6, items, write)).toEqual(['a']);
    expect(takeWithin(0, items, write)).toEqual([]);
    expect(takeWithin(0, [], write)).toEqual([]);
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

describe('shown', () => {
  test.each([
    ['TELE_TOKEN', 'TELE_TOKEN'],
    ['a\n::error::b\u202e', 'a ::error::b '],
    ['a'.repeat(200), 'a'.repeat(200)],
    ['a'.repeat(201), `${'a'.repeat(200)}…`],
  ])('%j is %s', (text, line) => {
    expect(shown(text)).toBe(line);
  });

  test('is as long as is asked for', () => {
    expect(shown('TELE_TOKEN', 4)).toBe('TELE…');
  });

  test('is one short line of any text', () => {
    fc.assert(
      fc.property(hostile, fc.nat(20), (text, maximum) => {
        const line = shown(text, maximum);
        expect(line.length).toBeLessThanOrEqual(maximum + 1);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
