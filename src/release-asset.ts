// A program on its release page, and the way it gets onto the runner: downloaded once, kept in the runner's tool cache,
// and run only where its SHA-256 is the one that was expected, each time anew.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { getExecOutput } from '@actions/exec';
import { cacheFile, downloadTool, find, HTTPError } from '@actions/tool-cache';
import type { Deadline } from './deadline.ts';
import { ActionError } from './errors.ts';
import { withPrivateFolder } from './private-folder.ts';

export interface ReleaseAsset {
  tool: string;
  version: string;
  /** As Node names it. */
  arch: string;
  /** The name of the file once it is here. */
  program: string;
  /** With which it says its version, and does nothing else. */
  versionArguments: string[];
  url: string;
  /** In lower case. */
  sha256: string;
}

export interface ToolOptions {
  /** All that the program may see of the job's. */
  environment: Readonly<Record<string, string>>;
  /** Where private folders are made. */
  temporaryDirectory: string;
  deadline: Deadline;
}

/**
 * The path of the program, which may be run.
 * @throws {RELEASE_UNREACHABLE | RELEASE_TAMPERED | RELEASE_NOT_RUNNABLE | TOOL_CACHE_UNUSABLE | TEMP_UNUSABLE}
 */
export async function provideRelease(asset: ReleaseAsset, options: ToolOptions): Promise<string> {
  const cached = findCached(asset);
  if (cached === undefined) return await withPrivateFolder(options.temporaryDirectory, download);
  return await verifyKept(cached, asset);

  async function download(folder: string): Promise<string> {
    const file = join(folder, asset.program);
    await options.deadline.race(
      downloadTool(asset.url, file).catch((cause: unknown) => {
        throw unreachable(asset, cause);
      }),
    );
    await verify(file, asset, {
      from: asset.url,
      remedy: 'Find out what stands between this runner and the release page; nothing of it was run.',
    });
    await chmod(file, 0o755);
    await options.deadline.race(tryOut(file, asset, options.environment));
    return await verifyKept(await keep(file, asset), asset);
  }
}

/** Whatever has become of it since it was put there. */
async function verifyKept(path: string, asset: ReleaseAsset): Promise<string> {
  await verify(path, asset, {
    from: 'the tool cache of this runner',
    remedy: `Delete ${path}, and find out who has put it there.`,
  });
  return path;
}

/** A name of its own: what others keep as `sops` may be packed in another way. */
function cacheName({ tool }: ReleaseAsset): string {
  return `flux-secret-sync-${tool}`;
}

function findCached(asset: ReleaseAsset): string | undefined {
  try {
    const folder = find(cacheName(asset), asset.version, asset.arch);
    return folder === '' ? undefined : join(folder, asset.program);
  } catch (cause) {
    // The job has no RUNNER_TOOL_CACHE.
    throw cacheUnusable(asset, cause);
  }
}

async function keep(file: string, asset: ReleaseAsset): Promise<string> {
  const { program, version, arch } = asset;
  const folder = await cacheFile(file, program, cacheName(asset), version, arch).catch((cause: unknown) => {
    throw cacheUnusable(asset, cause);
  });
  return join(folder, program);
}

/** What is the right file may still be none for this machine. @throws {RELEASE_NOT_RUNNABLE} */
async function tryOut(file: string, asset: ReleaseAsset, env: ToolOptions['environment']): Promise<void> {
  const { tool, version, versionArguments, url } = asset;
  try {
    // `@actions/exec` cannot end what hangs, but a program whose bytes are known does not.
    await getExecOutput(`"${file}"`, versionArguments, { silent: true, env });
  } catch (cause) {
    throw new ActionError('RELEASE_NOT_RUNNABLE', {
      message: `Cannot use ${tool} ${version} from ${url}: its SHA-256 is right, but it does not run on this runner.`,
      remedy: `Install a ${tool} on the runner that runs there, and name it with the input \`${tool}-path\`.`,
      cause,
    });
  }
}

/** @throws {RELEASE_TAMPERED | TOOL_CACHE_UNUSABLE} */
async function verify(file: string, asset: ReleaseAsset, { from, remedy }: { from: string; remedy: string }) {
  const { tool, version, sha256 } = asset;
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash).catch((cause: unknown) => {
    throw cacheUnusable(asset, cause);
  });
  const received = hash.digest('hex');
  if (received === sha256) return;
  throw new ActionError('RELEASE_TAMPERED', {
    message: `Cannot use ${tool} ${version} from ${from}: its SHA-256 is ${received} instead of ${sha256}.`,
    remedy,
  });
}

function unreachable({ tool, version, url }: ReleaseAsset, cause: unknown): ActionError {
  const reason = cause instanceof HTTPError ? `it answers with status ${cause.httpStatusCode}` : 'it cannot be reached';
  return new ActionError('RELEASE_UNREACHABLE', {
    message: `Cannot download ${tool} ${version} from ${url}: ${reason}.`,
    remedy: `Check the network and HTTPS_PROXY, name a mirror with the input \`${tool}-download-url\`, or install ${tool} on the runner.`,
    cause,
  });
}

function cacheUnusable({ tool, version }: ReleaseAsset, cause: unknown): ActionError {
  return new ActionError('TOOL_CACHE_UNUSABLE', {
    message: `Cannot keep ${tool} ${version}: the tool cache of this runner does not take it, or has lost it.`,
    remedy: `RUNNER_TOOL_CACHE has to be a folder that can be written, with nothing half done in it; or install ${tool} on the runner.`,
    cause,
  });
}
