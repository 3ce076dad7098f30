import { beforeAll, describe, expect, test } from 'vitest';
import { ActionError } from '../../src/errors.ts';
import { plan, type Situation, type Versions } from '../../src/plan.ts';
import type { Published, Target } from '../../src/publisher.ts';
import { failedReport, formatOutputs, formatResult, reportManifest, reportSync } from '../../src/report.ts';
import type { Step } from '../../src/step.ts';
import { commit, desire, EARLIER, FILE, NOW, number, situation, version } from './situations.ts';

let second: string;
let heldFirst: string;
beforeAll(async () => {
  second = await commit(situation(), '2');
  heldFirst = await commit(situation({ wish: { version: number('1'), hold: true }, hold: EARLIER }), '1');
});

/** What is to be done, and which versions are there once it is. */
function step(given: Situation, now?: string): Step {
  const change = plan(given);
  const versions: Versions = now === undefined ? given.resolved : new Map([['token', version(now)]]);
  return { desired: given.desired, rule: given.rule, configuration: undefined, change, versions, manifest: undefined };
}

const target: Target = {
  base: { branch: 'main', oid: '0'.repeat(40), files: new Map() },
  proposal: undefined,
  lostCommit: undefined,
  publish: () => Promise.resolve({}),
  withdraw: () => Promise.resolve({}),
};
const COMMIT = {
  oid: 'ffac537e6cbbf934b08745a378932722df287a53',
  url: 'https://github.com/x/commit/ffac537',
  verified: true,
};
const PULL_REQUEST = { number: 7, url: 'https://github.com/x/pull/7', operation: 'created' } as const;

function reportOf(steps: readonly Step[], published?: Published) {
  return reportSync('acme/flux-gitops', target, steps, published);
}

describe('the report of a manifest', () => {
  test('says from which version to which one', () => {
    expect(reportManifest(step(situation({ text: second, resolved: '3' }), '3'))).toEqual({
      file: FILE,
      name: 'kbot-token',
      namespace: 'demo',
      outcome: 'updated',
      sources: [
        {
          key: 'token',
          secret: 'TELE_TOKEN',
          secretVersion: 'projects/123456789012/secrets/TELE_TOKEN/versions/3',
          from: '2',
          to: '3',
        },
      ],
      hold: undefined,
      notes: [],
    });
  });

  test.each<[string, Step, object]>([
    ['a new one', step(situation(), '2'), { outcome: 'created', sources: [{ from: undefined, to: '2' }] }],
    [
      'a number of which nobody has asked',
      step(situation({ wish: { version: number('3') } })),
      { sources: [{ secretVersion: 'projects/demo/secrets/TELE_TOKEN/versions/3', to: '3' }] },
    ],
    [
      'latest of which nobody has asked',
      step(situation()),
      { sources: [{ secretVersion: 'projects/demo/secrets/TELE_TOKEN/versions/latest', to: 'latest' }] },
    ],
    ['one that is to be held', step(situation({ wish: { version: number('1'), hold: true } }), '1'), { hold: NOW }],
  ])('tells of %s', (_, told, expected) => {
    expect(reportManifest(told)).toMatchObject(expected);
  });

  test('tells of one that is left alone, and of one that is held', () => {
    expect(reportManifest(step(situation({ text: second, resolved: '2' }), '2'))).toMatchObject({
      outcome: 'unchanged',
      sources: [{ from: '2', to: '2' }],
    });
    expect(reportManifest(step(situation({ text: heldFirst }), '1'))).toMatchObject({ outcome: 'held', hold: EARLIER });
  });

  test('does not take the number of another secret for the one before', () => {
    const given = situation({ wish: { secret: 'DB_URL' }, text: second, resolved: version('3', { secret: 'DB_URL' }) });
    expect(reportManifest(step(given))).toMatchObject({ outcome: 'updated', sources: [{ from: undefined, to: '3' }] });
  });

  test('says which data keys are dropped', () => {
    const given = situation({ wish: { version: number('2'), key: 'TELE_TOKEN' }, text: second });
    expect(reportManifest(step(given)).notes).toEqual([
      'The data key token was dropped: no source accounts for it any more.',
    ]);
  });
});

describe('the report of a run', () => {
  const created = step(situation(), '2');

  test.each<[string, Published | undefined, object]>([
    ['a commit', { commit: COMMIT }, { outcome: 'created', changed: true, commit: COMMIT }],
    ['what would change', undefined, { outcome: 'created', changed: true, commit: undefined }],
    [
      'a pull request that is new',
      { commit: COMMIT, branch: 'x', pullRequest: PULL_REQUEST },
      { outcome: 'created', changed: true, branch: 'x', pullRequest: PULL_REQUEST },
    ],
    [
      'a pull request that is opened for the branch of an earlier run',
      { branch: 'x', pullRequest: PULL_REQUEST },
      { outcome: 'created', changed: true },
    ],
    [
      'a pull request that proposes just this already',
      { branch: 'x', pullRequest: { ...PULL_REQUEST, operation: 'none' } },
      { outcome: 'unchanged', changed: false, manifests: [{ outcome: 'unchanged' }] },
    ],
  ])('tells of %s', (_, published, expected) => {
    expect(reportOf([created], published)).toMatchObject({ base: 'main', error: undefined, ...expected });
  });

  test('is held where that is all there is, and changed where anything is', () => {
    const held = step(situation({ text: heldFirst }), '1');
    expect(reportOf([held], {})).toMatchObject({ outcome: 'held', changed: false });
    expect(reportOf([held, created], { commit: COMMIT })).toMatchObject({ outcome: 'created', changed: true });
    expect(reportOf([], {})).toMatchObject({ outcome: 'unchanged', changed: false });
  });
});

describe('outputs', () => {
  test('tell of a commit', () => {
    const report = reportOf([step(situation({ text: second, resolved: '3' }), '3')], { commit: COMMIT });
    expect(formatOutputs(report)).toEqual({
      outcome: 'updated',
      changed: 'true',
      version: '3',
      'secret-version': 'projects/123456789012/secrets/TELE_TOKEN/versions/3',
      file: FILE,
      'commit-sha': COMMIT.oid,
      'commit-url': COMMIT.url,
      verified: 'true',
      branch: 'main',
      'pull-request-number': '',
      'pull-request-url': '',
      'pull-request-operation': 'none',
      report: JSON.stringify(report),
    });
  });

  test('tell of a pull request', () => {
    const commit = { ...COMMIT, verified: false };
    const report = reportOf([step(situation(), '2')], { commit, branch: 'x', pullRequest: PULL_REQUEST });
    expect(formatOutputs(report)).toMatchObject({
      verified: 'false',
      branch: 'x',
      'pull-request-number': '7',
      'pull-request-url': PULL_REQUEST.url,
      'pull-request-operation': 'created',
    });
  });

  test('are all there and mostly empty where the run has failed', () => {
    const error = new ActionError('SOPS_NO_RULE', { message: 'Cannot encrypt a.yaml: no rule.', remedy: 'Add one.' });
    const { report, ...outputs } = formatOutputs(failedReport(error, 'acme/flux-gitops'));
    expect(outputs).toEqual({
      outcome: 'failed',
      changed: 'false',
      version: '',
      'secret-version': '',
      file: '',
      'commit-sha': '',
      'commit-url': '',
      verified: '',
      branch: '',
      'pull-request-number': '',
      'pull-request-url': '',
      'pull-request-operation': 'none',
    });
    expect(JSON.parse(report ?? '')).toMatchObject({
      repository: 'acme/flux-gitops',
      error: { code: 'SOPS_NO_RULE', message: 'Cannot encrypt a.yaml: no rule.', remedy: 'Add one.' },
    });
  });
});

describe('the last line of the log', () => {
  test.each<[string, () => Parameters<typeof formatResult>[0], string]>([
    [
      'a commit',
      () => reportOf([step(situation({ text: second, resolved: '3' }), '3')], { commit: COMMIT }),
      `Outcome: updated (${FILE}: TELE_TOKEN 2 → 3), see ${COMMIT.url}.`,
    ],
    [
      'a pull request',
      () => reportOf([step(situation(), '2')], { commit: COMMIT, pullRequest: PULL_REQUEST }),
      `Outcome: created (${FILE}: TELE_TOKEN new → 2), see ${PULL_REQUEST.url}.`,
    ],
    [
      'a rehearsal',
      () => reportOf([step(situation(), '2')]),
      `Outcome: would be created (${FILE}: TELE_TOKEN new → 2).`,
    ],
    [
      'nothing to do',
      () => reportOf([step(situation({ text: second, resolved: '2' }), '2')], {}),
      `Outcome: unchanged (${FILE}: TELE_TOKEN 2 → 2).`,
    ],
    [
      'a failure',
      () => failedReport(new ActionError('CANCELLED', { message: 'Cannot go on.', remedy: 'Run it again.' }), ''),
      'Failed: CANCELLED.',
    ],
  ])('tells of %s', (_, report, line) => {
    expect(formatResult(report())).toBe(line);
  });

  test('names every file', () => {
    const other = step({ ...situation(), desired: desire({ file: 'b.yaml', secret: 'DB_URL' }) }, '1');
    expect(formatResult(reportOf([step(situation(), '2'), other]))).toBe(
      `Outcome: would be created (${FILE}: TELE_TOKEN new → 2, b.yaml: DB_URL new → 1).`,
    );
  });
});
