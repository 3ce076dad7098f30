// One manifest's way through a run: which versions it follows, what has to be done to it, and its ciphertext.

import type { DesiredSecret } from './desired-secret.ts';
import { ActionError } from './errors.ts';
import { findClaims } from './existing-manifest.ts';
import { formatSecretVersionName, formatVersionRequest, type SecretVersionName } from './google/resource-names.ts';
import type { SecretSource } from './google/secret-source.ts';
import type { Hold } from './kubernetes/provenance.ts';
import type { RememberingSource } from './memory.ts';
import type { Plaintext } from './plaintext.ts';
import {
  buildClearManifest,
  type Change,
  isFollowing,
  pinHeld,
  plan,
  type Situation,
  type Versions,
  type Write,
} from './plan.ts';
import type { Target } from './publisher.ts';
import type { SopsConfiguration } from './sops/configuration.ts';
import { EncryptedManifest } from './sops/encrypted-manifest.ts';
import type { Encrypter } from './sops/encrypter.ts';
import type { EncryptionRule } from './sops/encryption-rule.ts';

/** A wish and the rule that its file falls under. */
export interface Governed {
  desired: DesiredSecret;
  rule: EncryptionRule;
  /** The `.sops.yaml` that the rule stands in; undefined for recipients from the inputs. */
  configuration: SopsConfiguration | undefined;
}

export interface Step extends Governed {
  change: Change;
  /** What the manifest carries once the change is made, as far as it is resolved. */
  versions: Versions;
  /** What to publish: undefined until it is encrypted, and where nothing is to be written. */
  manifest: EncryptedManifest | undefined;
}

export interface Planning extends Governed {
  refresh: boolean;
  /** What `hold: true` would write. */
  hold: Hold;
  target: Target;
  /** By file. */
  resolved: ReadonlyMap<string, Versions>;
  secrets: RememberingSource;
}

type Log = (line: string) => void;

/** Starts asking while the branch is still being read. Only that shows what is needed, so a failure is nobody's yet. */
export function startFollowing(secrets: SecretSource, desired: readonly DesiredSecret[]): void {
  for (const request of desired.flatMap(({ data }) => [...data.values()])) {
    if (request.version.kind !== 'number') secrets.access(request).catch(() => undefined);
  }
}

/** What is left to ask for: a version that is held, on the base or in what is proposed, needs no `latest` to stay. */
export function findFollowed(desired: DesiredSecret, { base, proposal }: Target): DesiredSecret {
  if (!isFollowing(desired)) return desired;
  const open = proposal?.pullRequest && proposal;
  const texts = [base, open].flatMap((snapshot) => snapshot?.files.get(desired.file) ?? []);
  return texts.reduce((wish, text) => pinHeld(wish, findClaims(text)), desired);
}

/** Asks what `latest` and aliases are now. A pinned number is not asked for: it may need no access at all. */
export async function followVersions(
  secrets: SecretSource,
  desired: readonly DesiredSecret[],
  log: Log,
): Promise<ReadonlyMap<string, Versions>> {
  const resolved = await Promise.all(
    desired.map(async ({ file, data }): Promise<[string, Versions]> => {
      const following = [...data].filter(([, { version }]) => version.kind !== 'number');
      const names = following.map(async ([key, request]): Promise<[string, SecretVersionName]> => {
        const { name } = await secrets.access(request);
        log(`${formatVersionRequest(request)} is ${formatSecretVersionName(name)}.`);
        return [key, name];
      });
      return [file, new Map(await Promise.all(names))];
    }),
  );
  return new Map(resolved);
}

export async function planStep(planning: Planning): Promise<Step> {
  const { desired, rule, configuration, target, refresh, hold } = planning;
  const situation: Situation = {
    desired,
    rule,
    text: target.base.files.get(desired.file),
    resolved: planning.resolved.get(desired.file) ?? new Map(),
    refresh,
    hold,
  };
  const change = await planOnceMore(situation, planning.secrets);
  const governed = { desired: change.desired, rule, configuration };
  const proposed = planOnProposal(situation, target);
  // A rollback that is proposed and held is not taken back by a run that follows `latest`.
  if (proposed?.kind === 'held') return { ...governed, change: proposed, versions: proposed.from, manifest: undefined };
  if (change.kind !== 'create' && change.kind !== 'update') {
    return { ...governed, change, versions: change.from, manifest: undefined };
  }
  if (proposed?.kind === 'unchanged') {
    const { from: versions, hold, manifest } = proposed;
    const write = { ...change, hold };
    if (says(manifest, { write, versions })) return { ...governed, change: write, versions, manifest };
  }
  return { ...governed, change, versions: situation.resolved, manifest: undefined };
}

/** Whether it says in clear what would be written now: people may have changed labels on the base meanwhile. */
function says({ file, text }: EncryptedManifest, { write, versions }: { write: Write; versions: Versions }): boolean {
  const { desired, rule } = write;
  const clear = buildClearManifest(write, versions);
  const verified = EncryptedManifest.verify(file, text, { clear, dataKeys: desired.data.keys(), rule });
  return verified instanceof EncryptedManifest;
}

/** Secret Manager may answer late for `latest`: a version lower than the committed one is asked for once more. */
async function planOnceMore(situation: Situation, secrets: RememberingSource): Promise<Change> {
  try {
    return plan(situation);
  } catch (error) {
    if (!(error instanceof ActionError) || error.code !== 'SECRET_WENT_BACK') throw error;
    const latest = [...situation.desired.data].filter(([, { version }]) => version.kind === 'latest');
    const again = latest.map(async ([key, request]): Promise<[string, SecretVersionName]> => {
      return [key, (await secrets.accessAgain(request)).name];
    });
    return plan({ ...situation, resolved: new Map([...situation.resolved, ...(await Promise.all(again))]) });
  }
}

/** What would have to be done to the head branch: an earlier run's ciphertext may still be right. */
function planOnProposal(situation: Situation, { proposal }: Target): Change | undefined {
  const text = proposal?.files.get(situation.desired.file);
  if (text === undefined) return undefined;
  try {
    const change = plan({ ...situation, text });
    // A pull request that somebody has closed holds nothing any more.
    return change.kind === 'held' && proposal?.pullRequest === undefined ? undefined : change;
  } catch (error) {
    // What was only proposed may be written over.
    if (error instanceof ActionError) return undefined;
    throw error;
  }
}

export async function encryptStep(
  step: Step,
  { secrets, encrypter, log }: { secrets: SecretSource; encrypter: Encrypter; log: Log },
): Promise<Step> {
  const { change, desired, rule, configuration } = step;
  if ((change.kind !== 'create' && change.kind !== 'update') || step.manifest !== undefined) return step;
  const versions = new Map<string, SecretVersionName>();
  const data = new Map<string, Plaintext>();
  for (const [key, request] of desired.data) {
    // What is followed was asked for, and said, before.
    if (request.version.kind === 'number') log(`Accessing ${formatVersionRequest(request)}.`);
    const { name, payload } = await secrets.access(request);
    versions.set(key, name);
    data.set(key, payload);
  }
  const recipients = rule.keyGroups.flat().map(({ id }) => id);
  log(`Encrypting ${desired.file} for ${recipients.join(', ')}.`);
  const manifest = { clear: buildClearManifest(change, versions), data };
  return {
    ...step,
    versions,
    manifest: await encrypter.encrypt({ file: desired.file, manifest, rule, configuration }),
  };
}

/** Whether the base is to change; what is to be written may be encrypted already. */
export function isWrite({ change }: Pick<Step, 'change'>): boolean {
  return change.kind === 'create' || change.kind === 'update';
}
