// The config that the README shows, and a world in which all that it asks for is there.
import { readFileSync } from 'node:fs';
import { FILE, startWorld, type World } from '../stand-ins/world.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

export const [, CONFIG = ''] = /\n```yaml\n(# yaml-language-server: [\s\S]*?)```/.exec(readme) ?? [];
export const DATABASE = 'clusters/dev/demo/database.yaml';
export const ENV = 'clusters/dev/demo/app-env.yaml';
/** All that it makes. */
export const FILES = [ENV, DATABASE, FILE];

const RULES = `creation_rules:
  - gcp_kms: projects/my-project/locations/global/keyRings/flux/cryptoKeys/sops
`;

/** The config is in the Flux repository. */
export async function startWithConfig(): Promise<World> {
  const world = await startWorld({ 'flux-secrets.yaml': CONFIG, '.sops.yaml': RULES });
  for (const payload of ['123456:valid\n', 'NEW_TOKEN\n']) world.secret.addVersion(payload);
  const password = world.google.addSecret('DB_PASSWORD');
  for (const payload of ['first', 'second', 'third']) password.addVersion(payload);
  const database = world.google.addSecret('DB');
  database.addVersion('{"user":"mona"}');
  database.alias('production', 1);
  world.google.addSecret('APP_ENV').addVersion('HOST=db\nPORT=5432\n');
  return world;
}
