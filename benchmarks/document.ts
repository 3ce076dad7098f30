// docs/performance.md: what of it is generated, and how it is written.

import { readFileSync, writeFileSync } from 'node:fs';

const DOCUMENT = new URL('../docs/performance.md', import.meta.url);
const PICTURE = new URL('../docs/performance.svg', import.meta.url);

/**
 * @param command stands in the marker above the generated part
 * @param picture an SVG, where one belongs to it
 * @throws {Error} where the document has lost its markers
 */
export function writeBetween(command: string, generated: string, picture?: string): void {
  const document = readFileSync(DOCUMENT, 'utf8');
  const [above, below] = [`<!-- ${command} -->\n`, '<!-- until here -->'];
  const start = document.indexOf(above) + above.length;
  const end = document.indexOf(below, start);
  if (start < above.length || end < 0) throw new Error(`docs/performance.md has no place for ${command} any more.`);
  writeFileSync(DOCUMENT, `${document.slice(0, start)}\n${generated}\n\n${document.slice(end)}`);
  if (picture !== undefined) writeFileSync(PICTURE, picture);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0), 3));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join('\n');
}

/** A row of a table of goals. */
export function goal(what: string, measured: string, isReached: boolean): string[] {
  return [what, measured, isReached ? 'reached' : '**not reached**'];
}

export function megabytes(value: number): string {
  return `${Math.round(value)} MB`;
}
