// What stands on GitHub about a change: the commit's message, and the pull request's title and body.

import { isLower } from './google/resource-names.ts';
import { code, link, table } from './markdown.ts';
import type { ManifestReport, SourceReport } from './report.ts';
import type { RunContext } from './run-context.ts';

export interface TextWishes {
  commitMessage: string | undefined;
  title: string | undefined;
  /** Put above the generated text. */
  body: string;
}

export interface PublicationText {
  commitMessage: { headline: string; body: string };
  title: string;
  body: string;
}

export function describePublication(
  manifests: readonly ManifestReport[],
  wishes: TextWishes,
  run: RunContext,
): PublicationText {
  const headline =
    manifests.length === 1 && manifests[0] ? describeChange(manifests[0]) : `Set ${manifests.length} secrets`;
  const generated = `${manifests.map(({ file }) => file).join('\n')}\nStarted by ${run.actor}: ${run.url}`;
  const [first = '', ...rest] = (wishes.commitMessage ?? `${headline}\n\n${generated}`).trim().split(/\r?\n/);
  return {
    commitMessage: { headline: first, body: rest.join('\n').trim() },
    title: shorten(wishes.title ?? headline),
    body: describeProposal(manifests, wishes.body, run),
  };
}

/** GitHub refuses longer titles. */
function shorten(title: string): string {
  const characters = [...title];
  return characters.length <= 256 ? title : `${characters.slice(0, 255).join('')}…`;
}

function describeChange({ name, sources, outcome, hold }: ManifestReport): string {
  const [source] = sources;
  if (source === undefined) return `Set ${name}`;
  const version = `version ${source.to} of ${source.secret}`;
  if (outcome === 'updated' && source.from === source.to) {
    return hold === undefined ? `Encrypt ${name} anew with ${version}` : `Hold ${name} at ${version}`;
  }
  if (isRollback(source)) return `Roll ${name} back to ${version}${hold === undefined ? '' : ' and hold it'}`;
  return `Set ${name} to ${version}`;
}

function isRollback({ from, to }: SourceReport): boolean {
  return from !== undefined && isLower(to, from);
}

function describeProposal(manifests: readonly ManifestReport[], above: string, run: RunContext): string {
  const rows = manifests.flatMap(({ file, name, sources }) =>
    sources.map((source) => [
      `${code(name)} / ${code(source.key)}`,
      source.from === undefined ? '–' : code(source.from),
      code(source.to),
      code(source.secretVersion),
      code(file),
    ]),
  );
  const notes = manifests.flatMap((manifest) => manifest.notes);
  const holds = manifests.flatMap(({ hold }) => (hold === undefined ? [] : [hold]));
  return [
    ...(above === '' ? [] : [above]),
    'Once this is merged, Flux applies these versions. The values are encrypted by sops; nothing here shows them.',
    table(['Secret / key', 'From', 'To', 'Version in Secret Manager', 'File'], rows),
    ...holds.map(
      ({ by, since }) => `Held by ${code(by)} since ${code(since)}: runs that follow \`latest\` or an alias leave it.`,
    ),
    ...notes.map(code),
    `Started by ${code(run.actor)} in ${link('this workflow run', run.url)}.`,
    describeRollback(manifests, run),
  ].join('\n\n');
}

function describeRollback(manifests: readonly ManifestReport[], { workflow }: RunContext): string {
  const previous = manifests
    .flatMap(({ sources }) => sources)
    .find(({ from, to }) => from !== undefined && from !== to);
  const version = previous?.from ?? 'NUMBER';
  const command =
    workflow.file === undefined
      ? ''
      : `:\n\n\`\`\`sh\ngh workflow run ${workflow.file} --repo ${workflow.repository} -f version=${version}\n\`\`\``;
  return `**To roll back**, run the workflow again with \`version: ${version}\` (and \`hold: true\`, if it also runs by itself)${command || '.'}`;
}
