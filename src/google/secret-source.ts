// Where payloads come from: the port that the pipeline knows. Its one adapter is secret-manager.ts.

import type { Plaintext } from '../plaintext.ts';
import type { SecretName, SecretVersionName, SecretVersionRequest } from './resource-names.ts';

export interface AccessedVersion {
  /** What Google resolved the request to: the project's number and the version's. */
  name: SecretVersionName;
  /** Never empty; its CRC32C has been checked. */
  payload: Plaintext;
}

export interface SecretSource {
  /**
   * One access, no other role than `roles/secretmanager.secretAccessor` on the secret; `latest-enabled` is found first,
   * with the role that this needs.
   */
  access(request: SecretVersionRequest): Promise<AccessedVersion>;
  /**
   * The highest version in the state ENABLED. Needs `roles/secretmanager.viewer` on the secret, and may wait: Secret
   * Manager gives out 600 such answers a minute.
   * @throws {SECRET_LIST_DENIED | SECRET_NONE_ENABLED | SECRET_NOT_FOUND | SECRET_MISMATCH} and the `GOOGLE_…` ones
   */
  findNewestEnabled(name: SecretName): Promise<SecretVersionName>;
}

/** The request as Google understands it: `latest-enabled` is a word of this action, and becomes a number. */
export async function resolveLatestEnabled(
  source: Pick<SecretSource, 'findNewestEnabled'>,
  request: SecretVersionRequest,
): Promise<SecretVersionRequest> {
  if (request.version.kind !== 'latest-enabled') return request;
  const { version } = await source.findNewestEnabled(request.name);
  return { name: request.name, version: { kind: 'number', number: version } };
}
