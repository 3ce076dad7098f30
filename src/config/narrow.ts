// A config narrowed to a part of its manifests, and one secret of them taken at another version, as a rollback does.

import { type Desired, requestsOf } from '../desired-secret.ts';
import { ActionError } from '../errors.ts';
import { createMatcher } from '../globs.ts';
import { formatVersionRequest, type SecretName, type VersionRequest } from '../google/resource-names.ts';
import { shown } from '../markdown.ts';
import { withRequests } from '../plan/versions.ts';
import type { Config } from './config.ts';

/** One secret, wherever it is used, at this version. */
export interface Override {
  secret: string;
  /** Undefined for any project. */
  project: string | undefined;
  /** Left out for any location, and for a secret that has none. */
  location?: string;
  version: VersionRequest;
  /** Whether what uses it is held against later runs. */
  hold: boolean | undefined;
}

export interface Narrowing {
  /** Globs over `file`; empty for all of them. */
  only: readonly string[];
  override: Override | undefined;
}

/** @throws {INPUT_INVALID} when no manifest is left, or none of them uses the secret */
export function narrowConfig({ prune, desired }: Config, { only, override }: Narrowing): Config {
  const selected = select(desired, only);
  return {
    // What a narrowed run does not look at is not gone.
    prune: prune && only.length === 0,
    desired: override === undefined ? selected : overrideVersions(selected, override),
  };
}

function select(desired: readonly Desired[], only: readonly string[]): Desired[] {
  const matches = createMatcher(only);
  const selected = desired.filter(({ file }) => matches(file));
  if (selected.length > 0 || only.length === 0) return selected;
  throw new ActionError('INPUT_INVALID', {
    message: `Cannot narrow the run to \`only: ${shown(only.join(', '))}\`: no \`file\` of the config matches it.`,
    remedy: 'Give paths as they stand in the config; `*` matches within a folder, and `**` any number of folders.',
  });
}

function overrideVersions(desired: readonly Desired[], override: Override): Desired[] {
  const overridden = desired.map((each) => overrideIn(each, override));
  if (overridden.some((each, index) => each !== desired[index])) return overridden;
  const { secret, project } = override;
  throw new ActionError('INPUT_INVALID', {
    message: `Cannot take another version of the secret ${shown(secret)}${project === undefined ? '' : ` of the project ${shown(project)}`}: no manifest that \`only\` leaves uses it.`,
    remedy: 'Name with `secret` one that the config uses, as it does there, or widen `only`.',
  });
}

/** Another secret that the manifest holds stays held, unless it is released. */
const HOLDS = { true: 'set', false: 'release', undefined: 'keep' } as const;

/** The same object where it does not use the secret. */
function overrideIn(desired: Desired, override: Override): Desired {
  if (desired.state === 'absent' || !requestsOf(desired).some(({ name }) => isMeant(name, override))) return desired;
  const explicit = new Set<string>();
  const pinned = withRequests(desired, ({ request }) => {
    if (!isMeant(request.name, override)) return request;
    const taken = { name: request.name, version: override.version };
    explicit.add(formatVersionRequest(taken));
    return taken;
  });
  return { ...pinned, hold: HOLDS[String(override.hold) as keyof typeof HOLDS], explicit };
}

function isMeant({ secret, project, location }: SecretName, override: Override): boolean {
  if (secret !== override.secret) return false;
  if (override.project !== undefined && override.project !== project) return false;
  return override.location === undefined || override.location === location;
}
