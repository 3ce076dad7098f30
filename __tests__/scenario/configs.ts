// What the scenarios of config files share: a world with a config and its secrets, a run of it, and what came of it.
import { parse, stringify } from 'yaml';
import type { RunOptions } from '../stand-ins/runner.ts';
import { startWorld, type World, type WorldRun } from '../stand-ins/world.ts';
import { openManifest, reportOf } from './reading.ts';

export const CONFIG = 'flux-secrets.yaml';
export const FOLDER = 'clusters/dev/demo';

export interface ConfigWorld extends World {
  /** Commits another config, and files beside it. */
  write(config: object, files?: Record<string, string>): Promise<string>;
}

export interface ConfigWorldOptions {
  config: object;
  /** Secret → its payloads, the oldest first. */
  secrets: Record<string, (string | Buffer)[]>;
  files?: Record<string, string>;
}

export async function startConfigWorld({ config, secrets, files = {} }: ConfigWorldOptions): Promise<ConfigWorld> {
  const world = await startWorld({ [CONFIG]: format(config), ...files });
  for (const [id, payloads] of Object.entries(secrets)) {
    // The world has that one already.
    const secret = id === 'TELE_TOKEN' ? world.secret : world.google.addSecret(id);
    for (const payload of payloads) secret.addVersion(payload);
  }
  return Object.assign(world, {
    write: (next: object, more: Record<string, string> = {}) =>
      world.flux.commit({ branch: 'main', files: { [CONFIG]: format(next), ...more } }),
  });
}

export function format(config: object): string {
  return stringify({ project: 'demo-project', ...config });
}

/** In the place of the inputs for a single secret. */
export const NO_SECRET = { secret: '', 'project-id': '', name: '', namespace: '', key: '', file: '' };

/** One run of the built action with `config`, and none of the inputs for a single secret but those that are given. */
export function runConfig(
  world: World,
  inputs: Record<string, string> = {},
  options: Omit<RunOptions, 'inputs'> = {},
): Promise<WorldRun> {
  return world.run({ ...NO_SECRET, config: CONFIG, ...inputs }, options);
}

/** `file` → outcome, as the report has them. */
export function outcomesOf(run: WorldRun): Record<string, string> {
  return Object.fromEntries(reportOf(run).manifests.map(({ file, outcome }) => [file, outcome]));
}

/** Data key → value, as text. */
export async function valuesOf(world: World, file: string, branch = 'main'): Promise<Record<string, string>> {
  const { payloads, macIsValid } = await openManifest(world, { file, branch });
  if (!macIsValid) throw new Error(`The MAC of ${file} is not its own.`);
  return Object.fromEntries(Object.entries(payloads).map(([key, value]) => [key, value.toString()]));
}

export interface ReadManifest {
  metadata: { name: string; labels: Record<string, string>; annotations: Record<string, string> };
  type: string;
  immutable?: boolean;
  data: Record<string, string>;
}

/** What stands in the file, with its values encrypted. */
export function manifestAt(world: World, file: string, branch = 'main'): ReadManifest {
  const text = world.flux.read(`refs/heads/${branch}`, file);
  if (text === undefined) throw new Error(`${branch} has no ${file}`);
  return parse(text.toString()) as ReadManifest;
}

export function textAt(world: World, file: string, branch = 'main'): string | undefined {
  return world.flux.read(`refs/heads/${branch}`, file)?.toString();
}
