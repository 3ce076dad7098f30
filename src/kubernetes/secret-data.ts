// Accessed payloads → the `data` of a Secret that Kubernetes takes; what it would not take is refused here.
// Whatever is refused is named by its version and its position, never by its content.

import { type DesiredSecret, type EntriesSource, requestsOfValue } from '../desired-secret.ts';
import { ActionError } from '../errors.ts';
import { formatSecretVersionName, type SecretVersionName } from '../google/resource-names.ts';
import type { Plaintext } from '../plaintext.ts';
import { type Accessed, buildValue, findLineEndNotes, parseEntries } from './data-value.ts';
import { isDataKey } from './names.ts';
import { MAXIMUM_BYTES, payloadError } from './payload.ts';
import type { Sources } from './provenance.ts';
import { verifyType } from './secret-type.ts';

export interface SecretData {
  data: ReadonlyMap<string, Plaintext>;
  /** The same keys as `data`. */
  sources: Sources;
  /** RFC 3339, of a TLS Secret only: when the first certificate of its chain expires. */
  expires: string | undefined;
  /** Sentences for people; none is made of a payload. */
  notes: readonly string[];
}

interface Draft {
  data: Map<string, Plaintext>;
  sources: Map<string, readonly SecretVersionName[]>;
}

/**
 * @throws {PAYLOAD_MALFORMED, POINTER_NOT_FOUND, SECRET_EMPTY, DATA_KEY_INVALID}
 * @throws {CERTIFICATE_INVALID, DOCKER_CONFIG_INVALID, SECRET_INCOMPLETE, SECRET_TOO_LARGE}
 */
export function buildSecretData(desired: DesiredSecret, accessed: Accessed): SecretData {
  const draft: Draft = { data: new Map(), sources: new Map() };
  for (const [key, value] of desired.data) {
    const names = requestsOfValue(value).map((request) => accessed(request).name);
    draft.data.set(key, buildValue(value, accessed, desired.file));
    draft.sources.set(key, names);
  }
  for (const from of desired.dataFrom) addEntries(draft, desired, { from, accessed });
  verifySize(desired, draft);
  const expires = verifyType(desired, valuesOf(draft));
  const notes = [...desired.data].flatMap(([key, value]) => findLineEndNotes(key, value, accessed));
  return { ...draft, expires, notes };
}

function addEntries(
  { data, sources }: Draft,
  desired: DesiredSecret,
  { from, accessed }: { from: EntriesSource; accessed: Accessed },
): void {
  const { name } = accessed(from.request);
  for (const [index, [key, value]] of parseEntries(from, accessed).entries()) {
    const problem = isDataKey(key) ? findClash(key, desired, sources) : 'has a name that no data key can have';
    if (problem !== undefined) {
      throw payloadError(name, {
        code: 'DATA_KEY_INVALID',
        reason: `its entry ${index + 1} ${problem}`,
        remedy:
          'Give the entry another name in a new version, or name in `data`, one by one, the values that are wanted.',
      });
    }
    data.set(key, value);
    sources.set(key, [name]);
  }
}

/** The name is the config's where `data` has it; otherwise it is the payload's and is not said. */
function findClash(key: string, desired: DesiredSecret, sources: Sources): string | undefined {
  if (desired.data.has(key)) return `is named \`${key}\`, and \`data\` in the config has that key too`;
  const [other] = sources.get(key) ?? [];
  return other && `has the name of an entry of ${formatSecretVersionName(other)}, which \`dataFrom\` lists before it`;
}

function verifySize({ file }: DesiredSecret, { data }: Draft): void {
  const size = [...data.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (size <= MAXIMUM_BYTES) return;
  throw new ActionError('SECRET_TOO_LARGE', {
    message: `Cannot write ${file}: its values have ${size} bytes, and Kubernetes takes ${MAXIMUM_BYTES} at most.`,
    remedy: 'Divide the values between several Secrets.',
  });
}

/** Each value with the last version it is made of, which errors name. */
function valuesOf({ data, sources }: Draft): Parameters<typeof verifyType>[1] {
  return new Map(
    [...data].flatMap(([key, payload]) => (sources.get(key) ?? []).map((name) => [key, { name, payload }])),
  );
}
