// What is wrong with a config file, each with its line and column. All of it is counted, and only what is listed is put
// into words, so that a file of a hundred thousand mistakes is answered as soon as one of a few.

import type { LineCounter } from 'yaml';
import { ActionError } from '../errors.ts';
import { shown } from '../markdown.ts';

/** Listed at most. */
const MAX_LISTED = 50;
/** Looked at at most: what aliases repeat is the same problem again and again. */
const MAX_DESCRIBED = 1_000;

export interface Problems {
  /** @param offset where it is in the text. The same sentence about the same place is said once. */
  add(offset: number | (() => number), sentence: () => string): void;
  isEmpty(): boolean;
  lineOf(offset: number): number;
  /** CONFIG_INVALID with everything that was added, from the top of the file to its end. */
  toError(): ActionError;
}

export function collectProblems(path: string, lines: LineCounter): Problems {
  const listed = new Map<string, number>();
  let described = 0;
  let others = 0;
  const format = (offset: number, sentence: string) => {
    const { line, col } = lines.linePos(offset);
    return `${shown(path)}:${line}:${col}: ${sentence}${sentence.endsWith('?') ? '' : '.'}`;
  };
  return {
    add(offset, sentence) {
      if (listed.size === MAX_LISTED || described === MAX_DESCRIBED) {
        others += 1;
        return;
      }
      described += 1;
      const at = typeof offset === 'number' ? offset : offset();
      listed.set(format(at, sentence()), at);
    },
    isEmpty: () => listed.size === 0,
    lineOf: (offset) => lines.linePos(offset).line,
    toError() {
      const sentences = [...listed].sort(([, a], [, b]) => a - b).map(([sentence]) => sentence);
      const count = listed.size + others;
      const reason = count === 1 ? 'one thing in it is' : `${count} things in it are`;
      if (others > 0) sentences.push(`And ${others} more.`);
      return new ActionError('CONFIG_INVALID', {
        message: `Cannot use ${shown(path)}: ${reason} not as expected.\n${sentences.join('\n')}`,
        remedy: 'Mend the file, and run it again; docs/flux-secrets.md describes every field.',
      });
    },
  };
}
