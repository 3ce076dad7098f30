// The JSON that a kubelet signs in to registries with: made from a user name and a password, or checked as it was given.
// https://kubernetes.io/docs/concepts/configuration/secret/#docker-config-secrets

import { isUtf8 } from 'node:buffer';
import { ActionError } from '../errors.ts';
import type { AccessedVersion } from '../google/secret-source.ts';
import { isRecord, parseJson } from '../json.ts';
import { Plaintext } from '../plaintext.ts';
import { payloadError } from './payload.ts';

export interface SignIn {
  /** The registry's host. */
  server: string;
  /** A value and the version that it is made of, or the name itself, from the config. */
  username: AccessedVersion | string;
  password: AccessedVersion;
}

const PARTS_REMEDY = 'Name versions in the config that hold the user name and the password as plain text.';

/** @throws {DOCKER_CONFIG_INVALID} */
export function buildDockerConfig(signIn: SignIn, file: string): Plaintext {
  const username = typeof signIn.username === 'string' ? signIn.username : readPart(signIn.username, 'user name');
  const password = readPart(signIn.password, 'password');
  // The first colon of `auth` ends the user name.
  if (username === '' || username.includes(':')) throw unfitUserName(signIn.username, file);
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  return new Plaintext(Buffer.from(JSON.stringify({ auths: { [signIn.server]: { username, password, auth } } })));
}

/**
 * `.dockerconfigjson` names a registry in `auths`, `.dockercfg` is an object. What is in them is the kubelet's affair.
 * @throws {DOCKER_CONFIG_INVALID}
 */
export function verifyDockerConfig({ name, payload }: AccessedVersion, key: '.dockerconfigjson' | '.dockercfg'): void {
  const config = parseJson(textOf(payload));
  const auths = isRecord(config) ? config['auths'] : undefined;
  if (key === '.dockercfg' ? isRecord(config) : isRecord(auths) && Object.keys(auths).length > 0) return;
  throw payloadError(name, {
    code: 'DOCKER_CONFIG_INVALID',
    reason: `what becomes \`${key}\` is not a JSON object${key === '.dockercfg' ? '' : ' with a registry in `auths`'}`,
    remedy:
      'Add a version with what `docker login` writes, or give the registry, user name and password in the config.',
  });
}

function readPart({ name, payload }: AccessedVersion, part: string): string {
  if (payload.byteLength > 0 && isUtf8(payload.reveal())) return textOf(payload);
  const reason = `the ${part} for a registry ${payload.byteLength === 0 ? 'is empty' : 'is not UTF-8 text'}`;
  throw payloadError(name, { code: 'DOCKER_CONFIG_INVALID', reason, remedy: PARTS_REMEDY });
}

function unfitUserName(username: SignIn['username'], file: string): ActionError {
  const reason = 'the user name for a registry is empty or holds a colon, which would end it';
  return typeof username === 'string'
    ? new ActionError('DOCKER_CONFIG_INVALID', { message: `Cannot write ${file}: ${reason}.`, remedy: PARTS_REMEDY })
    : payloadError(username.name, { code: 'DOCKER_CONFIG_INVALID', reason, remedy: PARTS_REMEDY });
}

function textOf(value: Plaintext): string {
  return Buffer.from(value.reveal()).toString('utf8');
}
