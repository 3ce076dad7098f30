import { describe, expect, test } from 'vitest';
import { ActionError } from '../../../src/errors.ts';
import { EditedKustomization } from '../../../src/flux/kustomization.ts';
import { formatVersionRequest } from '../../../src/google/resource-names.ts';
import type { Conclusion } from '../../../src/plan/conclude.ts';
import type { Step } from '../../../src/plan/step.ts';
import type { Published } from '../../../src/publisher.ts';
import { failureOf } from '../../../src/report/failure-of-run.ts';
import { reportManifest } from '../../../src/report/manifest-report.ts';
import { failedReport, listVersions, type Mode, reportChanges, reportSync } from '../../../src/report/report.ts';
import {
  commit,
  desire,
  EARLIER,
  encryptIn,
  FILE,
  NOW,
  number,
  OWNER,
  registry,
  request,
  situation,
  snapshot,
  stepIn,
  targetOf,
  version,
} from '../situations.ts';

const TODAY = new Date('2026-11-20T10:00:00.000Z');
const second = await commit(situation(), '2');
const heldFirst = await commit(situation({ wish: { version: number('1'), hold: 'set' }, hold: EARLIER }), '1');
const created = await stepIn(situation(), '2');
const updated = await stepIn(situation({ text: second, resolved: '3' }), '3');
const unchanged = await stepIn(situation({ text: second, resolved: '2' }));
const held = await stepIn(situation({ text: heldFirst }));
const encrypted: Step = await encryptIn(situation());
const run = {
  ...{ id: 'run', actor: 'octocat', url: 'https://x', startedAt: TODAY.toISOString(), workspace: '' },
  ...{ workflow: { repository: 'acme/payments', file: undefined }, pullRequestCommit: undefined },
};

const COMMIT = {
  oid: 'ffac537e6cbbf934b08745a378932722df287a53',
  url: 'https://github.com/x/commit/ffac537',
  verified: true,
};
const PULL_REQUEST = { number: 7, url: 'https://github.com/x/pull/7', operation: 'created' } as const;

const failed = (file = 'bad.yaml'): Step => ({
  kind: 'failed',
  desired: desire({ file }),
  error: new ActionError('SECRET_NOT_FOUND', { message: `Cannot make ${file}: it is not there.`, remedy: 'Name it.' }),
});
const deleted = (file: string, isPruned = false): Step => {
  return { kind: 'delete', desired: { state: 'absent', file }, isPruned };
};
const absent: Step = { kind: 'absent', desired: { state: 'absent', file: 'gone.yaml' } };
const listed = EditedKustomization.edit(
  { file: 'clusters/dev/demo/kustomization.yaml', text: 'resources:\n  - old.yaml\n' },
  { add: ['kbot-token.yaml'], remove: ['old.yaml'] },
);
const kustomizations = listed === undefined ? [] : [listed];

function conclusionOf(steps: readonly Step[], more: Partial<Conclusion> = {}): Conclusion {
  return { steps, kustomizations: [], notes: [], ...more };
}

function reportOf(
  conclusion: readonly Step[] | Conclusion,
  published?: Published,
  mode: Mode = published === undefined ? 'plan' : 'publish',
  base = snapshot(),
) {
  const whole = 'steps' in conclusion ? conclusion : conclusionOf(conclusion);
  return reportSync({ repository: 'acme/flux-gitops', mode, run }, targetOf(base), whole, published);
}

const report = (step: Step) => reportManifest(step, TODAY);

describe('the report of a manifest', () => {
  test('says from which version to which one', async () => {
    expect(report(await stepIn(situation({ text: second, resolved: '3' }), '3'))).toEqual({
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
      error: undefined,
      notes: [],
    });
  });

  test.each<[string, Step | Promise<Step>, object]>([
    ['a new one', stepIn(situation(), '2'), { outcome: 'created', sources: [{ from: undefined, to: '2' }] }],
    [
      'a number of which nobody has asked',
      stepIn(situation({ wish: { version: number('3') } })),
      { sources: [{ secretVersion: 'projects/demo/secrets/TELE_TOKEN/versions/3', to: '3' }] },
    ],
    [
      'latest of which nobody has asked',
      stepIn(situation()),
      { sources: [{ secretVersion: 'projects/demo/secrets/TELE_TOKEN/versions/latest', to: 'latest' }] },
    ],
    ['one that is to be held', stepIn(situation({ wish: { version: number('1'), hold: 'set' } }), '1'), { hold: NOW }],
    [
      'both versions of a registry',
      stepIn(situation({ wish: registry() }), '4'),
      {
        sources: [
          { key: '.dockerconfigjson', secret: 'USER', to: '4' },
          { key: '.dockerconfigjson', secret: 'PASSWORD', to: '4' },
        ],
      },
    ],
    [
      'entries, whose keys are not known before',
      stepIn(
        situation({ wish: { data: new Map(), dataFrom: [{ request: request('APP_ENV'), format: 'json' }] } }),
        '4',
      ),
      { sources: [{ key: '*', secret: 'APP_ENV', to: '4' }] },
    ],
    [
      'one that is deleted',
      deleted('old.yaml'),
      { file: 'old.yaml', name: undefined, outcome: 'deleted', sources: [], notes: [] },
    ],
    [
      'one that is pruned',
      deleted('old.yaml', true),
      { outcome: 'deleted', notes: ['old.yaml is deleted, for nothing asks for it any more.'] },
    ],
    ['one that is gone already', absent, { file: 'gone.yaml', outcome: 'unchanged', sources: [] }],
    [
      'one that failed',
      failed(),
      {
        ...{ file: 'bad.yaml', name: 'kbot-token', namespace: 'demo', outcome: 'failed', sources: [] },
        error: {
          code: 'SECRET_NOT_FOUND',
          message: 'Cannot make bad.yaml: it is not there.',
          remedy: 'Name it.',
          changedSomething: false,
        },
      },
    ],
  ])('tells of %s', async (_, told, expected) => {
    expect(report(await told)).toMatchObject(expected);
  });

  test('tells of one that is left alone, and of one that is held', async () => {
    expect(report(await stepIn(situation({ text: second, resolved: '2' }), '2'))).toMatchObject({
      outcome: 'unchanged',
      sources: [{ from: '2', to: '2' }],
    });
    expect(report(await stepIn(situation({ text: heldFirst }), '1'))).toMatchObject({
      outcome: 'held',
      hold: EARLIER,
      sources: [{ from: '1', to: '1' }],
    });
  });

  test('shows as much of a hold as a person reads', () => {
    const hold = { by: `x\n${'y'.repeat(250_000)}`, since: 'z'.repeat(250_000) };
    const step =
      held.kind === 'leave' ? { ...held, change: { ...held.change, hold } } : expect.unreachable('it is held');
    expect(report(step).hold).toEqual({ by: `x ${'y'.repeat(198)}…`, since: `${'z'.repeat(200)}…` });
  });

  test('does not take the number of another secret for the one before', async () => {
    const given = situation({ wish: { secret: 'DB_URL' }, text: second, resolved: '3' });
    expect(report(await stepIn(given))).toMatchObject({ outcome: 'updated', sources: [{ from: undefined, to: '3' }] });
  });

  test('says which data keys are dropped, and whose it was', async () => {
    const wish = { version: number('2'), key: 'TELE_TOKEN' };
    expect(report(await stepIn(situation({ wish, text: second }))).notes).toEqual([
      'The data key token was dropped: no source accounts for it any more.',
    ]);
    expect(report(await stepIn(situation({ owner: OWNER, text: second, resolved: '2' }))).notes).toEqual([
      `${FILE} belonged to inputs until now.`,
    ]);
  });

  describe('warns of a certificate', () => {
    const expiring = (step: Step, expires: string): Step => {
      if (step.kind === 'write') return { ...step, expires };
      if (step.kind !== 'leave') return expect.unreachable('it has no certificate');
      return { ...step, change: { ...step.change, contents: { ...step.change.contents, expires } } };
    };

    test.each([
      ['soon', '2026-12-10T09:00:00Z', [expect.stringMatching(`^${FILE}: .*expires on 2026-12-10`)]],
      ['a long time ago', '2025-01-01T00:00:00Z', [expect.stringMatching(`^${FILE}: .*expired on 2025-01-01`)]],
      ['later', '2027-12-10T09:00:00Z', []],
      ['nobody knows when', 'whenever', []],
    ])('that expires %s, also where nothing is to be done', (_, expires, notes) => {
      expect(report(expiring(created, expires)).notes).toEqual(notes);
      expect(report(expiring(unchanged, expires)).notes).toEqual(notes);
    });
  });
});

describe('the report of a run', () => {
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
    expect(reportOf([held], {})).toMatchObject({ outcome: 'held', changed: false });
    expect(reportOf([held, unchanged], {})).toMatchObject({ outcome: 'held', changed: false });
    expect(reportOf([held, created], { commit: COMMIT })).toMatchObject({ outcome: 'created', changed: true });
    expect(reportOf([], {})).toMatchObject({ outcome: 'unchanged', changed: false });
  });

  test.each<[string, readonly Step[], string]>([
    ['only created', [created, unchanged, created], 'created'],
    ['only updated', [updated, held], 'updated'],
    ['only deleted', [deleted('a.yaml'), absent, unchanged], 'deleted'],
    ['created and updated', [created, updated], 'mixed'],
    ['updated and deleted', [updated, deleted('a.yaml', true)], 'mixed'],
    ['neither', [unchanged, absent], 'unchanged'],
  ])('says of what is %s in one word what was done', (_, steps, outcome) => {
    const changed = outcome !== 'unchanged';
    expect(reportOf(steps, changed ? { commit: COMMIT } : {})).toMatchObject({ outcome, changed, error: undefined });
  });

  test('is that of an update where only the lists of folders change', () => {
    const conclusion = conclusionOf([unchanged], { kustomizations });
    const lists = [{ file: 'clusters/dev/demo/kustomization.yaml', added: ['kbot-token.yaml'], removed: ['old.yaml'] }];
    expect(reportOf(conclusion, { commit: COMMIT })).toMatchObject({
      ...{ outcome: 'updated', changed: true, manifests: [{ outcome: 'unchanged' }] },
      kustomizations: lists,
    });
    expect(reportOf(conclusion)).toMatchObject({ outcome: 'updated', changed: true, kustomizations: lists });
    expect(reportOf(conclusionOf([created], { kustomizations }), { commit: COMMIT }).outcome).toBe('created');
  });

  test('has nothing that was written where one failed: the others were skipped', () => {
    const conclusion = conclusionOf([created, failed(), unchanged], { kustomizations });
    expect(reportOf(conclusion, undefined, 'publish')).toMatchObject({
      ...{ outcome: 'failed', changed: false, kustomizations: [], commit: undefined },
      manifests: [{ outcome: 'skipped' }, { outcome: 'failed' }, { outcome: 'unchanged' }],
      error: { code: 'SECRET_NOT_FOUND', changedSomething: false },
    });
  });

  test('says what would change beside what would fail', () => {
    expect(reportOf([created, failed()])).toMatchObject({
      ...{ outcome: 'failed', changed: true },
      manifests: [{ outcome: 'created' }, { outcome: 'failed' }],
    });
  });

  test('has failed where the rest is published', () => {
    expect(reportOf([encrypted, failed()], { commit: COMMIT })).toMatchObject({
      ...{ outcome: 'failed', changed: true, commit: COMMIT },
      manifests: [{ outcome: 'created' }, { outcome: 'failed' }],
      error: { changedSomething: true, message: expect.stringMatching(/ 1 other is published\.$/) },
    });
  });

  test('hands on what a person should know', () => {
    expect(reportOf(conclusionOf([unchanged], { notes: ['Nothing was pruned.'] }), {}).notes).toEqual([
      'Nothing was pruned.',
    ]);
  });

  test('is about changes alone where it is for those who review them', () => {
    const conclusion = conclusionOf([deleted('a.yaml'), unchanged, failed(), absent], { kustomizations });
    const base = snapshot({ [FILE]: second, 'a.yaml': '' });
    expect(reportChanges(conclusion, base, run)).toMatchObject({
      manifests: [{ file: 'a.yaml', outcome: 'deleted' }],
      kustomizations: [{ file: 'clusters/dev/demo/kustomization.yaml' }],
    });
    // What is proposed and held differs from the base.
    expect(reportChanges(conclusionOf([held]), snapshot({ [FILE]: second }), run).manifests).toMatchObject([
      { file: FILE, outcome: 'held' },
    ]);
  });

  test('names each version that is written once', () => {
    const registered: Step =
      created.kind === 'write'
        ? { ...created, resolved: new Map([[formatVersionRequest(request('X')), version('2')]]) }
        : expect.unreachable('it is written');
    expect(listVersions(conclusionOf([created, registered, unchanged, failed(), deleted('a.yaml')]))).toEqual([
      'projects/123456789012/secrets/TELE_TOKEN/versions/2',
    ]);
  });
});

describe('the error of a run', () => {
  test('is none where nothing failed', () => {
    expect(failureOf([created, absent], 1)).toBeUndefined();
    expect(failureOf([], undefined)).toBeUndefined();
  });

  test('is that of the one manifest that failed', () => {
    expect(failureOf([failed()], undefined)).toMatchObject({
      code: 'SECRET_NOT_FOUND',
      message: 'Cannot make bad.yaml: it is not there.',
      remedy: 'Name it.',
      changedSomething: false,
    });
  });

  test('counts where several failed, and gives the first as an example', () => {
    expect(failureOf([failed(), created, failed('worse.yaml')], undefined)).toMatchObject({
      code: 'MANIFESTS_FAILED',
      message:
        'Cannot bring 2 of 3 manifests to what is asked for; the first of them: Cannot make bad.yaml: it is not there.',
      remedy: expect.stringContaining('`report`'),
      changedSomething: false,
    });
  });

  test('names the file of the one among several that failed, unless it does so already', () => {
    const message = 'Cannot access projects/demo/secrets/NO_SUCH/versions/1: there is no such secret or version.';
    const error = new ActionError('SECRET_NOT_FOUND', { message, remedy: 'Check `secret`.' });
    const nameless: Step = { ...failed(), kind: 'failed', desired: desire({ file: 'bad.yaml' }), error };
    expect(failureOf([nameless], undefined)?.message).toBe(message);
    expect(failureOf([nameless, created], 1)?.message).toBe(`${message} It is about bad.yaml. 1 other is published.`);
    expect(failureOf([created, failed()], undefined)?.message).toBe('Cannot make bad.yaml: it is not there.');
  });

  test.each<[number | undefined, string, boolean]>([
    [undefined, '', false],
    [0, '', true],
    [1, ' 1 other is published.', true],
    [2, ' 2 others are published.', true],
  ])('says how many others are published: %s', (published, others, changedSomething) => {
    for (const steps of [
      [failed(), created, unchanged, created],
      [failed(), failed('worse.yaml'), created, unchanged, created],
    ]) {
      const error = failureOf(steps, published);
      expect(error).toMatchObject({ changedSomething, message: expect.stringContaining('bad.yaml') });
      expect(error?.message.split('it is not there.')[1]).toBe(others);
    }
  });

  test.each<[string, readonly Step[], Published, string | undefined]>([
    ['a commit of what was written', [encrypted, unchanged], { commit: COMMIT }, ' 1 other is published.'],
    [
      'a pull request that deletes and goes on holding',
      [deleted('a.yaml'), held, unchanged],
      { branch: 'x', pullRequest: { ...PULL_REQUEST, operation: 'updated' } },
      ' 2 others are published.',
    ],
    ['a commit of lists alone', [unchanged], { commit: COMMIT }, ''],
    [
      'a pull request that was open already',
      [encrypted],
      { branch: 'x', pullRequest: { ...PULL_REQUEST, operation: 'none' } },
      undefined,
    ],
    ['nothing that differs', [unchanged], {}, undefined],
  ])('counts what is really published: %s', (_, steps, published, others) => {
    const { error } = reportOf([failed(), ...steps], published, 'publish', snapshot({ [FILE]: second }));
    expect(error).toMatchObject({
      changedSomething: others !== undefined,
      message: `Cannot make bad.yaml: it is not there.${others ?? ''}`,
    });
  });
});

test('a run that ended before has a report without manifests', () => {
  const error = new ActionError('CANCELLED', { message: 'Cannot go on.', remedy: 'Run it again.' });
  expect(failedReport(error, 'acme/flux-gitops')).toMatchObject({
    ...{ outcome: 'failed', changed: false, repository: 'acme/flux-gitops', manifests: [], kustomizations: [] },
    ...{ notes: [], error: { code: 'CANCELLED', message: 'Cannot go on.', remedy: 'Run it again.' } },
  });
});
