import { describe, expect, test } from 'vitest';
import { ActionError } from '../../../src/errors.ts';
import { countOutcomes, formatOutputs, formatResult } from '../../../src/report/outputs.ts';
import { failedReport, type SyncReport } from '../../../src/report/report.ts';
import { COMMIT, manifest, manyManifests, PULL_REQUEST, report, source } from '../reports.ts';

const FILE = 'clusters/dev/demo/kbot-token.yaml';
const cancelled = new ActionError('CANCELLED', { message: 'Cannot go on.', remedy: 'Run it again.' });
const other = manifest({ file: 'b.yaml', sources: [source({ secret: 'DB_URL', to: '1' })] });

describe('outputs', () => {
  test('tell of a commit', () => {
    const told = report({ manifests: [manifest({ from: '2', to: '3' })], commit: COMMIT });
    expect(formatOutputs(told)).toEqual({
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
      report: JSON.stringify({ ...told, leftOut: 0 }),
    });
  });

  test('tell of a pull request', () => {
    const commit = { ...COMMIT, verified: false };
    expect(formatOutputs(report({ commit, branch: 'x', pullRequest: PULL_REQUEST }))).toMatchObject({
      verified: 'false',
      branch: 'x',
      'pull-request-number': '7',
      'pull-request-url': PULL_REQUEST.url,
      'pull-request-operation': 'created',
    });
  });

  test('are all there and mostly empty where the run has failed', () => {
    const error = new ActionError('SOPS_NO_RULE', { message: 'Cannot encrypt a.yaml: no rule.', remedy: 'Add one.' });
    const { report: whole, ...outputs } = formatOutputs(failedReport(error, 'acme/flux-gitops'));
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
    expect(JSON.parse(whole ?? '')).toMatchObject({
      repository: 'acme/flux-gitops',
      error: { code: 'SOPS_NO_RULE', message: 'Cannot encrypt a.yaml: no rule.', remedy: 'Add one.' },
    });
  });

  const nothing = { version: '', 'secret-version': '' };
  test.each<[string, Partial<SyncReport>, object]>([
    ['several manifests', { manifests: [manifest(), other] }, { ...nothing, file: '', outcome: 'created' }],
    ['no manifest', { manifests: [] }, { ...nothing, file: '' }],
    [
      'one of several versions',
      { manifests: [manifest({ sources: [source(), source({ key: 'url', secret: 'DB_URL' })] })] },
      { ...nothing, file: FILE },
    ],
    ['one that is deleted', { manifests: [manifest({ sources: [], outcome: 'deleted' })] }, { ...nothing, file: FILE }],
  ])('of one version are empty for %s, which the report has', (_, more, expected) => {
    const told = report({ outcome: 'created', ...more });
    const outputs = formatOutputs(told);
    expect(outputs).toMatchObject(expected);
    expect(JSON.parse(outputs['report'] ?? '').manifests).toEqual(JSON.parse(JSON.stringify(told.manifests)));
  });
});

describe('the output report', () => {
  interface Read {
    manifests: { file: string; outcome: string }[];
    kustomizations: unknown[];
    notes: string[];
    leftOut: number;
  }
  const read = (told: SyncReport): Read & { length: number } => {
    const text = formatOutputs(told)['report'] ?? '';
    return { ...(JSON.parse(text) as Read), length: text.length };
  };
  const unchanged = manyManifests(1_000, { from: '2', outcome: 'unchanged' });

  test('has a thousand manifests of ordinary names', () => {
    const manifests = Array.from({ length: 1_000 }, (_, index) => manifest({ file: `clusters/dev/${index}.yaml` }));
    expect(read(report({ manifests }))).toMatchObject({ manifests: { length: 1_000 }, leftOut: 0 });
  });

  test('leaves out what is unchanged where it would be too long, and says how much that is', () => {
    const told = read(report({ manifests: [...unchanged, manifest(), manifest({ outcome: 'failed' })] }));
    expect(told.manifests.map(({ outcome }) => outcome)).toEqual(['created', 'failed']);
    expect(told.leftOut).toBe(1_000);
  });

  test('has as much as fits of what has changed, of the lists and of the notes', () => {
    const long = '本'.repeat(4_000);
    const told = read(
      report({
        manifests: [...unchanged, ...manyManifests(1_000)],
        kustomizations: Array.from({ length: 1_000 }, () => ({ file: long, added: [long], removed: [] })),
        notes: Array.from({ length: 1_000 }, () => long),
        error: { code: 'MANIFESTS_FAILED', message: long, remedy: long, changedSomething: true },
        commit: COMMIT,
      }),
    );
    expect(told.length).toBeLessThanOrEqual(400_000);
    expect(told.length).toBeGreaterThan(380_000);
    expect(told.manifests.length + told.leftOut).toBe(2_000);
    expect(told.manifests.length).toBeGreaterThan(100);
  });

  test('has what failed, however much else there is', () => {
    const error = { code: 'SOPS_FAILED', message: 'Cannot.', remedy: 'Mend it.', changedSomething: false } as const;
    const failed = manifest({ outcome: 'failed', sources: [], error });
    const many = [...manyManifests(1_000, { outcome: 'held' }), ...manyManifests(1_000, { outcome: 'skipped' })];
    const told = read(report({ outcome: 'failed', manifests: [...many, failed] }));
    expect(told.manifests.at(-1)?.outcome).toBe('failed');
    expect(told.manifests.length).toBeGreaterThan(100);
  });

  test('has what is changed rather than what is held, each in its place', () => {
    const held = manyManifests(1_000, { outcome: 'held' });
    const told = read(report({ manifests: [manifest({ outcome: 'deleted' }), ...held, manifest()] }));
    const [first, ...others] = told.manifests.map(({ outcome }) => outcome);
    expect([first, ...new Set(others)]).toEqual(['deleted', 'held', 'created']);
    expect(others.length).toBeGreaterThan(100);
    expect(told.leftOut).toBe(1_002 - told.manifests.length);
  });

  test('fits, however much an error says', () => {
    const long = '\u0001'.repeat(500_000);
    const error = { code: 'SOPS_FAILED', message: long, remedy: long, changedSomething: false } as const;
    const told = read(report({ outcome: 'failed', manifests: [manifest({ outcome: 'failed', error })], error }));
    expect(told.length).toBeLessThanOrEqual(400_000);
    expect(told).toMatchObject({
      error: { code: 'SOPS_FAILED', message: `${'\u0001'.repeat(2_000)}…` },
      manifests: [{ error: { code: 'SOPS_FAILED', remedy: `${'\u0001'.repeat(2_000)}…` } }],
      leftOut: 0,
    });
  });

  test('stays under what a job may put out', () => {
    // All outputs of a job together: 1 MiB, each character taken for two bytes.
    const failed = manyManifests(3_000, {
      outcome: 'failed',
      error: { code: 'SOPS_FAILED', message: '"'.repeat(2_000), remedy: '\u0001'.repeat(500), changedSomething: false },
    });
    const outputs = Object.values(formatOutputs(report({ outcome: 'failed', manifests: failed })));
    expect(outputs.join('').length * 2).toBeLessThan(1_048_576);
  });
});

describe('the last line of the log', () => {
  test.each<[string, SyncReport, string]>([
    [
      'a commit',
      report({ manifests: [manifest({ from: '2', to: '3' })], commit: COMMIT }),
      `Outcome: updated (${FILE}: TELE_TOKEN 2 → 3), see ${COMMIT.url}.`,
    ],
    [
      'a pull request',
      report({ outcome: 'created', manifests: [manifest()], commit: COMMIT, pullRequest: PULL_REQUEST }),
      `Outcome: created (${FILE}: TELE_TOKEN new → 2), see ${PULL_REQUEST.url}.`,
    ],
    [
      'a rehearsal',
      report({ outcome: 'created', manifests: [manifest()] }),
      `Outcome: would be created (${FILE}: TELE_TOKEN new → 2).`,
    ],
    [
      'nothing to do',
      report({ outcome: 'unchanged', manifests: [manifest({ from: '2' })] }),
      `Outcome: unchanged (${FILE}: TELE_TOKEN 2 → 2).`,
    ],
    ['a failure', failedReport(cancelled, ''), 'Failed: CANCELLED.'],
    [
      'every file',
      report({ outcome: 'created', manifests: [manifest(), other] }),
      `Outcome: would be created (${FILE}: TELE_TOKEN new → 2, b.yaml: DB_URL new → 1).`,
    ],
    [
      'a file that is deleted',
      report({ outcome: 'deleted', manifests: [manifest({ sources: [], outcome: 'deleted' })], commit: COMMIT }),
      `Outcome: deleted (${FILE}: deleted), see ${COMMIT.url}.`,
    ],
    ['nothing at all', report({ outcome: 'unchanged', manifests: [] }), 'Outcome: unchanged.'],
  ])('tells of %s', (_, told, line) => {
    expect(formatResult(told)).toBe(line);
  });

  test('counts where there are many', () => {
    const manifests = [
      ...manyManifests(3),
      ...manyManifests(997, { from: '2', outcome: 'unchanged' }),
      manifest({ outcome: 'held' }),
    ];
    expect(formatResult(report({ outcome: 'created', manifests, commit: COMMIT }))).toBe(
      `Outcome: created (3 created, 997 unchanged, 1 held), see ${COMMIT.url}.`,
    );
  });
});

test('outcomes are counted in the order in which they come', () => {
  expect(countOutcomes([])).toBe('');
  expect(countOutcomes([manifest({ outcome: 'held' }), manifest(), manifest({ outcome: 'held' })])).toBe(
    '2 held, 1 created',
  );
});
