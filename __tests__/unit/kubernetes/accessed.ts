// Payloads as Secret Manager would have answered them, and what is refused of them.

import { ActionError } from '../../../src/errors.ts';
import type { SecretVersionName, SecretVersionRequest } from '../../../src/google/resource-names.ts';
import type { AccessedVersion } from '../../../src/google/secret-source.ts';
import { Plaintext } from '../../../src/plaintext.ts';

export const NAME: SecretVersionName = { project: '42', secret: 'TELE_TOKEN', version: '3' };
export const FULL_NAME = 'projects/42/secrets/TELE_TOKEN/versions/3';

export function version(payload: string | Uint8Array, name: SecretVersionName = NAME): AccessedVersion {
  return { name, payload: new Plaintext(Buffer.from(payload)) };
}

/** The latest version of a secret of the project `demo`, whose number is 42. */
export function latest(secret: string): SecretVersionRequest {
  return { name: { project: 'demo', secret }, version: { kind: 'latest' } };
}

const SENTENCES = /^Cannot \w+ \S+: [^\n]+\.\n[A-Z][^\n]+\.$/;

/**
 * The message and the remedy of the ActionError that is thrown, as one text; anything else thrown is thrown on. A refusal
 * that does not say what cannot be done, why, and what to do about it is no use to anybody.
 */
export function refusalOf(act: () => unknown): { code: string; text: string } | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    const text = `${error.message} ${error.remedy}`;
    if (!SENTENCES.test(`${error.message}\n${error.remedy}`))
      throw new Error(`This helps nobody: ${text}`, { cause: error });
    return { code: error.code, text };
  }
}

export function textOf(payload: Plaintext | undefined): string | undefined {
  return payload && Buffer.from(payload.reveal()).toString('utf8');
}
