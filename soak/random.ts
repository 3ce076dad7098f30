// Chance that can be had again: the same seed and the same stream draw the same. Each round has a stream of its own, so
// that what one of them draws moves no other.

import { createHash } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export interface Random {
  /** Both ends included. */
  integer(from: number, to: number): number;
  /** @param share of 1 */
  chance(share: number): boolean;
  /** @throws {RangeError} where there is nothing to pick from */
  pick<Item>(items: readonly Item[]): Item;
  /** So many characters of base64url's alphabet. */
  text(length: number): string;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export function createRandom(seed: number, stream: string): Random {
  // Seeds that lie beside each other must not draw alike.
  const mixed = createHash('sha256').update(`${seed} ${stream}`).digest().readInt32BE(0);
  const generator = xoroshiro128plus(mixed);
  const integer = (from: number, to: number) => uniformInt(generator, from, to);
  return {
    integer,
    chance: (share) => integer(1, 1000) <= share * 1000,
    pick(items) {
      const item = items[integer(0, items.length - 1)];
      if (item === undefined) throw new RangeError('There is nothing to pick from.');
      return item;
    },
    text: (length) => Array.from({ length }, () => ALPHABET[integer(0, ALPHABET.length - 1)]).join(''),
  };
}
