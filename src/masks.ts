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
  return new Set(
    lines.filter((line) => !hiddenWith(line).some((text) => outputs.some((output) => output.includes(text)))),
  );
}

/**
 * What the runner hides together with a text, as far as an output could hold it: its JSON, what stands between its
 * quotes, and what stands beside an ampersand.
 * https://github.com/actions/runner/blob/main/src/Sdk/DTLogging/Logging/ValueEncoders.cs
 */
function hiddenWith(line: string): string[] {
  const besideAmpersands = line.split('&').filter((part) => part.length >= 6);
  return [line, JSON.stringify(line).slice(1, -1), line.replace(/^"(.*)"$/, '$1'), ...besideAmpersands];
}

function linesOf(payload: Plaintext): string[] {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(payload.reveal());
    return text.split(/[\r\n]+/).map((line) => line.trim());
  } catch {
    return [];
  }
}
