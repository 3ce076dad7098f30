// Which sops is run: one that the runner's owner vouches for, if its version will do, or a release that is verified.

import { basename, resolve } from 'node:path';
import { ActionError } from '../errors.ts';
import { type ProcessResult, runProcess } from '../process.ts';
import type { ToolOptions } from '../release-asset.ts';
import { DEFAULT_VERSION, findAsset, type SopsRelease, VERSION_ARGUMENTS } from './release.ts';

export type SopsBinary =
  /** The one that lies there. */
  | { kind: 'path'; path: string }
  /** This release and no other. */
  | { kind: 'release'; release: SopsRelease }
  /** `sops` on PATH, and the release only where there is none. */
  | { kind: 'runner'; otherwise: SopsRelease };

/** 3.10.0 is the first that encrypts its stdin under another file's name. */
const MINIMUM = { major: 3, minor: 10 };

/**
 * The command of a sops that can be used.
 * @throws {SOPS_NOT_FOUND | SOPS_TOO_OLD} and what `provideRelease` throws
 */
export async function findSops(binary: SopsBinary, options: ToolOptions): Promise<string> {
  if (binary.kind === 'release') return await download(binary.release, options);
  const command = binary.kind === 'path' ? absolute(binary.path) : 'sops';
  const answer = await askVersion(command, options);
  if (answer !== undefined) return verifyVersion(command, answer);
  if (binary.kind === 'runner') return await download(binary.otherwise, options);
  throw notFound(command);
}

async function download(release: SopsRelease, options: ToolOptions): Promise<string> {
  const asset = findAsset(release, process);
  if (asset === undefined) throw notReleased(release);
  // Loaded where it is needed only: most runs encrypt nothing, or find a sops.
  const { provideRelease } = await import('../release-asset.ts');
  return await provideRelease(asset, { ...options, environment: withoutToken(options.environment) });
}

/** @throws {SOPS_NOT_FOUND | SOPS_TOO_OLD} */
function verifyVersion(command: string, { exitCode, stdout }: ProcessResult): string {
  const version = exitCode === 0 ? parseSopsVersion(stdout.toString('utf8')) : undefined;
  if (version === undefined) throw notFound(command);
  if (isTooOld(version)) {
    throw new ActionError('SOPS_TOO_OLD', {
      message: `Cannot use ${command}: it is sops ${version.major}.${version.minor}, and 3.10 is the oldest that will do.`,
      remedy: `Install a newer sops on the runner, or have this action take a release: \`sops-version: ${DEFAULT_VERSION}\`.`,
    });
  }
  return command;
}

export function isTooOld({ major, minor }: { major: number; minor: number }): boolean {
  return major < MINIMUM.major || (major === MINIMUM.major && minor < MINIMUM.minor);
}

export function parseSopsVersion(output: string): { major: number; minor: number } | undefined {
  const { major, minor } = /^sops (?<major>\d+)\.(?<minor>\d+)\.\d+/m.exec(output)?.groups ?? {};
  return major === undefined || minor === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

/**
 * @returns undefined where there is no such program
 * @throws {SOPS_NOT_FOUND} where it cannot be started
 */
async function askVersion(command: string, options: ToolOptions): Promise<ProcessResult | undefined> {
  const { environment, temporaryDirectory, deadline } = options;
  try {
    return await runProcess({
      command,
      arguments: VERSION_ARGUMENTS,
      environment: withoutToken(environment),
      directory: temporaryDirectory,
      signal: deadline.signal,
    });
  } catch (thrown) {
    if (thrown instanceof ActionError) throw thrown;
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
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

export function notFound(command: string): ActionError {
  return new ActionError('SOPS_NOT_FOUND', {
    message: `Cannot encrypt: ${command} is not on this runner, or does not answer as sops does.`,
    remedy: `Install sops 3.10 or newer, name it with the input \`sops-path\`, or have this action take a release: \`sops-version: ${DEFAULT_VERSION}\`.`,
  });
}

function notReleased({ version }: SopsRelease): ActionError {
  return new ActionError('SOPS_NOT_FOUND', {
    message: `Cannot encrypt: no sops ${version} is known for ${process.platform} ${process.arch}.`,
    remedy: 'Install sops 3.10 or newer on the runner, and name it with the input `sops-path`.',
  });
}
