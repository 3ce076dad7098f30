// From a value of a config file back to its place in the text. Only what is wrong is ever looked up.

import { type Alias, isAlias, isMap, isScalar, isSeq, type ParsedNode, type YAMLMap } from 'yaml';
import { type AliasTargets, isMerge } from './values.ts';

export type Path = readonly (string | number)[];

export interface Places {
  /** Offset in the text of what stands at the path; where nothing does, of what it would be in. */
  valueAt(path: Path): number;
  /** Offset of the key, or of an item of a list. */
  keyAt(path: Path): number;
  /** The text of a single value, as it is written; undefined for mappings, lists, and what is not there. */
  findText(path: Path): string | undefined;
}

type Plain = Exclude<ParsedNode, Alias.Parsed>;
type Mapping = YAMLMap.Parsed<ParsedNode, ParsedNode | null>;
/** What stands in a mapping or a list. */
interface Item {
  key?: ParsedNode;
  value: ParsedNode | null | undefined;
}

export function createPlaces(contents: ParsedNode, targets: AliasTargets): Places {
  const indexes = new Map<Mapping, ReadonlyMap<string, Item>>();

  /** Behind an alias, which stands for no other one: an alias has no anchor. */
  function follow(node: ParsedNode | null | undefined): Plain | undefined {
    const target = isAlias(node) ? targets.get(node as Alias.Parsed) : node;
    return (target as Plain | null | undefined) ?? undefined;
  }

  function findIn(node: Plain | undefined, step: string | number): Item | undefined {
    if (isSeq(node)) return { value: node.items[Number(step)] as ParsedNode | undefined };
    if (!isMap(node)) return undefined;
    const index = indexes.get(node) ?? indexItems(node);
    indexes.set(node, index);
    const own = index.get(String(step));
    const merge = index.get('<<');
    if (own !== undefined || merge?.key === undefined || !isMerge(merge.key)) return own;
    const merged = follow(merge.value);
    const sources = isSeq(merged) ? merged.items.map((item) => follow(item as ParsedNode)) : [merged];
    return sources.reduce<Item | undefined>((found, source) => found ?? findIn(source, step), undefined);
  }

  function find(path: Path): Item | undefined {
    return path.reduce<Item | undefined>((item, step) => item && findIn(follow(item.value), step), { value: contents });
  }

  function valueAt(path: Path): number {
    const item = find(path);
    const at = item?.value?.range[0] ?? item?.key?.range[0];
    return at ?? (path.length === 0 ? 0 : valueAt(path.slice(0, -1)));
  }

  return {
    valueAt,
    keyAt: (path) => find(path)?.key?.range[0] ?? valueAt(path),
    findText(path) {
      const node = follow(find(path)?.value);
      return isScalar(node) ? node.source : undefined;
    },
  };
}

/** Of a key that stands twice, the first counts. */
function indexItems({ items }: Mapping): ReadonlyMap<string, Item> {
  const texts = items.filter(({ key }) => isScalar(key) && typeof key.value === 'string');
  return new Map(texts.toReversed().map((item) => [(item.key as { value: string }).value, item]));
}
