// What the runner is asked to hide in the logs of the steps to come. This action prints no payload; a later step might.

import type { Plaintext } from './plaintext.ts';

/** Anything shorter would be found everywhere, and an output that contains a masked text is dropped by the runner. */
const MINIMUM_LENGTH = 8;

/**
 * The lines of the payloads that are long enough and stand in none of the outputs. Line by line: of a text
 * with several, the runner would mask the short ones too. Bytes that are no text cannot be masked.
 */
export function findMasks(payloads: readonly Plaintext[], outputs: readonly string[]): Set<string> {
  const lines = payloads.flatMap(linesOf).filter((line) => line.length >= MINIMUM_LENGTH);
  return new Set(lines.filter((line) => !outputs.some((output) => output.includes(line))));
}

function linesOf(payload: Plaintext): string[] {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(payload.reveal());
    return text.split(/[\r\n]+/).map((line) => line.trim());
  } catch {
    return [];
  }
}
