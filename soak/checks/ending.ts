// How a run ends: with 0 where it has survived its fault, else with 1, one sentence and a code that is not INTERNAL; and
// where it failed, nothing has changed unless it says so.

import type { Scene } from '../scene.ts';
import type { History } from './history.ts';
import { commitsOf, errorOf, hasNotBegun, type Played, reportOf, wasKilled } from './played.ts';

export interface Judged {
  readonly scene: Scene;
  readonly played: Played;
  /** With those that went on at the same time. */
  readonly all: readonly Played[];
  readonly before: History;
  readonly after: History;
  /** Whether people did something meanwhile. */
  readonly arePeopleIn: boolean;
}

export function checkEnding(judged: Judged): string[] {
  const { played } = judged;
  if (wasKilled(played)) return checkCommits(judged);
  if (hasNotBegun(played)) return checkNothingChanged(judged, 'a run that has not begun');
  const { exitCode, signal, stderr } = played.run;
  if (exitCode !== 0 && exitCode !== 1) return [`it ended with exit code ${exitCode}, signal ${signal}: ${stderr}`];
  return [
    ...(stderr === '' ? [] : [`it wrote to stderr: ${stderr}`]),
    ...(exitCode === 0 ? checkSuccess(judged) : checkFailure(judged)),
    ...checkExpectation(judged),
    ...checkCommits(judged),
  ];
}

function checkSuccess({ played }: Judged): string[] {
  const report = reportOf(played);
  const isChange = ['created', 'updated', 'deleted', 'mixed'].includes(report?.outcome ?? '');
  return [
    ...(report === undefined || report.error !== undefined ? ['it ended with 0 and does not say what it did'] : []),
    ...(played.run.outputs['changed'] === String(isChange) ? [] : [`changed is not ${isChange}`]),
  ];
}

function checkFailure(judged: Judged): string[] {
  const { run } = judged.played;
  const error = errorOf(judged.played);
  if (error === undefined) return [`it failed and does not say why: ${run.stdout}`];
  const [annotation, ...others] = run.annotations.filter(({ level }) => level === 'error');
  const isTold = others.length === 0 && annotation?.message.endsWith(`(${error.code})`) === true;
  return [
    ...(error.code === 'INTERNAL' ? [`INTERNAL: ${error.message}`] : []),
    ...(isTold ? [] : [`it does not tell of ${error.code} in one sentence`]),
    ...(run.summary.includes(error.code) ? [] : ['its summary does not tell of the error']),
    ...(error.changedSomething
      ? []
      : checkNothingChanged(judged, 'a run that failed and says that nothing was changed')),
  ];
}

export function checkNothingChanged(judged: Judged, who: string): string[] {
  const { played, all, before, after, arePeopleIn } = judged;
  const commits = commitsOf(played, after).map(({ oid }) => `${who} has made the commit ${oid}`);
  // With others at the same time, or people, nobody can tell who has moved what.
  if (all.length > 1 || arePeopleIn) return commits;
  const isSame =
    JSON.stringify(before.refs) === JSON.stringify(after.refs) && before.pullRequests === after.pullRequests;
  return isSame ? commits : [...commits, `${who} has changed branches or pull requests`];
}

/** All or nothing, never again what was done already, and nothing but what it is about. */
function checkCommits({ played, after }: Judged): string[] {
  const commits = commitsOf(played, after);
  const told = played.run.outputs['commit-sha'] ?? '';
  const isTold = played.run.exitCode !== 0 || commits.every(({ oid }) => oid === told);
  const expected = played.request.places.flatMap(({ file }) => [file, file.replace(/[^/]+$/, 'kustomization.yaml')]);
  const others = commits.flatMap(({ files }) => files.filter((file) => !expected.includes(file)));
  return [
    ...others.map((file) => `it has changed ${file}`),
    ...(commits.length <= 1 ? [] : [`it has made ${commits.length} commits`]),
    ...(isTold ? [] : [`its commit-sha is "${told}", not ${commits.map(({ oid }) => oid)}`]),
  ];
}

function checkExpectation(judged: Judged): string[] {
  const { run, fault, hasStruck } = judged.played;
  if (hasStruck && fault.ends === 'failed') return run.exitCode === 1 ? [] : ['it has met its fault, and did not fail'];
  if (run.exitCode === 0 || (hasStruck && fault.ends === 'either') || isExcused(judged)) return [];
  return [`it should have succeeded: ${run.stdout}`];
}

/** On a machine that is busy, a second is little; and work of people on the head branch is not written over. */
function isExcused({ played, scene }: Judged): boolean {
  const code = errorOf(played)?.code ?? '';
  const isShort = played.inputs['timeout'] !== played.request.inputs['timeout'];
  if (isShort && ['DEADLINE_EXCEEDED', 'PUBLICATION_UNCERTAIN', 'GOOGLE_UNREACHABLE'].includes(code)) return true;
  return code === 'BRANCH_HAS_OTHER_COMMITS' && scene.occupied.size > 0;
}
