// What may stand only once among the entries of a config: the path of a file, in any spelling, and a Secret in a folder.

import type { Desired } from '../desired-secret.ts';
import { shown } from '../markdown.ts';
import { isMapping } from './fields.ts';
import type { Path, Places } from './places.ts';
import type { Problems } from './problems.ts';

/** In any case and any composition of letters: some file systems take these for the same. */
export function refuseRepeatedFiles(value: unknown, places: Places, problems: Problems): void {
  const { manifests } = (isMapping(value) ? value : {}) as { manifests?: unknown };
  const paths = new Map<string, Path>();
  for (const [index, entry] of Array.isArray(manifests) ? manifests.entries() : []) {
    const { file } = (isMapping(entry) ? entry : {}) as { file?: unknown };
    if (typeof file !== 'string') continue;
    const path = ['manifests', index, 'file'];
    const spelling = foldPath(file);
    const first = paths.get(spelling);
    if (first === undefined) paths.set(spelling, path);
    else {
      problems.add(
        () => places.valueAt(path),
        () =>
          `\`file: ${shown(file)}\` is also that of line ${problems.lineOf(places.valueAt(first))}: write each once`,
      );
    }
  }
}

/**
 * A folder is one build of kustomize, which refuses what it finds twice. An entry that was copied whole is told of once,
 * for its file.
 * @param entries undefined where one was refused
 */
export function refuseRepeatedSecrets(
  entries: readonly (Desired | undefined)[],
  places: Places,
  problems: Problems,
): void {
  const firsts = new Map<string, { file: string; index: number }>();
  for (const [index, entry] of entries.entries()) {
    if (entry?.state !== 'present') continue;
    const { file, name, namespace } = entry;
    // To kustomize, none is the namespace `default`.
    const folder = file.slice(0, file.lastIndexOf('/') + 1);
    const secret = `${folder}${namespace ?? 'default'}/${name}`;
    const first = firsts.get(secret);
    if (first === undefined) firsts.set(secret, { file, index });
    else if (foldPath(first.file) !== foldPath(file)) {
      const lineOfFirst = () => problems.lineOf(places.valueAt(['manifests', first.index]));
      problems.add(
        () => places.valueAt(['manifests', index]),
        () =>
          `the Secret ${shown(name)} is made in this folder and namespace by line ${lineOfFirst()} already, and kustomize takes each once: give it another \`name\`, or leave one out`,
      );
    }
  }
}

function foldPath(path: string): string {
  return path.normalize('NFC').toLowerCase().normalize('NFC');
}
