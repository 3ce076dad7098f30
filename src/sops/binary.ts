// Which sops is run. The runner's owner vouches for it; what is asked here is whether its version will do.

import { basename, resolve } from 'node:path';
import { getExecOutput } from '@actions/exec';
import { ActionError } from '../errors.ts';

/** 3.10.0 is the first that encrypts its stdin under another file's name. */
const MINIMUM = { major: 3, minor: 10 };

/**
 * The command of a sops that can be used: the path that was given, or `sops` on PATH.
 * @throws {SOPS_NOT_FOUND | SOPS_TOO_OLD}
 */
export async function findSops(
  path: string | undefined,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const command = path === undefined ? 'sops' : absolute(path);
  const version = parseSopsVersion(await askVersion(command, environment));
  if (version === undefined) throw notFound(command);
  if (version.major < MINIMUM.major || (version.major === MINIMUM.major && version.minor < MINIMUM.minor)) {
    throw new ActionError('SOPS_TOO_OLD', {
      message: `Cannot use ${command}: it is sops ${version.major}.${version.minor}, and 3.10 is the oldest that will do.`,
      remedy: 'Install a newer sops before this action (see "How sops gets onto the runner" in the README).',
    });
  }
  return command;
}

export function parseSopsVersion(output: string): { major: number; minor: number } | undefined {
  const { major, minor } = /^sops (?<major>\d+)\.(?<minor>\d+)\.\d+/m.exec(output)?.groups ?? {};
  return major === undefined || minor === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

async function askVersion(command: string, environment: Readonly<Record<string, string>>): Promise<string> {
  try {
    const { stdout } = await getExecOutput(quoted(command), ['--version', '--disable-version-check'], {
      silent: true,
      ignoreReturnCode: true,
      env: withoutToken(environment),
    });
    return stdout;
  } catch {
    throw notFound(command);
  }
}

/** Who only says its version needs no credentials. */
function withoutToken({ GOOGLE_OAUTH_ACCESS_TOKEN: _, ...environment }: Readonly<Record<string, string>>) {
  return environment;
}

/** A relative path is one of the workspace, and sops works in a folder of its own. A mere name stands on PATH. */
function absolute(path: string): string {
  return basename(path) === path ? path : resolve(path);
}

/** `@actions/exec` splits a command line at blanks. */
function quoted(command: string): string {
  return `"${command}"`;
}

function notFound(command: string): ActionError {
  return new ActionError('SOPS_NOT_FOUND', {
    message: `Cannot encrypt: ${command} is not on this runner, or does not answer as sops does.`,
    remedy: 'Install sops 3.10 or newer before this action (see the README), or name it with the input `sops-path`.',
  });
}
