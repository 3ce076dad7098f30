// From what an entry says of a secret to the version that is asked for.

import type { PayloadValue } from '../desired-secret.ts';
import { parseFullName, parseVersion, type SecretVersionRequest } from '../google/resource-names.ts';
import { NameRefused, parseSecretInput } from '../google/secret-input.ts';
import { shown } from '../markdown.ts';
import type { Source } from './source-schema.ts';

/** Says what is wrong, at the fields below an entry that lead there. */
export type Refuse = (path: readonly (string | number)[], sentence: string) => void;

export interface NamedSecret {
  secret: string;
  version?: string | number | undefined;
}

/** What names the project of secrets that are named by their id; undefined where nothing does. */
export type Project = string | undefined;

/** Undefined, with what is wrong, for what names no version of a secret. */
export function readRequest(
  { secret, version = '' }: NamedSecret,
  project: Project,
  refuse: (sentence: string) => void,
): SecretVersionRequest | undefined {
  // No name is longer than this; what is cut ends in a character that none has.
  const name = shown(secret, 500);
  // A full name brings its own project, and what is wrong with a version was found by the schema.
  const projectId = parseFullName(name) === undefined ? (project ?? '') : '';
  const known = parseVersion(String(version)) === undefined ? '' : String(version);
  try {
    return parseSecretInput({ secret: name, version: known, projectId }, 'project');
  } catch (error) {
    if (!(error instanceof NameRefused)) throw error;
    for (const problem of error.problems) refuse(problem);
    return undefined;
  }
}

export function readPayload(
  source: Source,
  path: readonly (string | number)[],
  project: Project,
  refuse: Refuse,
): PayloadValue | undefined {
  const isName = typeof source === 'string';
  const named = isName ? { secret: source } : source;
  const request = readRequest(named, project, (sentence) => refuse(isName ? path : [...path, 'secret'], sentence));
  if (request === undefined) return undefined;
  const { pointer, trim } = isName ? {} : source;
  return { kind: 'payload', request, pointer, trimNewline: trim === 'newline' };
}
