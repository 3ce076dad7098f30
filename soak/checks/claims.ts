// What a run says it did is what a branch holds: the versions of each manifest, and that they are those asked for.

import type { ManifestReport } from '../../src/report/manifest-report.ts';
import type { Wish } from '../requests.ts';
import { checkNothingChanged, type Judged } from './ending.ts';
import { readSources } from './manifests.ts';
import { reportOf } from './played.ts';

/** Of a run that ended well. */
export function checkClaims(judged: Judged): string[] {
  const { played, scene, after } = judged;
  const report = reportOf(played);
  if (played.run.exitCode !== 0 || report === undefined) return [];
  const sha = played.run.outputs['commit-sha'] ?? '';
  const { publish, wishes, places } = played.request;
  const reported = report.manifests.map(({ file }) => file).toSorted();
  const isOnMain = sha === '' || publish !== 'commit' || after.main.has(sha);
  return [
    ...(`${reported}` === `${places.map(({ file }) => file).toSorted()}` ? [] : [`it tells of ${reported}`]),
    ...(isOnMain ? [] : [`main does not lead to its commit ${sha}`]),
    ...(publish === 'none' ? checkNothingChanged(judged, 'a run that publishes nothing') : []),
    ...report.manifests.flatMap((manifest) => [
      ...(publish === 'none' ? [] : checkPublished(judged, manifest)),
      ...wishes
        .filter(({ file }) => file === manifest.file && !isHeld(judged, manifest))
        .flatMap((wish) => checkWish(scene.secrets[wish.part.secret].versions.length, wish, manifest)),
    ]),
  ];
}

/** Something else may be there then than was asked for. */
function isHeld({ played }: Judged, { hold }: ManifestReport): boolean {
  const isOneSecret = played.inputs['config'] === undefined;
  return hold !== undefined && !(isOneSecret && played.inputs['hold'] === 'true');
}

function checkWish(newest: number, wish: Wish, { file, sources, outcome }: ManifestReport): string[] {
  const { key } = wish.part;
  const version = Number(sources.find((source) => source.key === key)?.to);
  const isRight = wish.isNewest ? version >= wish.version && version <= newest : version === wish.version;
  return isRight ? [] : [`${file} is ${outcome} with version ${version} as ${key}, not ${wish.version}`];
}

function checkPublished(judged: Judged, manifest: ManifestReport): string[] {
  const { file, outcome } = manifest;
  const texts = findTexts(judged, outcome).map((ref) => judged.scene.world.flux.read(ref, file)?.toString());
  if (texts.length === 0 || texts.some((text) => isAsSaid(text, manifest))) return [];
  return [`${file} is said to be ${outcome}, and is not so`];
}

/** Where it must be as it is said; nowhere, where another run or a person may have changed it since. */
function findTexts({ played, all, arePeopleIn }: Judged, outcome: ManifestReport['outcome']): string[] {
  const { branch = '', 'commit-sha': sha = '' } = played.run.outputs;
  const isChange = outcome === 'created' || outcome === 'updated' || outcome === 'deleted';
  if (sha !== '' && isChange) return [sha];
  if (all.length > 1 || arePeopleIn) return [];
  // What a proposal leaves alone is on the base, which may have gone on since.
  return isChange ? [`refs/heads/${branch}`] : [`refs/heads/${branch}`, 'refs/heads/main'];
}

function isAsSaid(text: string | undefined, { sources, hold }: ManifestReport): boolean {
  if (text === undefined || sources.length === 0) return text === undefined && sources.length === 0;
  const carried = readSources(text);
  const isHeld = text.includes('flux-secret-sync/hold:');
  return isHeld === (hold !== undefined) && sources.every(({ key, secretVersion }) => carried[key] === secretVersion);
}
