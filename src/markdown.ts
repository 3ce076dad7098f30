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
  return `[${code(text)}](${url.replace(/[\s()<>[\]\\|]/g, percentEncode)})`;
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

/** On one line, with nothing that hides or moves the text. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}

function fenceFor(text: string, minimum: number): string {
  const runs = (text.match(/`+/g) ?? []).map((run) => run.length);
  return '`'.repeat(Math.max(minimum, ...runs.map((length) => length + 1)));
}
