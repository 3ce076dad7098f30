// Which versions a wish comes down to: what a manifest claims to carry, what `latest` and aliases resolve to, and what
// is held or must not go back. Pure.

import {
  type DataValue,
  type DesiredSecret,
  type EntriesSource,
  type PayloadValue,
  requestsOfValue,
} from '../desired-secret.ts';
import { ActionError } from '../errors.ts';
import {
  formatSecretVersionName,
  formatVersionRequest,
  isLower,
  isSameSecret,
  type SecretVersionName,
  type SecretVersionRequest,
} from '../google/resource-names.ts';
import type { Sources } from '../kubernetes/provenance.ts';

/** `formatVersionRequest` → what it resolved to. */
export type Resolved = ReadonlyMap<string, SecretVersionName>;

/** One version that is asked for, and where its claim stands in a manifest's sources. */
export interface WantedVersion {
  /** Undefined where each entry of the payload becomes a key. */
  key: string | undefined;
  index: number;
  request: SecretVersionRequest;
  /** The keys that are asked for by name: entries of a payload have none of these. */
  named: ReadonlyMap<string, unknown>;
}

export const NONE: Sources = new Map();

export function listWanted({ data, dataFrom }: DesiredSecret): WantedVersion[] {
  const values = [...data].flatMap(([key, value]) =>
    requestsOfValue(value).map((request, index) => ({ key, index, request, named: data })),
  );
  return [...values, ...dataFrom.map(({ request }, index) => ({ key: undefined, index, request, named: data }))];
}

/** Whether time alone may bring another version. */
export function isFollowing({ version }: SecretVersionRequest): boolean {
  return version.kind !== 'number';
}

/** The version of the wanted secret that a manifest carries: in its place or, where that is new, in any other. */
export function findCarried(
  { key, index, request, named }: WantedVersion,
  sources: Sources,
): SecretVersionName | undefined {
  const entries = () => [...sources].flatMap(([each, names]) => (named.has(each) ? [] : names));
  const inPlace = key === undefined ? entries() : sources.get(key)?.slice(index, index + 1);
  return [...(inPlace ?? []), ...[...sources.values()].flat()].find((source) => isSameSecret(source, request.name));
}

/** What the wanted versions are in a manifest that carries them. */
export function resolveCarried(desired: DesiredSecret, sources: Sources): Resolved {
  return new Map(
    listWanted(desired).flatMap((wanted): [string, SecretVersionName][] => {
      const carried = findCarried(wanted, sources);
      return carried === undefined ? [] : [[formatVersionRequest(wanted.request), carried]];
    }),
  );
}

/**
 * The wish with the carried versions in the place of those that it asks for.
 * @returns the same object where no wanted secret is carried
 */
export function pinCarried(
  desired: DesiredSecret,
  sources: Sources,
  which: (request: SecretVersionRequest) => boolean,
): DesiredSecret {
  let isPinned = false;
  const pin = (wanted: WantedVersion): SecretVersionRequest => {
    const carried = which(wanted.request) ? findCarried(wanted, sources) : undefined;
    if (carried === undefined) return wanted.request;
    isPinned = true;
    return { name: wanted.request.name, version: { kind: 'number', number: carried.version } };
  };
  const pinned = withRequests(desired, pin);
  return isPinned ? pinned : desired;
}

/** The same wish, but for the versions. */
export function withRequests(
  desired: DesiredSecret,
  replace: (wanted: WantedVersion) => SecretVersionRequest,
): DesiredSecret {
  const named = desired.data;
  const dataFrom = desired.dataFrom.map((source, index): EntriesSource => {
    return { ...source, request: replace({ key: undefined, index, request: source.request, named }) };
  });
  const data = [...desired.data].map(([key, value]): [string, DataValue] => {
    let index = 0;
    const payload = (part: PayloadValue): PayloadValue => {
      return { ...part, request: replace({ key, index: index++, request: part.request, named }) };
    };
    if (value.kind === 'payload') return [key, payload(value)];
    const username = value.username.kind === 'payload' ? payload(value.username) : value.username;
    return [key, { ...value, username, password: payload(value.password) }];
  });
  return { ...desired, data: new Map(data), dataFrom };
}

/**
 * The versions that the manifest has to claim. Undefined where a claim is not the one: which full name a pinned number
 * has, and which keys the entries of a payload make, only an access tells.
 */
export function findSources(
  { data, dataFrom }: DesiredSecret,
  { claimed, resolved }: { claimed: Sources; resolved: Resolved },
): Sources | undefined {
  const sources = new Map<string, readonly SecretVersionName[]>();
  for (const [key, value] of data) {
    const claims = claimed.get(key) ?? [];
    const names = requestsOfValue(value).map((request, index) => findVersion(request, claims[index], resolved));
    if (!names.every((name) => name !== undefined)) return undefined;
    sources.set(key, names);
  }
  const unused = new Set(dataFrom);
  for (const [key, claims] of claimed) {
    if (data.has(key)) continue;
    const source = dataFrom.find(({ request }) => isClaimed(request, claims, resolved));
    if (source === undefined) return undefined;
    unused.delete(source);
    sources.set(key, claims);
  }
  return unused.size === 0 ? sources : undefined;
}

function isClaimed(request: SecretVersionRequest, claims: readonly SecretVersionName[], resolved: Resolved): boolean {
  const [claim, ...others] = claims;
  if (claim === undefined || others.length > 0) return false;
  const version = findVersion(request, claim, resolved);
  return version !== undefined && formatSecretVersionName(version) === formatSecretVersionName(claim);
}

function findVersion(
  request: SecretVersionRequest,
  claim: SecretVersionName | undefined,
  resolved: Resolved,
): SecretVersionName | undefined {
  const { name, version } = request;
  if (version.kind !== 'number') return resolved.get(formatVersionRequest(request));
  return claim !== undefined && isSameSecret(claim, name) && claim.version === version.number ? claim : undefined;
}

export function isSameVersions(one: Sources, other: Sources): boolean {
  if (one.size !== other.size) return false;
  const format = (names: readonly SecretVersionName[] | undefined) => names?.map(formatSecretVersionName).join();
  return [...one].every(([key, names]) => format(names) === format(other.get(key)));
}

/** @throws {SECRET_WENT_BACK} when `latest` is lower than what the manifest carries */
export function refuseGoingBack(desired: DesiredSecret, carried: Sources, resolved: Resolved): void {
  for (const wanted of listWanted(desired)) {
    if (wanted.request.version.kind !== 'latest') continue;
    const now = resolved.get(formatVersionRequest(wanted.request));
    const before = findCarried(wanted, carried);
    // Both are Google's own names: a secret of another project is another one.
    if (now === undefined || now.project !== before?.project || !isLower(now.version, before.version)) continue;
    throw new ActionError('SECRET_WENT_BACK', {
      message: `Cannot update ${desired.file}: latest resolves to ${formatSecretVersionName(now)}, but version ${before.version} is committed.`,
      remedy: `To go back on purpose, write \`version: ${now.version}\`; otherwise run it again, for Secret Manager may answer late.`,
    });
  }
}
