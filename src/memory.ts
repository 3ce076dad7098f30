// What a run has accessed and encrypted. Versions never change and ciphertext stays right as long as what it stands
// under does, so a run that has to plan again asks for neither twice.

import { formatVersionRequest, type SecretVersionRequest } from './google/resource-names.ts';
import type { AccessedVersion, SecretSource } from './google/secret-source.ts';
import type { EncryptedManifest } from './sops/encrypted-manifest.ts';
import type { Encrypter, EncryptionRequest } from './sops/encrypter.ts';
import { formatEncryptionRule } from './sops/encryption-rule.ts';

export interface RememberingSource extends SecretSource {
  /** Asks again, and remembers the new answer. */
  accessAgain(request: SecretVersionRequest): Promise<AccessedVersion>;
}

export function rememberAccesses(source: SecretSource): RememberingSource {
  const accessed = new Map<string, Promise<AccessedVersion>>();
  const ask = (request: SecretVersionRequest) => {
    const answer = source.access(request);
    accessed.set(formatVersionRequest(request), answer);
    return answer;
  };
  return {
    access: (request) => accessed.get(formatVersionRequest(request)) ?? ask(request),
    accessAgain: ask,
  };
}

export function rememberEncryptions(encrypter: Encrypter): Encrypter {
  const encrypted = new Map<string, Promise<EncryptedManifest>>();
  return {
    encrypt(request) {
      const key = keyOf(request);
      const manifest = encrypted.get(key) ?? encrypter.encrypt(request);
      encrypted.set(key, manifest);
      return manifest;
    },
  };
}

/** What stands in clear names every version, and with it the payloads. */
function keyOf({ file, manifest, rule, configuration }: EncryptionRequest): string {
  return JSON.stringify([file, manifest.clear, formatEncryptionRule(rule), configuration ?? null]);
}
