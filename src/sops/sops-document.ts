// A manifest file taken apart: what stands in clear, the values, and sops' own block. A document that could say
// something beside its data (comments, directives, tags, anchors) is told from one that cannot.

import { type Document, isMap, isScalar, type Node, visit } from 'yaml';

import { isRecord } from '../json.ts';
import { hasRepeatedKey, readYaml } from '../yaml-document.ts';

/** What the largest Secret of Kubernetes (1 MiB) comes to once it is encoded twice. */
const MAX_LENGTH = 2_500_000;
/** A Secret of so many bytes has a third of these parts, however small its values; what people write is not so deep. */
const LIMITS = { parts: 400_000, depth: 100 };
/** How sops writes the text `<<`, which would otherwise be a merge. */
const MERGE_TAG = 'tag:yaml.org,2002:merge';

export class SopsDocument {
  /** All top-level fields but `data`, `stringData` and `sops`. */
  readonly clear: Readonly<Record<string, unknown>>;
  readonly data: ReadonlyMap<string, unknown>;
  readonly stringData: ReadonlyMap<string, unknown>;
  /** Undefined in a manifest that sops has not written. */
  readonly sops: Readonly<Record<string, unknown>> | undefined;
  /** Whether the text says nothing but this data. */
  readonly isBare: boolean;
  // Private, so that no other object has the type: what was read and its text cannot be parted.
  readonly #text: string;

  private constructor(text: string, document: Document) {
    const { data, stringData, sops, ...clear } = document.toJS() as Record<string, unknown>;
    this.clear = clear;
    this.data = entriesOf(data);
    this.stringData = entriesOf(stringData);
    this.sops = isRecord(sops) ? sops : undefined;
    this.isBare = isBare(document, text);
    this.#text = text;
  }

  /** The whole file. */
  get text(): string {
    return this.#text;
  }

  /** Undefined for what is not one YAML document with a mapping whose keys are texts, each said once. */
  static parse(text: string): SopsDocument | undefined {
    if (text.length > MAX_LENGTH) return undefined;
    const { document, stop } = readYaml(text, { limits: LIMITS, resolveKnownTags: false });
    if (stop !== undefined || document.errors.length > 0) return undefined;
    if (!isMap(document.contents) || !isPlain(document)) return undefined;
    return new SopsDocument(text, document);
  }
}

/** What sops takes for a field that is not there. */
export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** No aliases, and no keys that JavaScript would take for others than they are. */
function isPlain(document: Document): boolean {
  let plain = true;
  const refuse = () => {
    plain = false;
    return visit.BREAK;
  };
  visit(document, {
    Alias: refuse,
    Map: (_, { items }) => {
      const areTexts = items.every(
        ({ key }) => isScalar(key) && typeof key.value === 'string' && key.value !== '__proto__',
      );
      return areTexts ? undefined : refuse();
    },
  });
  return plain && !hasRepeatedKey(document);
}

function isBare(document: Document, text: string): boolean {
  let bare = !hasComment(document) && !/^(%|---|\.\.\.)/m.test(text);
  visit(document, {
    Node: (_, node) => {
      if (!hasComment(node) && isUnmarked(node)) return undefined;
      bare = false;
      return visit.BREAK;
    },
  });
  return bare;
}

function hasComment({ comment, commentBefore }: { comment?: string | null; commentBefore?: string | null }): boolean {
  return Boolean(comment || commentBefore);
}

function isUnmarked(node: Node): boolean {
  if ('anchor' in node && node.anchor !== undefined) return false;
  return node.tag === undefined || (node.tag === MERGE_TAG && isScalar(node) && node.value === '<<');
}

function entriesOf(value: unknown): Map<string, unknown> {
  if (value === undefined || value === null) return new Map();
  return new Map(Object.entries(isRecord(value) ? value : { '': value }));
}
