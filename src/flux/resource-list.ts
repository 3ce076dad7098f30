// Where `resources` stands in the text of a kustomization, and the text with names put behind the last one or taken
// out. Positions are the parser's; whoever calls parses the result and compares.

import { type CST, isAlias, isScalar, isSeq, type Pair, type ParsedNode, type Scalar, type YAMLSeq } from 'yaml';
import { type BlockItem, dropBlockItems, insertBlockItems, insertBlockList } from './block-items.ts';
import { dropFlowItems, type FlowList, insertFlowItems } from './flow-items.ts';
import { isResourcesPair, type Kustomization } from './kustomization-document.ts';
import { formatName, type NameStyle } from './resource-name.ts';
import { endOfBlanks, NotEditable, splice, startOfBlanks } from './text-edit.ts';

type Located =
  | { kind: 'missing'; style: NameStyle }
  | { kind: 'empty'; style: NameStyle; colon: number; end: number }
  | { kind: 'block'; style: NameStyle; colon: number; items: readonly BlockItem[] }
  | { kind: 'flow'; style: NameStyle; list: FlowList };

/** @throws {NotEditable} */
export function appendResources(kustomization: Kustomization, names: readonly string[]): string {
  const { text } = kustomization;
  const located = locate(kustomization);
  const written = names.map((name) => formatName(name, located.style));
  switch (located.kind) {
    case 'missing':
      return splice(text, insertBlockList(kustomization, undefined, written));
    case 'empty':
      return splice(text, insertBlockList(kustomization, located, written));
    case 'block':
      return splice(text, insertBlockItems(text, located.items, written));
    case 'flow':
      return splice(text, insertFlowItems(text, located.list, written));
  }
}

/** @throws {NotEditable} */
export function dropResources(kustomization: Kustomization, indexes: ReadonlySet<number>): string {
  const { text } = kustomization;
  const located = locate(kustomization);
  if (located.kind === 'block') return splice(text, dropBlockItems(text, located, indexes));
  if (located.kind === 'flow') return splice(text, dropFlowItems(text, located.list, indexes));
  throw new NotEditable('`resources` is empty');
}

function locate({ root, text }: Kustomization): Located {
  const pair = root?.items.find(isResourcesPair);
  if (root === undefined || pair === undefined) return { kind: 'missing', style: 'plain' };
  const { key, value } = pair;
  if (value === null || isMarked(key) || isMarked(value)) throw marked();
  const colon = pair.srcToken?.sep?.find(({ type }) => type === 'map-value-ind')?.offset;
  if (colon === undefined) throw unusual();
  if (isSeq(value)) return locateItems(value as YAMLSeq.Parsed, { text, pair, colon, inFlow: root.flow === true });
  if (root.flow === true) throw new NotEditable('it is written in braces, and its `resources` is empty');
  return { kind: 'empty', style: styleOf(key), colon, end: endOfEmpty(text, colon, value.range) };
}

interface Surroundings {
  text: string;
  pair: Pair<ParsedNode, ParsedNode | null>;
  colon: number;
  inFlow: boolean;
}

function locateItems(list: YAMLSeq.Parsed, { text, pair, colon, inFlow }: Surroundings): Located {
  const nodes = list.items.map(plainItem);
  const style = styleOf(nodes.at(-1) ?? pair.key);
  const tokens = list.srcToken;
  if (tokens?.type === 'block-seq') {
    const dashes = tokens.items.flatMap(({ start }) => offsetOf('seq-item-ind', start) ?? []);
    const items = nodes.map(({ range }, index) => ({ dash: dashes[index] ?? 0, start: range[0], end: range[1] }));
    return { kind: 'block', style, colon, items };
  }
  const [start, end] = list.range;
  // Two brackets on the line of their key are a place to begin a list in, rather than its style.
  const isPlace = !inFlow && /^\[[ \t]*\]$/.test(text.slice(start, end)) && startOfBlanks(text, start) === colon + 1;
  if (isPlace) return { kind: 'empty', style, colon, end };
  const commas = (tokens?.items ?? []).flatMap((item) => offsetOf('comma', item.start) ?? []);
  const items = nodes.map(({ range }, index) => ({ start: range[0], end: range[1], comma: commas[index] }));
  return { kind: 'flow', style, list: { start, end, items } };
}

/** Where an empty value ends that stands on the line of its key; what is left of it there has no meaning. */
function endOfEmpty(text: string, colon: number, [start, end]: readonly number[]): number {
  if (start === undefined || end === undefined || start === end) return colon + 1;
  if (endOfBlanks(text, colon + 1) !== start) throw unusual();
  return end;
}

function plainItem(node: ParsedNode): Scalar.Parsed {
  if (!isScalar(node) || isMarked(node)) throw marked();
  if (node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL') throw unusual();
  return node;
}

function isMarked(node: ParsedNode): boolean {
  return isAlias(node) || node.anchor !== undefined || node.tag !== undefined;
}

function styleOf(node: ParsedNode): NameStyle {
  if (!isScalar(node)) return 'plain';
  if (node.type === 'QUOTE_DOUBLE') return 'double';
  return node.type === 'QUOTE_SINGLE' ? 'single' : 'plain';
}

function offsetOf(type: CST.SourceToken['type'], tokens: readonly CST.SourceToken[]): number | undefined {
  return tokens.find((token) => token.type === type)?.offset;
}

function marked(): NotEditable {
  return new NotEditable('`resources` has an alias, an anchor or a tag');
}

function unusual(): NotEditable {
  return new NotEditable('the layout of `resources` is unusual');
}
