// The outputs of action.yml and the last line of the log, made from the report.

import { type ErrorReport, isChange, type ManifestReport } from './manifest-report.ts';
import type { SyncReport } from './report.ts';

/** A job's outputs may have 1 MiB together, counted in UTF-16: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idoutputs */
const MAX_REPORT_LENGTH = 400_000;
/** Of each text of an error, in a report that is too long: in JSON a character may take six. */
const MAX_ERROR_LENGTH = 2_000;
/** Names in a line of the log. */
const FEW = 20;

/** Every output of action.yml, as text. Those of one manifest are empty where there is none, or several. */
export function formatOutputs(report: SyncReport): Record<string, string> {
  const { commit, pullRequest } = report;
  const manifest = only(report.manifests);
  const source = only(manifest?.sources ?? []);
  return {
    outcome: report.outcome,
    changed: String(report.changed),
    version: source?.to ?? '',
    'secret-version': source?.secretVersion ?? '',
    file: manifest?.file ?? '',
    'commit-sha': commit?.oid ?? '',
    'commit-url': commit?.url ?? '',
    verified: commit === undefined ? '' : String(commit.verified),
    branch: report.branch ?? (report.outcome === 'failed' && commit === undefined ? '' : (report.base ?? '')),
    'pull-request-number': pullRequest === undefined ? '' : String(pullRequest.number),
    'pull-request-url': pullRequest?.url ?? '',
    'pull-request-operation': pullRequest?.operation ?? 'none',
    report: formatReport(report),
  };
}

function only<T>(items: readonly T[]): T | undefined {
  return items.length === 1 ? items[0] : undefined;
}

/** All of it or, where it would be too long, first without what is unchanged, and then with as much as fits. */
function formatReport(report: SyncReport): string {
  const whole = JSON.stringify({ ...report, leftOut: 0 });
  if (whole.length <= MAX_REPORT_LENGTH) return whole;
  const { manifests, kustomizations, notes, ...others } = report;
  const rest = { ...others, error: cutError(report.error) };
  let room = MAX_REPORT_LENGTH - JSON.stringify(rest).length - 200;
  const fits = (item: unknown) => {
    room -= JSON.stringify(item).length + 1;
    return room >= 0;
  };
  const cut = manifests.map((manifest) => ({ ...manifest, error: cutError(manifest.error) }));
  const important = new Set(sortByImportance(cut).filter(fits));
  const kept = {
    manifests: cut.filter((manifest) => important.has(manifest)),
    kustomizations: kustomizations.filter(fits),
    notes: notes.filter(fits),
  };
  return JSON.stringify({ ...rest, ...kept, leftOut: manifests.length - kept.manifests.length });
}

/** What failed first, then what has changed or would have, then what is held; what is unchanged, not at all. */
function sortByImportance(manifests: readonly ManifestReport[]): ManifestReport[] {
  const those = (which: (outcome: ManifestReport['outcome']) => boolean) =>
    manifests.filter(({ outcome }) => which(outcome));
  return [
    ...those((outcome) => outcome === 'failed'),
    ...those((outcome) => isChange(outcome) || outcome === 'skipped'),
    ...those((outcome) => outcome === 'held'),
  ];
}

function cutError(error: ErrorReport | undefined): ErrorReport | undefined {
  if (error === undefined) return undefined;
  const cut = (text: string) => (text.length > MAX_ERROR_LENGTH ? `${text.slice(0, MAX_ERROR_LENGTH)}…` : text);
  return { ...error, message: cut(error.message), remedy: cut(error.remedy) };
}

/** One line for the log. */
export function formatResult({ outcome, changed, commit, pullRequest, manifests, error }: SyncReport): string {
  if (error !== undefined) return `Failed: ${error.code}.`;
  const where = pullRequest?.url ?? commit?.url;
  const written = changed && where === undefined ? `would be ${outcome}` : outcome;
  const what = manifests.length <= FEW ? manifests.flatMap(describe).join(', ') : countOutcomes(manifests);
  return `Outcome: ${written}${what === '' ? '' : ` (${what})`}${where === undefined ? '' : `, see ${where}`}.`;
}

function describe({ file, sources, outcome }: ManifestReport): string[] {
  if (sources.length === 0) return [`${file}: ${outcome}`];
  return sources.map(({ secret, from, to }) => `${file}: ${secret} ${from ?? 'new'} → ${to}`);
}

/** `3 created, 997 unchanged`. */
export function countOutcomes(manifests: readonly ManifestReport[]): string {
  const counts = Map.groupBy(manifests, ({ outcome }) => outcome);
  return [...counts].map(([outcome, { length }]) => `${length} ${outcome}`).join(', ');
}
