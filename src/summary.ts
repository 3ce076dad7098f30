// The job summary: one small table that a person understands at a glance, and what they should know beside it.

import { code, codeBlock, link, table } from './markdown.ts';
import type { ManifestReport, SourceReport, SyncReport } from './report.ts';

const HEADINGS = {
  created: 'Secret created in the Flux repository',
  updated: 'Secret updated in the Flux repository',
  unchanged: 'Secret is up to date',
  held: 'Secret is held at its version',
  failed: 'Nothing was changed',
} as const;

export function formatSummary(report: SyncReport): string {
  const rows = report.manifests.flatMap((manifest) => manifest.sources.map((source) => row(report, manifest, source)));
  return [
    `### ${heading(report)}`,
    ...(rows.length === 0 ? [] : [table(['Secret', 'Version', 'File', 'Outcome', 'Where'], rows)]),
    ...notes(report),
  ]
    .join('\n\n')
    .concat('\n');
}

function heading({ outcome, changed, error, commit, pullRequest }: SyncReport): string {
  if (outcome === 'unchanged' && pullRequest?.operation === 'none') return 'Secret change is already proposed';
  if (error?.code === 'PUBLICATION_UNCERTAIN') return 'It is not known whether something was changed';
  if (error?.changedSomething) return 'The run failed half way';
  if (changed && pullRequest !== undefined) return 'Secret change proposed to the Flux repository';
  if (changed && commit === undefined) return `Secret would be ${outcome} (nothing was written)`;
  return HEADINGS[outcome];
}

function row(report: SyncReport, { file, outcome }: ManifestReport, source: SourceReport): string[] {
  return [code(source.secret), versions(source), code(file), outcome, place(report)];
}

function versions({ from, to }: SourceReport): string {
  if (from === undefined) return `new → ${code(to)}`;
  return from === to ? code(to) : `${code(from)} → ${code(to)}`;
}

function place({ repository, base, commit, pullRequest }: SyncReport): string {
  if (pullRequest !== undefined) {
    const { number, url, operation } = pullRequest;
    return `${link(`#${number}`, url)} ${operation === 'none' ? 'open' : operation}`;
  }
  if (commit !== undefined) return link(commit.oid.slice(0, 7), commit.url);
  return base === undefined ? code(repository) : code(`${repository} (${base})`);
}

function* notes({ manifests, commit, error }: SyncReport): Generator<string> {
  for (const { hold, file, outcome: manifestOutcome } of manifests) {
    if (hold === undefined) continue;
    yield `${code(file)} is held by ${code(hold.by)} since ${code(hold.since)}${manifestOutcome === 'held' ? ', so this run left it' : ''}. It goes on with an explicit version number or \`hold: false\`.`;
  }
  for (const manifest of manifests) yield* manifest.notes.map(code);
  if (commit !== undefined && !commit.verified) {
    yield 'GitHub did not sign the commit: a GitHub App token (or GITHUB_TOKEN) makes it Verified.';
  }
  if (error === undefined) return;
  yield codeBlock([error.message, error.remedy, `(${error.code})`]);
}
