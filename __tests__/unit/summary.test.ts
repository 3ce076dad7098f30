import { describe, expect, test } from 'vitest';
import { ActionError } from '../../src/errors.ts';
import { failedReport, type ManifestReport, type SourceReport, type SyncReport } from '../../src/report.ts';
import { formatSummary } from '../../src/summary.ts';

const commit = {
  oid: 'ffac537e6cbbf934b08745a378932722df287a53',
  url: 'https://github.com/acme/flux-gitops/commit/ffac537e6cbbf934b08745a378932722df287a53',
  verified: true,
};
const pullRequest = { number: 7, url: 'https://github.com/acme/flux-gitops/pull/7', operation: 'created' } as const;
const hold = { by: 'hubot', since: '2026-01-02T03:04:05.000Z' };

interface Told extends Partial<Omit<ManifestReport, 'sources'>> {
  from?: string;
  to?: string;
}

function manifest({ from = '1', to = '2', ...more }: Told): ManifestReport {
  const before = more.outcome === 'created' ? undefined : from;
  const source: SourceReport = { key: 'token', secret: 'TELE_TOKEN', secretVersion: '', from: before, to };
  const file = 'clusters/dev/demo/kbot-token.yaml';
  const fixed = { file, name: 'kbot-token', namespace: 'demo', sources: [source], hold: undefined, notes: [] };
  return { ...fixed, outcome: 'updated', ...more };
}

function summaryOf(report: Partial<SyncReport>, told: Told = {}): string {
  const outcome = report.outcome ?? 'updated';
  return formatSummary({
    outcome,
    changed: outcome === 'created' || outcome === 'updated',
    repository: 'acme/flux-gitops',
    base: 'main',
    manifests: [manifest({ ...(outcome === 'failed' ? {} : { outcome }), ...told })],
    commit: undefined,
    branch: undefined,
    pullRequest: undefined,
    error: undefined,
    ...report,
  });
}

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

      \`clusters/dev/demo/kbot-token.yaml\` is held by \`hubot\` since \`2026-01-02T03:04:05.000Z\`, so this run left it. It goes on with an explicit version number or \`hold: false\`.
      "
    `);
  });

  test('a secret that is rolled back and held', () => {
    expect(summaryOf({ commit }, { from: '3', to: '1', hold })).toMatchInlineSnapshot(`
      "### Secret updated in the Flux repository

      | Secret | Version | File | Outcome | Where |
      | --- | --- | --- | --- | --- |
      | \`TELE_TOKEN\` | \`3\` → \`1\` | \`clusters/dev/demo/kbot-token.yaml\` | updated | [\`ffac537\`](https://github.com/acme/flux-gitops/commit/ffac537e6cbbf934b08745a378932722df287a53) |

      \`clusters/dev/demo/kbot-token.yaml\` is held by \`hubot\` since \`2026-01-02T03:04:05.000Z\`. It goes on with an explicit version number or \`hold: false\`.
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

test('what others have named stays in its cell of the summary', () => {
  const summary = summaryOf({ commit }, { file: 'a|b`c`\n| x |.yaml' });
  expect(summary.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(3);
  expect(summary).toContain('| ``a\\|b`c` \\| x \\|.yaml`` |');
});
