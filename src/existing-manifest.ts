// What a branch already holds in a file that is to be written, and whether this action may write over it.

import type { DesiredSecret } from './desired-secret.ts';
import { ActionError } from './errors.ts';
import { findProvenance, isProvenance, MANAGED_BY, type Provenance } from './kubernetes/provenance.ts';
import { isRecord, parseSopsDocument, type SopsDocument } from './sops/sops-document.ts';

export interface ExistingManifest {
  text: string;
  dataKeys: ReadonlySet<string>;
  /** Undefined for a manifest that this action did not write. */
  provenance: Provenance | undefined;
  /** People's own labels and annotations: they stay. */
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}

/** Written by `kubectl apply` with the values in clear, so it never stays. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * @throws {FILE_NOT_OURS} when the file is something else than this one Secret
 */
export function parseExistingManifest(desired: DesiredSecret, text: string): ExistingManifest {
  const document = parseSopsDocument(text);
  if (document === undefined) throw notOurs(desired, 'it is not one plain YAML document');
  const { metadata } = document.clear;
  const annotations = textsOf(isRecord(metadata) ? metadata['annotations'] : undefined);
  const labels = textsOf(isRecord(metadata) ? metadata['labels'] : undefined);
  const provenance = findProvenance(annotations);
  if (provenance === undefined) refuseOtherObject(desired, document);
  return {
    text,
    dataKeys: new Set([...document.data.keys(), ...document.stringData.keys()]),
    provenance,
    labels: without(labels, (name) => name === MANAGED_BY.label),
    annotations: without(annotations, (name) => isProvenance(name) || name === LAST_APPLIED),
  };
}

/** What a manifest claims of itself; undefined for one that this action did not write. */
export function findClaims(text: string): Provenance | undefined {
  const metadata = parseSopsDocument(text)?.clear['metadata'];
  return findProvenance(textsOf(isRecord(metadata) ? metadata['annotations'] : undefined));
}

/**
 * The data keys that writing would drop and may: those whose secret goes on under another key, and, in a manifest
 * that is otherwise as this run would write it, keys that no source accounts for.
 * @throws {FILE_WOULD_LOSE_KEYS} for any other key
 */
export function droppedKeys(desired: DesiredSecret, existing: ExistingManifest, template: string): string[] {
  const { provenance } = existing;
  const wanted = new Set([...desired.data.values()].map(({ name }) => name.secret));
  const dropped = [...existing.dataKeys].filter((key) => !desired.data.has(key));
  for (const key of dropped) {
    const source = provenance?.sources.get(key);
    const mayGo = source === undefined ? provenance?.template === template : wanted.has(source.secret);
    if (!mayGo) throw wouldLose(desired, key);
  }
  return dropped;
}

/** A manifest of somebody else is taken over only where it is the same object. */
function refuseOtherObject(desired: DesiredSecret, { clear }: SopsDocument): void {
  const metadata = isRecord(clear['metadata']) ? clear['metadata'] : {};
  if (clear['apiVersion'] !== 'v1' || clear['kind'] !== 'Secret') throw notOurs(desired, 'it is not a Secret');
  if (metadata['name'] !== desired.name || metadata['namespace'] !== desired.namespace) {
    throw notOurs(desired, 'it is a Secret of another name or namespace');
  }
  if ((clear['type'] ?? 'Opaque') !== desired.type) throw notOurs(desired, 'it is a Secret of another type');
  if (clear['immutable'] === true) throw notOurs(desired, 'it is an immutable Secret');
}

function notOurs({ file }: DesiredSecret, reason: string): ActionError {
  return new ActionError('FILE_NOT_OURS', {
    message: `Cannot write ${file}: the Flux repository holds something else there, ${reason}.`,
    remedy: 'Name another `file`, or make `name` and `namespace` those of the Secret that is there.',
  });
}

function wouldLose({ file }: DesiredSecret, key: string): ActionError {
  return new ActionError('FILE_WOULD_LOSE_KEYS', {
    message: `Cannot write ${file}: it holds the data key ${key}, which this run does not know and would drop.`,
    remedy: 'Give each secret a `file` of its own, or delete that key (or the file) first if it is no longer needed.',
  });
}

function without(
  entries: Readonly<Record<string, string>>,
  drops: (name: string) => boolean,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => !drops(name)));
}

function textsOf(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
