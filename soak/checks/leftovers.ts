// What a run leaves behind: no process, no file, and nowhere anything of a secret or a token.

import { readdir } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { type Canary, canaryOf, findForms } from '../../__tests__/scenario/leak/canary.ts';
import { collectPlaces, findLeaks, type Place } from '../../__tests__/scenario/leak/evidence.ts';
import { processesOf } from '../../__tests__/scenario/leak/processes.ts';
import type { GoogleRequest } from '../../__tests__/stand-ins/google/google.ts';
import type { World } from '../../__tests__/stand-ins/world.ts';
import type { Scene } from '../scene.ts';
import { type Played, wasKilled } from './played.ts';

/** Killed is not gone: the system takes a moment, and a sops that nobody waits for ends by itself. */
const PATIENCE_MILLISECONDS = 10_000;

export async function checkProcesses({ run, folder }: Played): Promise<string[]> {
  const find = async () => [...(await processesOf(run.directory)), ...(await processesOf(folder))];
  const end = performance.now() + PATIENCE_MILLISECONDS;
  let left = await find();
  while (left.length > 0 && performance.now() < end) {
    await wait(20);
    left = await find();
  }
  return left.map(({ commandLine }) => `a process is left: ${commandLine.replaceAll('\0', ' ')}`);
}

/** A run that was killed cannot clean up; what it leaves is searched for secrets like all the rest. */
export async function checkFiles(played: Played): Promise<string[]> {
  if (wasKilled(played)) return [];
  const { home, workspace } = played.run;
  const folders = [...played.temporary, home, workspace];
  const left = await Promise.all(folders.map((folder) => readdir(folder)));
  return left.flat().map((name) => `a file is left: ${name}`);
}

/** @param since how many requests there had been before */
export async function checkLeaks(
  { world, secrets }: Scene,
  played: Played,
  since: { github: number; google: number },
): Promise<string[]> {
  const { run, sops, folder } = played;
  const google = world.google.requests.slice(since.google);
  const view: World = {
    ...world,
    github: { ...world.github, requests: world.github.requests.slice(since.github) },
    google: { ...world.google, requests: google },
  };
  const places = await collectPlaces({ world: view, run, calls: await sops.calls(), folders: [folder] });
  const { tokens } = world.google;
  const told = Object.values(secrets)
    .flatMap(({ versions }) => versions)
    .filter(({ payload }) => google.some((request) => tells(request, payload)))
    .flatMap(({ canaries }) => canaries);
  return [
    ...told.flatMap((canary) => search(places, canary)),
    ...search(places, namedCanary("GitHub's token", world.github.token), /^GitHub headers$/),
    ...search(places, namedCanary("Google's access token", tokens.exchanged), /^Google headers$/),
    ...search(places, namedCanary('the OIDC token', tokens.oidc), /^Google body/),
  ];
}

/** Only what Google has told during a run can have come from it. */
function tells({ response = '' }: GoogleRequest, payload: Buffer): boolean {
  return response.includes(payload.toString('base64')) || response.includes(JSON.stringify(`${payload}`).slice(1, -1));
}

function namedCanary(name: string, token: string): Canary {
  const known = canaries.get(token) ?? { ...canaryOf(token), name };
  canaries.set(token, known);
  return known;
}
const canaries = new Map<string, Canary>();

/** All at once, since it is hardly ever there; and then one by one. */
function search(places: readonly Place[], canary: Canary, allowed?: RegExp): string[] {
  const searched = places.filter(({ name }) => allowed?.test(name) !== true);
  const all = Buffer.concat(searched.flatMap(({ bytes }) => [bytes, BETWEEN]));
  return findForms(all, canary).length === 0 ? [] : findLeaks(searched, canary);
}
const BETWEEN = Buffer.from('\0|\0');
