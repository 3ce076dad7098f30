// What has to be done for one file, decided from what is wished, what the branch holds and what `latest` and
// aliases resolve to. Pure: nothing is read, decrypted or accessed to find out.

import type { DesiredSecret } from '../desired-secret.ts';
import { ActionError } from '../errors.ts';
import { formatVersionRequest } from '../google/resource-names.ts';
import { formatProvenance, type Hold, MANAGED_BY, type Provenance, type Sources } from '../kubernetes/provenance.ts';
import type { ClearManifest } from '../kubernetes/secret-manifest.ts';
import { EncryptedManifest } from '../sops/encrypted-manifest.ts';
import type { EncryptionRule } from '../sops/encryption-rule.ts';
import { type ExistingFile, type ExistingManifest, readExistingManifest } from './existing-manifest.ts';
import { declarationOf, templateOf } from './template.ts';
import { findSources, isSameVersions, NONE, pinCarried, type Resolved, refuseGoingBack } from './versions.ts';

export type Change = Leave | Write;

export interface Leave {
  kind: 'unchanged' | 'held';
  desired: DesiredSecret;
  /** What the manifest claims to carry. */
  contents: Contents;
  hold: Hold | undefined;
  manifest: EncryptedManifest;
}

export interface Write {
  kind: 'create' | 'update';
  /** As wished, but for what is held: that stands in the place of the versions that are asked for. */
  desired: DesiredSecret;
  /** What the branch holds now; empty for a new or a foreign manifest. */
  from: Sources;
  rule: EncryptionRule;
  owner: string;
  template: string;
  hold: Hold | undefined;
  /** What stands in the place of versions that were asked for, since it is held. */
  heldFrom: Sources | undefined;
  existing: ExistingManifest | undefined;
}

export function isWrite(change: Change): change is Write {
  return change.kind === 'create' || change.kind === 'update';
}

/** What is said in clear about the data of a manifest. */
export type Contents = Pick<Provenance, 'sources' | 'empty' | 'expires'>;

export interface Situation {
  desired: DesiredSecret;
  /** The file at the head that was read; undefined where there is none. */
  existing: ExistingFile | undefined;
  rule: EncryptionRule;
  /** Where the wish stands: a config file, or `inputs`. */
  owner: string;
  /** What `latest` and aliases resolved to. */
  resolved: Resolved;
  /** Encrypt anew whatever the manifest claims. */
  refresh: boolean;
  /** What `hold: set` would write. */
  hold: Hold;
  /** What holds the versions that are asked for, where the wish was pinned to them already. */
  heldAs: Held | undefined;
}

/** A hold, and the versions that it is for. */
interface Held {
  hold: Hold;
  sources: Sources;
}

/**
 * @throws {FILE_NOT_OURS | SECRET_TYPE_CHANGED | SECRET_IMMUTABLE} when the file may not be written over so
 * @throws {SECRET_WENT_BACK} when `latest` is lower than what the branch holds
 */
export function plan(situation: Situation): Change {
  const { rule, resolved, owner } = situation;
  const existing = situation.existing && readExistingManifest(situation.desired, situation.existing);
  const provenance = existing?.provenance;
  const desired = pinHeld(situation.desired, provenance);
  const isHeld = desired !== situation.desired;
  const from = provenance?.sources ?? NONE;
  refuseGoingBack(desired, from, resolved);

  const sources = findSources(desired, { claimed: from, resolved });
  if (existing !== undefined) refuseImmutable(desired, existing, sources);
  const hold = isHeld ? provenance?.hold : findHold(situation, provenance, sources);
  const template = templateOf(desired, rule);
  const kind = existing === undefined ? 'create' : 'update';
  const write: Write = {
    kind,
    desired,
    from,
    rule,
    owner,
    template,
    hold,
    heldFrom: isHeld ? from : situation.heldAs?.sources,
    existing,
  };
  if (existing !== undefined && sources !== undefined && !situation.refresh) {
    const contents = { sources, empty: provenance?.empty ?? [], expires: provenance?.expires };
    const manifest = verifyAs(write, contents, existing);
    if (manifest !== undefined) return { kind: isHeld ? 'held' : 'unchanged', desired, contents, hold, manifest };
  }
  return write;
}

/** The document as the manifest that is to be written, where it is just that already. */
export function verifyAs(write: Write, contents: Contents, { document }: ExistingFile): EncryptedManifest | undefined {
  const { desired, rule } = write;
  const verified = EncryptedManifest.verify(desired.file, document, {
    clear: buildClearManifest(write, contents),
    dataKeys: contents.sources.keys(),
    empty: contents.empty,
    rule,
  });
  return verified instanceof EncryptedManifest ? verified : undefined;
}

/** All that the manifest says in clear. */
export function buildClearManifest(write: Write, contents: Contents): ClearManifest {
  const { desired, template, hold, existing, owner } = write;
  const { name, namespace, type, immutable } = desired;
  const provenance = formatProvenance({
    ...contents,
    template,
    owner,
    hold,
    manages: { labels: Object.keys(desired.labels), annotations: Object.keys(desired.annotations) },
    declaration: immutable ? declarationOf(desired) : undefined,
  });
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...existing?.labels, ...desired.labels, [MANAGED_BY.label]: MANAGED_BY.value },
      annotations: { ...existing?.annotations, ...desired.annotations, ...provenance },
    },
    type,
    ...(immutable && { immutable }),
  };
}

const NOTHING: ReadonlySet<string> = new Set();

/** As wished, but for a held manifest: the versions that it carries stand in the place of those that are asked for. */
export function pinHeld(desired: DesiredSecret, provenance: Provenance | undefined): DesiredSecret {
  if (provenance?.hold === undefined || desired.hold === 'release') return desired;
  const { explicit = NOTHING } = desired;
  // Another secret in the place of the one that is held is none of the hold's business.
  return pinCarried(desired, provenance.sources, (request) => !explicit.has(formatVersionRequest(request)));
}

function findHold(
  situation: Situation,
  provenance: Provenance | undefined,
  sources: Sources | undefined,
): Hold | undefined {
  const { desired, heldAs } = situation;
  if (heldAs !== undefined) return heldAs.hold;
  // Whoever asks for one version by name, and says nothing of a hold, leaves it as it is.
  const isKept = desired.hold === 'keep' && desired.explicit !== undefined;
  return isKept ? provenance?.hold : findWishedHold(situation, provenance, sources);
}

/** What `hold: set` writes: whoever holds these very versions already goes on holding them. */
function findWishedHold(
  { desired, hold }: Situation,
  provenance: Provenance | undefined,
  sources: Sources | undefined,
): Hold | undefined {
  if (desired.hold !== 'set') return undefined;
  const isSame = provenance !== undefined && sources !== undefined && isSameVersions(sources, provenance.sources);
  return isSame ? (provenance.hold ?? hold) : hold;
}

/** Kubernetes refuses other data for it; other labels, annotations and ciphertext it takes. */
function refuseImmutable(desired: DesiredSecret, existing: ExistingManifest, sources: Sources | undefined): void {
  const { isImmutable, isSameObject, provenance } = existing;
  if (!isImmutable || !isSameObject) return;
  const isSameData =
    sources !== undefined &&
    isSameVersions(sources, provenance?.sources ?? NONE) &&
    declarationOf(desired) === provenance?.declaration;
  if (desired.immutable && isSameData) return;
  throw new ActionError('SECRET_IMMUTABLE', {
    message: `Cannot write ${desired.file}: the Secret ${desired.name} there is immutable, and Kubernetes lets neither its data nor that be changed.`,
    remedy: 'Give the Secret a new `name`, have the workloads use that, and let the old one go.',
  });
}
