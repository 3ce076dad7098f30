// What the schema finds wrong, as sentences: what is there, and what to write instead.

import type { BaseIssue, IssuePathItem } from 'valibot';
import { shown } from '../markdown.ts';
import { EXAMPLES, KNOWN } from './fields.ts';
import { findNearest } from './nearest.ts';
import type { Path, Places } from './places.ts';
import type { Problems } from './problems.ts';

type Issue = BaseIssue<unknown>;

export function addIssue(issue: Issue, places: Places, problems: Problems): void {
  const items = issue.path ?? [];
  const path = pathOf(issue);
  const field = fieldOf(path);
  const last = items.at(-1);
  const isMissing = issue.type === 'object_with_rest' && last?.origin === 'key';
  const isOfKey = last?.origin === 'key' || (issue.type === 'never' && !issue.message.startsWith('write '));
  const at = () => {
    if (isMissing) return places.valueAt(path.slice(0, -1));
    return isOfKey ? places.keyAt(path) : places.valueAt(path);
  };
  problems.add(at, () => {
    if (isMissing) return missing(field);
    if (isOfKey) return `\`${field}\` ${predicateOfKey(field, issue.message)}`;
    return predicateOf(issue, path, places.findText(path));
  });
}

export function pathOf({ path = [] }: { path?: readonly IssuePathItem[] | undefined }): Path {
  return path.flatMap(({ key }) => (typeof key === 'string' || typeof key === 'number' ? [key] : []));
}

function nameOf(path: Path): string {
  if (path.length === 0) return 'the file';
  return typeof path.at(-1) === 'number' ? `an item of \`${fieldOf(path)}\`` : `\`${fieldOf(path)}\``;
}

function missing(field: string): string {
  const example = EXAMPLES[field];
  return `\`${field}\` is missing: write ${example === undefined ? 'a list' : `it, such as \`${field}: ${example}\``}`;
}

function predicateOfKey(field: string, message: string): string {
  if (!message.startsWith(KNOWN)) return message;
  const known = message.slice(KNOWN.length).split(', ');
  const nearest = findNearest(field, known);
  const names = known.map((name) => `\`${name}\``).join(', ');
  return `is not known here: ${nearest === undefined ? `known are ${names}` : `did you mean \`${nearest}\`?`}`;
}

/** The innermost name. */
function fieldOf(path: Path): string {
  return shown(String(path.findLast((step) => typeof step === 'string') ?? ''));
}

/** @param text as it is written; undefined for a mapping or list */
function predicateOf({ input, message, type }: Issue, path: Path, text: string | undefined): string {
  const field = nameOf(path);
  const given = text === undefined || typeof path.at(-1) !== 'string' ? field : `\`${fieldOf(path)}: ${shown(text)}\``;
  if (!message.startsWith('write ')) return `${given} ${message}`;
  if (input === null) return `${field} has no value: ${message}`;
  const isWord = typeof input === 'string' && (type === 'picklist' || type === 'literal');
  if (isWord) return `${given} is not known: ${message}`;
  const isInQuotesText = type === 'string' && (typeof input === 'number' || typeof input === 'boolean');
  return `${given} is ${kindOf(input)}: ${isInQuotesText ? 'put it into quotes' : message}`;
}

function kindOf(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'a mapping';
  if (typeof input === 'number') return 'a number';
  return typeof input === 'boolean' ? 'a Boolean' : 'text';
}
