// The plain values of a YAML document. Only what is plain comes through: no tags, no keys that are not text or stand
// twice, no numbers but plain digits. What aliases and merges add up to is bounded.

import { type Alias, isAlias, isMap, isScalar, isSeq, type ParsedNode, type Scalar, type YAMLMap } from 'yaml';
import { shown } from '../markdown.ts';
import type { Problems } from './problems.ts';

export interface PlainDocument {
  /** Its mappings have no prototype, and a number that is not written as plain digits is NaN. */
  value: unknown;
  targets: AliasTargets;
}

/** What each alias stands for. */
export type AliasTargets = ReadonlyMap<Alias.Parsed, ParsedNode>;

interface Anchored {
  node: ParsedNode;
  value: unknown;
  /** Nodes in it, those that its own aliases stand for among them; undefined while it is still being read. */
  size: number | undefined;
}

interface Reading {
  problems: Problems;
  targets: Map<Alias.Parsed, ParsedNode>;
  /** By name: the last one that begins before this point of the text. */
  anchors: Map<string, Anchored>;
  /** Nodes up to here, and those of them that aliases stand for. */
  size: number;
  aliased: number;
}

type Mapping = Record<string, unknown>;

/** A thousand entries that share two hundred lines. */
const MAX_ALIASED = 200_000;

/** JavaScript would take these keys for what it has itself. */
const OF_EVERY_OBJECT = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype']);

class AliasRefused extends Error {}

/** Undefined, with a problem, where an alias leads nowhere, into itself or to too much: the rest would be misunderstood. */
export function readValues(contents: ParsedNode, problems: Problems): PlainDocument | undefined {
  const reading: Reading = { problems, targets: new Map(), anchors: new Map(), size: 0, aliased: 0 };
  try {
    return { value: readNode(contents, reading), targets: reading.targets };
  } catch (error) {
    if (error instanceof AliasRefused) return undefined;
    throw error;
  }
}

/** What the text `<<` is as a key, where it is not in quotes. */
export function isMerge(key: ParsedNode | null): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<';
}

function readNode(node: ParsedNode | null, reading: Reading): unknown {
  reading.size += 1;
  if (node === null) return null;
  if (isAlias(node)) return readAlias(node, reading);
  const { anchor, tag } = node;
  if (tag !== undefined) {
    reading.problems.add(
      node.range[0],
      () => `the tag \`${shown(tag.replace('tag:yaml.org,2002:', '!!'))}\` is not used here: leave it out`,
    );
  }
  if (anchor === undefined) return readPlain(node, reading);
  const before = reading.size;
  const anchored: Anchored = { node, value: undefined, size: undefined };
  reading.anchors.set(anchor, anchored);
  anchored.value = readPlain(node, reading);
  anchored.size = reading.size - before + 1;
  return anchored.value;
}

function readPlain(node: Exclude<ParsedNode, Alias.Parsed>, reading: Reading): unknown {
  if (isMap(node)) return readMapping(node, reading);
  if (isSeq(node)) return node.items.map((item) => readNode(item, reading));
  return readScalar(node);
}

function readScalar({ value, source }: Scalar.Parsed): unknown {
  return typeof value === 'number' && String(value) !== source ? Number.NaN : value;
}

function readAlias(alias: Alias.Parsed, reading: Reading): unknown {
  const { anchors, problems, targets } = reading;
  const anchored = anchors.get(alias.source);
  const refuse = (reason: string) => {
    problems.add(alias.range[0], () => `the alias \`*${shown(alias.source)}\` ${reason}`);
    return new AliasRefused();
  };
  if (anchored?.size === undefined) {
    throw refuse(anchored === undefined ? 'has no anchor before it' : 'stands for what it is itself a part of');
  }
  reading.size += anchored.size;
  reading.aliased += anchored.size;
  if (reading.aliased > MAX_ALIASED) throw refuse('and those before it stand for too much: write less with aliases');
  targets.set(alias, anchored.node);
  return anchored.value;
}

function readMapping(map: YAMLMap.Parsed<ParsedNode, ParsedNode | null>, reading: Reading): Mapping {
  const mapping: Mapping = Object.create(null);
  let merged: readonly Mapping[] | undefined;
  for (const { key, value: node } of map.items) {
    const name = readKey(key, reading);
    const value = readNode(node, reading);
    if (name === undefined) continue;
    if (isMerge(key) ? merged !== undefined : Object.hasOwn(mapping, name)) {
      reading.problems.add(key.range[0], () => `\`${shown(name)}\` stands twice in one mapping: leave one out`);
    } else if (isMerge(key)) {
      merged = readMerge(key, value, reading);
    } else {
      mapping[name] = value;
    }
  }
  merged?.forEach((each) => {
    mergeInto(mapping, each);
  });
  return mapping;
}

/** What the mapping says itself counts, and then what was merged first. */
function mergeInto(mapping: Mapping, merged: Mapping): void {
  for (const name of Object.keys(merged)) if (!Object.hasOwn(mapping, name)) mapping[name] = merged[name];
}

/** Undefined, with a problem, for what is no key. */
function readKey(key: ParsedNode, reading: Reading): string | undefined {
  const name = readNode(key, reading);
  if (typeof name !== 'string' || !isScalar(key)) {
    const remedy = isScalar(key) ? 'put it into quotes' : 'write text';
    reading.problems.add(key.range[0], () => `a key has to be text: ${remedy}`);
    return undefined;
  }
  if (!OF_EVERY_OBJECT.has(name)) return name;
  reading.problems.add(key.range[0], () => `\`${shown(name)}\` cannot be a key here: take another one`);
  return undefined;
}

function readMerge(key: ParsedNode, value: unknown, { problems }: Reading): readonly Mapping[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const mappings = values.filter(
    (each): each is Mapping => typeof each === 'object' && !Array.isArray(each) && each !== null,
  );
  if (mappings.length < values.length) problems.add(key.range[0], () => '`<<` takes a mapping or a list of them');
  return mappings;
}
