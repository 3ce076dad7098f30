// Which file of which release of sops is this platform's, and what its SHA-256 has to be. The table is releases.json;
// docs/sops-releases.md says how a row gets into it.

import type { ReleaseAsset } from '../release-asset.ts';
import releases from './releases.json' with { type: 'json' };

/** A release as it is asked for. */
export interface SopsRelease {
  /** Such as `3.13.3`. */
  version: string;
  /** Of this platform's file, in lower case; needed for a version that is not in the table. */
  sha256: string | undefined;
  /** Where the folders `v<version>` are, without a slash at the end. */
  downloadUrl: string;
}

/** What is taken where nobody names a version. */
export const DEFAULT_VERSION = releases.default;
/** Without the second, sops asks the network for a newer one. */
export const VERSION_ARGUMENTS = ['--version', '--disable-version-check'];
export const DOWNLOAD_URL = 'https://github.com/getsops/sops/releases/download';

export interface Platform {
  /** As Node names them. */
  platform: string;
  arch: string;
}

/** The versions whose files are known. */
export function knownVersions(): string[] {
  return Object.keys(releases.sha256);
}

/** The SHA-256 that the table has, or undefined where the version or the platform is not in it. */
export function findSha256(version: string, platform: Platform): string | undefined {
  const files = new Map(Object.entries(releases.sha256)).get(version);
  const suffix = findSuffix(platform);
  return files === undefined || suffix === undefined ? undefined : new Map(Object.entries(files)).get(suffix);
}

/** Undefined where sops has no release for the platform, or nobody has said what its SHA-256 is. */
export function findAsset({ version, sha256, downloadUrl }: SopsRelease, platform: Platform): ReleaseAsset | undefined {
  const suffix = findSuffix(platform);
  const expected = findSha256(version, platform) ?? sha256;
  if (suffix === undefined || expected === undefined) return undefined;
  return {
    tool: 'sops',
    version,
    arch: platform.arch,
    program: platform.platform === 'win32' ? 'sops.exe' : 'sops',
    versionArguments: VERSION_ARGUMENTS,
    url: `${downloadUrl}/v${version}/sops-v${version}.${suffix}`,
    sha256: expected,
  };
}

function findSuffix({ platform, arch }: Platform): string | undefined {
  return new Map(Object.entries(releases.suffixes)).get(`${platform} ${arch}`);
}
