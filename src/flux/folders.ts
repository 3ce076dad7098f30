// Which files beside the manifests have a say in whether Flux applies them: the `kustomization.yaml` of a folder, and
// those of the folders above it.

import { readSnapshot, type Snapshot } from '../publisher.ts';
import { EditedKustomization, findListed, KUSTOMIZATION_NAMES } from './kustomization.ts';

interface FolderWishes {
  /** Names of files that are, or will be, in the folder. */
  present: readonly string[];
  /** Names of files that are not, or will not be. */
  absent: readonly string[];
}

export interface Folders {
  /**
   * What has to change so that Flux applies just what is there. Undefined where nothing has to: most folders have none.
   * @throws {KUSTOMIZATION_NOT_EDITABLE | FILE_NOT_REGULAR | FILE_NOT_READABLE}
   */
  edit(folder: string, wishes: FolderWishes): EditedKustomization | undefined;
  /** The nearest `kustomization.yaml` further up, and whether it lists the file itself, its folder, or neither. */
  findAbove(file: string): { file: string; lists: 'file' | 'folder' | 'neither' } | undefined;
}

interface Listing {
  folder: string;
  file: string;
  /** Undefined where it cannot be told. */
  listed: ReadonlySet<string> | undefined;
}

export function folderOf(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf('/')));
}

/** The folder itself and those above it, nearest first. */
export function foldersAbove(folder: string): string[] {
  return folder === '' ? [''] : [folder, ...foldersAbove(folderOf(folder))];
}

export function kustomizationPaths(folder: string): string[] {
  return KUSTOMIZATION_NAMES.map((name) => (folder === '' ? name : `${folder}/${name}`));
}

/** The folders of one commit; each `kustomization.yaml` that is only looked at is read once, for many may be below it. */
export function openFolders(base: Snapshot): Folders {
  const listings = new Map<string, Listing | undefined>();

  function listingOf(folder: string): Listing | undefined {
    if (!listings.has(folder)) listings.set(folder, readListing(base, folder));
    return listings.get(folder);
  }

  return {
    edit(folder, { present, absent }) {
      const existing = findKustomization(base, folder);
      return existing && EditedKustomization.edit(existing, { add: present, remove: absent });
    },
    findAbove(file) {
      const [folder = '', ...above] = foldersAbove(folderOf(file));
      const nearest = above.map(listingOf).find((listing) => listing !== undefined);
      if (nearest?.listed === undefined) return undefined;
      const below = (path: string) => path.slice(nearest.folder === '' ? 0 : nearest.folder.length + 1);
      const { listed } = nearest;
      if (listed.has(below(file))) return { file: nearest.file, lists: 'file' };
      return { file: nearest.file, lists: listed.has(below(folder)) ? 'folder' : 'neither' };
    },
  };
}

/** What is no regular file lists nothing, and is only looked at for a hint. */
function readListing({ files }: Snapshot, folder: string): Listing | undefined {
  const file = kustomizationPaths(folder).find((path) => files.has(path));
  return file === undefined ? undefined : { folder, file, listed: findListed(files.get(file) ?? '') };
}

function findKustomization(base: Snapshot, folder: string): { file: string; text: string } | undefined {
  for (const file of kustomizationPaths(folder)) {
    const text = readSnapshot(base, file);
    if (text !== undefined) return { file, text };
  }
  return undefined;
}
