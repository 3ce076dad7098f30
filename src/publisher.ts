// How a change reaches the Flux repository: the port that the pipeline knows. Its two adapters are github/commit.ts
// and github/pull-request.ts; neither takes a text that was not verified.

import type { ActionError } from './errors.ts';
import type { EditedKustomization } from './flux/kustomization.ts';
import type { SopsConfiguration } from './sops/configuration.ts';
import type { EncryptedManifest } from './sops/encrypted-manifest.ts';

/** A branch as it was read: one commit, and what it holds at the paths that were asked for. */
export interface Snapshot {
  branch: string;
  oid: string;
  /** Path → text; a path that the commit does not have is not in it. */
  files: ReadonlyMap<string, string>;
  /** Path → why what is there cannot be used: a symbolic link, a folder, binary. It is not in `files` then. */
  unusable: ReadonlyMap<string, ActionError>;
}

/** The head branch of a pull request, as an earlier run left it. */
export interface Proposal extends Snapshot {
  pullRequest: { number: number; url: string } | undefined;
  /** Whether it is the proposal that makes this file what it is: the rest is only as old as its base. */
  isProposed(file: string): boolean;
}

/** The state that was read, and what can be done to it: every write is compare-and-swap on just this state. */
export interface Target {
  base: Snapshot;
  /** Only where pull requests are made, and only where the head branch exists. */
  proposal: Proposal | undefined;
  /** A commit of this very run whose answer was lost. */
  lostCommit: Commit | undefined;
  /** @throws {StalePlan} when the branch is not as it was read any more */
  publish(publication: Publication): Promise<Published>;
  /** Takes back what an earlier run proposed, now that nothing is left to change. */
  withdraw(): Promise<Published>;
}

export interface Commit {
  oid: string;
  url: string;
  /** Whether GitHub signed it. */
  verified: boolean;
}

export interface Publication {
  /** Everything that is to differ from the base, and nothing else. */
  files: FileChanges;
  commitMessage: { headline: string; body: string };
  /** Full names of the versions that the manifests carry. */
  sources: readonly string[];
  title: string;
  body: string;
}

export interface FileChanges {
  manifests: readonly EncryptedManifest[];
  kustomizations: readonly EditedKustomization[];
  /** Paths that the base has. */
  deletions: readonly string[];
}

export interface Published {
  commit?: Commit;
  branch?: string;
  pullRequest?: { number: number; url: string; operation: 'created' | 'updated' | 'closed' | 'none' };
}

export interface Publisher {
  read(request: ReadRequest): Promise<Target>;
  /**
   * One file of the base, before anything else is read: the config that says what to read.
   * @returns undefined where there is none
   * @throws {FILE_NOT_REGULAR | FILE_NOT_READABLE} and what `read` throws
   */
  readFile(path: string): Promise<string | undefined>;
}

export interface ReadRequest {
  /** What may be written or deleted: manifests, and the `kustomization.yaml` beside them. */
  files: readonly string[];
  /** What is only read: every `.sops.yaml` that may govern a manifest, the config. */
  beside: readonly string[];
  /** Folders whose text files (`.yaml`, `.yml`) are read as well: prune looks through them. */
  folders: readonly string[];
  /** Whether this run has tried to commit already: then its commit is looked for. */
  isRetry: boolean;
}

/** The plan was made on a state that is gone: read again and plan again. */
export class StalePlan extends Error {
  override readonly name = 'StalePlan';
  /** No answer came to a write, so it may have been made all the same. */
  readonly mayHaveWritten: boolean;

  constructor(mayHaveWritten: boolean, cause: unknown) {
    super('the branch is not as it was read', { cause });
    this.mayHaveWritten = mayHaveWritten;
  }
}

/**
 * @returns undefined where the commit has no such file
 * @throws {FILE_NOT_REGULAR | FILE_NOT_READABLE} where it has something else there
 */
export function readSnapshot(
  { files, unusable }: Pick<Snapshot, 'files' | 'unusable'>,
  path: string,
): string | undefined {
  const error = unusable.get(path);
  if (error !== undefined) throw error;
  return files.get(path);
}

/** The `.sops.yaml` that sops would use for a file: the nearest one from its folder upwards, that one alone. */
export function findConfiguration(snapshot: Snapshot, file: string): SopsConfiguration | undefined {
  for (const path of configurationPaths(file)) {
    const text = readSnapshot(snapshot, path);
    if (text !== undefined) return { path, text };
  }
  return undefined;
}

/** Nearest first. */
export function configurationPaths(file: string): string[] {
  const folders = file.split('/').slice(0, -1);
  return folders
    .map((_, index) => `${folders.slice(0, folders.length - index).join('/')}/.sops.yaml`)
    .concat('.sops.yaml');
}
