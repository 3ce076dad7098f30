// The project's own files, as a test reads them.
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../', import.meta.url));

export function read(path: string): string {
  return readFileSync(`${root}${path}`, 'utf8');
}

export function findSources(): string[] {
  return globSync('src/**/*.ts', { cwd: root });
}

export interface ActionFile {
  name: string;
  description: string;
  inputs: Record<string, { description?: string; required?: boolean; default?: string }>;
  outputs: Record<string, { description?: string }>;
  runs: { using: string; main: string };
}

export function readAction(path: string): ActionFile {
  return parse(read(path)) as ActionFile;
}

/** The cells of every table below a heading of any level, up to the next one of the same level or above; no head rows. */
export function findTableRows(markdown: string, heading: string): string[][] {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) => new RegExp(`^#+ ${heading}$`).test(line));
  const level = /^#*/.exec(lines[start] ?? '')?.[0].length ?? 0;
  const after = lines.slice(start + 1);
  const end = after.findIndex((line) => new RegExp(`^#{1,${level}} `).test(line));
  const section = start < 0 ? [] : after.slice(0, end < 0 ? undefined : end);
  return section.filter((line) => /^\|\s*`/.test(line)).map(cellsOf);
}

function cellsOf(row: string): string[] {
  return row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** The name that stands as code in the first cell of each row. */
export function namesOf(rows: readonly (readonly string[])[]): string[] {
  return rows.map(([first = '']) => first.replaceAll('`', ''));
}
