// What a manifest says of itself in clear: who manages it, which versions it carries, whether it is held.
// It is a claim: whoever writes to the repository can write it too (docs/threat-model.md).

import { createHash } from 'node:crypto';
import { formatSecretVersionName, parseSecretVersionName, type SecretVersionName } from '../google/resource-names.ts';

const PREFIX = 'flux-secret-sync/';
export const MANAGED_BY = { label: 'app.kubernetes.io/managed-by', value: 'flux-secret-sync' } as const;

/** Who holds a version, and since when (RFC 3339). */
export interface Hold {
  by: string;
  since: string;
}

export interface Provenance {
  /** Data key → the version it carries. */
  sources: ReadonlyMap<string, SecretVersionName>;
  /** Digest of everything else that shapes the manifest. */
  template: string;
  /** Where the wish for it stands: a config file, or `inputs`. */
  owner: string;
  hold: Hold | undefined;
}

export function formatProvenance({ sources, template, owner, hold }: Provenance): Record<string, string> {
  const names = [...sources].map(([key, name]) => [key, formatSecretVersionName(name)]);
  return {
    ...(hold === undefined ? {} : { [`${PREFIX}hold`]: JSON.stringify(hold) }),
    [`${PREFIX}owner`]: owner,
    [`${PREFIX}sources`]: JSON.stringify(Object.fromEntries(names)),
    [`${PREFIX}template`]: template,
  };
}

/** Undefined for annotations of a manifest that this action did not write, or that were made unreadable since. */
export function findProvenance(annotations: Readonly<Record<string, string>>): Provenance | undefined {
  const { [`${PREFIX}template`]: template, [`${PREFIX}owner`]: owner } = annotations;
  const sources = parseSources(annotations[`${PREFIX}sources`]);
  if (template === undefined || owner === undefined || sources === undefined) return undefined;
  return { sources, template, owner, hold: parseHold(annotations[`${PREFIX}hold`]) };
}

export function isProvenance(annotation: string): boolean {
  return annotation.startsWith(PREFIX);
}

/** `sha256:` over JSON whose objects are given in one fixed order. */
export function digestTemplate(template: object): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(template)).digest('hex')}`;
}

function parseSources(text: string | undefined): Map<string, SecretVersionName> | undefined {
  const parsed = parseStrings(text);
  if (parsed === undefined) return undefined;
  const sources = new Map<string, SecretVersionName>();
  for (const [key, value] of parsed) {
    const name = parseSecretVersionName(value);
    if (name === undefined) return undefined;
    sources.set(key, name);
  }
  return sources;
}

/** An unreadable hold still holds: taking it for none would undo somebody's rollback. */
function parseHold(text: string | undefined): Hold | undefined {
  if (text === undefined) return undefined;
  const parsed = new Map(parseStrings(text));
  return { by: parsed.get('by') ?? 'unknown', since: parsed.get('since') ?? 'unknown' };
}

function parseStrings(text: string | undefined): [string, string][] | undefined {
  if (text === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  const entries = Object.entries(parsed);
  return entries.every((entry): entry is [string, string] => typeof entry[1] === 'string') ? entries : undefined;
}
