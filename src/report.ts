// What a run did, as data: the outputs, the summary, the log and the texts on GitHub are all made from it.

import type { DesiredSecret } from './desired-secret.ts';
import type { ActionError, ErrorCode } from './errors.ts';
import { formatSecretName, formatSecretVersionName, formatVersion } from './google/resource-names.ts';
import type { Hold } from './kubernetes/provenance.ts';
import type { Versions } from './plan.ts';
import type { Commit, Published, Target } from './publisher.ts';
import type { Step } from './step.ts';

type Outcome = 'created' | 'updated' | 'unchanged' | 'held' | 'failed';

export interface SourceReport {
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

export interface ManifestReport {
  file: string;
  name: string;
  namespace: string | undefined;
  outcome: Exclude<Outcome, 'failed'>;
  sources: readonly SourceReport[];
  hold: Hold | undefined;
  /** Sentences that a person should read. */
  notes: readonly string[];
}

export interface SyncReport {
  outcome: Outcome;
  /** Whether something was written, or would be with `publish: none`. */
  changed: boolean;
  repository: string;
  base: string | undefined;
  manifests: readonly ManifestReport[];
  commit: Commit | undefined;
  branch: string | undefined;
  pullRequest: Published['pullRequest'];
  error: { code: ErrorCode; message: string; remedy: string; changedSomething: boolean } | undefined;
}

const OUTCOMES = { create: 'created', update: 'updated', unchanged: 'unchanged', held: 'held' } as const;

export function reportManifest({ change, versions }: Step): ManifestReport {
  const { desired, from, hold } = change;
  const dropped = 'dropped' in change ? change.dropped : [];
  return {
    file: desired.file,
    name: desired.name,
    namespace: desired.namespace,
    outcome: OUTCOMES[change.kind],
    sources: reportSources(desired, { from, to: versions }),
    hold,
    notes: dropped.map((key) => `The data key ${key} was dropped: no source accounts for it any more.`),
  };
}

/** @param published undefined where nothing was to be written, whatever the plan */
export function reportSync(
  repository: string,
  target: Target,
  steps: readonly Step[],
  published: Published | undefined,
): SyncReport {
  // A pull request that already proposes just this is nothing new; one that is opened for a branch of an earlier run is.
  const isOld =
    published !== undefined && published.commit === undefined && published.pullRequest?.operation !== 'created';
  const manifests = steps
    .map(reportManifest)
    .map((manifest) =>
      isOld && manifest.outcome !== 'held' ? { ...manifest, outcome: 'unchanged' as const } : manifest,
    );
  const outcome =
    manifests.find((manifest) => isChange(manifest.outcome))?.outcome ?? manifests[0]?.outcome ?? 'unchanged';
  return {
    outcome,
    changed: isChange(outcome),
    repository,
    base: target.base.branch,
    manifests,
    commit: published?.commit,
    branch: published?.branch,
    pullRequest: published?.pullRequest,
    error: undefined,
  };
}

function isChange(outcome: Outcome): boolean {
  return outcome === 'created' || outcome === 'updated';
}

function reportSources({ data }: DesiredSecret, versions: { from: Versions; to: Versions }): SourceReport[] {
  return [...data].map(([key, { name, version }]) => {
    const before = versions.from.get(key);
    const after = versions.to.get(key);
    return {
      key,
      secret: name.secret,
      secretVersion: after
        ? formatSecretVersionName(after)
        : `${formatSecretName(name)}/versions/${formatVersion(version)}`,
      from: before?.secret === name.secret ? before.version : undefined,
      to: after?.version ?? formatVersion(version),
    };
  });
}

export function failedReport(error: ActionError, repository: string): SyncReport {
  const { code, message, remedy, changedSomething } = error;
  return {
    outcome: 'failed',
    changed: false,
    repository,
    base: undefined,
    manifests: [],
    commit: undefined,
    branch: undefined,
    pullRequest: undefined,
    error: { code, message, remedy, changedSomething },
  };
}

/** Every output of action.yml, as text. Those of one manifest are empty where there is none. */
export function formatOutputs(report: SyncReport): Record<string, string> {
  const { commit, pullRequest } = report;
  const [manifest] = report.manifests;
  const [source] = manifest?.sources ?? [];
  return {
    outcome: report.outcome,
    changed: String(report.changed),
    version: source?.to ?? '',
    'secret-version': source?.secretVersion ?? '',
    file: manifest?.file ?? '',
    'commit-sha': commit?.oid ?? '',
    'commit-url': commit?.url ?? '',
    verified: commit === undefined ? '' : String(commit.verified),
    branch: report.branch ?? report.base ?? '',
    'pull-request-number': pullRequest === undefined ? '' : String(pullRequest.number),
    'pull-request-url': pullRequest?.url ?? '',
    'pull-request-operation': pullRequest?.operation ?? 'none',
    report: JSON.stringify(report),
  };
}

/** One line for the log. */
export function formatResult({ outcome, changed, commit, pullRequest, manifests, error }: SyncReport): string {
  if (error !== undefined) return `Failed: ${error.code}.`;
  const what = manifests
    .flatMap(({ file, sources }) =>
      sources.map(({ secret, from, to }) => `${file}: ${secret} ${from ?? 'new'} → ${to}`),
    )
    .join(', ');
  const where = pullRequest?.url ?? commit?.url;
  const written = changed && where === undefined ? `would be ${outcome}` : outcome;
  return `Outcome: ${written} (${what})${where === undefined ? '' : `, see ${where}`}.`;
}
