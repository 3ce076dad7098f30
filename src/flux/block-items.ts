// Items of a block sequence, one or more lines each: `- name`.

import { isSeq, type YAMLMap } from 'yaml';
import type { Kustomization } from './kustomization-document.ts';
import {
  deletion,
  endOfBlanks,
  endOfDocument,
  findLineStart,
  findNextLine,
  insertion,
  lineInsertion,
  NotEditable,
  type Splice,
  startOfBlanks,
} from './text-edit.ts';

export interface BlockItem {
  dash: number;
  /** Of the name, quotes included. */
  start: number;
  end: number;
}

/** Behind the last item and its comment, written as that item is. */
export function insertBlockItems(text: string, items: readonly BlockItem[], written: readonly string[]): Splice[] {
  const last = items.at(-1);
  if (last === undefined) throw unusual();
  const { from, to } = linesOf(text, last);
  const gap = text.slice(last.dash + 1, last.start);
  const prefix = `${text.slice(from, last.dash)}-${/^[ \t]+$/.test(gap) ? gap : ' '}`;
  return [
    lineInsertion(
      text,
      to,
      written.map((name) => prefix + name),
    ),
  ];
}

/** A list that begins: under its key where that is there already, or else under a new one at the end of the file. */
export function insertBlockList(
  { root, text }: Kustomization,
  key: { colon: number; end: number } | undefined,
  written: readonly string[],
): Splice[] {
  if (root === undefined || root.flow === true) {
    throw new NotEditable('it is written in braces, and has no `resources`');
  }
  const lineStart = text.lastIndexOf('\n', root.range[0]) + 1;
  const indentation = text.slice(lineStart, endOfBlanks(text, lineStart));
  const items = written.map((name) => `${indentation}${itemIndentation(root, text)}- ${name}`);
  if (key === undefined) {
    return [lineInsertion(text, endOfDocument(text, root.range[1]), [`${indentation}resources:`, ...items])];
  }
  const next = findNextLine(text, key.end);
  if (next === undefined) throw unusual();
  return [deletion(key.colon + 1, key.end), lineInsertion(text, next, items)];
}

/** Whole lines, with the comments at their ends; other comments stay. */
export function dropBlockItems(
  text: string,
  { colon, items }: { colon: number; items: readonly BlockItem[] },
  indexes: ReadonlySet<number>,
): Splice[] {
  const drops: Splice[] = [];
  for (const { from, to } of items.filter((_, index) => indexes.has(index)).map((item) => linesOf(text, item))) {
    const last = drops.at(-1);
    if (last?.to === from) last.to = to;
    else drops.push(deletion(from, to));
  }
  const last = drops.at(-1);
  // The file's last line had no end, so the one that becomes the last has none either.
  if (last?.to === text.length && !text.endsWith('\n')) last.from -= text[last.from - 2] === '\r' ? 2 : 1;
  return indexes.size === items.length ? [insertion(colon + 1, ' []'), ...drops] : drops;
}

function linesOf(text: string, { dash, end }: BlockItem): { from: number; to: number } {
  const from = findLineStart(text, dash);
  const to = findNextLine(text, end);
  if (from === undefined || to === undefined) throw unusual();
  return { from, to };
}

/** As the file's other lists are indented below their keys. */
function itemIndentation(root: YAMLMap.Parsed, text: string): string {
  for (const { key, value } of root.items) {
    const tokens = isSeq(value) ? value.srcToken : undefined;
    if (tokens?.type !== 'block-seq') continue;
    const dash = tokens.offset;
    const width = dash - startOfBlanks(text, dash) - (key.range[0] - startOfBlanks(text, key.range[0]));
    if (findLineStart(text, dash) !== undefined && width >= 0) return ' '.repeat(width);
  }
  return '  ';
}

function unusual(): NotEditable {
  return new NotEditable('the layout of `resources` is unusual');
}
