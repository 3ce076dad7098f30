// What a manifest says of itself in clear: who manages it, which versions it carries, whether it is held.
// It is a claim: whoever writes to the repository can write it too (docs/threat-model.md).

import { createHash } from 'node:crypto';
import { formatSecretVersionName, parseSecretVersionName, type SecretVersionName } from '../google/resource-names.ts';
import { isRecord, parseJson } from '../json.ts';

const PREFIX = 'flux-secret-sync/';
export const MANAGED_BY = { label: 'app.kubernetes.io/managed-by', value: 'flux-secret-sync' } as const;

/** Who holds a version, and since when (RFC 3339). */
export interface Hold {
  by: string;
  since: string;
}

/** Data key → the versions that its value is made of: one, or a registry's user name and password. */
export type Sources = ReadonlyMap<string, readonly SecretVersionName[]>;

/** Names of labels and annotations that were asked for; people's own are not among them. */
interface Managed {
  labels: readonly string[];
  annotations: readonly string[];
}

export interface Provenance {
  sources: Sources;
  /** Digest of everything else that shapes the manifest. */
  template: string;
  /** Where the wish for it stands: a config file, or `inputs`. */
  owner: string;
  hold: Hold | undefined;
  manages: Managed;
  /** Data keys whose value is empty, which sops leaves readable. */
  empty: readonly string[];
  /** RFC 3339: when the certificate in it expires. */
  expires: string | undefined;
  /** Of an immutable Secret: digest of how its data was asked for. */
  declaration: string | undefined;
}

export function formatProvenance(provenance: Provenance): Record<string, string> {
  const { sources, template, owner, hold, manages, empty, expires, declaration } = provenance;
  const isManaging = manages.labels.length + manages.annotations.length > 0;
  const annotations = {
    declaration,
    empty: empty.length === 0 ? undefined : JSON.stringify(empty.toSorted()),
    expires,
    hold: hold && JSON.stringify(hold),
    manages: isManaging ? JSON.stringify(sortManaged(manages)) : undefined,
    owner,
    sources: formatSources(sources),
    template,
  };
  return Object.fromEntries(
    Object.entries(annotations).flatMap(([name, value]) => (value === undefined ? [] : [[PREFIX + name, value]])),
  );
}

function sortManaged({ labels, annotations }: Managed): Managed {
  return { labels: labels.toSorted(), annotations: annotations.toSorted() };
}

/** In the order of the keys, so that the same versions always give the same text. */
function formatSources(sources: Sources): string {
  const names = [...sources.keys()].toSorted().map((key) => {
    const versions = (sources.get(key) ?? []).map(formatSecretVersionName);
    return [key, versions.length === 1 ? versions[0] : versions];
  });
  return JSON.stringify(Object.fromEntries(names));
}

/** Undefined for annotations of a manifest that this action did not write, or that were made unreadable since. */
export function findProvenance(annotations: Readonly<Record<string, string>>): Provenance | undefined {
  const claim = (name: string) => annotations[PREFIX + name];
  const template = claim('template');
  const owner = claim('owner');
  const sources = parseSources(claim('sources'));
  if (template === undefined || owner === undefined || sources === undefined) return undefined;
  return {
    sources,
    template,
    owner,
    hold: parseHold(claim('hold')),
    manages: parseManaged(claim('manages')),
    empty: textsOf(parseJson(claim('empty') ?? '')),
    expires: claim('expires'),
    declaration: claim('declaration'),
  };
}

export function isProvenance(annotation: string): boolean {
  return annotation.startsWith(PREFIX);
}

/** `sha256:` over JSON whose objects are given in one fixed order. */
export function digestTemplate(template: object): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(template)).digest('hex')}`;
}

function parseSources(text: string | undefined): Sources | undefined {
  const parsed = parseJson(text ?? '');
  if (!isRecord(parsed)) return undefined;
  const sources = new Map<string, readonly SecretVersionName[]>();
  for (const [key, value] of Object.entries(parsed)) {
    const texts = typeof value === 'string' ? [value] : textsOf(value);
    const names = texts.flatMap((name) => parseSecretVersionName(name) ?? []);
    const isList = Array.isArray(value);
    if (names.length < texts.length || names.length < (isList ? 2 : 1)) return undefined;
    sources.set(key, names);
  }
  return sources;
}

/** An unreadable hold still holds: taking it for none would undo somebody's rollback. */
function parseHold(text: string | undefined): Hold | undefined {
  if (text === undefined) return undefined;
  const parsed = parseJson(text);
  const word = (name: string) =>
    isRecord(parsed) && typeof parsed[name] === 'string' ? parsed[name].slice(0, 200) : 'unknown';
  return { by: word('by'), since: word('since') };
}

function parseManaged(text: string | undefined): Managed {
  const parsed = parseJson(text ?? '');
  const { labels, annotations } = isRecord(parsed) ? parsed : {};
  return { labels: textsOf(labels), annotations: textsOf(annotations) };
}

/** Empty for anything but a list of texts. */
function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : [];
}
