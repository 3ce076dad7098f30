// Where the runs for many secrets are measured: a config of so many manifests, twenty to a folder with a
// `kustomization.yaml`, and the states of the Flux repository that a run may find.

import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Contender, type Ground, KMS_KEY, local, usualWay } from './ground.ts';
import { type Command, measureTimes } from './measure.ts';

/** In the order of the table. */
export const manyNames = [
  'created',
  'oneChanged',
  'unchangedLatest',
  'unchangedPinned',
  'floor',
  'shellScript',
] as const;
export type ManyName = (typeof manyNames)[number];

/** Oids of commits that a run starts from. */
export interface States {
  /** The config follows `latest`, and none of its manifests is there. */
  readonly empty: string;
  /** One of the manifests carries the version before the latest. */
  readonly oneBehind: string;
  readonly synced: string;
  /** As the one before, but that the config names the versions by their numbers. */
  readonly pinned: string;
}

interface Entry {
  readonly file: string;
  readonly name: string;
  readonly secret: string;
  /** The newest. */
  readonly version: number;
}

/** What the action is given for a config. */
export const MANY_INPUTS = { config: 'flux-secrets.yaml', timeout: '15m' };
const PER_FOLDER = 20;

/** Has the action itself make the states. */
export async function arrange({ branch, push, environment }: Ground, count: number, entry: string): Promise<States> {
  const entries = listEntries(count);
  const [first, ...others] = entries;
  if (first === undefined) throw new RangeError('At least one manifest is needed.');
  const run = async (): Promise<string> => {
    await measureTimes({ program: process.execPath, arguments: [entry], environment });
    return branch.head();
  };
  const start = branch.head();
  const latest = formatConfig(entries.map((each) => ({ ...each, version: undefined })));
  const empty = await push({ parent: start, files: { ...kustomizations(entries), 'flux-secrets.yaml': latest } });

  const behind = formatConfig([{ ...first, version: 1 }, ...others.map((each) => ({ ...each, version: undefined }))]);
  branch.moveTo(await push({ parent: empty, files: { 'flux-secrets.yaml': behind } }));
  const oneBehind = await push({ parent: await run(), files: { 'flux-secrets.yaml': latest } });
  branch.moveTo(oneBehind);
  const synced = await run();
  const pinned = await push({ parent: synced, files: { 'flux-secrets.yaml': formatConfig(entries) } });
  branch.moveTo(start);
  return { empty, oneBehind, synced, pinned };
}

export interface ManyOptions {
  count: number;
  states: States;
  entry: string;
}

export function listContenders(ground: Ground, { count, states, entry }: ManyOptions): Record<ManyName, Contender> {
  const { branch, environment, folder } = ground;
  const entries = listEntries(count);
  const action: Command = { program: process.execPath, arguments: [entry], environment };
  const from = (start: string, changes: number): Pick<Contender, 'reset' | 'verify'> => ({
    reset: () => branch.moveTo(start),
    verify() {
      const changed = branch.countChanges(start);
      if (changed !== changes) throw new Error(`${changed} files were changed, and not ${changes}.`);
    },
  });
  const list = join(folder, `entries-${count}`);
  writeFileSync(list, entries.map(({ secret, file, name }) => `${secret} ${file} ${name}\n`).join(''));
  const variables = { ENTRIES: list, NAMESPACE: 'apps' };
  return {
    created: { command: action, ...from(states.empty, count + Object.keys(kustomizations(entries)).length) },
    oneChanged: { command: action, ...from(states.oneBehind, 1) },
    unchangedLatest: { command: action, ...from(states.synced, 0) },
    unchangedPinned: { command: action, ...from(states.pinned, 0) },
    floor: { command: floor(ground, states, entries), ...from(states.synced, 0) },
    shellScript: {
      command: usualWay(ground, { program: 'usual-way-each.sh', variables }),
      ...from(states.empty, count),
    },
  };
}

/** So many times the same manifest, in clear as the action hands it to sops. */
function floor(ground: Ground, { synced }: States, entries: readonly Entry[]): Command {
  const { address, branch, environment, folder } = ground;
  const { PATH = '', HOME = '' } = environment;
  const file = entries.at(-1)?.file ?? '';
  const { sops: _, ...manifest } = parse(branch.read(synced, file)) as { sops: unknown; data: unknown };
  const token = Buffer.from(`${entries.length}:the-first-token-of-an-app`).toString('base64');
  const stdin = join(folder, `manifest-${entries.length}.json`);
  writeFileSync(stdin, JSON.stringify({ ...manifest, data: { token } }));
  return {
    program: local('floor.sh'),
    arguments: [],
    environment: {
      PATH,
      HOME,
      COUNT: String(entries.length),
      AT_ONCE: String(availableParallelism()),
      STDIN: stdin,
      FILE: file,
      KMS_KEY,
      GOOGLE_OAUTH_ACCESS_TOKEN: address.accessToken,
      SOPS_GCP_KMS_CLIENT_TYPE: 'rest',
      SOPS_GCP_KMS_ENDPOINT: address.google,
    },
  };
}

function listEntries(count: number): Entry[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `app-${index + 1}`;
    const file = `${folderAt(index)}/${name}.yaml`;
    return { file, name, secret: `APP_${index + 1}`, version: index === 0 ? 2 : 1 };
  });
}

function folderAt(index: number): string {
  return `clusters/dev/team-${Math.floor(index / PER_FOLDER) + 1}`;
}

function kustomizations(entries: readonly Entry[]): Record<string, string> {
  const folders = new Set(entries.map((_, index) => folderAt(index)));
  const text = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - deployment.yaml\n';
  return Object.fromEntries([...folders].map((folder) => [`${folder}/kustomization.yaml`, text]));
}

function formatConfig(entries: readonly (Omit<Entry, 'version'> & { version: number | undefined })[]): string {
  const lines = entries.flatMap(({ file, name, secret, version }) => [
    `  - file: ${file}`,
    `    name: ${name}`,
    `    data: { token: ${version === undefined ? secret : `{ secret: ${secret}, version: ${version} }`} }`,
  ]);
  return `project: demo-project\ndefaults: { namespace: apps }\nmanifests:\n${lines.join('\n')}\n`;
}
