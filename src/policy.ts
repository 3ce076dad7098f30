// What the workflow allows to be asked for, whatever an input or a `.sops.yaml` of the repository says.

import picomatch from 'picomatch';
import { ActionError } from './errors.ts';
import { formatSecretName, type SecretName } from './google/resource-names.ts';
import type { EncryptionRule } from './sops/encryption-rule.ts';

/** Globs; an empty list allows everything. `*` does not match a slash. */
export interface Policy {
  allowedSecrets: readonly string[];
  allowedRecipients: readonly string[];
}

/** @throws {SECRET_NOT_ALLOWED} */
export function refuseSecret({ allowedSecrets }: Policy, name: SecretName): void {
  const secret = formatSecretName(name);
  if (isAllowed(allowedSecrets, secret)) return;
  throw new ActionError('SECRET_NOT_ALLOWED', {
    message: `Cannot access ${secret}: the input \`allowed-secrets\` does not list it.`,
    remedy: 'Name another secret, or have whoever owns the workflow add it there.',
  });
}

/** @throws {RECIPIENT_NOT_ALLOWED} */
export function refuseRecipients({ allowedRecipients }: Policy, rule: EncryptionRule): void {
  const outside = rule.keyGroups.flat().find(({ id }) => !isAllowed(allowedRecipients, id));
  if (outside === undefined) return;
  throw new ActionError('RECIPIENT_NOT_ALLOWED', {
    message: `Cannot encrypt for ${outside.id}: the input \`allowed-recipients\` does not list it.`,
    remedy: 'Take it out of the inputs or of .sops.yaml, or have whoever owns the workflow add it there.',
  });
}

function isAllowed(globs: readonly string[], text: string): boolean {
  return globs.length === 0 || picomatch.isMatch(text, [...globs], { dot: true, nonegate: true, noextglob: true });
}
