// The ciphertext of a manifest that is to be written: its versions are accessed, its data is made, sops encrypts it.

import { type DesiredSecret, requestsOf } from '../desired-secret.ts';
import { ActionError } from '../errors.ts';
import { formatSecretVersionName, formatVersionRequest } from '../google/resource-names.ts';
import type { AccessedVersion, SecretSource } from '../google/secret-source.ts';
import { buildSecretData } from '../kubernetes/secret-data.ts';
import { emptyKeys } from '../kubernetes/secret-manifest.ts';
import type { Encrypter } from '../sops/encrypter.ts';
import { notesOnEntries } from './losses.ts';
import { buildClearManifest, type Write } from './plan.ts';
import type { WriteStep } from './step.ts';
import { findCarried, isFollowing, listWanted } from './versions.ts';

/** @throws {ActionError} for what keeps this one manifest from being made or encrypted */
export async function encryptStep(
  step: WriteStep,
  { secrets, encrypter, say }: { secrets: SecretSource; encrypter: Encrypter; say: (line: string) => void },
): Promise<WriteStep> {
  const { change } = step;
  const { desired, rule } = change;
  const accessed = await accessAll(desired, secrets, say);
  const { data, sources, expires, notes } = buildSecretData(desired, (request) => {
    const version = accessed.get(formatVersionRequest(request));
    if (version === undefined) throw new Error('a version was used that nobody had asked for');
    return version;
  });
  refuseOtherProject(change, accessed);
  const dropped = notesOnEntries(change, new Set(data.keys()));
  const clear = buildClearManifest(change, { sources, empty: emptyKeys({ data }), expires });
  say(
    `Encrypting ${desired.file} for ${rule.keyGroups
      .flat()
      .map(({ id }) => id)
      .join(', ')}.`,
  );
  return {
    ...step,
    resolved: new Map([...accessed].map(([request, { name }]) => [request, name])),
    manifest: await encrypter.encrypt({ file: desired.file, manifest: { clear, data }, rule }),
    expires,
    notes: [...step.notes, ...notes, ...dropped],
  };
}

/** A held number is one of the secret that was held: in another project, of the same name, it is another version. */
function refuseOtherProject({ desired, heldFrom }: Write, accessed: ReadonlyMap<string, AccessedVersion>): void {
  if (heldFrom === undefined) return;
  for (const wanted of listWanted(desired)) {
    const held = findCarried(wanted, heldFrom);
    const name = accessed.get(formatVersionRequest(wanted.request))?.name;
    if (held === undefined || held.version !== name?.version || held.project === name.project) continue;
    throw new ActionError('SECRET_MISMATCH', {
      message: `Cannot keep ${desired.file} at ${formatSecretVersionName(held)}: it is held, and the secret of that name that is asked for now is one of another project.`,
      remedy: 'Release it with `hold: false`, or ask for the secret that it was held with.',
    });
  }
}

async function accessAll(
  desired: DesiredSecret,
  secrets: SecretSource,
  say: (line: string) => void,
): Promise<ReadonlyMap<string, AccessedVersion>> {
  const accesses = requestsOf(desired).map(async (request): Promise<[string, AccessedVersion]> => {
    const name = formatVersionRequest(request);
    // What is followed was asked for, and said, before.
    if (!isFollowing(request)) say(`Accessing ${name}.`);
    return [name, await secrets.access(request)];
  });
  return new Map(await Promise.all(accesses));
}
