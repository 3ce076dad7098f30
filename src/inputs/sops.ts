// The inputs that say which sops is run, and where a release of it comes from.

import { shown } from '../markdown.ts';
import { isTooOld, parseSopsVersion, type SopsBinary } from '../sops/binary.ts';
import { DEFAULT_VERSION, DOWNLOAD_URL, findSha256, knownVersions } from '../sops/release.ts';
import { optional, type Problems, readUrl } from './values.ts';

export function readSops(problems: Problems): SopsBinary {
  const path = optional('sops-path');
  const given = optional('sops-version');
  const version = given ?? DEFAULT_VERSION;
  const sha256 = readSha256(problems);
  const release = { version, sha256, downloadUrl: readDownloadUrl(problems) };
  if (given !== undefined) refuseVersion({ version, sha256 }, problems);
  else if (sha256 !== undefined && path === undefined)
    problems.push('`sops-sha256` is of one version: name it with `sops-version`');
  if (path === undefined)
    return given === undefined ? { kind: 'runner', otherwise: release } : { kind: 'release', release };
  for (const name of ['sops-version', 'sops-sha256', 'sops-download-url']) {
    if (optional(name) !== undefined) problems.push(`\`sops-path\` names a sops that is there: leave \`${name}\` out`);
  }
  return { kind: 'path', path };
}

function refuseVersion({ version, sha256 }: { version: string; sha256: string | undefined }, problems: Problems): void {
  const numbers = /^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[\da-z.]{1,40})?$/.test(version)
    ? parseSopsVersion(`sops ${version}`)
    : undefined;
  if (numbers === undefined) {
    problems.push(`\`sops-version: ${shown(version)}\` is no version: write it as ${DEFAULT_VERSION}`);
    return;
  }
  if (isTooOld(numbers)) problems.push(`\`sops-version: ${version}\` is too old: 3.10 is the oldest that will do`);
  const known = findSha256(version, process);
  const expected = known ?? sha256;
  if (expected === undefined) {
    problems.push(
      `\`sops-version: ${version}\` is not known for ${process.platform} ${process.arch}: give the SHA-256 of its release with \`sops-sha256\`, or write one of ${knownVersions().join(', ')}`,
    );
  } else if (sha256 !== undefined && sha256 !== expected) {
    problems.push(
      `\`sops-sha256\` is not that of sops ${version} for ${process.platform} ${process.arch}: leave it out, for this version is known`,
    );
  }
}

function readSha256(problems: Problems): string | undefined {
  const sha256 = optional('sops-sha256')?.toLowerCase();
  if (sha256 !== undefined && !/^[\da-f]{64}$/.test(sha256)) {
    problems.push(`\`sops-sha256: ${shown(sha256)}\` is no SHA-256: write its 64 hexadecimal digits`);
  }
  return sha256;
}

function readDownloadUrl(problems: Problems): string {
  const url = readUrl('sops-download-url', problems);
  if (url === undefined) return DOWNLOAD_URL;
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    problems.push(`\`sops-download-url\` may hold a host and a path and nothing else, such as ${DOWNLOAD_URL}`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
