// Text of others in Markdown: as code, where nothing is markup, a link or a mention.
// https://github.github.com/gfm/#code-spans

/** One line. */
export function code(text: string): string {
  const line = printable(text);
  const fence = fenceFor(line, 1);
  // A blank at both ends is taken off again by whoever reads it.
  const pad = /^[` ]|[` ]$|^$/.test(line) ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

export function codeBlock(lines: readonly string[]): string {
  const text = lines.map(printable).join('\n');
  const fence = fenceFor(text, 3);
  return `${fence}text\n${text}\n${fence}`;
}

/** @param url one of GitHub's answers; what could end the link is encoded */
export function link(text: string, url: string): string {
  return `[${code(text)}](${url.replace(/[\s\p{C}()<>[\]\\|`]/gu, percentEncode)})`;
}

/**
 * What names something in a commit's message, where nothing is code: on one line, and no mention, reference or link.
 * https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
 */
export function unlinked(text: string): string {
  return printable(text).replace(/[@#:]|(?<=\bgh)-(?=\d)/gi, percentEncode);
}

/** Brackets too, which encodeURIComponent leaves. */
function percentEncode(character: string): string {
  return Buffer.from(character).toString('hex').replace(/../g, '%$&').toUpperCase();
}

/** A bar ends a cell even in code, and only here it is written with a backslash. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/**
 * As many rows as fit, and how many are left out.
 * @param room bytes
 */
export function tableWithin(room: number, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => table(cells, []).split('\n')[0] ?? '';
  const fitting = takeWithin(room - Buffer.byteLength(table(head, [])), rows, line);
  const more = rows.length - fitting.length;
  return more === 0 ? table(head, rows) : `${table(head, fitting)}\n\nand ${more} more`;
}

/** The first that fit, as they are written. */
export function takeWithin<T>(room: number, items: readonly T[], write: (item: T) => string): T[] {
  let left = room;
  const fits = (item: T) => {
    left -= Buffer.byteLength(write(item)) + 2;
    return left >= 0;
  };
  const end = items.findIndex((item) => !fits(item));
  return end < 0 ? [...items] : items.slice(0, end);
}

/** On one line, with nothing that hides or moves the text. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** On one line, and not too much of it: a field or an input may hold anything, a payload pasted by mistake among it. */
export function shown(text: string, maximum = 200): string {
  // Cut first, for the rest of a large text is not worth looking at.
  const line = printable(text.slice(0, maximum));
  return text.length > maximum ? `${line}…` : line;
}

function fenceFor(text: string, minimum: number): string {
  const runs = text.match(/`+/g) ?? [];
  return '`'.repeat(runs.reduce((longest, { length }) => Math.max(longest, length + 1), minimum));
}
