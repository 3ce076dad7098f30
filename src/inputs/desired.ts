// The inputs that say which secret becomes which manifest.

import { getInput } from '@actions/core';
import type { DesiredSecret } from '../desired-secret.ts';
import { findPathProblem } from '../github/names.ts';
import {
  formatVersionRequest,
  isNewest,
  parseFullName,
  parseVersion,
  type SecretVersionRequest,
  type VersionRequest,
} from '../google/resource-names.ts';
import { NameRefused, parseSecretInput } from '../google/secret-input.ts';
import { findDefaultName, isDataKey, isLabel, isSubdomain } from '../kubernetes/names.ts';
import { shown } from '../markdown.ts';
import { optional, type Problems, readBoolean } from './values.ts';

/** Undefined where no secret is named. */
export function readDesired(problems: Problems): DesiredSecret | undefined {
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
  if (request === undefined) return undefined;
  return {
    ...{ state: 'present', file, name, namespace, type: 'Opaque', immutable: false, labels: {}, annotations: {} },
    data: new Map([[key, { kind: 'payload', request, pointer: undefined, trimNewline: false }]]),
    dataFrom: [],
    hold,
    ...(hold === 'set' && { explicit: new Set([formatVersionRequest(request)]) }),
  };
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

/** An explicit number is somebody's decision, and ends a hold; what follows leaves it. */
function readHold(request: SecretVersionRequest | undefined, problems: Problems): DesiredSecret['hold'] {
  const hold = readBoolean('hold', problems);
  const version = request?.version ?? parseVersion(parseFullName(getInput('secret'))?.version ?? getInput('version'));
  if (version !== undefined) refuseHoldOfNewest(hold, version, problems);
  if (hold !== undefined) return hold ? 'set' : 'release';
  return version?.kind === 'number' ? 'release' : 'keep';
}

export function refuseHoldOfNewest(hold: boolean | undefined, version: VersionRequest, problems: Problems): void {
  if (hold !== true || !isNewest(version)) return;
  problems.push('`hold: true` needs a `version` to hold: write its number or an alias, not latest');
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
