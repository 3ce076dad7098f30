// What a YAML document of a `.sops.yaml` says, with aliases and merges followed, in the order that they have in sops. What
// they add up to is bounded, so that whoever goes through the value gets to its end.

import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Pair } from 'yaml';

/** Nodes, each counted as often as aliases repeat it: a thousand rules that share a hundred recipients. */
const MAX_SIZE = 200_000;

interface Anchored {
  value: unknown;
  /** Undefined while it is still being read. */
  size: number | undefined;
}

interface Reading {
  /** By name: the last one that begins before this point of the text. */
  anchors: Map<string, Anchored>;
  size: number;
}

type Mapping = Record<string, unknown>;

class Unresolved extends Error {}

/**
 * Its mappings have no prototype. Undefined where an alias leads nowhere or into itself, where something else than
 * mappings is merged, and where all of it would be too much.
 */
export function readPlainValue({ contents }: Document): unknown {
  try {
    return readNode(contents, { anchors: new Map(), size: 0 });
  } catch (error) {
    if (error instanceof Unresolved) return undefined;
    throw error;
  }
}

function readNode(node: unknown, reading: Reading): unknown {
  grow(reading, 1);
  if (isAlias(node)) return readAlias(node.source, reading);
  const anchor = (isScalar(node) || isMap(node) || isSeq(node)) && node.anchor;
  if (!anchor) return readUnmarked(node, reading);
  const before = reading.size;
  const anchored: Anchored = { value: undefined, size: undefined };
  reading.anchors.set(anchor, anchored);
  anchored.value = readUnmarked(node, reading);
  anchored.size = reading.size - before + 1;
  return anchored.value;
}

function readUnmarked(node: unknown, reading: Reading): unknown {
  if (isMap(node)) return readMapping(node.items, reading);
  if (isSeq(node)) return node.items.map((item) => readNode(item, reading));
  // An item of an ordered mapping.
  if (isPair(node)) return readMapping([node], reading);
  return isScalar(node) ? node.value : null;
}

function readAlias(name: string, reading: Reading): unknown {
  const anchored = reading.anchors.get(name);
  if (anchored?.size === undefined) throw new Unresolved();
  grow(reading, anchored.size);
  return anchored.value;
}

/** What a mapping says itself counts, wherever its merges stand, and then what was merged first. */
function readMapping(items: readonly Pair[], reading: Reading): Mapping {
  const mapping: Mapping = Object.create(null);
  const merged: Mapping[] = [];
  for (const { key, value } of items) {
    const name = readNode(key, reading);
    const said = readNode(value, reading);
    if (isScalar(key) && typeof name === 'symbol') merged.push(...mappingsIn(said));
    // No name that is looked for is a collection.
    else if (typeof name !== 'object') mapping[String(name)] = said;
  }
  for (const source of merged) mergeInto(mapping, source, reading);
  return mapping;
}

function mergeInto(mapping: Mapping, source: Mapping, reading: Reading): void {
  const names = Object.keys(source);
  grow(reading, names.length);
  for (const name of names) if (!Object.hasOwn(mapping, name)) mapping[name] = source[name];
}

function mappingsIn(value: unknown): Mapping[] {
  return (Array.isArray(value) ? value : [value]).map((each: unknown) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) throw new Unresolved();
    return each as Mapping;
  });
}

function grow(reading: Reading, size: number): void {
  reading.size += size;
  if (reading.size > MAX_SIZE) throw new Unresolved();
}
