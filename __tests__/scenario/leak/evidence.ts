// All that a run leaves where others can see it: what it printed and wrote, what it asked for, what it started.
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import type { SopsCall } from '../../stand-ins/runner.ts';
import type { World, WorldRun } from '../../stand-ins/world.ts';
import { type Canary, findForms } from './canary.ts';

export interface Place {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface Evidence {
  readonly world: World;
  readonly run: WorldRun;
  /** What was started. */
  readonly calls: readonly SopsCall[];
  /** Folders that the run could write to, beside its own. */
  readonly folders: readonly string[];
}

export async function collectPlaces({ world, run, calls, folders }: Evidence): Promise<Place[]> {
  const files = await Promise.all([run.directory, ...folders].map(filesBelow));
  return [
    place('stdout', run.stdout.replace(/^::add-mask::.*$/gm, '')),
    place('stderr', run.stderr),
    ...files.flat(),
    ...world.github.requests.flatMap((request) => requestPlaces('GitHub', request)),
    ...world.google.requests.flatMap((request) => requestPlaces('Google', request)),
    ...calls.flatMap((call) => [
      place('sops arguments', call.arguments.join('\n')),
      place('sops environment', Object.entries(call.environment).flat().join('\n')),
    ]),
    place('git objects', await readGit(world.flux.gitDir, ['cat-file', '--batch-all-objects', '--batch'])),
    place('git refs', await readGit(world.flux.gitDir, ['for-each-ref'])),
  ];
}

/** `place: form` of each finding, but for the places where it may be. */
export function findLeaks(places: readonly Place[], canary: Canary, allowed?: RegExp): string[] {
  return places
    .filter(({ name }) => allowed === undefined || !allowed.test(name))
    .flatMap(({ name, bytes }) => findForms(bytes, canary).map((form) => `${canary.name} in ${name}: ${form}`));
}

/** The content of each file below a folder, and the name of everything. */
export async function filesBelow(folder: string): Promise<Place[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      // A file that went meanwhile is no file that is left.
      const content = entry.isFile() ? await readFile(path).catch(() => '') : '';
      const name = relative(folder, path);
      return place(`file ${name}`, Buffer.concat([Buffer.from(`${name}\n`), Buffer.from(content)]));
    }),
  );
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: object;
  readonly body: string;
}

function requestPlaces(service: string, { method, path, headers, body }: Request): Place[] {
  return [
    place(`${service} URL`, `${method} ${path}`),
    place(`${service} headers`, Object.entries(headers).flat().join('\n')),
    place(`${service} body`, body),
    // Files are sent to GitHub in base64, whatever stands in them.
    ...(body.match(/[A-Za-z0-9+/]{16,}/g) ?? []).map((encoded) =>
      place(`${service} body, decoded`, Buffer.from(encoded, 'base64')),
    ),
  ];
}

async function readGit(gitDir: string, command: readonly string[]): Promise<Buffer> {
  const options = { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 } as const;
  return (await promisify(execFile)('git', ['--git-dir', gitDir, ...command], options)).stdout;
}

function place(name: string, content: string | Buffer): Place {
  return { name, bytes: Buffer.from(content) };
}
