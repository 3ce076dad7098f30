// Edits of a text at positions: what is between them stays byte for byte.

/** Why a kustomization is left as it is, in words that do not quote it; never leaves this folder. */
export class NotEditable extends Error {}

export interface Splice {
  from: number;
  to: number;
  insert: string;
}

/** Splices do not overlap; those at one position apply in their order. */
export function splice(text: string, splices: readonly Splice[]): string {
  const parts: string[] = [];
  let done = 0;
  for (const { from, to, insert } of splices.toSorted((one, other) => one.from - other.from || one.to - other.to)) {
    parts.push(text.slice(done, from), insert);
    done = to;
  }
  return [...parts, text.slice(done)].join('');
}

export function insertion(at: number, insert: string): Splice {
  return { from: at, to: at, insert };
}

export function deletion(from: number, to: number): Splice {
  return { from, to, insert: '' };
}

/** Whole lines, before the line that begins at `at` or, after a last line that has no end, without one either. */
export function lineInsertion(text: string, at: number, lines: readonly string[]): Splice {
  const lineBreak = lineBreakAt(text, at);
  const isAtLineStart = at === 0 || text[at - 1] === '\n';
  return insertion(at, lines.map((line) => (isAtLineStart ? line + lineBreak : lineBreak + line)).join(''));
}

/** The end of the line before `at`, or else of the file's first one. */
function lineBreakAt(text: string, at: number): string {
  const lineFeed = text[at - 1] === '\n' ? at - 1 : text.indexOf('\n');
  return text[lineFeed - 1] === '\r' ? '\r\n' : '\n';
}

/** Where the blanks before a position begin. */
export function startOfBlanks(text: string, at: number): number {
  let start = at;
  while (isBlank(text[start - 1])) start -= 1;
  return start;
}

export function endOfBlanks(text: string, at: number): number {
  let end = at;
  while (isBlank(text[end])) end += 1;
  return end;
}

/** Where the line begins, if only blanks are before the position. */
export function findLineStart(text: string, at: number): number | undefined {
  const start = startOfBlanks(text, at);
  return start === 0 || text[start - 1] === '\n' ? start : undefined;
}

/** Where the next line begins (or the text ends), if only blanks and a comment are behind the position. */
export function findNextLine(text: string, at: number): number | undefined {
  const end = endOfComment(text, at);
  if (end === text.length) return end;
  const lineBreak = /\r?\n/y;
  lineBreak.lastIndex = end;
  return lineBreak.test(text) ? lineBreak.lastIndex : undefined;
}

/** Behind the blanks at a position and, if one follows them, the comment. */
export function endOfComment(text: string, at: number): number {
  const end = endOfBlanks(text, at);
  if (text[end] !== '#') return end;
  const lineFeed = text.indexOf('\n', end);
  if (lineFeed === -1) return text.length;
  return text[lineFeed - 1] === '\r' ? lineFeed - 1 : lineFeed;
}

/** Before the marker, if there is one behind the document's content. */
export function endOfDocument(text: string, contentEnd: number): number {
  const marker = text.slice(contentEnd).search(/^\.\.\.(?=\s|$)/m);
  return marker === -1 ? text.length : contentEnd + marker;
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}
