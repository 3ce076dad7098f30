// The gate. Only an EncryptedManifest can be published, and the only way to one is to show, leaf by leaf, that the
// document says nothing but what is expected in clear and that every value is ciphertext for the right recipients.

import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, parseAllDocuments, visit } from 'yaml';
import { ActionError } from '../errors.ts';
import type { ClearManifest } from '../kubernetes/secret-manifest.ts';
import {
  type EncryptionRule,
  formatEncryptionRule,
  parseRecipients,
  RECIPIENT_KINDS,
  type Recipient,
  SELECTOR_KINDS,
  type Selector,
} from './encryption-rule.ts';

/** A manifest file taken apart: what stands in clear, the values, and sops' own block. */
export interface SopsDocument {
  /** All top-level fields but `data`, `stringData` and `sops`. */
  clear: Readonly<Record<string, unknown>>;
  data: ReadonlyMap<string, unknown>;
  stringData: ReadonlyMap<string, unknown>;
  /** Undefined in a manifest that sops has not written. */
  sops: Readonly<Record<string, unknown>> | undefined;
}

export interface Expectation {
  clear: ClearManifest;
  dataKeys: Iterable<string>;
  rule: EncryptionRule;
}

const CIPHERTEXT =
  /^ENC\[AES256_GCM,data:[A-Za-z0-9+/]+={0,2},iv:[A-Za-z0-9+/]+={0,2},tag:[A-Za-z0-9+/]+={0,2},type:str\]$/;

const OTHER_KEY_SERVICES = ['kms', 'hckms', 'azure_kv', 'hc_vault'];

export class EncryptedManifest {
  readonly file: string;
  readonly text: string;

  private constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  /**
   * @param text a whole manifest file: sops' output, or what a branch of the Flux repository already holds
   * @returns the manifest, or in a sentence each what keeps it from being one (values are never quoted)
   */
  static verify(file: string, text: string, expected: Expectation): EncryptedManifest | { violations: string[] } {
    const document = parseSopsDocument(text);
    if (document === undefined) return { violations: ['it is not one plain YAML document'] };
    const violations = [...findViolations(document, expected)];
    return violations.length === 0 ? new EncryptedManifest(file, text) : { violations };
  }
}

export function notEncrypted(file: string, violations: readonly string[]): ActionError {
  return new ActionError('MANIFEST_NOT_ENCRYPTED', {
    message: `Cannot publish ${file}: after sops, ${violations.join('; ')}.`,
    remedy:
      'Mend the creation rule in .sops.yaml so that it encrypts `data`, and nothing else, for the expected recipients.',
  });
}

/** Undefined for what is not one YAML document with a plain mapping: no aliases, no keys that are not text. */
export function parseSopsDocument(text: string): SopsDocument | undefined {
  const documents = parseAllDocuments(text, { prettyErrors: false });
  const [document] = documents;
  if (!Array.isArray(documents) || documents.length !== 1 || document === undefined) return undefined;
  if (document.errors.length > 0 || !isMap(document.contents) || !isPlain(document)) return undefined;
  const { data, stringData, sops, ...clear } = document.toJS() as Record<string, unknown>;
  return { clear, data: entriesOf(data), stringData: entriesOf(stringData), sops: isRecord(sops) ? sops : undefined };
}

function isPlain(document: Parameters<typeof visit>[0]): boolean {
  let plain = true;
  visit(document, {
    Alias: () => {
      plain = false;
      return visit.BREAK;
    },
    Pair: (_, { key }) => {
      if (isScalar(key) && key.value !== '__proto__') return undefined;
      plain = false;
      return visit.BREAK;
    },
  });
  return plain;
}

function* findViolations({ clear, data, stringData, sops }: SopsDocument, expected: Expectation): Generator<string> {
  if (clear['kind'] !== 'Secret' || clear['apiVersion'] !== 'v1') yield 'kind or apiVersion is not readable';
  if (!isDeepStrictEqual(clear, { ...expected.clear })) yield 'what stands in clear is not what was asked for';
  if (stringData.size > 0) yield 'it has stringData';
  const keys = new Set(expected.dataKeys);
  for (const key of keys) if (!data.has(key)) yield `the data key ${key} is missing`;
  for (const [key, value] of data) {
    if (!keys.has(key)) yield `the data key ${key} was not asked for`;
    if (typeof value !== 'string' || !CIPHERTEXT.test(value)) yield `the value of ${key} is not encrypted`;
  }
  if (sops === undefined) yield 'sops has not signed it';
  else yield* findBlockViolations(sops, expected.rule);
}

function* findBlockViolations(sops: Readonly<Record<string, unknown>>, rule: EncryptionRule): Generator<string> {
  if (typeof sops['mac'] !== 'string' || !CIPHERTEXT.test(sops['mac'])) yield 'sops.mac is missing';
  const found = readEncryptionRule(sops);
  if (found === undefined) yield 'its recipients cannot be read';
  else if (formatEncryptionRule(found) !== formatEncryptionRule(rule)) {
    yield 'its recipients, or what it encrypts, are not those of the rule';
  }
}

/** The rule that a `sops` block says it was encrypted by. */
function readEncryptionRule(sops: Readonly<Record<string, unknown>>): EncryptionRule | undefined {
  const selectors = SELECTOR_KINDS.flatMap((kind): Selector[] => {
    const pattern = sops[kind];
    return typeof pattern === 'string' && pattern !== '' ? [{ kind, pattern }] : [];
  });
  const groups = sops['key_groups'] === undefined ? [sops] : sops['key_groups'];
  const [selector] = selectors;
  if (selector === undefined || selectors.length > 1 || !Array.isArray(groups)) return undefined;
  const keyGroups = groups.map(readKeyGroup);
  if (!keyGroups.every((group) => group !== undefined)) return undefined;
  const threshold = sops['shamir_threshold'];
  return {
    keyGroups,
    threshold: typeof threshold === 'number' ? threshold : keyGroups.length,
    selector,
    macOnlyEncrypted: sops['mac_only_encrypted'] === true,
  };
}

const RECIPIENT_FIELD = { gcp_kms: 'resource_id', age: 'recipient', pgp: 'fp' } as const;

function readKeyGroup(group: unknown): Recipient[] | undefined {
  if (!isRecord(group)) return undefined;
  if (OTHER_KEY_SERVICES.some((name) => Array.isArray(group[name]) && group[name].length > 0)) return undefined;
  const recipients = RECIPIENT_KINDS.flatMap((kind): (Recipient | undefined)[] => {
    const entries = group[kind] ?? [];
    if (!Array.isArray(entries)) return [undefined];
    return entries.map((entry: unknown) => readRecipient(kind, entry));
  });
  return recipients.every((recipient) => recipient !== undefined) ? recipients : undefined;
}

function readRecipient(kind: Recipient['kind'], entry: unknown): Recipient | undefined {
  const id = isRecord(entry) && typeof entry['enc'] === 'string' ? entry[RECIPIENT_FIELD[kind]] : undefined;
  return typeof id === 'string' ? parseRecipients(kind, id)[0] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entriesOf(value: unknown): Map<string, unknown> {
  if (value === undefined || value === null) return new Map();
  return new Map(Object.entries(isRecord(value) ? value : { '': value }));
}
