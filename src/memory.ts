// What a run has accessed and encrypted. Versions never change and ciphertext stays right as long as what it stands
// under does, so a run that has to plan again asks for neither twice.

import {
  formatSecretName,
  formatSecretVersionName,
  formatVersionRequest,
  type SecretVersionName,
  type SecretVersionRequest,
} from './google/resource-names.ts';
import { type AccessedVersion, resolveLatestEnabled, type SecretSource } from './google/secret-source.ts';
import type { EncryptedManifest } from './sops/encrypted-manifest.ts';
import type { Encrypter, EncryptionRequest } from './sops/encrypter.ts';
import { formatEncryptionRule } from './sops/encryption-rule.ts';

export interface RememberingSource extends SecretSource {
  /** Asks again which version it is, and remembers the new answer. */
  accessAgain(request: SecretVersionRequest): Promise<AccessedVersion>;
}

export function rememberAccesses(source: SecretSource): RememberingSource {
  const accessed = new Map<string, Promise<AccessedVersion>>();
  const newest = new Map<string, Promise<SecretVersionName>>();

  function ask(request: SecretVersionRequest): Promise<AccessedVersion> {
    const answer = source.access(request);
    accessed.set(formatVersionRequest(request), answer);
    // What `latest` or an alias was is a number, under which it need not be asked for again; nor if somebody writes
    // the project as the answer does.
    const rememberNumber = ({ name }: AccessedVersion) => {
      for (const { project } of [request.name, name])
        accessed.set(formatSecretVersionName({ ...name, project }), answer);
    };
    answer.then(rememberNumber, () => undefined);
    return answer;
  }

  const remembering: RememberingSource = {
    async access(wanted) {
      const request = await resolveLatestEnabled(remembering, wanted);
      return accessed.get(formatVersionRequest(request)) ?? ask(request);
    },
    accessAgain(request) {
      newest.delete(formatSecretName(request.name));
      return request.version.kind === 'latest-enabled' ? remembering.access(request) : ask(request);
    },
    findNewestEnabled(name) {
      const key = formatSecretName(name);
      const found = newest.get(key) ?? source.findNewestEnabled(name);
      newest.set(key, found);
      return found;
    },
  };
  return remembering;
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
function keyOf({ file, manifest, rule }: EncryptionRequest): string {
  return JSON.stringify([file, manifest.clear, formatEncryptionRule(rule)]);
}
