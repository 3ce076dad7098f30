// The job summary: one table that a person understands at a glance, and what they should know beside it. With many
// manifests it lists what changed and counts the rest.

import { code, codeBlock, link, tableWithin, takeWithin } from '../markdown.ts';
import { type ErrorReport, isChange, type ManifestReport, type SourceReport } from './manifest-report.ts';
import { countOutcomes } from './outputs.ts';
import type { KustomizationReport, SyncReport } from './report.ts';

/** Unchanged manifests are listed too where there are no more in all. */
const FEW = 20;
/** Bytes for each part. GitHub takes 1 MiB of summary in all. */
const ROOM = 200_000;
const MAX_NOTES = 50;

export function formatSummary(report: SyncReport): string {
  const { manifests } = report;
  const isShort = manifests.length <= FEW;
  const listed = manifests.filter(({ outcome }) => outcome !== 'failed' && (isShort || outcome !== 'unchanged'));
  const rows = listed.flatMap((manifest) => rowsOf(report, manifest));
  const failures = manifests.flatMap(({ file, error }) =>
    error === undefined ? [] : [[code(file), code(error.code), code(`${error.message} ${error.remedy}`)]],
  );
  return [
    `### ${heading(report)}`,
    ...(isShort ? [] : [`${countOutcomes(manifests)}.`]),
    ...(rows.length === 0 ? [] : [tableWithin(ROOM, ['Secret', 'Version', 'File', 'Outcome', 'Where'], rows)]),
    ...describeKustomizations(report.kustomizations),
    ...shorten([...notes(report)]),
    ...(failures.length < 2 ? [] : [tableWithin(ROOM, ['File', 'Error', 'What to do'], failures)]),
    ...describeError(report),
  ]
    .join('\n\n')
    .concat('\n');
}

function heading(report: SyncReport): string {
  const { outcome, error, pullRequest, manifests } = report;
  const isOne = manifests.length <= 1;
  if (error !== undefined) return headingOfFailure(error);
  switch (outcome) {
    case 'unchanged':
      if (pullRequest?.operation === 'none') return 'Secret change is already proposed';
      return isOne ? 'Secret is up to date' : 'Secrets are up to date';
    case 'held':
      return isOne ? 'Secret is held at its version' : 'Secrets are up to date, or held';
    default:
      return headingOfChange(report, isOne ? 'Secret' : 'Secrets');
  }
}

function headingOfFailure({ code: errorCode, changedSomething }: ErrorReport): string {
  if (errorCode === 'PUBLICATION_UNCERTAIN') return 'It is not known whether something was changed';
  return changedSomething ? 'The run failed half way' : 'Nothing was changed';
}

function headingOfChange({ outcome, commit, pullRequest }: SyncReport, subject: string): string {
  const done = outcome === 'mixed' ? 'changed' : outcome;
  if (pullRequest !== undefined) return 'Secret change proposed to the Flux repository';
  if (commit === undefined) return `${subject} would be ${done} (nothing was written)`;
  return `${subject} ${done} ${outcome === 'deleted' ? 'from' : 'in'} the Flux repository`;
}

function rowsOf(report: SyncReport, { file, outcome, sources }: ManifestReport): string[][] {
  const where = place(report, outcome);
  if (sources.length === 0) return [['–', '–', code(file), outcome, where]];
  return sources.map((source) => [code(source.secret), versions(source), code(file), outcome, where]);
}

function versions({ from, to }: SourceReport): string {
  const now = /^\d+$/.test(to) ? code(to) : `${code(to)} (resolved when published)`;
  if (from === undefined) return `new → ${now}`;
  return from === to ? now : `${code(from)} → ${now}`;
}

/** A commit is about what it has changed; a pull request of earlier runs also about what this run found done there. */
function place({ repository, base, commit, pullRequest }: SyncReport, outcome: ManifestReport['outcome']): string {
  const isNew = isChange(outcome);
  if (pullRequest !== undefined && (isNew || isOfEarlierRuns(pullRequest))) {
    const { number, url, operation } = pullRequest;
    return `${link(`#${number}`, url)} ${operation === 'none' ? 'open' : operation}`;
  }
  if (commit !== undefined && isNew) return link(commit.oid.slice(0, 7), commit.url);
  return base === undefined ? code(repository) : code(`${repository} (${base})`);
}

function isOfEarlierRuns({ operation }: NonNullable<SyncReport['pullRequest']>): boolean {
  return operation === 'none' || operation === 'closed';
}

function describeKustomizations(kustomizations: readonly KustomizationReport[]): string[] {
  return shorten(
    kustomizations.map(({ file, added, removed }) => {
      const parts = [
        ...(added.length === 0 ? [] : [`lists ${listNames(added)} now`]),
        ...(removed.length === 0 ? [] : [`no longer lists ${listNames(removed)}`]),
      ];
      return `${code(file)} ${parts.join(', and ')}.`;
    }),
  );
}

function listNames(names: readonly string[]): string {
  return names.length <= FEW ? names.map(code).join(', ') : `${names.length} files`;
}

function* notes({ manifests, commit, notes: runNotes }: SyncReport): Generator<string> {
  for (const { hold, file, outcome } of manifests) {
    if (hold === undefined || outcome === 'skipped') continue;
    yield `${code(file)} is held by ${code(hold.by)} since ${code(hold.since)}${outcome === 'held' ? ', so this run left it' : ''}. It ends with \`hold: false\` or, without a config, with a number in the input \`version\`.`;
  }
  for (const manifest of manifests) if (manifest.outcome !== 'skipped') yield* manifest.notes.map(code);
  yield* runNotes.map(code);
  if (commit !== undefined && !commit.verified) {
    yield 'GitHub did not sign the commit: a GitHub App token (or GITHUB_TOKEN) makes it Verified.';
  }
}

function shorten(lines: readonly string[]): string[] {
  const shown = takeWithin(ROOM, lines.slice(0, MAX_NOTES), (line) => line);
  const more = lines.length - shown.length;
  return more === 0 ? shown : [...shown, `and ${more} more of these; the output \`report\` has them all`];
}

function describeError({ error }: SyncReport): string[] {
  return error === undefined ? [] : [codeBlock([error.message, error.remedy, `(${error.code})`])];
}
