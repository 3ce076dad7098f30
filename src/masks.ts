// What the runner is asked to hide in the logs of the steps to come. This action prints no payload; a later step might.

import type { Plaintext } from './plaintext.ts';

/** Anything shorter would be found everywhere, and an output that contains a masked text is dropped by the runner. */
const MINIMUM_LENGTH = 8;

/**
 * The lines of the payloads that are long enough and stand in none of the outputs. Line by line: of a text
 * with several, the runner would mask the short ones too. Bytes that are no text cannot be masked.
 */
export function findMasks(payloads: readonly Plaintext[], outputs: readonly string[]): Set<string> {
  const masks = new Set<string>();
  for (const payload of payloads) {
    for (const line of linesOf(payload)) if (line.length >= MINIMUM_LENGTH) masks.add(line);
  }
  if (masks.size === 0) return masks;
  const isShown = indexOutputs(outputs);
  for (const line of masks) if (hiddenWith(line).some(isShown)) masks.delete(line);
  return masks;
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

/** Nothing that is hidden is shorter. */
const BEGINNING = 6;

/**
 * Whether a text stands in one of the outputs. Certificates have many lines and a report is long: what does not even
 * begin anywhere in it need not be looked for.
 */
function indexOutputs(outputs: readonly string[]): (text: string) => boolean {
  const beginnings = new Set<string>();
  for (const output of outputs) {
    for (let at = 0; at + BEGINNING <= output.length; at += 1) beginnings.add(output.slice(at, at + BEGINNING));
  }
  return (text) => beginnings.has(text.slice(0, BEGINNING)) && outputs.some((output) => output.includes(text));
}
