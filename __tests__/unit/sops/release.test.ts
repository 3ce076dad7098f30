// Which file of which release is a platform's. macOS and Windows are told here by their names; nothing is run there.
import { describe, expect, test } from 'vitest';
import { DEFAULT_VERSION, DOWNLOAD_URL, findAsset, findSha256, knownVersions } from '../../../src/sops/release.ts';

const release = { version: '3.13.3', sha256: undefined, downloadUrl: DOWNLOAD_URL };
const OTHER = 'a'.repeat(64);

// https://github.com/getsops/sops/releases/download/v3.13.3/sops-v3.13.3.checksums.txt
const PLATFORMS = [
  ['linux', 'x64', 'linux.amd64', 'e5bec3346a873ae91d871550f3e698c1aad962aff462a080e40f25fde17fef6b'],
  ['linux', 'arm64', 'linux.arm64', '53b0abacd38ef1b12a66d6c100956691b9cefce018d91f81e73ddf7438b94d77'],
  ['darwin', 'x64', 'darwin.amd64', '42162d5cef10b74fcf80a045a70e658d7ce6e63d6ea1be6f347e44015714468d'],
  ['darwin', 'arm64', 'darwin.arm64', 'b97c0d434aab577dc40310e8d22ff9e45eef4c80638ab978daae9b4681c59286'],
  ['win32', 'x64', 'amd64.exe', 'a4a9a398858fe8b2ef72d9686d930bf7c5cece9be74ad83ac3b53cfdd70e6b1c'],
  ['win32', 'arm64', 'arm64.exe', '7f936a0d08edbeba3eb8f50bad1fe71eba83a140a80dfd17051f3bdb4facb08a'],
] as const;

describe('the file of sops 3.13.3', () => {
  test.each(PLATFORMS)('for %s %s is %s', (platform, arch, suffix, sha256) => {
    expect(findAsset(release, { platform, arch })).toEqual({
      tool: 'sops',
      version: '3.13.3',
      arch,
      program: platform === 'win32' ? 'sops.exe' : 'sops',
      versionArguments: ['--version', '--disable-version-check'],
      url: `https://github.com/getsops/sops/releases/download/v3.13.3/sops-v3.13.3.${suffix}`,
      sha256,
    });
  });

  test.each([
    ['linux', 'riscv64'],
    ['freebsd', 'x64'],
    ['__proto__', 'x64'],
  ])('for %s %s is not there, whatever SHA-256 is given', (platform, arch) => {
    expect(findAsset({ ...release, sha256: OTHER }, { platform, arch })).toBeUndefined();
    expect(findSha256('3.13.3', { platform, arch })).toBeUndefined();
  });

  test('is what the table says, even where another SHA-256 is given', () => {
    const [platform, arch, , sha256] = PLATFORMS[0];
    expect(findAsset({ ...release, sha256: OTHER }, { platform, arch })?.sha256).toBe(sha256);
  });

  test('comes from a mirror where one is named', () => {
    const [platform, arch] = PLATFORMS[1];
    expect(findAsset({ ...release, downloadUrl: 'https://mirror.example/sops' }, { platform, arch })?.url).toBe(
      'https://mirror.example/sops/v3.13.3/sops-v3.13.3.linux.arm64',
    );
  });
});

describe('a version that is not in the table', () => {
  const [platform, arch] = PLATFORMS[0];

  test.each(['3.99.0', '3.13.2', '__proto__', 'toString'])('is none without a SHA-256: %s', (version) => {
    expect(findAsset({ ...release, version }, { platform, arch })).toBeUndefined();
  });

  test('is the one that the given SHA-256 is of', () => {
    expect(findAsset({ ...release, version: '3.99.0', sha256: OTHER }, { platform, arch })).toMatchObject({
      url: 'https://github.com/getsops/sops/releases/download/v3.99.0/sops-v3.99.0.linux.amd64',
      sha256: OTHER,
    });
  });
});

test('every version of the table has a file for every platform, and what is taken by default is one of them', () => {
  expect(knownVersions()).toContain(DEFAULT_VERSION);
  for (const version of knownVersions()) {
    for (const [platform, arch] of PLATFORMS) expect(findSha256(version, { platform, arch })).toMatch(/^[\da-f]{64}$/);
  }
});
