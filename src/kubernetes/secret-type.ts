// What Kubernetes asks of a Secret of a type, and what the type itself asks of the values that belong to it.
// https://kubernetes.io/docs/concepts/configuration/secret/#secret-types

import { ActionError } from '../errors.ts';
import type { AccessedVersion } from '../google/secret-source.ts';
import { verifyDockerConfig } from './docker-config.ts';
import { verifyKeyPair } from './key-pair.ts';

const TYPE = /^[A-Za-z0-9][-A-Za-z0-9._/]{0,252}$/;

/** Of each list, one data key is needed. */
const REQUIRED: ReadonlyMap<string, readonly (readonly string[])[]> = new Map([
  ['kubernetes.io/tls', [['tls.crt'], ['tls.key']]],
  ['kubernetes.io/dockerconfigjson', [['.dockerconfigjson']]],
  ['kubernetes.io/dockercfg', [['.dockercfg']]],
  ['kubernetes.io/basic-auth', [['username', 'password']]],
  ['kubernetes.io/ssh-auth', [['ssh-privatekey']]],
]);

/** Why a Secret cannot be of this type, to stand behind a colon. */
export function findTypeProblem(type: string): string | undefined {
  if (type === 'kubernetes.io/service-account-token') {
    return 'the control plane of a cluster fills a Secret of this type itself, with a token that it makes';
  }
  if (TYPE.test(type)) return undefined;
  return 'a type is up to 253 letters, digits, `-`, `.`, `_` and `/`, and begins with a letter or a digit';
}

/** What a Secret of this type needs and does not have, each as it is written in a sentence. */
export function findMissingKeys(type: string, keys: Iterable<string>): readonly string[] {
  const present = new Set(keys);
  const missing = (REQUIRED.get(type) ?? []).filter((oneOf) => !oneOf.some((key) => present.has(key)));
  return missing.map((oneOf) => oneOf.map((key) => `\`${key}\``).join(' or '));
}

/**
 * Values by data key, each with a version that it is made of. Gives in RFC 3339 when the first certificate of a TLS
 * Secret expires.
 * @throws {SECRET_INCOMPLETE, CERTIFICATE_INVALID, DOCKER_CONFIG_INVALID}
 */
export function verifyType(
  { type, file }: { type: string; file: string },
  values: ReadonlyMap<string, AccessedVersion>,
): string | undefined {
  // The API server takes an empty value for a missing one, or refuses it with less to say.
  const filled = new Map([...values].filter(([, { payload }]) => payload.byteLength > 0));
  const missing = findMissingKeys(type, filled.keys());
  if (missing.length > 0) {
    throw new ActionError('SECRET_INCOMPLETE', {
      message: `Cannot write ${file}: a Secret of type ${type} needs a value for ${missing.join(' and ')}.`,
      remedy: 'Name what is missing in `data`, or add a version of what `dataFrom` lists that has it.',
    });
  }
  if (type === 'kubernetes.io/tls') {
    const [chain, key] = [filled.get('tls.crt'), filled.get('tls.key')];
    return chain && key && verifyKeyPair({ chain, key }, file);
  }
  if (type === 'kubernetes.io/dockerconfigjson' || type === 'kubernetes.io/dockercfg') {
    const key = type === 'kubernetes.io/dockercfg' ? '.dockercfg' : '.dockerconfigjson';
    const config = filled.get(key);
    if (config !== undefined) verifyDockerConfig(config, key);
  }
  return undefined;
}
