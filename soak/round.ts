// A round: people do something, then one run, or a few at once, each with a fault of its own, and then everything is
// looked at.

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { recordingSops } from '../__tests__/stand-ins/runner.ts';
import { checkClaims } from './checks/claims.ts';
import { checkEnding, type Judged } from './checks/ending.ts';
import { checkHistory, type History, readHistory } from './checks/history.ts';
import { checkFiles, checkLeaks, checkProcesses } from './checks/leftovers.ts';
import { checkManifests } from './checks/manifests.ts';
import { errorOf, type Played, wasKilled } from './checks/played.ts';
import type { Fault } from './faults/fault.ts';
import { drawFault } from './faults/faults.ts';
import { letPeopleAct } from './people.ts';
import type { Random } from './random.ts';
import { drawRequest, type Request } from './requests.ts';
import type { Scene } from './scene.ts';
import { openStage, type Stage } from './stage.ts';

export interface RoundOptions {
  readonly random: Random;
  /** Of the first of its runs, from 1. */
  readonly number: number;
  /** How many runs there may be at once. */
  readonly most: number;
  /** The built action, where it is not this repository's own. */
  readonly entry: string | undefined;
}

export interface RoundResult {
  readonly played: readonly Played[];
  /** What does not hold. */
  readonly problems: readonly string[];
}

export async function playRound(scene: Scene, { random, most, number, entry }: RoundOptions): Promise<RoundResult> {
  await letPeopleAct(scene, random);
  const size = Math.min(most, random.pick([1, 1, 1, 1, 1, 1, 1, 1, 2, 3]));
  const acts = Array.from({ length: size }, () => {
    const fault = drawFault(random, size === 1);
    return { fault, request: drawRequest(scene, random, fault.needsChange === true) };
  });
  const before = await readHistory(scene);
  const counts = { github: scene.world.github.requests.length, google: scene.world.google.requests.length };
  const hands = countHands(scene);
  noteAsked(scene, acts);
  const stages = await Promise.all(
    acts.map((act, index) => prepare(scene, { ...act, random, number: number + index })),
  );
  const played = await Promise.all(stages.map((stage) => play(stage, entry)));
  await settle(scene, counts.github, stages);
  for (const stage of stages) stage.end();
  noteAsked(scene, acts);

  const problems = await judge(scene, { played, before, counts, arePeopleIn: countHands(scene) !== hands });
  for (const { run, folder } of played) {
    await run[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
  return { played, problems };
}

const countHands = ({ people, merges }: Scene): number => people.size + merges.size;

/** A version that is added while a run goes on may be the one that it is asked for. */
function noteAsked({ asked, secrets }: Scene, acts: readonly Pick<Act, 'request'>[]): void {
  for (const { file, part, version, isNewest } of acts.flatMap(({ request }) => request.wishes)) {
    const newest = isNewest ? secrets[part.secret].versions.length : version;
    for (let number = version; number <= newest; number += 1) asked.add(`${file} ${part.key} ${number}`);
  }
}

interface Act {
  readonly fault: Fault;
  readonly request: Request;
}

type Prepared = Stage & Pick<Act, 'fault'> & Pick<Played, 'id' | 'temporary'>;

async function prepare(
  scene: Scene,
  { fault, request, random, number }: Act & Pick<RoundOptions, 'random' | 'number'>,
): Promise<Prepared> {
  const folder = join(scene.directory, `run-${number}`);
  const temp = join(folder, 'temp');
  const temporary = [temp, join(folder, 'tmp')];
  for (const each of temporary) await mkdir(each, { recursive: true });
  const stage = openStage({ scene, random, request, folder, temp });
  return Object.assign(stage, { fault, id: String(1_000_000 + number), temporary });
}

async function play(stage: Prepared, entry: string | undefined): Promise<Played> {
  const { scene, request, fault, folder, temp, temporary, id } = stage;
  const particular = (await fault.arrange(stage)) ?? {};
  const { program, hasStruck = stage.hasStruck } = particular;
  const sops = await recordingSops(join(folder, 'bin'), program);
  const inputs = { ...request.inputs, ...particular.inputs, ...(program && { 'sops-path': sops.path }) };
  const run = await scene.world.run(inputs, {
    pathFirst: [sops.directory],
    tempDirectory: temp,
    env: { TMPDIR: join(folder, 'tmp') },
    github: { runId: id },
    timeout: 150_000,
    ...(entry !== undefined && { entry }),
  });
  return {
    ...{ id, request, inputs, fault, run, sops, folder, temporary },
    hasStruck: await hasStruck(run),
  };
}

/** What a run has sent may be carried out after its end. */
async function settle({ world }: Scene, since: number, stages: readonly Stage[]): Promise<void> {
  const isOpen = () =>
    world.github.requests
      .slice(since)
      .some((request) => request.end === undefined && !stages.some((stage) => stage.isLost(request)));
  await wait(20);
  while (isOpen()) await wait(20);
}

interface Facts {
  readonly played: readonly Played[];
  readonly before: History;
  readonly counts: { readonly github: number; readonly google: number };
  readonly arePeopleIn: boolean;
}

async function judge(scene: Scene, { played: all, before, counts, arePeopleIn }: Facts): Promise<string[]> {
  const left = (await Promise.all(all.map(checkProcesses))).flat();
  const after = await readHistory(scene);
  const mayLeave = all.some((played) => wasKilled(played) || errorOf(played)?.changedSomething === true);
  for (const ref of Object.keys(after.refs)) if (mayLeave && !(ref in before.refs)) scene.leftOver.add(ref);
  const problems = [...left, ...(await checkHistory(scene, before, after)), ...(await checkManifests(scene, after))];
  for (const played of all) {
    const judged: Judged = { scene, played, all, before, after, arePeopleIn };
    problems.push(...checkEnding(judged), ...checkClaims(judged), ...(await checkFiles(played)));
    problems.push(...(await checkLeaks(scene, played, counts)));
  }
  return [...new Set(problems)];
}
