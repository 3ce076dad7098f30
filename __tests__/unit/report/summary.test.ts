import { describe, expect, test } from 'vitest';
import { ActionError } from '../../../src/errors.ts';
import { failedReport, type SyncReport } from '../../../src/report/report.ts';
import { formatSummary } from '../../../src/report/summary.ts';
import {
  COMMIT as commit,
  LONG_FOLDER,
  manifest,
  manyManifests,
  PULL_REQUEST as pullRequest,
  report,
  source,
  type Told,
} from '../reports.ts';

const hold = { by: 'hubot', since: '2026-01-02T03:04:05.000Z' };

function summaryOf(more: Partial<SyncReport>, told: Told = {}): string {
  const outcome = more.outcome ?? 'updated';
  const from = outcome === 'created' ? undefined : (told.from ?? '1');
  const one = outcome === 'failed' || outcome === 'mixed' ? 'updated' : outcome;
  return formatSummary(report({ manifests: [manifest({ outcome: one, ...told, from })], ...more }));
}

/** The lines of its tables, without their heads. */
const rowsOf = (summary: string) => summary.split('\n').filter((line) => /^\| (?!---|Secret |File )/.test(line));

describe('the job summary shows at a glance', () => {
  test('a secret that is created', () => {
    expect(summaryOf({ outcome: 'created', commit })).toMatchInlineSnapshot(`
      "### Secret created in the Flux repository

      | Secret | Version | File | Outcome | Where |
      | --- | --- | --- | --- | --- |
      | \`TELE_TOKEN\` | new → \`2\` | \`clusters/dev/demo/kbot-token.yaml\` | created | [\`ffac537\`](https://github.com/acme/flux-gitops/commit/ffac537e6cbbf934b08745a378932722df287a53) |
      "
    `);
  });

  test('a secret that is updated', () => {
    expect(summaryOf({ commit })).toMatchInlineSnapshot(`
      "### Secret updated in the Flux repository

      | Secret | Version | File | Outcome | Where |
      | --- | --- | --- | --- | --- |
      | \`TELE_TOKEN\` | \`1\` → \`2\` | \`clusters/dev/demo/kbot-token.yaml\` | updated | [\`ffac537\`](https://github.com/acme/flux-gitops/commit/ffac537e6cbbf934b08745a378932722df287a53) |
      "
    `);
  });

  test('a secret that is updated by a commit which GitHub did not sign', () => {
    expect(summaryOf({ commit: { ...commit, verified: false } })).toMatchInlineSnapshot(`
      "### Secret updated in the Flux repository

      | Secret | Version | File | Outcome | Where |
      | --- | --- | --- | --- | --- |
      | \`TELE_TOKEN\` | \`1\` → \`2\` | \`clusters/dev/demo/kbot-token.yaml\` | updated | [\`ffac537\`](https://github.com/acme/flux-gitops/commit/ffac537e6cbbf934b08745a378932722df287a53) |

      GitHub did not sign the commit: a GitHub App token (or GITHUB_TOKEN) makes it Verified.
      "
    `);
  });

  test('a secret that is up to date', () => {
    expect(summaryOf({ outcome: 'unchanged' }, { from: '2' })).toMatchInlineSnapshot(`
      "### Secret is up to date

      | Secret | Version | File | Outcome | Where |
      | --- | --- | --- | --- | --- |
      | \`TELE_TOKEN\` | \`2\` | \`clusters/dev/demo/kbot-token.yaml\` | unchanged | \`acme/flux-gitops (main)\` |
      "
    `);
  });

  test('a secret that is held, by whom and since when', () => {
    expect(summaryOf({ outcome: 'held' }, { from: '1', to: '1', hold })).toMatchInlineSnapshot(`
      "### Secret is held at its version

      | Secret | Version | File | Outcome | Where |
      | --- | --- | --- | --- | --- |
      | \`TELE_TOKEN\` | \`1\` | \`clusters/dev/demo/kbot-token.yaml\` | held | \`acme/flux-gitops (main)\` |

      \`clusters/dev/demo/kbot-token.yaml\` is held by \`hubot\` since \`2026-01-02T03:04:05.000Z\`, so this run left it. It ends with \`hold: false\` or, without a config, with a number in the input \`version\`.
      "
    `);
  });

  test('a secret that is rolled back and held', () => {
    expect(summaryOf({ commit }, { from: '3', to: '1', hold })).toMatchInlineSnapshot(`
      "### Secret updated in the Flux repository

      | Secret | Version | File | Outcome | Where |
      | --- | --- | --- | --- | --- |
      | \`TELE_TOKEN\` | \`3\` → \`1\` | \`clusters/dev/demo/kbot-token.yaml\` | updated | [\`ffac537\`](https://github.com/acme/flux-gitops/commit/ffac537e6cbbf934b08745a378932722df287a53) |

      \`clusters/dev/demo/kbot-token.yaml\` is held by \`hubot\` since \`2026-01-02T03:04:05.000Z\`. It ends with \`hold: false\` or, without a config, with a number in the input \`version\`.
      "
    `);
  });

  test('what would change', () => {
    expect(summaryOf({})).toMatchInlineSnapshot(`
      "### Secret would be updated (nothing was written)

      | Secret | Version | File | Outcome | Where |
      | --- | --- | --- | --- | --- |
      | \`TELE_TOKEN\` | \`1\` → \`2\` | \`clusters/dev/demo/kbot-token.yaml\` | updated | \`acme/flux-gitops (main)\` |
      "
    `);
  });

  test('a change that is proposed', () => {
    expect(summaryOf({ commit, branch: 'x', pullRequest })).toMatchInlineSnapshot(`
      "### Secret change proposed to the Flux repository

      | Secret | Version | File | Outcome | Where |
      | --- | --- | --- | --- | --- |
      | \`TELE_TOKEN\` | \`1\` → \`2\` | \`clusters/dev/demo/kbot-token.yaml\` | updated | [\`#7\`](https://github.com/acme/flux-gitops/pull/7) created |
      "
    `);
  });

  test('a change that is proposed already', () => {
    const open = { ...pullRequest, operation: 'none' } as const;
    expect(summaryOf({ outcome: 'unchanged', branch: 'x', pullRequest: open })).toMatchInlineSnapshot(`
      "### Secret change is already proposed

      | Secret | Version | File | Outcome | Where |
      | --- | --- | --- | --- | --- |
      | \`TELE_TOKEN\` | \`1\` → \`2\` | \`clusters/dev/demo/kbot-token.yaml\` | unchanged | [\`#7\`](https://github.com/acme/flux-gitops/pull/7) open |
      "
    `);
  });

  test('a pull request that is closed, for nothing is left to change', () => {
    const closed = { ...pullRequest, operation: 'closed' } as const;
    expect(summaryOf({ outcome: 'unchanged', branch: 'x', pullRequest: closed }, { from: '2' })).toMatchInlineSnapshot(`
      "### Secret is up to date

      | Secret | Version | File | Outcome | Where |
      | --- | --- | --- | --- | --- |
      | \`TELE_TOKEN\` | \`2\` | \`clusters/dev/demo/kbot-token.yaml\` | unchanged | [\`#7\`](https://github.com/acme/flux-gitops/pull/7) closed |
      "
    `);
  });

  test('what a person should know beside it', () => {
    expect(summaryOf({ commit }, { notes: ['The data key `old` was dropped.'] })).toMatchInlineSnapshot(`
      "### Secret updated in the Flux repository

      | Secret | Version | File | Outcome | Where |
      | --- | --- | --- | --- | --- |
      | \`TELE_TOKEN\` | \`1\` → \`2\` | \`clusters/dev/demo/kbot-token.yaml\` | updated | [\`ffac537\`](https://github.com/acme/flux-gitops/commit/ffac537e6cbbf934b08745a378932722df287a53) |

      \`\`The data key \`old\` was dropped.\`\`
      "
    `);
  });

  test('why a run has failed, and what to do', () => {
    const error = new ActionError('SOPS_NO_RULE', {
      message: 'Cannot encrypt a.yaml: ```\n<b>no rule</b>.',
      remedy: 'Add one to `.sops.yaml`.',
    });
    expect(formatSummary(failedReport(error, 'acme/flux-gitops'))).toMatchInlineSnapshot(`
      "### Nothing was changed

      \`\`\`\`text
      Cannot encrypt a.yaml: \`\`\` <b>no rule</b>.
      Add one to \`.sops.yaml\`.
      (SOPS_NO_RULE)
      \`\`\`\`
      "
    `);
  });

  test('that a run has failed with something done already', () => {
    const details = { message: 'Cannot open it; the branch x stays.', remedy: 'Allow it.', changedSomething: true };
    const error = new ActionError('PULL_REQUEST_NOT_PERMITTED', details);
    expect(formatSummary(failedReport(error, 'acme/flux-gitops'))).toMatchInlineSnapshot(`
      "### The run failed half way

      \`\`\`text
      Cannot open it; the branch x stays.
      Allow it.
      (PULL_REQUEST_NOT_PERMITTED)
      \`\`\`
      "
    `);
  });

  test('that it is not known what has happened', () => {
    const details = { message: 'Cannot tell.', remedy: 'Run it again.', changedSomething: true };
    const error = new ActionError('PUBLICATION_UNCERTAIN', details);
    expect(formatSummary(failedReport(error, 'acme/flux-gitops'))).toMatchInlineSnapshot(`
      "### It is not known whether something was changed

      \`\`\`text
      Cannot tell.
      Run it again.
      (PUBLICATION_UNCERTAIN)
      \`\`\`
      "
    `);
  });
});

describe('the job summary tells of several secrets', () => {
  const two = [
    manifest(),
    manifest({ file: 'b.yaml', sources: [source({ secret: 'DB_URL', from: '1' })], outcome: 'updated' }),
  ];

  test('each in its row, with every version', () => {
    const registry = manifest({
      file: 'registry.yaml',
      sources: [source({ secret: 'USER' }), source({ secret: 'PASSWORD', from: '1', to: '3' })],
    });
    expect(formatSummary(report({ outcome: 'mixed', manifests: [...two, registry], commit }))).toMatchInlineSnapshot(`
      "### Secrets changed in the Flux repository

      | Secret | Version | File | Outcome | Where |
      | --- | --- | --- | --- | --- |
      | \`TELE_TOKEN\` | new → \`2\` | \`clusters/dev/demo/kbot-token.yaml\` | created | [\`ffac537\`](https://github.com/acme/flux-gitops/commit/ffac537e6cbbf934b08745a378932722df287a53) |
      | \`DB_URL\` | \`1\` → \`2\` | \`b.yaml\` | updated | [\`ffac537\`](https://github.com/acme/flux-gitops/commit/ffac537e6cbbf934b08745a378932722df287a53) |
      | \`USER\` | new → \`2\` | \`registry.yaml\` | created | [\`ffac537\`](https://github.com/acme/flux-gitops/commit/ffac537e6cbbf934b08745a378932722df287a53) |
      | \`PASSWORD\` | \`1\` → \`3\` | \`registry.yaml\` | created | [\`ffac537\`](https://github.com/acme/flux-gitops/commit/ffac537e6cbbf934b08745a378932722df287a53) |
      "
    `);
  });

  test.each<[string, Partial<SyncReport>, string]>([
    ['would be changed', { outcome: 'mixed' }, 'Secrets would be changed (nothing was written)'],
    ['would be deleted', { outcome: 'deleted' }, 'Secrets would be deleted (nothing was written)'],
    ['were changed', { outcome: 'mixed', commit }, 'Secrets changed in the Flux repository'],
    ['were deleted', { outcome: 'deleted', commit }, 'Secrets deleted from the Flux repository'],
    ['are proposed', { outcome: 'mixed', commit, pullRequest }, 'Secret change proposed to the Flux repository'],
    ['are up to date', { outcome: 'unchanged' }, 'Secrets are up to date'],
    ['are held', { outcome: 'held' }, 'Secrets are up to date, or held'],
  ])('which %s', (_, more, heading) => {
    expect(formatSummary(report({ manifests: two, ...more }))).toMatch(`### ${heading}\n`);
  });

  test('of which one is deleted, and one has no version', () => {
    const deleted = manifest({ file: 'old.yaml', name: undefined, sources: [], outcome: 'deleted' });
    expect(rowsOf(formatSummary(report({ outcome: 'deleted', manifests: [deleted], commit })))).toEqual([
      '| – | – | `old.yaml` | deleted | [`ffac537`](https://github.com/acme/flux-gitops/commit/ffac537e6cbbf934b08745a378932722df287a53) |',
    ]);
  });

  test('each with the place of its change, and none for what has not changed', () => {
    const left = [
      manifest({ file: 'left.yaml', from: '2', outcome: 'unchanged' }),
      manifest({ file: 'held.yaml', from: '1', outcome: 'held', hold }),
    ];
    const placesIn = (more: Partial<SyncReport>) =>
      rowsOf(formatSummary(report({ outcome: 'mixed', manifests: [...two, ...left], ...more }))).map((row) =>
        row
          .split(' | ')
          .slice(3)
          .join()
          .replace(/\]\(.*?\)|[[`|]| \|$/g, '')
          .trim(),
      );
    const base = 'acme/flux-gitops (main)';
    expect(placesIn({ commit })).toEqual([
      ...['created,ffac537', 'updated,ffac537', `unchanged,${base}`, `held,${base}`],
    ]);
    expect(placesIn({ commit, branch: 'x', pullRequest })).toEqual([
      ...['created,#7 created', 'updated,#7 created', `unchanged,${base}`, `held,${base}`],
    ]);
    const open = { ...pullRequest, operation: 'none' } as const;
    expect(placesIn({ branch: 'x', pullRequest: open, manifests: left })).toEqual([
      'unchanged,#7 open',
      'held,#7 open',
    ]);
  });

  test('whose versions are only known when they are published', () => {
    const manifests = [manifest({ to: 'latest' }), manifest({ from: '1', to: 'latest', file: 'b.yaml' })];
    const [created, updated] = rowsOf(formatSummary(report({ outcome: 'mixed', manifests })));
    expect(created).toContain('| new → `latest` (resolved when published) |');
    expect(updated).toContain('| `1` → `latest` (resolved when published) |');
  });

  test('each with its own error, beside what would have been written', () => {
    const error = {
      code: 'SECRET_NOT_FOUND',
      message: 'Cannot.',
      remedy: 'Name it.',
      changedSomething: false,
    } as const;
    const failed = (file: string) => manifest({ file, outcome: 'failed', sources: [], error });
    const details = { message: 'Cannot bring 2 of 3.', remedy: 'See each.' };
    const manifests = [failed('a.yaml'), manifest({ outcome: 'skipped' }), failed('b.yaml')];
    const whole = report({
      outcome: 'failed',
      manifests,
      error: { ...details, code: 'MANIFESTS_FAILED', changedSomething: false },
    });
    expect(formatSummary(whole)).toMatchInlineSnapshot(`
      "### Nothing was changed

      | Secret | Version | File | Outcome | Where |
      | --- | --- | --- | --- | --- |
      | \`TELE_TOKEN\` | new → \`2\` | \`clusters/dev/demo/kbot-token.yaml\` | skipped | \`acme/flux-gitops (main)\` |

      | File | Error | What to do |
      | --- | --- | --- |
      | \`a.yaml\` | \`SECRET_NOT_FOUND\` | \`Cannot. Name it.\` |
      | \`b.yaml\` | \`SECRET_NOT_FOUND\` | \`Cannot. Name it.\` |

      \`\`\`text
      Cannot bring 2 of 3.
      See each.
      (MANIFESTS_FAILED)
      \`\`\`
      "
    `);
  });

  test('says an error once where only one of them has failed', () => {
    const error = {
      code: 'SECRET_NOT_FOUND',
      message: 'Cannot.',
      remedy: 'Name it.',
      changedSomething: false,
    } as const;
    const manifests = [
      manifest({ outcome: 'failed', sources: [], error }),
      manifest({ outcome: 'skipped', file: 'b.yaml' }),
    ];
    const summary = formatSummary(report({ outcome: 'failed', manifests, error }));
    expect(summary.split('Cannot.')).toHaveLength(2);
    expect(rowsOf(summary)).toHaveLength(1);
  });

  test('and of the lists of their folders', () => {
    const kustomizations = [
      { file: 'a/kustomization.yaml', added: ['b.yaml', 'c.yaml'], removed: ['old.yaml'] },
      { file: 'b/Kustomization', added: Array.from({ length: 21 }, (_, index) => `${index}.yaml`), removed: [] },
      { file: 'c/kustomization.yml', added: [], removed: ['old.yaml'] },
    ];
    const summary = formatSummary(report({ kustomizations, commit, notes: ['<b> leaves a out.'] }));
    expect(summary).toContain(
      [
        '`a/kustomization.yaml` lists `b.yaml`, `c.yaml` now, and no longer lists `old.yaml`.',
        '`b/Kustomization` lists 21 files now.',
        '`c/kustomization.yml` no longer lists `old.yaml`.',
        '`<b> leaves a out.`',
      ].join('\n\n'),
    );
  });
});

describe('the job summary of very many secrets', () => {
  const few = Array.from({ length: 20 }, (_, index) =>
    manifest({ file: `${index}.yaml`, from: '2', outcome: 'unchanged' }),
  );

  test('lists what is unchanged only where there are few in all', () => {
    expect(rowsOf(formatSummary(report({ outcome: 'unchanged', manifests: few })))).toHaveLength(20);
    const summary = formatSummary(report({ outcome: 'created', manifests: [...few, manifest()], commit }));
    expect(rowsOf(summary)).toHaveLength(1);
    expect(summary).toContain('\n\n20 unchanged, 1 created.\n\n');
    const unchanged = formatSummary(report({ outcome: 'unchanged', manifests: [...few, ...few] }));
    expect(unchanged).toBe('### Secrets are up to date\n\n40 unchanged.\n');
  });

  test('lists all that has changed where it fits', () => {
    const manifests = Array.from({ length: 1_000 }, (_, index) => manifest({ file: `clusters/dev/${index}.yaml` }));
    const summary = formatSummary(report({ outcome: 'created', manifests, commit }));
    expect(rowsOf(summary)).toHaveLength(1_000);
    expect(Buffer.byteLength(summary)).toBeLessThan(1_048_576);
  });

  test('lists what fits, and counts the rest', () => {
    const manifests = [...manyManifests(1_000), ...manyManifests(1_000, { from: '2', outcome: 'unchanged' })];
    const summary = formatSummary(report({ outcome: 'created', manifests, commit }));
    const listed = rowsOf(summary).length;
    expect(listed).toBeGreaterThan(100);
    expect(summary).toContain(`\n\nand ${1_000 - listed} more`);
    expect(summary).toContain('\n\n1000 created, 1000 unchanged.\n\n');
    expect(Buffer.byteLength(summary)).toBeLessThan(1_048_576);
  });

  test('counts the notes behind the fiftieth', () => {
    const manifests = [...few, ...few].map((each, index) => ({ ...each, hold, notes: [`note ${index}`] }));
    const summary = formatSummary(report({ outcome: 'held', manifests }));
    expect(summary).toContain('`note 9`');
    expect(summary).not.toContain('`note 10`');
    expect(summary).toContain('and 30 more of these; the output `report` has them all');
  });

  test('stays under what GitHub takes, whatever there is to tell', () => {
    const written = manyManifests(1_000, { hold });
    const error = {
      code: 'SOPS_FAILED',
      message: `Cannot encrypt ${LONG_FOLDER}/${'名'.repeat(83)}.yaml: no.`,
      remedy: 'Mend it.',
      changedSomething: true,
    } as const;
    const failed = manyManifests(1_000, { outcome: 'failed', error });
    const manifests = [...written.map((each) => ({ ...each, notes: [`${each.file} belonged to x.`] })), ...failed];
    const kustomizations = written.map(({ file }, index) => {
      const added = Array.from({ length: 20 }, (_, at) => `${index}-${at}-${'名'.repeat(80)}.yaml`);
      return { file, added, removed: [] };
    });
    const notes = written.map(({ file }) => `${file} leaves it out.`);
    const summary = formatSummary(report({ outcome: 'failed', manifests, kustomizations, notes, commit, error }));
    expect(Buffer.byteLength(summary)).toBeLessThan(1_048_576);
  });
});

test('what others have named stays in its cell of the summary', () => {
  const summary = summaryOf({ commit }, { file: 'a|b`c`\n| x |.yaml' });
  expect(summary.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(3);
  expect(summary).toContain('| ``a\\|b`c` \\| x \\|.yaml`` |');
});
