// What decides how a manifest is encrypted: for whom, and which of its values. Two readings of it meet in the
// gate: ours (from inputs or a creation rule) and sops' own (from the `sops` block of what it wrote).

export const RECIPIENT_KINDS = ['gcp_kms', 'age', 'pgp'] as const;
export type RecipientKind = (typeof RECIPIENT_KINDS)[number];

export interface Recipient {
  kind: RecipientKind;
  /** A Cloud KMS resource id, an age recipient, or a PGP fingerprint. */
  id: string;
}

/** https://getsops.io/docs/#encrypting-only-parts-of-a-file */
export const SELECTOR_KINDS = [
  'encrypted_regex',
  'unencrypted_regex',
  'encrypted_suffix',
  'unencrypted_suffix',
  'encrypted_comment_regex',
  'unencrypted_comment_regex',
] as const;

export interface Selector {
  kind: (typeof SELECTOR_KINDS)[number];
  pattern: string;
}

export interface EncryptionRule {
  /** One group, or several of which `threshold` are needed to decrypt. */
  keyGroups: readonly (readonly Recipient[])[];
  threshold: number;
  selector: Selector;
  macOnlyEncrypted: boolean;
}

/** What Flux can apply: the values encrypted, everything that names the object in clear. */
export const SECRET_VALUES: Selector = { kind: 'encrypted_regex', pattern: '^(data|stringData)$' };

export function recipientsRule(recipients: readonly Recipient[]): EncryptionRule {
  return { keyGroups: [recipients], threshold: 1, selector: SECRET_VALUES, macOnlyEncrypted: false };
}

/** The rule in one fixed form: the same text exactly where two rules have the same effect. */
export function formatEncryptionRule(rule: EncryptionRule): string {
  const keyGroups = rule.keyGroups.map((group) => [...new Set(group.map(formatRecipient))].sort());
  return JSON.stringify([
    keyGroups,
    keyGroups.length > 1 ? rule.threshold : 1,
    rule.selector.kind,
    rule.selector.pattern,
    rule.macOnlyEncrypted,
  ]);
}

export function formatRecipient({ kind, id }: Recipient): string {
  return `${kind}:${id}`;
}

/** A list as sops takes it: commas between, blanks around them meaningless. */
export function parseRecipients(kind: RecipientKind, list: string): Recipient[] {
  return list
    .split(',')
    .map((id) => (kind === 'age' ? id.trim() : id.replaceAll(/\s/g, '')))
    .filter((id) => id !== '')
    .map((id) => ({ kind, id }));
}
