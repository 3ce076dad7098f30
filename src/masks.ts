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
  // No line holds a line end, so none is found where two outputs meet.
  const isShown = indexSubstrings(outputs.join('\n'));
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

/**
 * Whether a text stands somewhere in this one. Payloads may have a million lines, and whoever has written them may know
 * what the outputs look like: so it takes no longer for lines that nearly stand there.
 */
function indexSubstrings(whole: string): (text: string) => boolean {
  const order = sortSuffixes(whole);
  return (text) => {
    let low = 0;
    let high = order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = order[middle] ?? 0;
      if (whole.slice(at, at + text.length) < text) low = middle + 1;
      else high = middle;
    }
    return whole.startsWith(text, order[low]);
  };
}

/** Every position, in the order of the texts that begin there: by their first letter, then by two, by four, … */
function sortSuffixes(whole: string): Uint32Array {
  const { length } = whole;
  let ranks: Uint32Array = Uint32Array.from({ length }, (_, at) => whole.charCodeAt(at));
  let order: Uint32Array = sortBy(
    ranks,
    Uint32Array.from({ length }, (_, at) => at),
  );
  for (let width = 1; ; width *= 2) {
    order = sortBy(ranks, bySecondHalf(order, width));
    const renamed = rank(order, ranks, width);
    if (renamed.distinct === length) return order;
    ranks = renamed.ranks;
  }
}

/** What is too short to have a second half comes before all that has one. */
function bySecondHalf(order: Uint32Array, width: number): Uint32Array {
  const { length } = order;
  const positions = new Uint32Array(length);
  let next = 0;
  for (let at = Math.max(0, length - width); at < length; at++) positions[next++] = at;
  for (const at of order) if (at >= width) positions[next++] = at - width;
  return positions;
}

/** One rank for all that begin alike, by the ranks of their halves. */
function rank(order: Uint32Array, halves: Uint32Array, width: number): { ranks: Uint32Array; distinct: number } {
  const ranks = new Uint32Array(order.length);
  let distinct = 0;
  let before = -1;
  for (const at of order) {
    const isSame = halves[at] === halves[before] && halves[at + width] === halves[before + width];
    if (before < 0 || !isSame) distinct++;
    ranks[at] = distinct;
    before = at;
  }
  return { ranks, distinct };
}

/** Positions of one rank stay as they are among themselves. */
function sortBy(ranks: Uint32Array, positions: Uint32Array): Uint32Array {
  const ends = new Uint32Array(Math.max(65_536, ranks.length + 1));
  for (const rank of ranks) ends[rank] = (ends[rank] ?? 0) + 1;
  let total = 0;
  for (let rank = 0; rank < ends.length; rank++) {
    const count = ends[rank] ?? 0;
    ends[rank] = total;
    total += count;
  }
  const sorted = new Uint32Array(positions.length);
  for (const at of positions) {
    const rank = ranks[at] ?? 0;
    const place = ends[rank] ?? 0;
    sorted[place] = at;
    ends[rank] = place + 1;
  }
  return sorted;
}
