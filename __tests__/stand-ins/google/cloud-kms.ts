// Cloud KMS REST v1, symmetric encryption only. What it encrypts it really can decrypt: AES-256-GCM with one key a
// cryptoKey, derived from a seed, so that two stand-ins of one seed read each other's ciphertexts.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { crc32c } from '@aws-crypto/crc32c';
import { GoogleError, permissionDenied } from './google-error.ts';

export interface CloudKmsOptions {
  /** Any text; without it each stand-in has its own keys. */
  readonly seed?: string | undefined;
  /** The keys that exist; without it every well-formed name does. */
  readonly cryptoKeys?: readonly string[] | undefined;
}

export type KeyUse = 'encrypt' | 'decrypt';

const usePath = /^\/v1\/(projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/:]+):(encrypt|decrypt)$/;
const permissionFor: Readonly<Record<KeyUse, string>> = {
  encrypt: 'cloudkms.cryptoKeyVersions.useToEncrypt',
  decrypt: 'cloudkms.cryptoKeyVersions.useToDecrypt',
};
const ivLength = 12;
const tagLength = 16;

export function createCloudKms({ seed = randomBytes(32).toString('hex'), cryptoKeys }: CloudKmsOptions = {}) {
  const denied = new Set<string>();
  const grantName = (use: KeyUse, cryptoKey: string): string => `${use} ${cryptoKey}`;
  const keyMaterial = (cryptoKey: string): Buffer => createHmac('sha256', seed).update(cryptoKey).digest();

  function encrypt(cryptoKey: string, plaintext: Buffer): Buffer {
    const iv = randomBytes(ivLength);
    const cipher = createCipheriv('aes-256-gcm', keyMaterial(cryptoKey), iv);
    return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  }

  /** What `:decrypt` does, for tests that hold a ciphertext. @throws {GoogleError} INVALID_ARGUMENT for another key's. */
  function decrypt(cryptoKey: string, ciphertext: Buffer): Buffer {
    try {
      const decipher = createDecipheriv('aes-256-gcm', keyMaterial(cryptoKey), ciphertext.subarray(0, ivLength));
      decipher.setAuthTag(ciphertext.subarray(-tagLength));
      return Buffer.concat([decipher.update(ciphertext.subarray(ivLength, -tagLength)), decipher.final()]);
    } catch {
      throw new GoogleError(
        'INVALID_ARGUMENT',
        "Decryption failed: verify that 'name' refers to the correct CryptoKey.",
      );
    }
  }

  /** @throws {GoogleError} as Google answers; undefined where the route is none of Cloud KMS's. */
  function answer(method: string, url: URL, body: string): object | undefined {
    const match = usePath.exec(decodeURIComponent(url.pathname));
    if (method !== 'POST' || match === null) return undefined;
    const cryptoKey = match[1] ?? '';
    const use: KeyUse = match[2] === 'encrypt' ? 'encrypt' : 'decrypt';
    if (denied.has(grantName(use, cryptoKey))) {
      const permission = permissionFor[use];
      const message = `Permission '${permission}' denied on resource '${cryptoKey}' (or it may not exist).`;
      throw permissionDenied(message, permission, cryptoKey);
    }
    if (cryptoKeys !== undefined && !cryptoKeys.includes(cryptoKey)) {
      throw new GoogleError('NOT_FOUND', `CryptoKey ${cryptoKey} not found.`);
    }
    if (use === 'encrypt') {
      const plaintext = bytesField(body, 'plaintext');
      const ciphertext = encrypt(cryptoKey, plaintext);
      return {
        name: `${cryptoKey}/cryptoKeyVersions/1`,
        ciphertext: ciphertext.toString('base64'),
        ciphertextCrc32c: String(crc32c(ciphertext)),
        ...(verifies(body, 'plaintextCrc32c', plaintext) && { verifiedPlaintextCrc32c: true }),
        protectionLevel: 'SOFTWARE',
      };
    }
    const plaintext = decrypt(cryptoKey, bytesField(body, 'ciphertext'));
    return {
      plaintext: plaintext.toString('base64'),
      plaintextCrc32c: String(crc32c(plaintext)),
      usedPrimary: true,
      protectionLevel: 'SOFTWARE',
    };
  }

  return {
    answer,
    decrypt,
    denyKey(cryptoKey: string, ...uses: KeyUse[]): void {
      for (const use of uses.length > 0 ? uses : (['encrypt', 'decrypt'] as const))
        denied.add(grantName(use, cryptoKey));
    },
    allowKey(cryptoKey: string): void {
      denied.delete(grantName('encrypt', cryptoKey));
      denied.delete(grantName('decrypt', cryptoKey));
    },
  };
}

function field(body: string, name: string): unknown {
  try {
    const fields: unknown = JSON.parse(body);
    return typeof fields === 'object' && fields !== null ? Reflect.get(fields, name) : undefined;
  } catch {
    throw new GoogleError('INVALID_ARGUMENT', 'Invalid JSON payload received. Unexpected token.');
  }
}

function bytesField(body: string, name: string): Buffer {
  const value = field(body, name);
  if (typeof value !== 'string' || value === '')
    throw new GoogleError('INVALID_ARGUMENT', `The request has no ${name}.`);
  return Buffer.from(value, 'base64');
}

function verifies(body: string, name: string, bytes: Buffer): boolean {
  const claimed = field(body, name);
  if (claimed === undefined) return false;
  if (Number(claimed) === crc32c(bytes)) return true;
  throw new GoogleError('INVALID_ARGUMENT', `The checksum in field ${name} did not match the data in field plaintext.`);
}
