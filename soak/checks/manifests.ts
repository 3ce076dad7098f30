// What the cluster would read, on each branch: every manifest opens, its MAC is its own, and what is in it is what Secret
// Manager has under the versions that it names, each of which was asked for.

import { parse } from 'yaml';
import { git } from '../../__tests__/stand-ins/github/git.ts';
import { decryptIndependently } from '../../__tests__/stand-ins/sops-oracle.ts';
import { PLACES, type Place } from '../places.ts';
import type { Scene } from '../scene.ts';
import type { History } from './history.ts';

interface Blob {
  readonly file: string;
  readonly oid: string;
}

export async function checkManifests(scene: Scene, { refs }: History): Promise<string[]> {
  const problems: string[] = [];
  for (const [ref, head] of Object.entries(refs)) {
    const blobs = await listBlobs(scene, head);
    for (const blob of blobs.filter(({ file }) => PLACES.some((place) => place.file === file))) {
      problems.push(...(await checkOnce(scene, blob)).map((problem) => `${blob.file} on ${ref} ${problem}`));
    }
    problems.push(...(await checkKustomizations(scene, blobs)).map((problem) => `on ${ref} ${problem}`));
  }
  return problems;
}

async function listBlobs({ world }: Scene, commit: string): Promise<Blob[]> {
  const tree = await git(world.flux.gitDir, ['ls-tree', '-r', '-z', commit, 'clusters/']);
  return tree.split('\0').flatMap((line) => {
    const [, oid, file] = /^100644 blob (\S+)\t(.*)$/s.exec(line) ?? [];
    return oid === undefined || file === undefined ? [] : [{ oid, file }];
  });
}

const read = ({ world }: Scene, { oid }: Blob) => git(world.flux.gitDir, ['cat-file', 'blob', oid]);

async function checkOnce(scene: Scene, blob: Blob): Promise<string[]> {
  const known = `${blob.file} ${blob.oid}`;
  const place = PLACES.find(({ file }) => file === blob.file);
  if (place === undefined || scene.verified.has(known)) return [];
  const text = await read(scene, blob);
  const problems = await checkManifest(scene, place, text).catch((error: unknown) => [`does not open: ${error}`]);
  if (problems.length === 0) scene.verified.add(known);
  return problems;
}

async function checkManifest(scene: Scene, place: Place, text: string): Promise<string[]> {
  const { document, macIsValid } = await decryptIndependently(text, { gcpKms: scene.world.google.decrypt });
  const data = (document['data'] ?? {}) as Readonly<Record<string, string>>;
  const sources = readSources(text);
  const keys = place.parts.map(({ key }) => key).toSorted();
  return [
    ...(macIsValid ? [] : ['has a MAC that is not its own']),
    ...(`${Object.keys(data).toSorted()}` === `${keys}` ? [] : [`has the data keys ${Object.keys(data)}`]),
    ...place.parts.flatMap(({ key, secret, pointer }) => {
      const { name, versions } = scene.secrets[secret];
      const number = Number(sources[key]?.replace(`${name}/versions/`, ''));
      const value = versions[number - 1]?.values.get(pointer);
      if (value === undefined) return [`says that ${key} is ${sources[key]}`];
      return [
        ...(value.equals(Buffer.from(data[key] ?? '', 'base64')) ? [] : [`has something else as ${key} than it says`]),
        ...(scene.asked.has(`${place.file} ${key} ${number}`) ? [] : [`has ${sources[key]}, which nobody asked for`]),
      ];
    }),
  ];
}

/** Data key → full name of the version, as the manifest has them in clear. */
export function readSources(text: string): Readonly<Record<string, string>> {
  const { metadata } = parse(text) as { metadata: { annotations: Record<string, string> } };
  return JSON.parse(metadata.annotations['flux-secret-sync/sources'] ?? '{}') as Record<string, string>;
}

/** Each lists what is beside it, once. What people have deleted, they may have forgotten to take off the list. */
async function checkKustomizations(scene: Scene, blobs: readonly Blob[]): Promise<string[]> {
  const problems = blobs
    .filter(({ file }) => file.endsWith('/kustomization.yaml'))
    .map(async (blob) => {
      const { resources } = parse(await read(scene, blob)) as { resources: string[] };
      const folder = blob.file.replace(/[^/]+$/, '');
      const twice = resources.filter((file, index) => resources.indexOf(file) !== index);
      const missing = blobs
        .map(({ file }) => file)
        .filter((file) => file.startsWith(folder) && file !== blob.file)
        .filter((file) => !resources.includes(file.slice(folder.length)));
      return [
        ...twice.map((file) => `${blob.file} lists ${file} twice`),
        ...missing.map((file) => `${blob.file} does not list ${file}`),
      ];
    });
  return (await Promise.all(problems)).flat();
}
