// The `sops` block of a manifest: a closed list of fields, each of a known form, so that nothing can be said in it
// but for whom and how the document was encrypted.

import { isRecord } from '../json.ts';
import {
  type EncryptionRule,
  formatEncryptionRule,
  parseRecipients,
  RECIPIENT_KINDS,
  type Recipient,
  SELECTOR_KINDS,
  type Selector,
} from './encryption-rule.ts';
import { isEmpty } from './sops-document.ts';

type Block = Readonly<Record<string, unknown>>;
type Form = (value: unknown) => boolean;

const BASE64 = '[A-Za-z0-9+/\\n]+={0,2}';
const matching = (pattern: string): Form => {
  const whole = new RegExp(`^${pattern}$`);
  return (value) => typeof value === 'string' && whole.test(value);
};
const time = matching('\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?(?:Z|[+-]\\d\\d:\\d\\d)');
/** The nonce is 32 bytes, the tag 16: https://github.com/getsops/sops/blob/main/aes/cipher.go */
export const isCiphertext = matching(
  `ENC\\[AES256_GCM,data:[A-Za-z0-9+/]+={0,2},iv:[A-Za-z0-9+/]{43}=,tag:[A-Za-z0-9+/]{22}==,type:str\\]`,
);

/** The fields of an entry by kind; the one that names the recipient is held against the rule. */
const ENTRIES = {
  gcp_kms: { id: 'resource_id', fields: { created_at: time, enc: matching(BASE64) } },
  age: {
    id: 'recipient',
    fields: { enc: matching(`-----BEGIN AGE ENCRYPTED FILE-----\\n${BASE64}\\n?-----END AGE ENCRYPTED FILE-----\\n?`) },
  },
  pgp: {
    id: 'fp',
    fields: {
      created_at: time,
      enc: matching(
        // What begins with no line end can be told from the empty lines before it in one way only.
        `-----BEGIN PGP MESSAGE-----\\n+(?!\\n)${BASE64}(?:\\n?=[A-Za-z0-9+/]{4})?\\n-----END PGP MESSAGE-----\\n?`,
      ),
    },
  },
} as const satisfies Record<Recipient['kind'], { id: string; fields: Record<string, Form> }>;

const FIELDS: Readonly<Record<string, Form>> = {
  lastmodified: time,
  mac: isCiphertext,
  version: matching('\\d+\\.\\d+\\.\\d+(?:-[0-9A-Za-z.]+)?'),
};

/** In a sentence each, what in the block is not as the rule wants it; nothing of the block is quoted. */
export function* findBlockViolations(sops: Block, rule: EncryptionRule): Generator<string> {
  if (!isCiphertext(sops['mac'])) yield 'sops.mac is missing';
  const found = readEncryptionRule(sops);
  if (found === undefined) yield 'its sops block cannot be read';
  else if (formatEncryptionRule(found) !== formatEncryptionRule(rule)) {
    yield 'its recipients, or what it encrypts, are not those of the rule';
  }
}

/** The rule that the block says it was encrypted by; undefined where it says more, or something else. */
function readEncryptionRule(sops: Block): EncryptionRule | undefined {
  const { key_groups: listed, shamir_threshold: threshold, mac_only_encrypted: macOnly, ...rest } = sops;
  const selectors = SELECTOR_KINDS.flatMap((kind): Selector[] => {
    const pattern = rest[kind];
    return typeof pattern === 'string' && pattern !== '' ? [{ kind, pattern }] : [];
  });
  const [selector, second] = selectors;
  if (selector === undefined || second !== undefined) return undefined;
  const { [selector.kind]: _, ...block } = rest;
  const group = Object.fromEntries(Object.entries(block).filter(([name]) => !Object.hasOwn(FIELDS, name)));
  if (!Object.entries(FIELDS).every(([name, isForm]) => isForm(block[name]))) return undefined;
  if (![undefined, false, true].includes(macOnly as boolean | undefined)) return undefined;
  if (threshold !== undefined && typeof threshold !== 'number') return undefined;

  const keyGroups = readKeyGroups(listed, group);
  if (keyGroups === undefined) return undefined;
  return { keyGroups, threshold: threshold ?? keyGroups.length, selector, macOnlyEncrypted: macOnly === true };
}

/** One group stands in the block itself, several in a list. */
function readKeyGroups(listed: unknown, group: Block): Recipient[][] | undefined {
  if (listed === undefined || listed === null) {
    const only = readKeyGroup(group);
    return only && [only];
  }
  if (!Array.isArray(listed) || !Object.values(group).every(isEmpty)) return undefined;
  const groups = listed.map(readKeyGroup);
  return groups.every((each) => each !== undefined) ? groups : undefined;
}

/** Older versions of sops write the key services that are not used as empty lists. */
function readKeyGroup(group: unknown): Recipient[] | undefined {
  if (!isRecord(group)) return undefined;
  const named = Object.keys(group).filter((name) => !isEmpty(group[name]));
  if (!named.every((name) => Object.hasOwn(ENTRIES, name))) return undefined;
  const recipients = RECIPIENT_KINDS.flatMap((kind): (Recipient | undefined)[] => {
    const entries = group[kind] ?? [];
    return Array.isArray(entries) ? entries.map((entry) => readRecipient(kind, entry)) : [undefined];
  });
  return recipients.every((recipient) => recipient !== undefined) ? recipients : undefined;
}

function readRecipient(kind: Recipient['kind'], entry: unknown): Recipient | undefined {
  const { id: idField, fields } = ENTRIES[kind];
  if (!isRecord(entry) || Object.keys(entry).length !== Object.keys(fields).length + 1) return undefined;
  if (!Object.entries(fields).every(([name, isForm]) => isForm(entry[name]))) return undefined;
  const id = entry[idField];
  const [recipient, ...others] = typeof id === 'string' ? parseRecipients(kind, id) : [];
  return others.length === 0 ? recipient : undefined;
}
