// Which resources a kustomization lists, and the same file with one more or one less of them: edited as text, so that
// every other byte stays. Only what was parsed again and shown to differ in `resources` alone can be published.

import { posix } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ActionError } from '../errors.ts';
import { type Kustomization, parseKustomization } from './kustomization-document.ts';
import { appendResources, dropResources } from './resource-list.ts';
import { endOfDocument, insertion, NotEditable, splice } from './text-edit.ts';

/** In the order in which kustomize looks for them. */
export const KUSTOMIZATION_NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const;

export class EditedKustomization {
  readonly file: string;
  /** Resource names as they are written. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  // Private, so that no other object has the type: a text that was not verified is a type error.
  readonly #text: string;

  private constructor(file: string, text: string, { added, removed }: Change) {
    this.file = file;
    this.#text = text;
    this.added = added;
    this.removed = removed;
  }

  /** The whole file, as it was verified. */
  get text(): string {
    return this.#text;
  }

  /**
   * Names are files of the kustomization's own folder; one that is both to be added and removed stays.
   * @returns undefined where nothing is to change
   * @throws {KUSTOMIZATION_NOT_EDITABLE}
   */
  static edit(existing: { file: string; text: string }, wishes: Wishes): EditedKustomization | undefined {
    const { file, text } = existing;
    try {
      const kustomization = readable(text);
      const change = findChange(kustomization, wishes, posix.dirname(file));
      if (change.added.length === 0 && change.removed.length === 0) return undefined;
      return new EditedKustomization(file, apply(kustomization, change), change);
    } catch (error) {
      if (!(error instanceof NotEditable)) throw error;
      throw notEditable(file, wishes, error.message);
    }
  }
}

/**
 * What `resources`, `components` and the older `bases` name: paths from the kustomization's own folder, as they are
 * once cleaned. Undefined when it cannot be told: kustomize would not read the file, or might read it otherwise.
 */
export function findListed(text: string): ReadonlySet<string> | undefined {
  const kustomization = parseKustomization(text);
  if ('unreadable' in kustomization) return undefined;
  const { resources, bases, components } = kustomization;
  return new Set([...resources, ...bases, ...components].map((name) => pathOf('.', name)));
}

interface Wishes {
  add: readonly string[];
  remove: readonly string[];
}

interface Change {
  added: readonly string[];
  removed: readonly string[];
  /** Where the removed ones stand in `resources`. */
  removedAt: ReadonlySet<number>;
}

function readable(text: string): Kustomization {
  const kustomization = parseKustomization(text);
  if ('unreadable' in kustomization) throw new NotEditable(kustomization.unreadable);
  return kustomization;
}

function findChange({ resources, bases }: Kustomization, wishes: Wishes, folder: string): Change {
  const listed = new Set([...resources, ...bases].map((name) => pathOf(folder, name)));
  const wanted = new Map<string, string>();
  for (const name of wishes.add) {
    const path = pathOf(folder, name);
    if (!wanted.has(path)) wanted.set(path, name);
  }
  const unwanted = new Set(wishes.remove.map((name) => pathOf(folder, name)).filter((path) => !wanted.has(path)));
  // kustomize takes `bases` for resources, but has warned of it for years: people move such entries themselves.
  if (bases.some((name) => unwanted.has(pathOf(folder, name)))) throw new NotEditable('it stands in `bases`');
  const removedAt = new Set(resources.flatMap((name, at) => (unwanted.has(pathOf(folder, name)) ? [at] : [])));
  return {
    added: [...wanted].flatMap(([path, name]) => (listed.has(path) ? [] : [name])),
    removed: resources.filter((_, at) => removedAt.has(at)),
    removedAt,
  };
}

/** What kustomize would open; it fetches web addresses, and cleans everything else as a path. */
function pathOf(folder: string, name: string): string {
  return /^https?:/i.test(name) ? name : posix.join(folder, name).replace(/(?<=[^/])\/$/, '');
}

/** Adds before it removes, so that the list keeps an item whose style can be followed. */
function apply(old: Kustomization, { added, removedAt }: Change): string {
  const base = old.root === undefined ? readable(withHeader(old)) : old;
  const longer = added.length === 0 ? base : readable(appendResources(base, added));
  const edited = removedAt.size === 0 ? longer : readable(dropResources(longer, removedAt));
  const expected = [...old.resources.filter((_, at) => !removedAt.has(at)), ...added];
  if (!isDeepStrictEqual(edited.resources, expected) || !isDeepStrictEqual(edited.outline, base.outline)) {
    throw new NotEditable('its layout is unusual, and an edit would change more than `resources`');
  }
  return edited.text;
}

/** kustomize refuses an empty file; what kind of thing it shall be is said here. */
function withHeader({ text, lineBreak }: Kustomization): string {
  const header = ['apiVersion: kustomize.config.k8s.io/v1beta1', 'kind: Kustomization', ''].join(lineBreak);
  const at = endOfDocument(text, 0);
  const isAtLineStart = at === 0 || text[at - 1] === '\n';
  return splice(text, [insertion(at, isAtLineStart ? header : lineBreak + header)]);
}

function notEditable(file: string, { add, remove }: Wishes, reason: string): ActionError {
  const [first = '', ...others] = add.length > 0 ? add : remove;
  const names = others.length === 0 ? first : `${first} and ${others.length} more`;
  return new ActionError('KUSTOMIZATION_NOT_EDITABLE', {
    message: `Cannot ${add.length > 0 ? `list ${names} in` : `take ${names} out of`} ${file}: ${reason}.`,
    remedy: 'Change its `resources` by hand, or mend the file.',
  });
}
