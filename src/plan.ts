// What has to be done for one file, decided from what is wished, what the branch holds and what `latest` and
// aliases resolve to. Pure: nothing is read, decrypted or accessed to find out.

import type { DesiredSecret } from './desired-secret.ts';
import { ActionError } from './errors.ts';
import { droppedKeys, type ExistingManifest, parseExistingManifest } from './existing-manifest.ts';
import {
  formatSecretVersionName,
  isLower,
  isSameSecret,
  type SecretName,
  type SecretVersionName,
  type SecretVersionRequest,
} from './google/resource-names.ts';
import { digestTemplate, formatProvenance, type Hold, MANAGED_BY, type Provenance } from './kubernetes/provenance.ts';
import type { ClearManifest } from './kubernetes/secret-manifest.ts';
import { EncryptedManifest } from './sops/encrypted-manifest.ts';
import { type EncryptionRule, formatEncryptionRule } from './sops/encryption-rule.ts';

export type Versions = ReadonlyMap<string, SecretVersionName>;

export type Change =
  | {
      kind: 'unchanged' | 'held';
      desired: DesiredSecret;
      from: Versions;
      hold: Hold | undefined;
      manifest: EncryptedManifest;
    }
  | {
      kind: 'create' | 'update';
      /** As wished, but for a held version: that stands in the place of `latest` and aliases. */
      desired: DesiredSecret;
      /** Data key → version that the branch holds now; empty for a new or a foreign manifest. */
      from: Versions;
      rule: EncryptionRule;
      template: string;
      hold: Hold | undefined;
      existing: ExistingManifest | undefined;
      dropped: readonly string[];
    };
export type Write = Extract<Change, { kind: 'create' | 'update' }>;

export interface Situation {
  desired: DesiredSecret;
  /** The file at the head that was read; undefined where there is none. */
  text: string | undefined;
  rule: EncryptionRule;
  /** Data key → what `latest` or an alias resolved to. */
  resolved: Versions;
  /** Encrypt anew whatever the manifest claims. */
  refresh: boolean;
  /** What `hold: true` would write. */
  hold: Hold;
}

/** Raised only where another digest for the same wish is intended: every manifest is then encrypted anew. */
const TEMPLATE_FORMAT = 1;
const OWNER = 'inputs';
const NONE: Versions = new Map();

/**
 * @throws {FILE_NOT_OURS | FILE_WOULD_LOSE_KEYS} when the file may not be written over
 * @throws {SECRET_WENT_BACK} when `latest` is lower than what the branch holds
 */
export function plan(situation: Situation): Change {
  const { rule, text, resolved } = situation;
  const existing = text === undefined ? undefined : parseExistingManifest(situation.desired, text);
  const provenance = existing?.provenance;
  const desired = pinHeld(situation.desired, provenance);
  const isHeld = desired !== situation.desired;
  refuseGoingBack(desired, provenance, resolved);

  const template = templateOf(desired, rule);
  const from = provenance?.sources ?? NONE;
  const sources = findSources(desired, from, resolved);
  const hold = isHeld ? provenance?.hold : findWishedHold(situation, provenance, sources);
  if (existing !== undefined && sources !== undefined && !situation.refresh) {
    const clear = buildClearManifest({ desired, template, hold, existing }, sources);
    const manifest = EncryptedManifest.verify(desired.file, existing.text, {
      clear,
      dataKeys: desired.data.keys(),
      rule,
    });
    if (manifest instanceof EncryptedManifest) {
      return { kind: isHeld ? 'held' : 'unchanged', desired, from, hold, manifest };
    }
  }
  const dropped = existing === undefined ? [] : droppedKeys(desired, existing, template);
  const kind = existing === undefined ? 'create' : 'update';
  return { kind, desired, from, rule, template, hold, existing, dropped };
}

/** All that the manifest says in clear. */
export function buildClearManifest(
  { desired, template, hold, existing }: Pick<Write, 'desired' | 'template' | 'hold' | 'existing'>,
  sources: Versions,
): ClearManifest {
  const { name, namespace, type } = desired;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...existing?.labels, [MANAGED_BY.label]: MANAGED_BY.value },
      annotations: { ...existing?.annotations, ...formatProvenance({ sources, template, owner: OWNER, hold }) },
    },
    type,
  };
}

/** As wished, but for a held manifest: the versions that it carries stand in the place of `latest` and aliases. */
export function pinHeld(desired: DesiredSecret, provenance: Provenance | undefined): DesiredSecret {
  if (provenance?.hold === undefined || !isFollowing(desired)) return desired;
  const pinned = [...desired.data].flatMap(([key, { name }]): [string, SecretVersionRequest][] => {
    const held = findCarried(provenance.sources, key, name);
    return held === undefined ? [] : [[key, { name, version: { kind: 'number', number: held.version } }]];
  });
  // Another secret in the place of the one that is held is none of the hold's business.
  return pinned.length === 0 ? desired : { ...desired, data: new Map([...desired.data, ...pinned]) };
}

/** The version of a secret that a manifest carries, under this key or, where that is new, under another one. */
function findCarried(sources: Versions, key: string, name: SecretName): SecretVersionName | undefined {
  return [sources.get(key), ...sources.values()].find((source) => source !== undefined && isSameSecret(source, name));
}

/** Whether time alone may bring another version. */
export function isFollowing({ data, hold }: DesiredSecret): boolean {
  return hold === undefined && [...data.values()].some(({ version }) => version.kind !== 'number');
}

/** What `hold: true` writes: whoever holds these very versions already goes on holding them. */
function findWishedHold(
  { desired, hold }: Situation,
  provenance: Provenance | undefined,
  sources: Versions | undefined,
): Hold | undefined {
  if (desired.hold !== true) return undefined;
  const isSame = [...(sources ?? [])].every(([key, { version }]) => provenance?.sources.get(key)?.version === version);
  return sources !== undefined && isSame ? (provenance?.hold ?? hold) : hold;
}

/**
 * The versions that the manifest has to claim. Undefined where a pinned number is not the one that is claimed: which
 * full name it has, only an access tells.
 */
function findSources(desired: DesiredSecret, claimed: Versions, resolved: Versions): Versions | undefined {
  const sources = new Map<string, SecretVersionName>();
  for (const [key, { name, version }] of desired.data) {
    const source = version.kind === 'number' ? claimed.get(key) : resolved.get(key);
    if (source === undefined || !isSameSecret(source, name)) return undefined;
    if (version.kind === 'number' && source.version !== version.number) return undefined;
    sources.set(key, source);
  }
  return sources;
}

function refuseGoingBack(desired: DesiredSecret, provenance: Provenance | undefined, resolved: Versions): void {
  for (const [key, { version }] of desired.data) {
    const now = resolved.get(key);
    const before = now && findCarried(provenance?.sources ?? NONE, key, now);
    if (version.kind !== 'latest' || now === undefined || before === undefined) continue;
    // Both are Google's own names: a secret of another project is another one.
    if (now.project !== before.project || !isLower(now.version, before.version)) continue;
    throw new ActionError('SECRET_WENT_BACK', {
      message: `Cannot update ${desired.file}: latest resolves to ${formatSecretVersionName(now)}, but version ${before.version} is committed.`,
      remedy: `To go back on purpose, write \`version: ${now.version}\`; otherwise run it again, for Secret Manager may answer late.`,
    });
  }
}

/** Everything that shapes the manifest but the versions: what was asked for, not what Google resolved it to. */
function templateOf({ name, namespace, type, data }: DesiredSecret, rule: EncryptionRule): string {
  return digestTemplate({
    format: TEMPLATE_FORMAT,
    name,
    namespace: namespace ?? null,
    type,
    data: [...data]
      .map(
        ([
          key,
          {
            name: { project, location, secret },
          },
        ]) => [key, project, location ?? null, secret],
      )
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    rule: formatEncryptionRule(rule),
  });
}
