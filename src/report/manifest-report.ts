// What a run did to one manifest, as data.

import type { DesiredSecret } from '../desired-secret.ts';
import type { ActionError, ErrorCode } from '../errors.ts';
import {
  formatSecretName,
  formatSecretVersionName,
  formatVersion,
  formatVersionRequest,
} from '../google/resource-names.ts';
import { describeExpiry } from '../kubernetes/key-pair.ts';
import type { Hold, Sources } from '../kubernetes/provenance.ts';
import { shown } from '../markdown.ts';
import type { Step } from '../plan/step.ts';
import { findCarried, listWanted, type Resolved } from '../plan/versions.ts';

export type ChangeOutcome = 'created' | 'updated' | 'deleted';
/** `skipped`: it would have been written, but another one failed. */
type ManifestOutcome = ChangeOutcome | 'unchanged' | 'held' | 'failed' | 'skipped';

export interface SourceReport {
  /** `*` where each entry of the payload is a key. */
  key: string;
  /** The secret's id. */
  secret: string;
  /** Full name of the version that is there now, or as far as it is known. */
  secretVersion: string;
  /** The number that was there before; undefined where there was none of this secret. */
  from: string | undefined;
  /** The number that is there now, or what it was asked as where it was not resolved. */
  to: string;
}

export interface ErrorReport {
  code: ErrorCode;
  message: string;
  remedy: string;
  changedSomething: boolean;
}

export interface ManifestReport {
  file: string;
  /** Undefined for a file that is, or is to be, deleted. */
  name: string | undefined;
  namespace: string | undefined;
  outcome: ManifestOutcome;
  sources: readonly SourceReport[];
  hold: Hold | undefined;
  error: ErrorReport | undefined;
  /** Sentences that a person should read. */
  notes: readonly string[];
}

/** @param now what expiry is told by */
export function reportManifest(step: Step, now: Date): ManifestReport {
  const { desired } = step;
  const isPresent = desired.state === 'present';
  return {
    file: desired.file,
    name: isPresent ? desired.name : undefined,
    namespace: isPresent ? desired.namespace : undefined,
    outcome: outcomeOf(step),
    sources: step.kind === 'leave' || step.kind === 'write' ? reportSources(step.desired, versionsOf(step)) : [],
    hold: step.kind === 'leave' || step.kind === 'write' ? reportHold(step.change.hold) : undefined,
    error: step.kind === 'failed' ? reportError(step.error) : undefined,
    notes: [...notesOf(step, now)],
  };
}

/** It stands in the Flux repository, where anybody may have written anything. */
function reportHold(hold: Hold | undefined): Hold | undefined {
  return hold && { by: shown(hold.by), since: shown(hold.since) };
}

function outcomeOf(step: Step): ManifestOutcome {
  switch (step.kind) {
    case 'leave':
      return step.change.kind;
    case 'write':
      return step.change.kind === 'create' ? 'created' : 'updated';
    case 'delete':
      return 'deleted';
    case 'absent':
      return 'unchanged';
    case 'postponed':
      return 'skipped';
    case 'failed':
      return 'failed';
  }
}

function* notesOf(step: Step, now: Date): Generator<string> {
  if (step.kind === 'delete' && step.isPruned)
    yield `${step.desired.file} is deleted, for nothing asks for it any more.`;
  if (step.kind === 'write') yield* step.notes;
  const expires = expiryOf(step);
  const expiry = expires === undefined ? undefined : describeExpiry(expires, now);
  if (expiry !== undefined) yield `${step.desired.file}: ${expiry}`;
}

function expiryOf(step: Step): string | undefined {
  if (step.kind === 'leave') return step.change.contents.expires;
  return step.kind === 'write' ? step.expires : undefined;
}

export function isChange(outcome: ManifestOutcome): outcome is ChangeOutcome {
  return outcome === 'created' || outcome === 'updated' || outcome === 'deleted';
}

function versionsOf(step: Extract<Step, { kind: 'leave' | 'write' }>): { from: Sources; resolved: Resolved } {
  const from = step.kind === 'leave' ? step.change.contents.sources : step.change.from;
  return { from, resolved: step.resolved };
}

function reportSources(
  desired: DesiredSecret,
  { from, resolved }: { from: Sources; resolved: Resolved },
): SourceReport[] {
  return listWanted(desired).map((wanted) => {
    const { name, version } = wanted.request;
    const after = resolved.get(formatVersionRequest(wanted.request));
    return {
      key: wanted.key ?? '*',
      secret: name.secret,
      secretVersion: after
        ? formatSecretVersionName(after)
        : `${formatSecretName(name)}/versions/${formatVersion(version)}`,
      from: findCarried(wanted, from)?.version,
      to: after?.version ?? formatVersion(version),
    };
  });
}

export function reportError({ code, message, remedy, changedSomething }: ActionError): ErrorReport {
  return { code, message, remedy, changedSomething };
}
