// What Secret Manager answered, before anybody believes it: it names what was asked for, and arrived as it was sent.

import { ActionError } from '../errors.ts';
import { Plaintext } from '../plaintext.ts';
import {
  formatSecretName,
  formatSecretVersionName,
  formatVersionRequest,
  isLower,
  isSameSecret,
  parseSecretVersionName,
  type SecretName,
  type SecretVersionName,
  type SecretVersionRequest,
} from './resource-names.ts';
import type { AccessAnswer, ListAnswer } from './secret-manager-client.ts';
import type { AccessedVersion } from './secret-source.ts';

/** @throws {SECRET_CHECKSUM_MISMATCH | SECRET_MISMATCH | SECRET_EMPTY} */
export function verifyAccess(request: SecretVersionRequest, { name, bytes, isIntact }: AccessAnswer): AccessedVersion {
  const resource = formatVersionRequest(request);
  const answered = parseSecretVersionName(name);
  if (bytes === undefined || !isIntact) {
    throw new ActionError('SECRET_CHECKSUM_MISMATCH', {
      message: `Cannot use ${resource}: what arrived does not carry the CRC32C checksum of its own payload.`,
      remedy: 'Run it again; if it stays, something between the runner and Secret Manager alters answers.',
    });
  }
  const { version } = request;
  if (answered === undefined || !isOf(request.name, answered)) throw mismatch(resource);
  if (version.kind === 'number' && version.number !== answered.version) throw mismatch(resource);
  if (bytes.byteLength === 0) {
    throw new ActionError('SECRET_EMPTY', {
      message: `Cannot use ${formatSecretVersionName(answered)}: its payload is empty.`,
      remedy: 'Add a version with content, or name another one with the input `version`.',
    });
  }
  return { name: answered, payload: new Plaintext(bytes) };
}

/**
 * The highest of these versions that is enabled: a newer one has the higher number, whatever order they come in.
 * @throws {SECRET_MISMATCH}
 */
export function findHighest(secret: SecretName, { versions }: ListAnswer): SecretVersionName | undefined {
  let highest: SecretVersionName | undefined;
  for (const { name, isEnabled } of versions) {
    const answered = parseSecretVersionName(name);
    if (answered === undefined || !isOf(secret, answered)) {
      throw mismatch(`the versions of ${formatSecretName(secret)}`);
    }
    if (isEnabled) highest = higher(highest, answered);
  }
  return highest;
}

export function higher(
  one: SecretVersionName | undefined,
  other: SecretVersionName | undefined,
): SecretVersionName | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return isLower(one.version, other.version) ? other : one;
}

/** Google answers with the project's number where its id was asked for; everything else is as it was asked. */
function isOf(asked: SecretName, answered: SecretVersionName): boolean {
  const isProject = !isNumber(asked.project) && isNumber(answered.project);
  return (isProject || asked.project === answered.project) && isSameSecret(asked, answered);
}

function isNumber(project: string): boolean {
  return /^\d+$/.test(project);
}

/** What it named instead is not told: whoever answers with another name may have put the payload into it. */
function mismatch(resource: string): ActionError {
  return new ActionError('SECRET_MISMATCH', {
    message: `Cannot use ${resource}: what answered named something else.`,
    remedy: 'Check the input `secret-manager-endpoint` and what stands between the runner and Secret Manager.',
  });
}
