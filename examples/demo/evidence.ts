// What git and sops say of the Flux repository, asked as a person would ask them.

import { execFile, execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Abbreviated oid, subject and author, and the count of changed files and lines. */
export function showCommit(gitDir: string, oid: string): string[] {
  return git(gitDir, 'show', '--shortstat', '--format=%h %s (%an)', oid).split(/\n+ */);
}

export function showHistory(gitDir: string, branch: string): string[] {
  return git(gitDir, 'log', '--format=%h %s (%an)', branch).split('\n');
}

export function showBranches(gitDir: string): string[] {
  return git(gitDir, 'branch', '--format=%(refname:short)').split('\n');
}

function git(gitDir: string, ...given: string[]): string {
  return execFileSync('git', ['--git-dir', gitDir, ...given], { encoding: 'utf8' }).trim();
}

/** What anybody can read in a manifest; ciphertext and digests are cut short. */
export function readableLines(manifest: string): string[] {
  const [clear = '', sops = ''] = manifest.split(/^(?=sops:)/m);
  const recipients = sops.split('\n').filter((line) => /^sops:|^ +gcp_kms:|resource_id:|^ +mac:/.test(line));
  return [...clear.trimEnd().split('\n'), ...recipients].map((line) =>
    line.replace(/ENC\[(.{24}).*\]/, 'ENC[$1…]').replace(/(sha256:.{12}).*/, '$1…'),
  );
}

export interface Decryption {
  /** The program `sops`, with its path. */
  readonly sops: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Where the ciphertext may lie for it. */
  readonly directory: string;
}

/** The bytes of one data key, as the cluster gets them. The key service that sops asks may run in this very process. */
export async function decrypt(
  manifest: string,
  key: string,
  { sops, environment, directory }: Decryption,
): Promise<Buffer> {
  const file = join(directory, 'manifest.yaml');
  await writeFile(file, manifest);
  const given = ['decrypt', '--extract', `["data"]["${key}"]`, file];
  const { stdout } = await promisify(execFile)(sops, given, { env: { ...environment } });
  return Buffer.from(stdout, 'base64');
}
