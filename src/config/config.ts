// A config file: text in, what should be there out. Everything that is wrong with it is said at once.

import { type BaseIssue, safeParse } from 'valibot';
import type { Desired } from '../desired-secret.ts';
import { readDocument } from './document.ts';
import { readEntry } from './entries.ts';
import { isMapping } from './fields.ts';
import { addIssue, pathOf } from './issues.ts';
import { createPlaces } from './places.ts';
import { refuseRepeatedFiles, refuseRepeatedSecrets } from './repeated.ts';
import { CONFIG_FILE, type ConfigFile, type Entry } from './schema.ts';
import type { Refuse } from './sources.ts';
import { readValues } from './values.ts';

export interface Config {
  /** Whether manifests that this file has made and no longer names are to be deleted. */
  prune: boolean;
  desired: readonly Desired[];
}

export interface ConfigText {
  /** Stands before each problem. */
  path: string;
  text: string;
  /** For secrets that are named by their id, where the file names no project. */
  projectId: string | undefined;
}

/** Stands in for a project that was refused, so that not every secret is refused once more. */
const SOME_PROJECT = 'some-project';

/** @throws {CONFIG_INVALID} with every problem, and the line and column of each */
export function parseConfig({ path, text, projectId }: ConfigText): Config {
  const { contents, problems } = readDocument(path, text);
  const plain = readValues(contents, problems);
  if (plain === undefined) throw problems.toError();
  const places = createPlaces(contents, plain.targets);
  const { issues = [], output } = safeParse(CONFIG_FILE, plain.value);
  for (const issue of issues) addIssue(issue, places, problems);
  refuseRepeatedFiles(plain.value, places, problems);
  const { prune, entries } = readConfig(output, { issues, projectId }, (at, sentence) => {
    problems.add(
      () => places.valueAt(at),
      () => sentence,
    );
  });
  refuseRepeatedSecrets(entries, places, problems);
  if (!problems.isEmpty()) throw problems.toError();
  return { prune, desired: entries.filter((entry) => entry !== undefined) };
}

/** What an entry says; undefined for one that has not the form of an entry. */
interface Read {
  prune: boolean;
  entries: readonly (Desired | undefined)[];
}

interface Findings {
  issues: readonly BaseIssue<unknown>[];
  projectId: string | undefined;
}

/** Of what has the form that it should have; the rest is left out, for it was refused before. */
function readConfig(output: unknown, { issues, projectId }: Findings, refuse: Refuse): Read {
  const refused = new Set(issues.map((issue) => String(pathOf(issue)[0] ?? '')));
  const formless = new Set(issues.filter(({ kind }) => kind === 'schema').map((issue) => placeOf(pathOf(issue))));
  const file: Partial<ConfigFile> = isMapping(output) && !formless.has('') ? output : {};
  const defaults = refused.has('defaults') ? undefined : file.defaults;
  const project = refused.has('project') ? SOME_PROJECT : (file.project ?? projectId);
  const manifests = formless.has('manifests') ? undefined : file.manifests;
  if (file.prune === true && manifests !== undefined) refuseToPruneAll(manifests, refuse);
  const entries = manifests?.map((entry, index) => {
    const refuseHere: Refuse = (at, sentence) => refuse(['manifests', index, ...at], sentence);
    return formless.has(`manifests/${index}`) ? undefined : readEntry(entry, { defaults, project }, refuseHere);
  });
  return { prune: file.prune === true, entries: entries ?? [] };
}

/** A generator that failed writes such a list. */
function refuseToPruneAll(manifests: readonly Entry[], refuse: Refuse): void {
  if (manifests.length === 0) {
    refuse(['manifests'], '`prune: true` with no manifest would delete all of them: name those that stay');
  } else if (manifests.every((entry) => isMapping(entry) && 'state' in entry && entry.state === 'absent')) {
    refuse(
      ['manifests'],
      '`prune: true` with nothing but `state: absent` would delete everything else: name what stays',
    );
  }
}

/** An entry of the manifests, or a field of the file. */
function placeOf([field = '', index]: readonly (string | number)[]): string {
  return field === 'manifests' && index !== undefined ? `manifests/${index}` : String(field);
}
