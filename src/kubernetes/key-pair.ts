// The certificates and the private key of a TLS Secret: whether they parse and belong together, and until when they
// serve. Read as Go's crypto/tls reads them: whatever is no CERTIFICATE block in tls.crt is passed over.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { ActionError } from '../errors.ts';
import type { SecretVersionName } from '../google/resource-names.ts';
import type { AccessedVersion } from '../google/secret-source.ts';
import { payloadError } from './payload.ts';

interface KeyPair {
  /** The value of `tls.crt`, and the version that it is made of. */
  chain: AccessedVersion;
  /** The value of `tls.key`, and the version that it is made of. */
  key: AccessedVersion;
}

const BEGIN = '-----BEGIN CERTIFICATE-----';
const SOON_DAYS = 30;
const DAY_MILLISECONDS = 86_400_000;

/**
 * The earliest end of the chain's certificates, in RFC 3339. An expired certificate is no reason to refuse: putting one
 * back may be just what is asked for.
 * @throws {CERTIFICATE_INVALID}
 */
export function verifyKeyPair({ chain, key }: KeyPair, file: string): string {
  const certificates = parseCertificates(chain);
  const privateKey = parsePrivateKey(key);
  if (certificates[0]?.checkPrivateKey(privateKey) !== true) {
    throw new ActionError('CERTIFICATE_INVALID', {
      message: `Cannot write ${file}: the first certificate of \`tls.crt\` does not belong to the key in \`tls.key\`.`,
      remedy: 'Name versions that were made together, with the certificate of the server before those of its issuers.',
    });
  }
  // As text: of a date that is none, `validToDate` may be any.
  const ends = certificates.map(({ validTo }) => Date.parse(validTo));
  if (ends.some(Number.isNaN)) throw invalid(chain.name, 'a certificate in `tls.crt` ends at no date');
  return formatSecond(new Date(Math.min(...ends)));
}

/** A sentence once it has expired or fewer than 30 days are left; `expires` may be anything that stands in a manifest. */
export function describeExpiry(expires: string, now: Date): string | undefined {
  const end = new Date(expires);
  const left = Math.floor((end.getTime() - now.getTime()) / DAY_MILLISECONDS);
  if (!(left < SOON_DAYS)) return undefined;
  const date = formatSecond(end).slice(0, -'T00:00:00Z'.length);
  if (end <= now) return `A certificate in \`tls.crt\` expired on ${date}.`;
  const days = left === 1 ? '1 day' : `${left} days`;
  return `A certificate in \`tls.crt\` expires on ${date}, ${left === 0 ? 'in less than a day' : `in ${days}`}.`;
}

function parseCertificates({ name, payload }: AccessedVersion): X509Certificate[] {
  const blocks = textOf(payload).split(BEGIN).slice(1);
  if (blocks.length === 0) throw invalid(name, 'what becomes `tls.crt` holds no certificate in PEM');
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(BEGIN + block);
    } catch {
      throw invalid(name, `certificate ${index + 1} of what becomes \`tls.crt\` cannot be read`);
    }
  });
}

function parsePrivateKey({ name, payload }: AccessedVersion): KeyObject {
  const pem = textOf(payload);
  if (/^(?:-----BEGIN |Proc-Type:).*ENCRYPTED/m.test(pem)) throw invalid(name, 'the key for `tls.key` is encrypted');
  try {
    return createPrivateKey({ key: pem, format: 'pem' });
  } catch {
    throw invalid(name, 'what becomes `tls.key` is no private key in PEM');
  }
}

function invalid(name: SecretVersionName, reason: string): ActionError {
  return payloadError(name, {
    code: 'CERTIFICATE_INVALID',
    reason,
    remedy: 'Add a version with PEM text: the certificates of the chain for `tls.crt`, the key in clear for `tls.key`.',
  });
}

function formatSecond(date: Date): string {
  return date.toISOString().replace(/\.\d+Z/, 'Z');
}

function textOf(payload: AccessedVersion['payload']): string {
  return Buffer.from(payload.reveal()).toString('latin1');
}
