// Lines of the job's log. A runner obeys `::command::` at the start of a line and `##[command]` anywhere in one.

import { info } from '@actions/core';
import { printable } from './markdown.ts';

export function log(line: string): void {
  info(harmless(line));
}

/** One line that the runner prints and does not obey. */
export function harmless(line: string): string {
  return printable(line)
    .replaceAll('##[', '## [')
    .replace(/:(?=:)/g, ': ');
}
