// What people do between runs: they add versions, change the config, merge and close pull requests, and get in the way.

import { git } from '../__tests__/stand-ins/github/git.ts';
import type { PullRequest } from '../__tests__/stand-ins/github/github.ts';
import { type Asked, CONFIG, formatConfig, PLACES, type Place } from './places.ts';
import type { Random } from './random.ts';
import type { Scene } from './scene.ts';

interface Act {
  /** How often it is done between two rounds, of 1. */
  readonly share: number;
  act(scene: Scene, random: Random): unknown;
}

const ACTS: readonly Act[] = [
  { share: 0.3, act: ({ secrets }, random) => random.pick(Object.values(secrets)).addVersion(random) },
  { share: 0.15, act: moveAlias },
  { share: 0.1, act: ({ push }, random) => push({ 'apps/other.yaml': `random: ${random.text(9)}\n` }) },
  { share: 0.2, act: changeConfig },
  { share: 0.4, act: mergePullRequest },
  { share: 0.1, act: updateBranch },
  { share: 0.1, act: closePullRequest },
  { share: 0.05, act: (scene, random) => pushToOurFile(scene, random.pick(PLACES), random) },
  { share: 0.05, act: pushToProposal },
];

export async function letPeopleAct(scene: Scene, random: Random): Promise<void> {
  await finishWhatTheyPushed(scene);
  for (const { share, act } of ACTS) if (random.chance(share)) await act(scene, random);
}

/** They delete it, or go back to what it was once. False where there is nothing to do so with. */
export async function pushToOurFile(scene: Scene, { file }: Place, random: Random): Promise<boolean> {
  const { flux } = scene.world;
  if (flux.read('refs/heads/main', file) === undefined) return false;
  const former = [...scene.verified]
    .filter((known) => known.startsWith(`${file} `))
    .map((known) => known.split(' ')[1]);
  const blob = former.length === 0 || random.chance(0.5) ? undefined : random.pick(former);
  await scene.push({ [file]: blob === undefined ? null : await git(flux.gitDir, ['cat-file', 'blob', blob]) });
  return true;
}

function moveAlias({ secrets }: Scene, random: Random): void {
  const secret = random.pick(Object.values(secrets));
  secret.moveAlias(random.integer(1, secret.versions.length));
}

async function changeConfig(scene: Scene, random: Random): Promise<void> {
  const place = random.pick(PLACES.filter(({ isOfConfig }) => isOfConfig));
  const newest = Math.min(...place.parts.map(({ secret }) => scene.secrets[secret].versions.length));
  const asked: Asked | 'absent' = random.pick(['latest', 'live', 'absent', random.integer(1, newest)]);
  scene.config = new Map([...scene.config, [place.file, asked]]);
  await scene.push({ [CONFIG]: formatConfig(scene.config) });
}

function findOpen({ world }: Scene, random: Random): PullRequest | undefined {
  const open = world.flux.pullRequests.filter(({ state }) => state === 'OPEN');
  return open.length === 0 ? undefined : random.pick(open);
}

/** A button of its page. */
async function press(scene: Scene, button: () => Promise<string>): Promise<boolean> {
  try {
    scene.merges.add(await button());
    return true;
  } catch {
    // It conflicts: the button is grey.
    return false;
  }
}

/** False where there is none that can be merged. */
export async function mergePullRequest(scene: Scene, random: Random): Promise<boolean> {
  const pullRequest = findOpen(scene, random);
  if (pullRequest === undefined) return false;
  const { headRefName: head, baseRefName: base } = pullRequest;
  return await press(scene, () => scene.world.flux.merge({ base, head, method: random.pick(['merge', 'squash']) }));
}

async function updateBranch(scene: Scene, random: Random): Promise<void> {
  const pullRequest = findOpen(scene, random);
  if (pullRequest !== undefined) await press(scene, () => scene.world.flux.updateBranch(pullRequest.number));
}

async function closePullRequest(scene: Scene, random: Random): Promise<void> {
  const pullRequest = findOpen(scene, random);
  if (pullRequest === undefined) return;
  pullRequest.state = 'CLOSED';
  if (random.chance(0.5)) await deleteBranch(scene, pullRequest.headRefName);
}

async function pushToProposal(scene: Scene, random: Random): Promise<void> {
  const pullRequest = findOpen(scene, random);
  if (pullRequest === undefined) return;
  const { headRefName } = pullRequest;
  await scene.push({ 'apps/reviewed.yaml': `by: ${random.text(6)}\n` }, headRefName);
  scene.occupied.add(headRefName);
}

/** A round later they are done with it. What was theirs alone is gone then, by their own hand. */
async function finishWhatTheyPushed(scene: Scene): Promise<void> {
  for (const branch of scene.occupied) {
    await press(scene, () => scene.world.flux.merge({ base: 'main', head: branch, method: 'squash' }));
    await deleteBranch(scene, branch);
  }
  scene.occupied.clear();
}

async function deleteBranch({ world, people }: Scene, branch: string): Promise<void> {
  const { flux } = world;
  const only = (await git(flux.gitDir, ['rev-list', `refs/heads/main..refs/heads/${branch}`])).split('\n');
  for (const oid of only) people.delete(oid);
  await git(flux.gitDir, ['update-ref', '-d', `refs/heads/${branch}`]);
  for (const pullRequest of flux.pullRequests) {
    if (pullRequest.headRefName === branch && pullRequest.state === 'OPEN') pullRequest.state = 'CLOSED';
  }
}
