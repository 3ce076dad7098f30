// What stands on GitHub about a change: the commit's message, and the pull request's title and body.

import { isLower } from '../google/resource-names.ts';
import { code, link, tableWithin, unlinked } from '../markdown.ts';
import type { RunContext } from '../run-context.ts';
import type { ManifestReport, SourceReport } from './manifest-report.ts';
import type { ChangesReport } from './report.ts';

export interface TextWishes {
  commitMessage: string | undefined;
  title: string | undefined;
  /** Put above the generated text. */
  body: string;
  /** Whether a config says what should be there: then a run goes back with one secret of it, which has to be named. */
  isConfig: boolean;
}

export interface PublicationText {
  commitMessage: { headline: string; body: string };
  title: string;
  body: string;
}

/** GitHub refuses longer bodies of pull requests. */
const MAX_BODY_LENGTH = 65_536;
const MAX_TABLE_LENGTH = 45_000;
/** Lines of a kind, before the rest is counted. */
const MANY = 50;

export function describePublication(changes: ChangesReport, wishes: TextWishes, run: RunContext): PublicationText {
  const headline = unlinked(describeChanges(changes));
  const files = [...changes.manifests, ...changes.kustomizations].map(({ file }) => unlinked(file));
  const generated = [...firstOf(files, 'files'), `Started by ${run.actor}: ${run.url}`].join('\n');
  const [first = '', ...rest] = (wishes.commitMessage ?? `${headline}\n\n${generated}`).trim().split(/\r?\n/);
  return {
    commitMessage: { headline: first, body: rest.join('\n').trim() },
    title: shorten(wishes.title ?? headline, 256),
    body: shorten(describeProposal(changes, wishes, run), MAX_BODY_LENGTH),
  };
}

/** GitHub refuses what is longer. */
function shorten(text: string, maximum: number): string {
  if (text.length <= maximum) return text;
  const characters = [...text.slice(0, maximum * 2)];
  return `${characters.slice(0, maximum - 1).join('')}…`;
}

function firstOf(lines: readonly string[], what: string): string[] {
  const more = lines.length - MANY;
  return more <= 0 ? [...lines] : [...lines.slice(0, MANY), `and ${more} more ${what}`];
}

function describeChanges({ manifests, kustomizations }: ChangesReport): string {
  const [manifest, other] = manifests;
  if (manifest === undefined) return describeLists(kustomizations);
  if (other === undefined) return describeChange(manifest);
  const deleted = manifests.filter(({ outcome }) => outcome === 'deleted').length;
  const set = manifests.length - deleted;
  const parts = [...(set === 0 ? [] : [`Set ${count(set)}`]), ...(deleted === 0 ? [] : [`delete ${count(deleted)}`])];
  const text = parts.join(' and ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function describeLists(kustomizations: ChangesReport['kustomizations']): string {
  const [first, second] = kustomizations;
  const done = kustomizations.some(({ added }) => added.length > 0) ? 'List' : 'No longer list';
  return `${done} manifests in ${second === undefined ? first?.file : `${kustomizations.length} folders`}`;
}

function count(secrets: number): string {
  return secrets === 1 ? '1 secret' : `${secrets} secrets`;
}

function describeChange({ file, name, sources, outcome, hold }: ManifestReport): string {
  if (outcome === 'deleted' || name === undefined) return `Delete ${file}`;
  const [source, other] = sources;
  if (source === undefined || other !== undefined) return `${outcome === 'created' ? 'Set' : 'Update'} ${name}`;
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

function describeProposal({ manifests, kustomizations }: ChangesReport, wishes: TextWishes, run: RunContext): string {
  const rows = manifests.flatMap(rowsOf);
  const notes = manifests.flatMap((manifest) => manifest.notes);
  const holds = manifests.flatMap(({ hold }) => (hold === undefined ? [] : [hold]));
  const lists = kustomizations.map(({ file }) => `${code(file)} is edited so that it lists just what is there.`);
  const held = holds.map(
    ({ by, since }) =>
      `Held by ${code(by)} since ${code(since)}: later runs leave it until one has \`hold: false\` or, without a config, a number in the input \`version\`.`,
  );
  return [
    ...(wishes.body === '' ? [] : [wishes.body]),
    'Once this is merged, Flux applies these versions. The values are encrypted by sops; nothing here shows them.',
    ...(rows.length === 0
      ? []
      : [tableWithin(MAX_TABLE_LENGTH, ['Secret / key', 'From', 'To', 'Version in Secret Manager', 'File'], rows)]),
    ...firstOf(lists, 'of these'),
    ...firstOf([...new Set(held)], 'of these'),
    ...firstOf(notes.map(code), 'notes'),
    `Started by ${code(run.actor)} in ${link('this workflow run', run.url)}.`,
    ...describeRollback(manifests, wishes, run),
  ].join('\n\n');
}

function rowsOf({ file, name, sources, outcome }: ManifestReport): string[][] {
  if (outcome === 'deleted' || name === undefined) return [['–', '–', 'deleted', '–', code(file)]];
  return sources.map((source) => [
    `${code(name)} / ${code(source.key)}`,
    source.from === undefined ? '–' : code(source.from),
    code(source.to),
    code(source.secretVersion),
    code(file),
  ]);
}

/** Of several secrets each has its own number: how to go back with one of them stands in the documentation. */
function describeRollback(
  manifests: readonly ManifestReport[],
  { isConfig }: TextWishes,
  { workflow }: RunContext,
): string[] {
  const [one, other] = manifests.flatMap(({ file, sources }) => sources.map((source) => ({ file, source })));
  if (one === undefined || other !== undefined) return [];
  const { file, source } = one;
  const version = source.from !== undefined && source.from !== source.to ? source.from : 'NUMBER';
  const inputs = [...(isConfig ? [`only: ${globOf(file)}`, `secret: ${source.secret}`] : []), `version: ${version}`];
  const fields = inputs.map((input) => ` -f ${quote(input.replace(': ', '='))}`).join('');
  const command =
    workflow.file === undefined
      ? '.'
      : `:\n\n\`\`\`sh\ngh workflow run ${workflow.file} --repo ${workflow.repository}${fields}\n\`\`\``;
  return [
    `**To roll back**, run the workflow again with ${inputs.map(code).join(', ')} (and \`hold: true\`, if it also runs by itself)${command}`,
  ];
}

/** Whatever could mean something to a glob, a shell or Markdown stands for itself as any character. */
function globOf(file: string): string {
  return file.replace(/[^\p{L}\p{M}\p{N}/._ -]/gu, (character) => '?'.repeat(character.length));
}

function quote(argument: string): string {
  return /^[\w./=-]+$/.test(argument) ? argument : `'${argument}'`;
}
