// The text of a config file as one YAML document.

import { LineCounter, type ParsedNode } from 'yaml';
import { shown } from '../markdown.ts';
import { readYaml } from '../yaml-document.ts';
import { collectProblems, type Problems } from './problems.ts';

export interface ConfigDocument {
  contents: ParsedNode;
  /** Empty, for those that come up from here on. */
  problems: Problems;
}

/** Bytes: thousands of manifests. */
const MAX_SIZE = 1024 * 1024;
/** An entry of ten lines has about a hundred parts, and needs a third of the depth. */
const LIMITS = { parts: 250_000, depth: 30 };

const STOPPED = {
  depth: 'this is nested too deep',
  parts: 'the file has too many parts up to here: split it',
  document: 'another document begins here: write one only',
} as const;

/** @throws {CONFIG_INVALID} for what is not one YAML document with something in it */
export function readDocument(path: string, text: string): ConfigDocument {
  const lines = new LineCounter();
  lines.addNewLine(0);
  const problems = collectProblems(path, lines);
  if (Buffer.byteLength(text) > MAX_SIZE) problems.add(0, () => 'the file is larger than 1 MiB: split it');
  const contents = problems.isEmpty() ? readContents(text, lines, problems) : undefined;
  if (contents === undefined || !problems.isEmpty()) throw problems.toError();
  return { contents, problems };
}

function readContents(text: string, lines: LineCounter, problems: Problems): ParsedNode | undefined {
  const { document, directives, stop } = readYaml(text, { limits: LIMITS, lines, resolveKnownTags: false });
  for (const offset of directives) {
    problems.add(offset, () => 'a directive such as `%YAML` is not used here: leave it out');
  }
  if (stop !== undefined) problems.add(stop.offset, () => STOPPED[stop.reason]);
  // Where reading has stopped, what is there by then would only be misunderstood.
  if (!problems.isEmpty()) return undefined;
  for (const { pos, message } of document.errors) {
    problems.add(pos[0], () => `this is not YAML: ${shown(message)}`);
  }
  const contents = document.contents ?? undefined;
  const isNothing = contents === undefined || ('value' in contents && contents.value === null);
  if (isNothing) problems.add(0, () => 'the file is empty: write `manifests:` and a list of them');
  return contents;
}
