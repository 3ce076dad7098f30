// The inputs that say which secret becomes which manifest.

import { getInput } from '@actions/core';
import type { DesiredSecret } from '../desired-secret.ts';
import { findPathProblem } from '../github/names.ts';
import { parseFullName, parseVersion, type SecretVersionRequest } from '../google/resource-names.ts';
import { NameRefused, parseSecretInput } from '../google/secret-input.ts';
import { findDefaultName, isDataKey, isLabel, isSubdomain } from '../kubernetes/names.ts';
import { optional, type Problems, readBoolean, shown } from './values.ts';

export function readDesired(problems: Problems): DesiredSecret[] {
  const request = readRequest(problems);
  const secretId = request?.name.secret;
  const name = getInput('name') || (secretId && findDefaultName(secretId)) || '';
  if (!isSubdomain(name) && (secretId !== undefined || getInput('name') !== '')) {
    problems.push(
      `\`name: ${shown(name)}\` is no name for a Secret: write lower-case letters, digits, - and . such as kbot-token`,
    );
  }
  const namespace = optional('namespace');
  if (namespace !== undefined && !isLabel(namespace)) {
    problems.push(
      `\`namespace: ${shown(namespace)}\` is no namespace: write lower-case letters, digits and - such as demo`,
    );
  }
  const key = getInput('key') || secretId || '';
  if (!isDataKey(key) && (secretId !== undefined || getInput('key') !== '')) {
    problems.push(`\`key: ${shown(key)}\` is no data key: write letters, digits, -, _ and . such as token`);
  }
  const file = readFile(problems);
  const hold = readHold(request, problems);
  if (request === undefined) return [];
  return [{ file, name, namespace, type: 'Opaque', data: new Map([[key, request]]), hold }];
}

function readRequest(problems: Problems): SecretVersionRequest | undefined {
  // No name is longer than this; what is cut ends in a character that none has.
  const secret = shown(getInput('secret'), 500);
  const version = shown(getInput('version'));
  const projectId = shown(getInput('project-id'));
  const isFullName = secret.startsWith('projects/');
  const surrounding = isFullName ? '' : shown(process.env['GOOGLE_CLOUD_PROJECT'] ?? '');
  try {
    return parseSecretInput({ secret, version, projectId: projectId || surrounding });
  } catch (error) {
    if (!(error instanceof NameRefused)) throw error;
    const [, ...others] = error.problems;
    const missing = '`secret` is missing: write the id of a secret, such as TELE_TOKEN';
    problems.push(...(secret === '' ? [missing, ...others] : error.problems));
    return undefined;
  }
}

function readHold(request: SecretVersionRequest | undefined, problems: Problems): boolean | undefined {
  const hold = readBoolean('hold', problems);
  const version = request?.version ?? parseVersion(parseFullName(getInput('secret'))?.version ?? getInput('version'));
  if (hold === true && version?.kind === 'latest') {
    problems.push('`hold: true` needs a `version` to hold: write its number or an alias, not latest');
  }
  return hold;
}

function readFile(problems: Problems): string {
  const file = getInput('file', { trimWhitespace: false });
  const problem =
    file === ''
      ? 'it is missing: write where the manifest goes, such as clusters/dev/demo/kbot-token.yaml'
      : findPathProblem(file);
  if (problem !== undefined) problems.push(`\`file: ${shown(file)}\` cannot be written: ${problem}`);
  return file;
}
