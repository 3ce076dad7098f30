// Which rule each manifest is encrypted by, and whether the workflow allows what is asked for. Globs and RE2 are
// loaded only by runs that need them.

import { ActionError, ownError } from '../errors.ts';
import type { SecretName } from '../google/resource-names.ts';
import type { Guard, Policy } from '../policy.ts';
import { findConfiguration, type Snapshot } from '../publisher.ts';
import type { FindCreationRule } from '../sops/creation-rule.ts';
import { type EncryptionRule, type Recipient, recipientsRule } from '../sops/encryption-rule.ts';

/** The rule that a file falls under. @throws {SOPS_NO_RULE | RECIPIENT_NOT_ALLOWED | SOPS_CONFIG_INVALID | SOPS_KEY_SERVICE_NOT_SUPPORTED} by file */
export type Govern = (file: string) => EncryptionRule;

export interface Governing {
  /** Empty: the Flux repository's `.sops.yaml` decides. */
  recipients: readonly Recipient[];
  policy: Policy;
}

/** @throws {SECRET_NOT_ALLOWED | RECIPIENT_NOT_ALLOWED} for what is known before anything is read */
export async function refuseOutside({ recipients, policy }: Governing, secrets: Iterable<SecretName>): Promise<void> {
  const guard = await loadGuard(policy);
  for (const secret of secrets) guard?.refuseSecret(secret);
  guard?.refuseRecipients(recipientsRule(recipients));
}

/** @throws {RECIPIENT_NOT_ALLOWED} where one of the files falls under a rule that the workflow does not allow */
export async function createGovern(
  { recipients, policy }: Governing,
  { base, files }: { base: Snapshot; files: readonly string[] },
): Promise<Govern> {
  if (recipients.length > 0) {
    const rule = recipientsRule(recipients);
    return () => rule;
  }
  const { parseCreationRules } = await import('../sops/creation-rule.ts');
  const guard = await loadGuard(policy);
  const rules = new Map<string, FindCreationRule>();
  const govern: Govern = (file) => {
    const configuration = findConfiguration(base, file);
    if (configuration === undefined) throw noRecipients(file);
    const findRule = rules.get(configuration.path) ?? parseCreationRules(configuration);
    rules.set(configuration.path, findRule);
    const rule = findRule(file);
    guard?.refuseRecipients(rule);
    return rule;
  };
  if (guard !== undefined) refuseRules(govern, files);
  return govern;
}

/** What the workflow forbids ends the run, whichever file it is about. Other errors are that file's own. */
function refuseRules(govern: Govern, files: readonly string[]): void {
  for (const file of files) {
    try {
      govern(file);
    } catch (error) {
      if (ownError(error).code === 'RECIPIENT_NOT_ALLOWED') throw error;
    }
  }
}

async function loadGuard(policy: Policy): Promise<Guard | undefined> {
  if (policy.allowedSecrets.length + policy.allowedRecipients.length === 0) return undefined;
  const { createGuard } = await import('../policy.ts');
  return createGuard(policy);
}

function noRecipients(file: string): ActionError {
  return new ActionError('SOPS_NO_RULE', {
    message: `Cannot encrypt ${file}: nobody is named to encrypt it for, and the Flux repository has no .sops.yaml above it.`,
    remedy: 'Name recipients with the inputs `gcp-kms`, `age` or `pgp`, or add a .sops.yaml to the repository.',
  });
}
