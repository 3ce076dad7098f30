// One world that many runs have to do with, and what is known of it from outside: which versions there are, which of
// them have ever been asked for, and what people have done.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorld, type World } from '../__tests__/stand-ins/world.ts';
import { CONFIG, type ConfigWish, formatConfig, KUSTOMIZATIONS } from './places.ts';
import type { Random } from './random.ts';
import { addSecrets, type Secret, type SecretId } from './secrets.ts';

export interface Scene extends AsyncDisposable {
  readonly world: World;
  readonly secrets: Readonly<Record<SecretId, Secret>>;
  /** What the config says; whoever changes it pushes it too. */
  config: ConfigWish;
  /** `file key version` of all that was ever asked for. */
  readonly asked: Set<string>;
  /** Oids of the commits that are people's, and there as long as people leave them there. */
  readonly people: Set<string>;
  /** Oids of the commits that people have made with a button of a pull request. */
  readonly merges: Set<string>;
  /** Refs that a run could not take back, and said so, or was killed over. */
  readonly leftOver: Set<string>;
  /** Head branches that people have pushed work to: no run may write over it. */
  readonly occupied: Set<string>;
  /** Blobs, by their path, that were found to be right. */
  readonly verified: Set<string>;
  /** Where runs have folders of their own. */
  readonly directory: string;
  /** Somebody's push of work. */
  push(files: Readonly<Record<string, string | Buffer | null>>, branch?: string): Promise<void>;
}

export async function openScene(random: Random): Promise<Scene> {
  const config: ConfigWish = new Map();
  const world = await startWorld({
    'README.md': 'What the clusters run.\n',
    [CONFIG]: formatConfig(config),
    ...Object.fromEntries(KUSTOMIZATIONS.map((file) => [file, KUSTOMIZATION])),
  });
  const directory = await mkdtemp(join(tmpdir(), 'soak-'));
  const secrets = addSecrets(world, random);
  const people = new Set([world.flux.head('main') ?? '']);
  return {
    world,
    secrets: Object.fromEntries(secrets.map((secret) => [secret.id, secret])) as Record<SecretId, Secret>,
    config,
    asked: new Set(),
    people,
    merges: new Set(),
    leftOver: new Set(),
    occupied: new Set(),
    verified: new Set(),
    directory,
    async push(files, branch = 'main') {
      people.add(await world.flux.commit({ branch, files }));
    },
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const KUSTOMIZATION = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n';
