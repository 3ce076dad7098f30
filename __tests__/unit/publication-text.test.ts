import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { formatCommitBody } from '../../src/github/commit-message.ts';
import { describePublication, type TextWishes } from '../../src/publication-text.ts';
import type { ManifestReport, SourceReport } from '../../src/report.ts';
import type { RunContext } from '../../src/run-context.ts';

const run: RunContext = {
  id: '0b0e2c8a-5f5c-4f0e-9d7f-3a1c2b4d5e6f',
  actor: 'octocat',
  url: 'https://github.com/acme/payments/actions/runs/1234567890',
  startedAt: '2026-11-20T10:00:00.000Z',
  workflow: { repository: 'acme/payments', file: 'sync.yml' },
};
const hold = { by: 'octocat', since: '2026-11-20T10:00:00.000Z' };
const noWishes: TextWishes = { commitMessage: undefined, title: undefined, body: '' };

interface Told extends Partial<ManifestReport> {
  from?: string;
  to?: string;
}

function manifest({ from, to = '2', ...more }: Told = {}): ManifestReport {
  const source: SourceReport = {
    key: 'token',
    secret: 'TELE_TOKEN',
    secretVersion: `projects/123456789012/secrets/TELE_TOKEN/versions/${to}`,
    from,
    to,
  };
  return {
    file: 'clusters/dev/demo/kbot-token.yaml',
    name: 'kbot-token',
    namespace: 'demo',
    outcome: from === undefined ? 'created' : 'updated',
    sources: [source],
    hold: undefined,
    notes: [],
    ...more,
  };
}

const describeWith = (wishes: Partial<TextWishes>, told: Told = {}, context = run) =>
  describePublication([manifest(told)], { ...noWishes, ...wishes }, context);

describe('the headline', () => {
  test.each<[string, Told, string]>([
    ['a new manifest', {}, 'Set kbot-token to version 2 of TELE_TOKEN'],
    ['a newer version', { from: '1' }, 'Set kbot-token to version 2 of TELE_TOKEN'],
    ['an older version', { from: '3' }, 'Roll kbot-token back to version 2 of TELE_TOKEN'],
    [
      'an older version that is held',
      { from: '3', hold },
      'Roll kbot-token back to version 2 of TELE_TOKEN and hold it',
    ],
    ['9 after 10', { from: '10', to: '9' }, 'Roll kbot-token back to version 9 of TELE_TOKEN'],
    [
      'an older version, beyond what a number of JavaScript can tell apart',
      { from: '9007199254740993', to: '9007199254740992' },
      'Roll kbot-token back to version 9007199254740992 of TELE_TOKEN',
    ],
    ['the same version', { from: '2' }, 'Encrypt kbot-token anew with version 2 of TELE_TOKEN'],
    ['nothing that has a version', { sources: [] }, 'Set kbot-token'],
  ])('tells of %s', (_, told, headline) => {
    const { commitMessage, title } = describeWith({}, told);
    expect([commitMessage.headline, title]).toEqual([headline, headline]);
  });

  test('counts where there are several', () => {
    const several = describePublication([manifest(), manifest({ name: 'db' })], noWishes, run);
    expect(several.title).toBe('Set 2 secrets');
  });
});

describe('the message of a commit', () => {
  test('says which file, who has started it and where', () => {
    expect(describeWith({}).commitMessage.body).toBe(
      'clusters/dev/demo/kbot-token.yaml\nStarted by octocat: https://github.com/acme/payments/actions/runs/1234567890',
    );
  });

  test.each([
    ['Rotate', 'Rotate', ''],
    ['Rotate\n\nEvery month.\nAs agreed.', 'Rotate', 'Every month.\nAs agreed.'],
    ['Rotate\r\n\r\nEvery month.\r\n\r\nAs agreed.', 'Rotate', 'Every month.\n\nAs agreed.'],
    ['\n\n  Rotate\nnow\n\n', 'Rotate', 'now'],
  ])('is what the user wants: %j', (commitMessage, headline, body) => {
    expect(describeWith({ commitMessage }).commitMessage).toEqual({ headline, body });
  });

  test.each([undefined, 'Rotate', 'Rotate\n\nEvery month.'])(
    'ends in trailers that git finds, whatever the user wants: %j',
    (commitMessage) => {
      const { headline, body } = describeWith({ commitMessage }).commitMessage;
      const sources = ['projects/123456789012/secrets/TELE_TOKEN/versions/2'];
      const input = `${headline}\n\n${formatCommitBody(body, { runId: run.id, sources })}\n`;
      const found = execFileSync('git', ['interpret-trailers', '--parse'], { input, encoding: 'utf8' });
      expect(found).toBe(`Flux-Secret-Sync-Source: ${sources[0]}\nFlux-Secret-Sync-Run: ${run.id}\n`);
    },
  );
});

describe('the pull request', () => {
  test('says which version comes from where, who has started it, and how to roll back', () => {
    expect(describeWith({}, { from: '1' }).body).toMatchInlineSnapshot(`
      "Once this is merged, Flux applies these versions. The values are encrypted by sops; nothing here shows them.

      | Secret / key | From | To | Version in Secret Manager | File |
      | --- | --- | --- | --- | --- |
      | \`kbot-token\` / \`token\` | \`1\` | \`2\` | \`projects/123456789012/secrets/TELE_TOKEN/versions/2\` | \`clusters/dev/demo/kbot-token.yaml\` |

      Started by \`octocat\` in [\`this workflow run\`](https://github.com/acme/payments/actions/runs/1234567890).

      **To roll back**, run the workflow again with \`version: 1\` (and \`hold: true\`, if it also runs by itself):

      \`\`\`sh
      gh workflow run sync.yml --repo acme/payments -f version=1
      \`\`\`"
    `);
  });

  test('says by whom it is held, and what a person should know', () => {
    const { body } = describeWith({}, { from: '3', hold, notes: ['The data key old was dropped.'] });
    expect(body).toContain(
      'Held by `octocat` since `2026-11-20T10:00:00.000Z`: runs that follow `latest` or an alias leave it.\n\n`The data key old was dropped.`',
    );
    expect(body).toContain('with `version: 3` (and `hold: true`');
  });

  test('has the title and, above all, the body that the user wants', () => {
    const { title, body } = describeWith({ title: 'Rotate', body: '# Why\n\nEvery month.' });
    expect(title).toBe('Rotate');
    expect(body).toMatch(/^# Why\n\nEvery month\.\n\nOnce this is merged/);
  });

  test('has a title that GitHub takes, however long the names are', () => {
    const long = '🔑'.repeat(300);
    expect(describeWith({ title: long }).title).toBe(`${'🔑'.repeat(255)}…`);
    expect(describeWith({ title: 'a'.repeat(256) }).title).toBe('a'.repeat(256));
    expect([...describeWith({}, { name: 'n'.repeat(253) }).title]).toHaveLength(256);
  });

  test('leaves the number to the reader where there was none before', () => {
    const { body } = describeWith({});
    expect(body).toContain('| `kbot-token` / `token` | – | `2` |');
    expect(body).toContain('-f version=NUMBER');
  });

  test('gives no command where the workflow is not known', () => {
    const { body } = describeWith({}, {}, { ...run, workflow: { repository: 'acme/payments', file: undefined } });
    expect(body).toMatch(/\(and `hold: true`, if it also runs by itself\)\.$/);
  });

  test('shows what others have named as code, within its cell', () => {
    const { body } = describeWith({}, { file: 'a|b`@acme`.yaml', name: '<b>' });
    expect(body).toContain('| `<b>` / `token` | – | `2` |');
    expect(body).toContain('| ``a\\|b`@acme`.yaml`` |');
  });
});
