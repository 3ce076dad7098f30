// What the workflow allows to be asked for, whatever an input, a config file or a `.sops.yaml` of the repository says.

import { ActionError } from './errors.ts';
import { createMatcher } from './globs.ts';
import { formatSecretName, type SecretName } from './google/resource-names.ts';
import type { EncryptionRule } from './sops/encryption-rule.ts';

/** Globs; an empty list allows everything. */
export interface Policy {
  allowedSecrets: readonly string[];
  allowedRecipients: readonly string[];
}

/** A policy whose globs are compiled: a run may ask it a thousand times. */
export interface Guard {
  /** @throws {SECRET_NOT_ALLOWED} */
  refuseSecret(name: SecretName): void;
  /** @throws {RECIPIENT_NOT_ALLOWED} */
  refuseRecipients(rule: EncryptionRule): void;
}

export function createGuard({ allowedSecrets, allowedRecipients }: Policy): Guard {
  const isSecretAllowed = createMatcher(allowedSecrets);
  const isRecipientAllowed = createMatcher(allowedRecipients);
  return {
    refuseSecret(name) {
      const secret = formatSecretName(name);
      if (isSecretAllowed(secret)) return;
      throw new ActionError('SECRET_NOT_ALLOWED', {
        message: `Cannot access ${secret}: the input \`allowed-secrets\` does not list it.`,
        remedy: 'Name another secret, or have whoever owns the workflow add it there.',
      });
    },
    refuseRecipients(rule) {
      const outside = rule.keyGroups.flat().find(({ id }) => !isRecipientAllowed(id));
      if (outside === undefined) return;
      throw new ActionError('RECIPIENT_NOT_ALLOWED', {
        message: `Cannot encrypt for ${outside.id}: the input \`allowed-recipients\` does not list it.`,
        remedy: 'Take it out of the inputs or of .sops.yaml, or have whoever owns the workflow add it there.',
      });
    },
  };
}
