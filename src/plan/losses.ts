// What writing over a manifest would lose, and whether it may: data keys that nobody asks for any more.

import { type DesiredSecret, requestsOf } from '../desired-secret.ts';
import { ActionError } from '../errors.ts';
import { type ExistingManifest, INPUTS } from './existing-manifest.ts';
import type { Write } from './plan.ts';

/** @throws {FILE_WOULD_LOSE_KEYS} as far as the keys are known before an access */
export function notesOn({ desired, existing, owner, template }: Write): string[] {
  if (existing === undefined) return [];
  const { provenance } = existing;
  const before = provenance?.owner;
  const notes =
    before === undefined || before === owner ? [] : [`${desired.file} belonged to ${before.slice(0, 200)} until now.`];
  if (desired.dataFrom.length > 0) return notes;
  const dropped = droppedKeys(existing, { desired, keys: new Set(desired.data.keys()), template, owner });
  return [...notes, ...dropped.map(describeDrop)];
}

/** The same for keys that only a payload tells. @throws {FILE_WOULD_LOSE_KEYS} */
export function notesOnEntries({ desired, existing, owner, template }: Write, keys: ReadonlySet<string>): string[] {
  if (existing === undefined || desired.dataFrom.length === 0) return [];
  return droppedKeys(existing, { desired, keys, template, owner }).map(describeDrop);
}

function describeDrop(key: string): string {
  return `The data key ${key} was dropped: no source accounts for it any more.`;
}

interface Replacement {
  desired: DesiredSecret;
  /** All data keys that are to be written. */
  keys: ReadonlySet<string>;
  template: string;
  owner: string;
}

/**
 * The data keys that writing would drop and may: those that the same config file asked for before, those whose secret
 * goes on under another key, and, in a manifest that is otherwise as this run would write it, keys that no source
 * accounts for.
 * @throws {FILE_WOULD_LOSE_KEYS} for any other key
 */
export function droppedKeys({ dataKeys, provenance }: ExistingManifest, replacement: Replacement): string[] {
  const { desired, keys, template, owner } = replacement;
  const wanted = new Set(secretsOf(desired));
  const isOwn = owner !== INPUTS && provenance?.owner === owner;
  const dropped = [...dataKeys].filter((key) => !keys.has(key));
  for (const key of dropped) {
    const sources = provenance?.sources.get(key);
    const mayGo =
      sources === undefined
        ? provenance?.template === template
        : isOwn || sources.every(({ secret }) => wanted.has(secret));
    if (!mayGo) throw wouldLose(desired, key);
  }
  return dropped;
}

function secretsOf(desired: DesiredSecret): string[] {
  return requestsOf(desired).map(({ name }) => name.secret);
}

function wouldLose({ file }: DesiredSecret, key: string): ActionError {
  return new ActionError('FILE_WOULD_LOSE_KEYS', {
    message: `Cannot write ${file}: it holds the data key ${key}, which this run does not know and would drop.`,
    remedy: 'Give each secret a `file` of its own, or delete that key (or the file) first if it is no longer needed.',
  });
}
