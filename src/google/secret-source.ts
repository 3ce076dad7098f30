// Where payloads come from: the port that the pipeline knows. Its one adapter is secret-manager.ts.

import type { Plaintext } from '../plaintext.ts';
import type { SecretVersionName, SecretVersionRequest } from './resource-names.ts';

export interface AccessedVersion {
  /** What Google resolved the request to: the project's number and the version's. */
  name: SecretVersionName;
  /** Never empty; its CRC32C has been checked. */
  payload: Plaintext;
}

export interface SecretSource {
  /** One access, no other role than `roles/secretmanager.secretAccessor` on the secret. */
  access(request: SecretVersionRequest): Promise<AccessedVersion>;
}
