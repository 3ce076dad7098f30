// Opens a sops YAML file without sops, so that sops and the action's use of it can be checked against something else.
// It goes by the form of each leaf, not by the file's regexes: what looks encrypted must open, the rest stands as it is.
import { createDecipheriv, createHash, type Hash } from 'node:crypto';
import { armor, Decrypter } from 'age-encryption';
import { isMap, isScalar, isSeq, type Node, parseAllDocuments, stringify } from 'yaml';

export type OracleKeys =
  /** An identity, `AGE-SECRET-KEY-1…`. */
  | { readonly age: string }
  /** Opens the data key with the crypto key of that name; the Google stand-in's `decrypt` fits. */
  | { readonly gcpKms: (cryptoKey: string, ciphertext: Buffer) => Buffer | Promise<Buffer> }
  | { readonly dataKey: Buffer };

type Leaf = string | number | bigint | boolean | null | Buffer;
export type OpenedDocument = { readonly [key: string]: Leaf | OpenedDocument | readonly (Leaf | OpenedDocument)[] };

export interface Opened {
  /** Without `sops`. */
  readonly document: OpenedDocument;
  /** False for a MAC that is missing, that does not open, or that is another document's. */
  readonly macIsValid: boolean;
}

/** @throws {Error} where no key opens the data key, where a leaf does not open, and for what is no single sops document. */
export async function decryptIndependently(encryptedYaml: string, keys: OracleKeys): Promise<Opened> {
  const [document, ...others] = parseAllDocuments(encryptedYaml, { intAsBigInt: true });
  if (document === undefined || others.length > 0 || !('contents' in document))
    throw new Error('This is not one document.');
  const [problem] = document.errors;
  if (problem !== undefined) throw problem;
  if (!isMap(document.contents)) throw new Error('This is no mapping.');
  const metadata = parseMetadata(document.get('sops'));
  const dataKey = await openDataKey(metadata, keys);

  const hash = createHash('sha512');
  if (metadata.macOnlyEncrypted) hash.update(macOnlyEncryptedPrefix);
  const walker: Walker = { dataKey, hash, macOnlyEncrypted: metadata.macOnlyEncrypted };
  const plain: [string, OpenedDocument[string]][] = [];
  for (const { key, value } of document.contents.items) {
    const name = keyName(key);
    if (name !== 'sops') plain.push([name, openNode(walker, value, [name])]);
  }
  return { document: Object.fromEntries(plain), macIsValid: macMatches(metadata, dataKey, hash) };
}

// sops.go, MACOnlyEncryptedInitialization: it keeps the two kinds of MAC apart.
const macOnlyEncryptedPrefix = Buffer.from('8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69', 'hex');

interface Metadata {
  readonly mac: string;
  readonly lastModified: string;
  readonly macOnlyEncrypted: boolean;
  readonly age: readonly { readonly enc: string }[];
  readonly gcpKms: readonly { readonly resourceId: string; readonly enc: string }[];
}

function parseMetadata(node: unknown): Metadata {
  if (!isMap(node)) throw new Error('This is no sops file: it has no mapping `sops`.');
  if (node.has('key_groups')) throw new Error('The oracle does not put the parts of key groups together.');
  const text = (key: string): string => String(node.get(key) ?? '');
  const entries = (kind: string) => {
    const list = node.get(kind);
    return isSeq(list) ? list.items.filter((item) => isMap(item)) : [];
  };
  return {
    mac: text('mac'),
    lastModified: text('lastmodified'),
    macOnlyEncrypted: node.get('mac_only_encrypted') === true,
    age: entries('age').map((entry) => ({ enc: String(entry.get('enc')) })),
    gcpKms: entries('gcp_kms').map((entry) => ({
      resourceId: String(entry.get('resource_id')),
      enc: String(entry.get('enc')),
    })),
  };
}

async function openDataKey({ age, gcpKms }: Metadata, keys: OracleKeys): Promise<Buffer> {
  if ('dataKey' in keys) return keys.dataKey;
  const attempts =
    'age' in keys
      ? age.map(({ enc }) => openWithAge(enc, keys.age))
      : gcpKms.map(async ({ resourceId, enc }) => keys.gcpKms(resourceId, Buffer.from(enc, 'base64')));
  try {
    return await Promise.any(attempts);
  } catch (cause) {
    throw new Error('No entry of this file opens with this key.', { cause });
  }
}

async function openWithAge(armored: string, identity: string): Promise<Buffer> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return Buffer.from(await decrypter.decrypt(armor.decode(armored)));
}

interface Walker {
  readonly dataKey: Buffer;
  readonly hash: Hash;
  readonly macOnlyEncrypted: boolean;
}

function openNode(walker: Walker, node: unknown, path: readonly string[]): OpenedDocument[string] {
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }) => {
      const name = keyName(key);
      return [name, openNode(walker, value, [...path, name])] as const;
    });
    return Object.fromEntries(entries);
  }
  // An item of a sequence has the path of the sequence: sops puts no index into it.
  if (isSeq(node)) return node.items.map((item) => openNode(walker, item, path) as Leaf | OpenedDocument);
  if (isScalar(node)) return openLeaf(walker, node.value, path);
  if (node === null) return null;
  throw new Error(`The oracle cannot read ${stringify(node as Node).trim()}.`);
}

function openLeaf({ dataKey, hash, macOnlyEncrypted }: Walker, value: unknown, path: readonly string[]): Leaf {
  if (value === null) return null;
  if (typeof value === 'string' && value.startsWith('ENC[')) {
    const { bytes, type } = openValue(value, dataKey, `${path.join(':')}:`);
    if (type !== 'comment') hash.update(bytes);
    return typed(bytes, type);
  }
  const leaf = plainLeaf(value);
  if (!macOnlyEncrypted) hash.update(macBytes(leaf));
  return typeof leaf === 'bigint' ? narrowed(leaf) : leaf;
}

const encryptedForm = /^ENC\[AES256_GCM,data:([^,]+),iv:([^,]+),tag:([^,]+),type:(\w+)\]$/;

function openValue(encrypted: string, dataKey: Buffer, additionalData: string): { bytes: Buffer; type: string } {
  const [, data = '', iv = '', tag = '', type] = encryptedForm.exec(encrypted) ?? [];
  if (type === undefined) throw new Error(`${additionalData} is no value that sops encrypts.`);
  const decipher = createDecipheriv('aes-256-gcm', dataKey, Buffer.from(iv, 'base64'), { authTagLength: 16 });
  decipher.setAAD(Buffer.from(additionalData));
  decipher.setAuthTag(Buffer.from(tag, 'base64'));
  try {
    return { bytes: Buffer.concat([decipher.update(data, 'base64'), decipher.final()]), type };
  } catch (cause) {
    throw new Error(`${additionalData} does not open: another key, another place, or altered.`, { cause });
  }
}

function typed(bytes: Buffer, type: string): Leaf {
  const text = bytes.toString('utf8');
  switch (type) {
    case 'str':
    case 'time':
    case 'comment':
      return text;
    case 'int':
      return narrowed(BigInt(text));
    case 'float':
      return Number(text);
    case 'bool':
      return text === 'True';
    case 'bytes':
      return bytes;
    default:
      throw new Error(`sops has no type ${type}.`);
  }
}

function plainLeaf(value: unknown): string | number | bigint | boolean {
  if (typeof value === 'string' || typeof value === 'bigint' || typeof value === 'boolean') return value;
  // sops writes the string << as `!!merge <<`, which the yaml package reads as a symbol.
  if (typeof value === 'symbol' && value.description !== undefined) return value.description;
  // Go writes any float without an exponent, and the two agree on all that JavaScript writes without one.
  if (typeof value === 'number' && /^-?[\d.]+$/.test(String(value))) return value;
  throw new Error(`The oracle cannot read ${String(value)}.`);
}

/** As sops feeds a value to its hash; a Boolean is written as Python would. */
function macBytes(leaf: string | number | bigint | boolean): string {
  if (leaf === true) return 'True';
  return leaf === false ? 'False' : String(leaf);
}

const narrowed = (integer: bigint): number | bigint =>
  BigInt.asIntN(54, integer) === integer ? Number(integer) : integer;

function keyName(key: unknown): string {
  if (isScalar(key) && typeof key.value === 'string') return key.value;
  throw new Error('A key is no string.');
}

function macMatches({ mac, lastModified }: Metadata, dataKey: Buffer, hash: Hash): boolean {
  try {
    return openValue(mac, dataKey, lastModified).bytes.toString() === hash.digest('hex').toUpperCase();
  } catch {
    return false;
  }
}
