// The inputs that say for whom is encrypted.

import { getInput } from '@actions/core';
import { parseRecipients, type Recipient, type RecipientKind } from '../sops/encryption-rule.ts';
import { type Problems, shown } from './values.ts';

const RECIPIENT_FORMS: readonly { input: string; kind: RecipientKind; form: RegExp; example: string }[] = [
  {
    input: 'gcp-kms',
    kind: 'gcp_kms',
    form: /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/,
    example: 'projects/P/locations/L/keyRings/R/cryptoKeys/K',
  },
  {
    input: 'age',
    kind: 'age',
    form: /^(age1[a-z0-9]{58,}|ssh-(ed25519|rsa) [A-Za-z0-9+/=]+)$/,
    example: 'age1…, the public key',
  },
  {
    input: 'pgp',
    kind: 'pgp',
    form: /^[0-9A-Fa-f]{40}([0-9A-Fa-f]{24})?$/,
    example: 'the fingerprint, 40 hexadecimal digits',
  },
];

export function readRecipients(problems: Problems): Recipient[] {
  return RECIPIENT_FORMS.flatMap(({ input, kind, form, example }) => {
    const recipients = parseRecipients(kind, getInput(input).replaceAll('\n', ','));
    for (const { id } of recipients) {
      // An age secret key given by mistake must not be said again.
      const given = /^AGE-SECRET-KEY/i.test(id) ? 'a secret key' : shown(id);
      if (!form.test(id)) problems.push(`\`${input}: ${given}\` is no recipient: write ${example}`);
    }
    return recipients;
  });
}
