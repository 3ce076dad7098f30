// The inputs that say for whom is encrypted.

import { getInput } from '@actions/core';
import { shown } from '../markdown.ts';
import { parseRecipients, type Recipient, type RecipientKind } from '../sops/encryption-rule.ts';
import type { Problems } from './values.ts';

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

/** What begins a private key of age, PGP or SSH. */
const SECRET_KEY = /AGE-SECRET-KEY|PRIVATE KEY/i;

export function readRecipients(problems: Problems): Recipient[] {
  return RECIPIENT_FORMS.flatMap(({ input, kind, form, example }) => {
    const text = getInput(input);
    const recipients = parseRecipients(kind, text.replaceAll('\n', ','));
    const refused = recipients.filter(({ id }) => !form.test(id)).map(({ id }) => shown(id));
    // A secret key given by mistake must not be said again, nor any line of it.
    const given = SECRET_KEY.test(text) ? ['a secret key'] : refused;
    problems.push(...given.map((each) => `\`${input}: ${each}\` is no recipient: write ${example}`));
    // sops finds a key in the keyring by capitals only.
    return kind === 'pgp' ? recipients.map(({ id }) => ({ kind, id: id.toUpperCase() })) : recipients;
  });
}
