// One manifest's way through a run: what has to be done to it, and what an earlier run has done already.

import { type Desired, type DesiredAbsence, type DesiredSecret, requestsOf } from '../desired-secret.ts';
import { ActionError } from '../errors.ts';
import { formatVersionRequest, type SecretVersionName, type SecretVersionRequest } from '../google/resource-names.ts';
import type { Hold } from '../kubernetes/provenance.ts';
import type { RememberingSource } from '../memory.ts';
import type { EncryptedManifest } from '../sops/encrypted-manifest.ts';
import { type Branches, pinAllHeld } from './branches.ts';
import { type ExistingFile, findClaims, mayDelete } from './existing-manifest.ts';
import type { Govern } from './govern.ts';
import { notesOn, notesOnEntries } from './losses.ts';
import { type Change, isWrite, type Leave, pinHeld, plan, type Situation, verifyAs, type Write } from './plan.ts';
import { isFollowing, pinCarried, type Resolved, resolveCarried } from './versions.ts';

export type Step = LeaveStep | AbsentStep | WriteStep | DeleteStep | PostponedStep | FailedStep;

/** Nothing is to be done: the manifest is as it should be. */
interface LeaveStep {
  kind: 'leave';
  desired: DesiredSecret;
  change: Leave;
  /** What the manifest carries. */
  resolved: Resolved;
}

/** Nothing is to be done: there is no such file, and none is wished. */
interface AbsentStep {
  kind: 'absent';
  desired: DesiredAbsence;
}

export interface WriteStep {
  kind: 'write';
  desired: DesiredSecret;
  change: Write;
  /** What the manifest carries once the change is made, as far as it is known. */
  resolved: Resolved;
  /** What to publish: undefined until it is encrypted. */
  manifest: EncryptedManifest | undefined;
  /** RFC 3339: when the certificate in it expires. */
  expires: string | undefined;
  /** Sentences that a person should read. */
  notes: readonly string[];
}

interface DeleteStep {
  kind: 'delete';
  desired: Desired;
  /** Whether that is so because nothing asks for it any more. */
  isPruned: boolean;
}

/** To be deleted once everything else is as it should be. */
interface PostponedStep {
  kind: 'postponed';
  desired: Desired;
}

export interface FailedStep {
  kind: 'failed';
  desired: Desired;
  error: ActionError;
}

export interface Planning {
  branches: Branches;
  govern: Govern;
  owner: string;
  refresh: boolean;
  /** What `hold: set` would write. */
  hold: Hold;
  /** What a wish's followed versions are. @throws {ActionError} where one of them cannot be had */
  resolve: (desired: DesiredSecret) => Resolved;
  /** Undefined where Google is asked nothing. */
  secrets: RememberingSource | undefined;
}

/** @throws {ActionError} for what keeps this one manifest from being as it should be */
export async function planStep(desired: Desired, planning: Planning): Promise<Step> {
  const { branches, owner } = planning;
  const existing = branches.base(desired.file);
  if (desired.state === 'absent') {
    const isThere = mayDelete(desired.file, existing, owner);
    return isThere ? { kind: 'delete', desired, isPruned: false } : { kind: 'absent', desired };
  }
  const rule = planning.govern(desired.file);
  const resolved = planning.resolve(pinAllHeld(desired, branches));
  const situation: Situation = { ...planning, desired, rule, existing, resolved, heldAs: undefined };
  const proposed = planOnProposal(situation, branches);
  const isProposed = proposed !== undefined && !isWrite(proposed);
  // A rollback that is proposed and held is not taken back by a run that follows `latest`.
  const isHeld = isProposed && proposed.kind === 'held';
  const change = await planOnceMore(keepProposedHold(situation, branches), planning.secrets);
  if (!isWrite(change)) return leave(change);
  const write: WriteStep = {
    kind: 'write',
    desired: change.desired,
    change,
    resolved,
    manifest: undefined,
    expires: undefined,
    notes: notesOn(change),
  };
  const reused = isProposed ? reuse(write, proposed, branches.proposal?.(desired.file)) : undefined;
  if (isHeld && reused?.manifest?.text === proposed.manifest.text) return leave(proposed);
  return reused ?? write;
}

/** What is proposed and held stays so where its manifest has to be made anew: for another label, another recipient. */
function keepProposedHold(situation: Situation, { proposal, isProposalOpen }: Branches): Situation {
  const { desired } = situation;
  const claims = isProposalOpen ? findClaims(proposal?.(desired.file) ?? { document: undefined }) : undefined;
  const pinned = pinHeld(desired, claims);
  if (claims?.hold === undefined || pinned === desired) return situation;
  const { hold, sources } = claims;
  // What the base holds is older.
  return { ...situation, desired: { ...pinned, hold: 'release' }, heldAs: { hold, sources } };
}

function leave(change: Leave): LeaveStep {
  const { desired, contents } = change;
  return { kind: 'leave', desired, change, resolved: resolveCarried(desired, contents.sources) };
}

/**
 * The step of a run that asks Google nothing: what is carried stands for whatever is followed, so that the plan shows
 * what the wish itself changes.
 */
export async function planWithoutGoogle(desired: Desired, planning: Planning): Promise<Step> {
  const existing = planning.branches.base(desired.file);
  const claims = existing && findClaims(existing);
  if (desired.state === 'absent' || claims === undefined) return await planStep(desired, planning);
  const { explicit } = desired;
  const isLeftOpen = (request: SecretVersionRequest) =>
    isFollowing(request) && !explicit?.has(formatVersionRequest(request));
  const step = await planStep(pinCarried(desired, claims.sources, isLeftOpen), planning);
  const isOpen = step.kind === 'write' || (step.kind === 'leave' && step.change.kind === 'unchanged');
  return isOpen ? { ...step, desired, resolved: new Map() } : step;
}

/** The ciphertext of an earlier run, where it says in clear what would be written now: labels may have changed. */
function reuse(write: WriteStep, { contents, hold }: Leave, existing: ExistingFile | undefined): WriteStep | undefined {
  const change = { ...write.change, hold };
  const verified = existing && verifyAs(change, contents, existing);
  if (verified === undefined) return undefined;
  const resolved = resolveCarried(change.desired, contents.sources);
  const notes = [...write.notes, ...notesOnEntries(change, new Set(contents.sources.keys()))];
  return { ...write, change, resolved, manifest: verified, expires: contents.expires, notes };
}

/** Secret Manager may answer late for `latest`: a version lower than the committed one is asked for once more. */
async function planOnceMore(situation: Situation, secrets: RememberingSource | undefined): Promise<Change> {
  try {
    return plan(situation);
  } catch (error) {
    if (secrets === undefined || !(error instanceof ActionError) || error.code !== 'SECRET_WENT_BACK') throw error;
    const latest = requestsOf(situation.desired).filter(({ version }) => version.kind === 'latest');
    const again = latest.map(async (request): Promise<[string, SecretVersionName]> => {
      return [formatVersionRequest(request), (await secrets.accessAgain(request)).name];
    });
    return plan({ ...situation, resolved: new Map([...situation.resolved, ...(await Promise.all(again))]) });
  }
}

/** What would have to be done to the head branch: an earlier run's ciphertext may still be right. */
function planOnProposal(situation: Situation, { proposal, isProposalOpen }: Branches): Change | undefined {
  try {
    const existing = proposal?.(situation.desired.file);
    if (existing === undefined) return undefined;
    const change = plan({ ...situation, existing });
    // A pull request that somebody has closed holds nothing any more.
    return change.kind === 'held' && !isProposalOpen ? undefined : change;
  } catch (error) {
    // What was only proposed may be written over.
    if (error instanceof ActionError) return undefined;
    throw error;
  }
}
