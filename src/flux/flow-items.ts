// Items of a flow sequence, on one line or on several: `[one, other]`.

import {
  deletion,
  endOfBlanks,
  endOfComment,
  findLineStart,
  findNextLine,
  insertion,
  lineInsertion,
  type Splice,
  startOfBlanks,
} from './text-edit.ts';

interface FlowItem {
  start: number;
  end: number;
  /** Where the comma behind it stands, if there is one. */
  comma: number | undefined;
}

export interface FlowList {
  /** Brackets included. */
  start: number;
  end: number;
  items: readonly FlowItem[];
}

/** Behind the last item, on lines of their own if that item is; a comma stays last if it was. */
export function insertFlowItems(text: string, { start, items }: FlowList, written: readonly string[]): Splice[] {
  const last = items.at(-1);
  if (last === undefined) return [insertion(start + 1, written.join(', '))];
  const lineStart = findLineStart(text, last.start);
  if (lineStart === undefined) return [insertion(last.end, written.map((name) => `, ${name}`).join(''))];

  const indentation = text.slice(lineStart, last.start);
  const hasCommaBeside = last.comma !== undefined && endOfBlanks(text, last.end) === last.comma;
  const next = findNextLine(text, hasCommaBeside ? (last.comma ?? 0) + 1 : last.end);
  const isFree = last.comma === undefined || hasCommaBeside;
  if (next === undefined || !isFree) {
    const lineBreak = text[lineStart - 2] === '\r' ? '\r\n' : '\n';
    return [insertion(last.end, written.map((name) => `,${lineBreak}${indentation}${name}`).join(''))];
  }
  const lines = written.map((name, index) => {
    const isLast = index === written.length - 1;
    return `${indentation}${name}${isLast && !hasCommaBeside ? '' : ','}`;
  });
  return [...(hasCommaBeside ? [] : [insertion(last.end, ',')]), lineInsertion(text, next, lines)];
}

/** Each with its comma; a line that holds nothing else goes, with the comment at its end. */
export function dropFlowItems(text: string, { start, end, items }: FlowList, indexes: ReadonlySet<number>): Splice[] {
  const rest = items.filter((_, index) => !indexes.has(index));
  const isBare = !text.slice(start, end).includes('#');
  if (rest.length === 0 && isBare) return [deletion(start + 1, end - 1)];

  const drops = items.filter((_, index) => indexes.has(index)).map((item) => withComma(text, item));
  const comma = rest.at(-1)?.comma;
  // The list did not end in a comma, so it does not afterwards.
  if (comma !== undefined && items.at(-1)?.comma === undefined) drops.push(deletion(comma, behindComma(text, comma)));
  return joined(drops).map((drop) => wholeLines(text, drop));
}

function withComma(text: string, { start, end, comma }: FlowItem): Splice {
  const behind = endOfComment(text, (comma ?? end - 1) + 1);
  if (comma !== undefined) return deletion(start, behind);
  return deletion(startOfBlanks(text, start), text.slice(end, behind).includes('#') ? behind : end);
}

/** With the blanks, unless a comment needs them. */
function behindComma(text: string, comma: number): number {
  const end = endOfBlanks(text, comma + 1);
  return text[end] === '#' ? comma + 1 : end;
}

/** Neighbours as one. */
function joined(drops: readonly Splice[]): Splice[] {
  const all: Splice[] = [];
  for (const drop of drops.toSorted((one, other) => one.from - other.from)) {
    const last = all.at(-1);
    if (last !== undefined && last.to >= drop.from) last.to = Math.max(last.to, drop.to);
    else all.push({ ...drop });
  }
  return all;
}

function wholeLines(text: string, { from, to }: Splice): Splice {
  const lineStart = findLineStart(text, from);
  const next = findNextLine(text, to);
  return lineStart === undefined || next === undefined ? deletion(from, to) : deletion(lineStart, next);
}
