// Who encrypts a manifest: the port that the pipeline knows. Its one adapter is sops.ts.

import type { SecretManifest } from '../kubernetes/secret-manifest.ts';
import type { EncryptedManifest } from './encrypted-manifest.ts';
import type { EncryptionRule } from './encryption-rule.ts';

export interface EncryptionRequest {
  /** The manifest's path in the Flux repository. */
  file: string;
  manifest: SecretManifest;
  rule: EncryptionRule;
}

export interface Encrypter {
  encrypt(request: EncryptionRequest): Promise<EncryptedManifest>;
}
