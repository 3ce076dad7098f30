// What a branch already holds in a file that is to be written or deleted, and whether this action may do so.

import type { DesiredSecret } from '../desired-secret.ts';
import { ActionError } from '../errors.ts';
import { isRecord } from '../json.ts';
import { findProvenance, isProvenance, MANAGED_BY, type Provenance } from '../kubernetes/provenance.ts';
import type { SopsDocument } from '../sops/sops-document.ts';

export interface ExistingManifest {
  document: SopsDocument;
  dataKeys: ReadonlySet<string>;
  /** Undefined for a manifest that this action did not write. */
  provenance: Provenance | undefined;
  /** People's own labels and annotations: they stay. */
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  /** Whether Kubernetes takes what is to be written for the same object, and so compares the two. */
  isSameObject: boolean;
  isImmutable: boolean;
}

/** A file of a branch: its document, or undefined where it is not one plain YAML document. */
export interface ExistingFile {
  document: SopsDocument | undefined;
}

/** Written by `kubectl apply` with the values in clear, so it never stays. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * @throws {FILE_NOT_OURS} when the file is something else than this one Secret
 * @throws {SECRET_TYPE_CHANGED} when it is this Secret with another type
 */
export function readExistingManifest(desired: DesiredSecret, { document }: ExistingFile): ExistingManifest {
  if (document === undefined) throw notOurs(desired, 'it is not one plain YAML document');
  const metadata = metadataOf(document);
  const provenance = findClaims({ document });
  if (provenance === undefined) refuseOtherObject(desired, document);
  const namespaces = [metadata['namespace'], desired.namespace].filter((namespace) => namespace !== undefined);
  // Where none is said, Flux or a kustomization says one: it may well be the same.
  const isSameObject = metadata['name'] === desired.name && new Set(namespaces).size < 2;
  if (isSameObject) refuseOtherType(desired, document);
  const managed = new Set(provenance?.manages.labels);
  const managedAnnotations = new Set(provenance?.manages.annotations);
  return {
    document,
    dataKeys: new Set([...document.data.keys(), ...document.stringData.keys()]),
    provenance,
    labels: without(textsOf(metadata['labels']), (name) => name === MANAGED_BY.label || managed.has(name)),
    annotations: without(
      textsOf(metadata['annotations']),
      (name) => isProvenance(name) || name === LAST_APPLIED || managedAnnotations.has(name),
    ),
    isSameObject,
    isImmutable: document.clear['immutable'] === true,
  };
}

/** What a manifest claims of itself; undefined for one that this action did not write. */
export function findClaims({ document }: ExistingFile): Provenance | undefined {
  return document && findProvenance(textsOf(metadataOf(document)['annotations']));
}

/** The owner of what is asked for by inputs. Any number of workflows may say so, so it proves no common origin. */
export const INPUTS = 'inputs';

/**
 * Whether the file is there to be deleted.
 * @throws {FILE_NOT_OURS} when it is something else than a manifest that this owner, or inputs, asked for
 */
export function mayDelete(file: string, existing: ExistingFile | undefined, owner: string): boolean {
  if (existing === undefined) return false;
  const claims = findClaims(existing);
  if (claims === undefined) throw notDeletable(file, 'it is no manifest of this action');
  if (claims.owner !== owner && claims.owner !== INPUTS)
    throw notDeletable(file, `it belongs to ${claims.owner.slice(0, 200)}`);
  return true;
}

/** A manifest of somebody else is taken over only where it is the same object. */
function refuseOtherObject(desired: DesiredSecret, document: SopsDocument): void {
  const { clear } = document;
  const metadata = metadataOf(document);
  if (clear['apiVersion'] !== 'v1' || clear['kind'] !== 'Secret') throw notOurs(desired, 'it is not a Secret');
  if (metadata['name'] !== desired.name || metadata['namespace'] !== desired.namespace) {
    throw notOurs(desired, 'it is a Secret of another name or namespace');
  }
  if (clear['immutable'] === true) throw notOurs(desired, 'it is an immutable Secret');
}

/** https://kubernetes.io/docs/concepts/configuration/secret/#secret-types */
function refuseOtherType({ file, name, type }: DesiredSecret, { clear }: SopsDocument): void {
  if ((clear['type'] ?? 'Opaque') === type) return;
  throw new ActionError('SECRET_TYPE_CHANGED', {
    message: `Cannot write ${file}: the Secret ${name} has another type there than ${type}, and Kubernetes lets no type be changed.`,
    remedy: 'Give the Secret a new `name`, and have the workloads use that; or leave its type as it is.',
  });
}

function notOurs({ file }: DesiredSecret, reason: string): ActionError {
  return new ActionError('FILE_NOT_OURS', {
    message: `Cannot write ${file}: the Flux repository holds something else there, ${reason}.`,
    remedy: 'Name another `file`, or make `name` and `namespace` those of the Secret that is there.',
  });
}

function notDeletable(file: string, reason: string): ActionError {
  return new ActionError('FILE_NOT_OURS', {
    message: `Cannot delete ${file}: ${reason}.`,
    remedy: 'Delete it by hand if it has to go, and take the entry out of the config.',
  });
}

function metadataOf({ clear }: SopsDocument): Readonly<Record<string, unknown>> {
  const metadata = clear['metadata'];
  return isRecord(metadata) ? metadata : {};
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
