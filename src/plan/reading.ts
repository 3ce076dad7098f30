// What has to be read of the Flux repository before a wish can be planned: one list of paths for one query.

import { folderOf, foldersAbove, kustomizationPaths } from '../flux/folders.ts';
import { configurationPaths, type ReadRequest } from '../publisher.ts';
import type { Recipient } from '../sops/encryption-rule.ts';
import type { DesiredState, Wish } from '../wish.ts';

export function describeReading(
  { desired, prune }: DesiredState,
  { recipients, wish }: { recipients: readonly Recipient[]; wish: Wish },
): Omit<ReadRequest, 'isRetry'> {
  const manifests = desired.map(({ file }) => file);
  const folders = [...new Set(manifests.map(folderOf))];
  const files = new Set([...manifests, ...folders.flatMap(kustomizationPaths)]);
  const beside = new Set([
    ...(wish.config === undefined ? [] : [wish.config]),
    ...(recipients.length > 0 ? [] : manifests.flatMap(configurationPaths)),
    ...folders.flatMap((folder) => foldersAbove(folder)).flatMap(kustomizationPaths),
  ]);
  return {
    files: [...files],
    beside: [...beside].filter((path) => !files.has(path)),
    folders: prune ? folders : [],
  };
}
