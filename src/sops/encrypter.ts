// Who encrypts a manifest: the port that the pipeline knows. Its one adapter is sops.ts.

import type { SecretManifest } from '../kubernetes/secret-manifest.ts';
import type { SopsConfiguration } from './configuration.ts';
import type { EncryptedManifest } from './encrypted-manifest.ts';
import type { EncryptionRule } from './encryption-rule.ts';

export interface EncryptionRequest {
  /** The manifest's path in the Flux repository: sops' rules go by it. */
  file: string;
  manifest: SecretManifest;
  rule: EncryptionRule;
  /** The `.sops.yaml` that the rule was read from; undefined for recipients from the inputs. */
  configuration: SopsConfiguration | undefined;
}

export interface Encrypter {
  encrypt(request: EncryptionRequest): Promise<EncryptedManifest>;
}
