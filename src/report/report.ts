// What a run did, as data: the outputs, the summary, the log and the texts on GitHub are all made from it.

import type { ActionError } from '../errors.ts';
import type { EditedKustomization } from '../flux/kustomization.ts';
import { formatSecretVersionName } from '../google/resource-names.ts';
import { type Conclusion, listChanges } from '../plan/conclude.ts';
import type { Commit, Published, Snapshot, Target } from '../publisher.ts';
import type { RunContext } from '../run-context.ts';
import { failureOf } from './failure-of-run.ts';
import {
  type ChangeOutcome,
  type ErrorReport,
  isChange,
  type ManifestReport,
  reportError,
  reportManifest,
} from './manifest-report.ts';

type Outcome = ChangeOutcome | 'mixed' | 'unchanged' | 'held' | 'failed';

/**
 * `publish` writes; `plan` says what would change; `review` does so without asking Google, for a pull request whose
 * author need not be trusted with what Google would answer.
 */
export type Mode = 'publish' | 'plan' | 'review';

export interface KustomizationReport {
  file: string;
  added: readonly string[];
  removed: readonly string[];
}

export interface SyncReport {
  outcome: Outcome;
  /** Whether something was written, or would be with `publish: none`. */
  changed: boolean;
  repository: string;
  base: string | undefined;
  manifests: readonly ManifestReport[];
  kustomizations: readonly KustomizationReport[];
  notes: readonly string[];
  commit: Commit | undefined;
  branch: string | undefined;
  pullRequest: Published['pullRequest'];
  error: ErrorReport | undefined;
}

/** What a commit or a pull request is about. */
export type ChangesReport = Pick<SyncReport, 'manifests' | 'kustomizations'>;

export interface Reporting {
  repository: string;
  mode: Mode;
  run: RunContext;
}

/** @param published undefined where nothing was to be written, whatever the plan */
export function reportSync(
  { repository, mode, run }: Reporting,
  target: Target,
  conclusion: Conclusion,
  published: Published | undefined,
): SyncReport {
  const now = new Date(run.startedAt);
  // A pull request that already proposes just this is nothing new; one that is opened for a branch of an earlier run is.
  const isNew =
    published === undefined || published.commit !== undefined || published.pullRequest?.operation === 'created';
  const isSkipped = mode === 'publish' && published === undefined;
  const manifests = conclusion.steps.map((step) => {
    const manifest = reportManifest(step, now);
    if (!isChange(manifest.outcome)) return manifest;
    if (isSkipped) return { ...manifest, outcome: 'skipped' as const };
    return isNew ? manifest : { ...manifest, outcome: 'unchanged' as const };
  });
  const kustomizations = isSkipped || !isNew ? [] : conclusion.kustomizations.map(reportKustomization);
  const error = failureOf(conclusion.steps, countPublished(conclusion, target.base, published));
  const outcomes = new Set(manifests.map(({ outcome }) => outcome).filter(isChange));
  // A held rollback that is proposed anew is a change as well, if of no manifest's outcome.
  const isOther = kustomizations.length > 0 || published?.commit !== undefined;
  if (isOther && outcomes.size === 0) outcomes.add('updated');
  return {
    outcome: error === undefined ? overall(outcomes, manifests) : 'failed',
    changed: outcomes.size > 0,
    repository,
    base: target.base.branch,
    manifests,
    kustomizations,
    notes: conclusion.notes,
    commit: published?.commit,
    branch: published?.branch,
    pullRequest: published?.pullRequest,
    error: error && reportError(error),
  };
}

/** Manifests that the commit or the pull request is about; undefined where this run has made and changed neither. */
function countPublished(
  conclusion: Conclusion,
  base: Snapshot,
  { commit, pullRequest }: Published = {},
): number | undefined {
  if (commit === undefined && (pullRequest?.operation ?? 'none') === 'none') return undefined;
  const { manifests, deletions } = listChanges(conclusion, base);
  return manifests.length + deletions.length;
}

function overall(changes: ReadonlySet<ChangeOutcome>, manifests: readonly ManifestReport[]): Outcome {
  const [change, other] = changes;
  if (change !== undefined) return other === undefined ? change : 'mixed';
  return manifests.some(({ outcome }) => outcome === 'held') ? 'held' : 'unchanged';
}

/** What is to differ from the base, for the commit's message and the pull request. */
export function reportChanges(conclusion: Conclusion, base: Snapshot, run: RunContext): ChangesReport {
  const { manifests, deletions } = listChanges(conclusion, base);
  const files = new Set([...manifests.map(({ file }) => file), ...deletions]);
  const steps = conclusion.steps.filter(({ kind, desired }) => kind !== 'failed' && files.has(desired.file));
  return {
    manifests: steps.map((step) => reportManifest(step, new Date(run.startedAt))),
    kustomizations: conclusion.kustomizations.map(reportKustomization),
  };
}

/** Full names of the versions that the written manifests carry, each said once. */
export function listVersions({ steps }: Conclusion): string[] {
  const names = steps.flatMap((step) => (step.kind === 'write' ? [...step.resolved.values()] : []));
  return [...new Set(names.map(formatSecretVersionName))];
}

function reportKustomization({ file, added, removed }: EditedKustomization): KustomizationReport {
  return { file, added, removed };
}

/** A run that ended before its manifests had an outcome. */
export function failedReport(error: ActionError, repository: string): SyncReport {
  return {
    outcome: 'failed',
    changed: false,
    repository,
    base: undefined,
    manifests: [],
    kustomizations: [],
    notes: [],
    commit: undefined,
    branch: undefined,
    pullRequest: undefined,
    error: reportError(error),
  };
}
