// The inputs that go with a config file: where it is, what of it, and one version in the place of that in the file.

import { getInput } from '@actions/core';
import type { Override } from '../config/narrow.ts';
import { parseFullName } from '../google/resource-names.ts';
import { NameRefused, parseSecretInput } from '../google/secret-input.ts';
import { shown } from '../markdown.ts';
import type { ConfigInputs } from '../wish.ts';
import { refuseHoldOfNewest } from './desired.ts';
import { optional, type Problems, readBoolean, readGlobs } from './values.ts';

const OF_ONE_SECRET = ['name', 'namespace', 'key', 'file'];

export function readConfig(problems: Problems): ConfigInputs {
  const path = getInput('config');
  if (!isPathBelow(path)) {
    problems.push(
      `\`config: ${shown(path)}\` is no path: write one from the root of the repository, such as flux-secrets.yaml`,
    );
  }
  const source = getInput('config-source') || 'repository';
  if (source !== 'repository' && source !== 'workspace') {
    problems.push(`\`config-source: ${shown(source)}\` is not known: write repository or workspace`);
  }
  for (const name of OF_ONE_SECRET) {
    if (getInput(name) !== '')
      problems.push(`\`${name}\` is for a single secret: with \`config\` it stands in the file`);
  }
  return {
    kind: 'config',
    path,
    source: source === 'workspace' ? 'workspace' : 'repository',
    only: readGlobs('only', problems),
    override: readOverride(problems),
    projectId: optional('project-id') ?? (process.env['GOOGLE_CLOUD_PROJECT'] || undefined),
  };
}

/** From the root of a repository, and not out of it. */
function isPathBelow(path: string): boolean {
  return (
    !/[\p{Cc}\p{Zl}\p{Zp}\\:]/u.test(path) && path.split('/').every((part) => !['', '.', '..', '~'].includes(part))
  );
}

/** `version` in the place of the one in the file, for one secret of some manifests: a rollback. */
function readOverride(problems: Problems): Override | undefined {
  const hold = readBoolean('hold', problems);
  const given = ['secret', 'version'].filter((name) => getInput(name) !== '');
  if (given.length === 0) {
    if (hold !== undefined) {
      problems.push('`hold` goes with `secret`, `version` and `only`: without them it stands in the config');
    }
    return undefined;
  }
  const isVersionInName = parseFullName(getInput('secret'))?.version !== undefined;
  const needed = isVersionInName ? ['secret', 'only'] : ['secret', 'version', 'only'];
  const missing = needed.filter((name) => getInput(name) === '').map((name) => `\`${name}\``);
  if (missing.length > 0) {
    const list = `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'}`;
    problems.push(`another version than the config's needs \`secret\`, \`version\` and \`only\`: ${list} missing`);
    return undefined;
  }
  const named = readNamed(problems);
  if (named === undefined) return undefined;
  refuseHoldOfNewest(hold, named.version, problems);
  return { ...named, hold };
}

/** A secret that is given by its id is one of any project that the config names. */
function readNamed(problems: Problems): Omit<Override, 'hold'> | undefined {
  const secret = shown(getInput('secret'), 500);
  const isFullName = secret.startsWith('projects/');
  const anyProject = 'any-project';
  try {
    const { name, version } = parseSecretInput({
      secret,
      version: shown(getInput('version')),
      projectId: isFullName ? '' : anyProject,
    });
    return { ...name, project: isFullName ? name.project : undefined, version };
  } catch (error) {
    if (!(error instanceof NameRefused)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

export function readPublishRest(problems: Problems): boolean {
  const text = getInput('on-error') || 'fail';
  if (text !== 'fail' && text !== 'publish-rest') {
    problems.push(`\`on-error: ${shown(text)}\` is not known: write fail or publish-rest`);
  }
  return text === 'publish-rest';
}
