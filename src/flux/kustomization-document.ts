// A kustomization taken apart: what it lists, and an outline of everything else, by which two versions of it are
// compared. What kustomize could read otherwise than this parser does is not read at all.

import { type Document, isMap, isScalar, isSeq, type ParsedNode, visit, type YAMLMap } from 'yaml';
import { hasRepeatedKey, OTHER_LINE_BREAK, readYaml } from '../yaml-document.ts';

export interface Kustomization extends Lists {
  text: string;
  /** Undefined in a file that holds nothing but comments. */
  root: YAMLMap.Parsed | undefined;
  /** As the file's first line ends. */
  lineBreak: '\n' | '\r\n';
  /** Every node outside of `resources`, with its own text. */
  outline: readonly string[];
}

/** As written, with aliases resolved. */
interface Lists {
  resources: readonly string[];
  components: readonly string[];
  bases: readonly string[];
}

const MAX_LENGTH = 1024 * 1024;
/** Lists of ten thousand names have fewer parts, and it is read up to three times. */
const LIMITS = { parts: 65_536, depth: 100 };
const TOO_LARGE = { unreadable: 'it is too large' };
const UNRESOLVED = { unreadable: 'its aliases or its depth cannot be resolved' };

const LISTS = ['resources', 'components', 'bases'] as const;
const LISTS_IN_CAPITALS: ReadonlySet<string> = new Set(LISTS.map((name) => name.toUpperCase()));

/** What kustomize insists on; it adds what is missing. */
const IDENTITY: ReadonlyMap<string, RegExp> = new Map([
  ['apiVersion', /^(kustomize\.config\.k8s\.io\/.*)?$/],
  ['kind', /^(Kustomization|Component)?$/],
]);

/** The file, or why it cannot be read, in words that do not quote it. */
export function parseKustomization(text: string): Kustomization | { unreadable: string } {
  if (text.length > MAX_LENGTH) return TOO_LARGE;
  if (OTHER_LINE_BREAK.test(text)) return { unreadable: 'it has line breaks that not every version of YAML knows' };
  const { document, stop } = readYaml(text, { limits: LIMITS, keepSourceTokens: true });
  if (stop?.reason === 'parts') return TOO_LARGE;
  if (stop?.reason === 'depth') return UNRESOLVED;
  const [error] = document.errors;
  if (error !== undefined) return { unreadable: `it is not valid YAML (${error.code})` };
  if (stop !== undefined) return { unreadable: 'it holds several documents' };
  try {
    return readDocument(document, text);
  } catch {
    // The library's own limit of aliases.
    return UNRESOLVED;
  }
}

export function isResourcesPair({ key }: { key: unknown }): boolean {
  return isScalar(key) && key.value === 'resources';
}

function readDocument(document: Document.Parsed, text: string): Kustomization | { unreadable: string } {
  const lineBreak = /\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n';
  const outline = outlineOf(document, text);
  const root = document.contents;
  if (root === null || isNothing(root)) {
    return { text, root: undefined, lineBreak, outline, resources: [], components: [], bases: [] };
  }
  if (!isMap(root)) return { unreadable: 'it is not a mapping' };
  if (hasRepeatedKey(document)) return { unreadable: 'a key stands twice in one mapping' };
  const unreadable = findForeign(root) ?? findMalformedList(root, document);
  return unreadable === undefined ? { text, root, lineBreak, outline, ...readLists(root, document) } : { unreadable };
}

function isNothing(node: ParsedNode): boolean {
  return isScalar(node) && node.source === '' && node.tag === undefined && node.anchor === undefined;
}

function findForeign(root: YAMLMap.Parsed): string | undefined {
  for (const { key, value } of root.items) {
    if (!isScalar(key) || typeof key.value !== 'string') return 'a key of it is not a text';
    if (key.value === '<<') return 'it merges another mapping into itself';
    const name = key.value.toUpperCase();
    // kustomize does not mind.
    if (LISTS_IN_CAPITALS.has(name) && key.value !== name.toLowerCase()) {
      return `it has \`${name.toLowerCase()}\` in other letters`;
    }
    // Flux' own Kustomization is often in a file of this name.
    const expected = IDENTITY.get(key.value);
    if (expected?.test(isScalar(value) ? String(value.value ?? '') : '-') === false) {
      return 'it is not a Kustomization or Component of kustomize.config.k8s.io';
    }
  }
  return undefined;
}

function findMalformedList(root: YAMLMap.Parsed, document: Document): string | undefined {
  const malformed = LISTS.find((name) => listOf(root, name, document) === undefined);
  return malformed === undefined ? undefined : `\`${malformed}\` is not a list of texts`;
}

function readLists(root: YAMLMap.Parsed, document: Document): Lists {
  const read = (name: keyof Lists) => listOf(root, name, document) ?? [];
  return { resources: read('resources'), components: read('components'), bases: read('bases') };
}

/** Undefined for what is not a list of texts. */
function listOf(root: YAMLMap.Parsed, name: keyof Lists, document: Document): readonly string[] | undefined {
  const list: unknown = root.get(name, true)?.toJS(document) ?? [];
  return Array.isArray(list) && list.every((item) => typeof item === 'string') ? list : undefined;
}

/** Every node outside of `resources`: where it hangs, what marks it, and its own text if it is a leaf. */
function outlineOf(document: Document, text: string): string[] {
  const outline: string[] = [];
  visit(document, {
    Pair: (_, pair, path) => (path.length === 2 && isResourcesPair(pair) ? visit.SKIP : undefined),
    Node: (key, node, path) => {
      const mark = 'anchor' in node ? node.anchor : undefined;
      const [start = 0, end = 0] = node.range ?? [];
      const body = isMap(node) || isSeq(node) ? [isMap(node), node.flow === true] : leafOf(text.slice(start, end));
      outline.push(JSON.stringify([path.length, key, node.tag ?? null, mark ?? null, body]));
    },
  });
  return outline;
}

/** A block of text whose last line break is no part of it (`|-`) may get one. */
function leafOf(source: string): string {
  return /^[|>]\d?-/.test(source) ? source.trimEnd() : source;
}
