// The manifest before encryption: what is said in clear, and the payloads apart from it, so that
// everything that compares, digests or prints a manifest can do without them.

import { Plaintext } from '../plaintext.ts';

export interface ClearManifest {
  apiVersion: 'v1';
  kind: 'Secret';
  metadata: {
    name: string;
    namespace?: string;
    labels: Record<string, string>;
    annotations: Record<string, string>;
  };
  type: string;
  immutable?: true;
}

export interface SecretManifest {
  clear: ClearManifest;
  /** Data key → value, byte for byte as the payload has it. */
  data: ReadonlyMap<string, Plaintext>;
}

/** Data keys without a value. */
export function emptyKeys({ data }: Pick<SecretManifest, 'data'>): string[] {
  return [...data].filter(([, value]) => value.byteLength === 0).map(([key]) => key);
}

/**
 * The manifest as JSON, for sops' stdin. JSON, since sops reads some YAML scalars as other types; base64 `data` rather
 * than `stringData`, since only bytes survive Flux's `${VAR}` substitution and come back as they were.
 */
export function formatSecretManifest({ clear, data }: SecretManifest): Plaintext {
  const encoded = [...data].map(([key, payload]) => [key, Buffer.from(payload.reveal()).toString('base64')]);
  return new Plaintext(Buffer.from(JSON.stringify({ ...clear, data: Object.fromEntries(encoded) })));
}
