// What is said of a payload that cannot be used, and its text. Neither a reason nor a remedy is made of the payload.

import { ActionError, type ErrorCode } from '../errors.ts';
import { formatSecretVersionName, type SecretVersionName } from '../google/resource-names.ts';
import type { AccessedVersion } from '../google/secret-source.ts';

interface Refusal {
  code: ErrorCode;
  /** After `Cannot use projects/…: `. */
  reason: string;
  remedy: string;
}

/** As many bytes as all the values of a Secret may have together; a payload of Secret Manager has 64 KiB at most. */
export const MAXIMUM_BYTES = 1_048_576;

const ADD_VERSION = 'Add a version with a payload of the right form, or change how the config uses it.';

export function payloadError(name: SecretVersionName, { code, reason, remedy }: Refusal): ActionError {
  return new ActionError(code, { message: `Cannot use ${formatSecretVersionName(name)}: ${reason}.`, remedy });
}

export function malformed(name: SecretVersionName, reason: string): ActionError {
  return payloadError(name, { code: 'PAYLOAD_MALFORMED', reason, remedy: ADD_VERSION });
}

/** The payload as text, without the byte order mark that some editors put first. @throws {PAYLOAD_MALFORMED} */
export function decodeText({ name, payload }: AccessedVersion): string {
  // The patterns that read the text need a stack for every character.
  if (payload.byteLength > MAXIMUM_BYTES) throw malformed(name, `its payload is larger than ${MAXIMUM_BYTES} bytes`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(payload.reveal());
  } catch {
    throw malformed(name, 'its payload is not UTF-8 text');
  }
}
