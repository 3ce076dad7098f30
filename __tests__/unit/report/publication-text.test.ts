import { execFileSync } from 'node:child_process';
import picomatch from 'picomatch';
import { describe, expect, test } from 'vitest';
import { formatCommitBody } from '../../../src/github/commit-message.ts';
import { describePublication, type TextWishes } from '../../../src/report/publication-text.ts';
import type { ChangesReport } from '../../../src/report/report.ts';
import type { RunContext } from '../../../src/run-context.ts';
import { LONG_FOLDER, manifest, manyManifests, source, type Told } from '../reports.ts';

const run: RunContext = {
  id: '0b0e2c8a-5f5c-4f0e-9d7f-3a1c2b4d5e6f',
  actor: 'octocat',
  url: 'https://github.com/acme/payments/actions/runs/1234567890',
  startedAt: '2026-11-20T10:00:00.000Z',
  workflow: { repository: 'acme/payments', file: 'sync.yml' },
  workspace: '',
  pullRequestCommit: undefined,
};
const hold = { by: 'octocat', since: '2026-11-20T10:00:00.000Z' };
const noWishes: TextWishes = { commitMessage: undefined, title: undefined, body: '', isConfig: false };

const describeWith = (wishes: Partial<TextWishes>, told: Told = {}, context = run) =>
  describePublication({ manifests: [manifest(told)], kustomizations: [] }, { ...noWishes, ...wishes }, context);
const describeAll = (changes: Partial<ChangesReport>, wishes: Partial<TextWishes> = {}) =>
  describePublication({ manifests: [], kustomizations: [], ...changes }, { ...noWishes, ...wishes }, run);
const listing = (file: string) => ({ file, added: ['kbot-token.yaml'], removed: [] });
const unlisting = (file: string) => ({ file, added: [], removed: ['old.yaml'] });
const deleted = (file: string) => manifest({ file, name: undefined, sources: [], outcome: 'deleted' });

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
    ['the same version, held from now on', { from: '2', hold }, 'Hold kbot-token at version 2 of TELE_TOKEN'],
    ['several versions', { sources: [source(), source({ secret: 'B' })] }, 'Set kbot-token'],
    ['several newer versions', { from: '1', sources: [source(), source({ secret: 'B' })] }, 'Update kbot-token'],
    [
      'a rollback that is proposed',
      { from: '3', hold, outcome: 'held' },
      'Roll kbot-token back to version 2 of TELE_TOKEN and hold it',
    ],
    ['no file', { name: undefined, sources: [], outcome: 'deleted' }, 'Delete clusters/dev/demo/kbot-token.yaml'],
    ['nothing that has a version', { sources: [] }, 'Set kbot-token'],
  ])('tells of %s', (_, told, headline) => {
    const { commitMessage, title } = describeWith({}, told);
    expect([commitMessage.headline, title]).toEqual([headline, headline]);
  });

  test.each<[string, Partial<ChangesReport>, string]>([
    ['are several', { manifests: [manifest(), manifest({ name: 'db' })] }, 'Set 2 secrets'],
    ['some go', { manifests: [manifest(), deleted('a.yaml'), deleted('b.yaml')] }, 'Set 1 secret and delete 2 secrets'],
    ['all go', { manifests: [deleted('a.yaml'), deleted('b.yaml')] }, 'Delete 2 secrets'],
    [
      'is a list of a folder only',
      { kustomizations: [listing('a/kustomization.yaml')] },
      'List manifests in a/kustomization.yaml',
    ],
    [
      'is a list that only gets shorter',
      { kustomizations: [unlisting('a/kustomization.yaml')] },
      'No longer list manifests in a/kustomization.yaml',
    ],
    [
      'are lists that only get shorter',
      { kustomizations: [unlisting('a/k.yaml'), unlisting('b/k.yaml')] },
      'No longer list manifests in 2 folders',
    ],
    [
      'is a list that gets longer too',
      { kustomizations: [unlisting('a/k.yaml'), listing('b/k.yaml')] },
      'List manifests in 2 folders',
    ],
    ['are lists only', { kustomizations: [listing('a/k.yaml'), listing('b/k.yaml')] }, 'List manifests in 2 folders'],
    [
      'is a list beside a secret',
      { manifests: [manifest()], kustomizations: [listing('a/k.yaml')] },
      'Set kbot-token to version 2 of TELE_TOKEN',
    ],
  ])('counts where there %s', (_, changes, headline) => {
    const { title, commitMessage } = describeAll(changes);
    expect([title, commitMessage.headline]).toEqual([headline, headline]);
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
      const trailers = { runId: run.id, sources, scope: 'a.yaml', files: { changed: 1, deleted: 0 } };
      const input = `${headline}\n\n${formatCommitBody(body, trailers)}\n`;
      const found = execFileSync('git', ['interpret-trailers', '--parse'], { input, encoding: 'utf8' });
      expect(found).toMatch(`Flux-Secret-Sync-Source: ${sources[0]}\n`);
      expect(found).toMatch(`Flux-Secret-Sync-Run: ${run.id}\n`);
    },
  );
});

describe('what is said of many', () => {
  const manifests = Array.from({ length: 60 }, (_, index) => manifest({ file: `${index}.yaml` }));

  test('files in the message of a commit', () => {
    const lines = describeAll({ manifests, kustomizations: [listing('k.yaml')] }).commitMessage.body.split('\n');
    expect(lines).toHaveLength(52);
    expect(lines.slice(48)).toEqual(['48.yaml', '49.yaml', 'and 11 more files', `Started by octocat: ${run.url}`]);
    expect(
      describeAll({ manifests: manifests.slice(0, 49), kustomizations: [listing('k.yaml')] }).commitMessage.body,
    ).toBe([...manifests.slice(0, 49).map(({ file }) => file), 'k.yaml', `Started by octocat: ${run.url}`].join('\n'));
  });

  test('holds, lists and notes in a pull request', () => {
    const held = manifests.map((each, index) => ({
      ...each,
      hold: { ...hold, by: `u${index}` },
      notes: [`n${index}`],
    }));
    const { body } = describeAll({ manifests: held, kustomizations: manifests.map(({ file }) => listing(file)) });
    expect(body).toContain('and 10 more of these\n\nHeld by `u0`');
    expect(body).toContain('and 10 more of these\n\n`n0`');
    expect(body).toContain('`n49`\n\nand 10 more notes');
    expect(body).not.toContain('`n50`');
  });

  test('that are held alike is said once', () => {
    const { body } = describeAll({ manifests: manifests.map((each) => ({ ...each, hold })) });
    expect(body.split('Held by')).toHaveLength(2);
  });

  test('in a pull request that stays within what GitHub takes', () => {
    const many = manyManifests(1_000, { hold }).map((each) => ({ ...each, notes: [`${each.file} belonged to x.`] }));
    const lists = many.map((_, index) => listing(`${LONG_FOLDER}/${index}/kustomization.yaml`));
    for (const [changes, above] of [
      [{ manifests: many }, ''],
      [{ manifests: many, kustomizations: lists }, ''],
      [{ manifests: many, kustomizations: lists }, 'x'.repeat(65_000)],
      [{ manifests: [], kustomizations: lists }, '🔑'.repeat(70_000)],
    ] as const) {
      const { body, title, commitMessage } = describeAll(changes, { body: above });
      expect([...body].length).toBeLessThanOrEqual(65_536);
      expect([...title].length).toBeLessThanOrEqual(256);
      expect(Buffer.byteLength(commitMessage.body)).toBeLessThan(65_536);
    }
  });

  test('in a pull request that counts what it does not list', () => {
    const many = manyManifests(1_000);
    const { body } = describeAll({ manifests: many });
    const listed = body.split('\n').filter((line) => line.startsWith('| `')).length;
    expect(listed).toBeGreaterThan(20);
    expect(body).toContain(`\n\nand ${1_000 - listed} more\n\n`);
    expect(body).toMatch(/this workflow run.*\)\.$/);
  });

  test('ordinary ones in a pull request that lists a few hundred', () => {
    const ordinary = Array.from({ length: 1_000 }, (_, index) => manifest({ file: `clusters/dev/demo/${index}.yaml` }));
    const { body } = describeAll({ manifests: ordinary });
    expect(body.split('\n').filter((line) => line.startsWith('| `')).length).toBeGreaterThan(250);
    expect(body).toMatch(/\n\nand \d+ more\n\n/);
  });
});

describe('the pull request', () => {
  test('says what goes, and which lists are edited', () => {
    const { body } = describeAll({
      manifests: [manifest({ from: '1' }), deleted('old.yaml')],
      kustomizations: [listing('clusters/dev/demo/kustomization.yaml')],
    });
    expect(body).toContain('| – | – | deleted | – | `old.yaml` |');
    expect(body).toContain('`clusters/dev/demo/kustomization.yaml` is edited so that it lists just what is there.');
  });

  test('says how to roll back where there is one version, and nothing of it where there are several', () => {
    const registry = manifest({ sources: [source({ secret: 'USER' }), source({ secret: 'PASSWORD' })] });
    for (const manifests of [[manifest({ from: '1' }), manifest({ from: '1' })], [registry], [deleted('a.yaml')]]) {
      expect(describeAll({ manifests }).body).not.toContain('To roll back');
    }
    const { body } = describeAll({ manifests: [manifest({ from: '1' }), deleted('a.yaml')] });
    expect(body).toContain('with `version: 1`');
  });

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

  describe('of a config says how to roll back so that a run takes it', () => {
    const hintIn = (told: Told, file: string | undefined = 'config.yml') => {
      const context = { ...run, workflow: { repository: 'acme/payments', file } };
      return /\*\*To roll back\*\*.*/s.exec(describeWith({ isConfig: true }, told, context).body)?.[0];
    };

    test('with the manifest, the secret and the version', () => {
      expect(hintIn({ from: '1' })).toMatchInlineSnapshot(`
        "**To roll back**, run the workflow again with \`only: clusters/dev/demo/kbot-token.yaml\`, \`secret: TELE_TOKEN\`, \`version: 1\` (and \`hold: true\`, if it also runs by itself):

        \`\`\`sh
        gh workflow run config.yml --repo acme/payments -f only=clusters/dev/demo/kbot-token.yaml -f secret=TELE_TOKEN -f version=1
        \`\`\`"
      `);
      const started = { ...run, workflow: { repository: 'acme/payments', file: undefined } };
      expect(describeWith({ isConfig: true }, {}, started).body).toMatch(
        /with `only: clusters\/dev\/demo\/kbot-token.yaml`, `secret: TELE_TOKEN`, `version: NUMBER` \(and .*\)\.$/,
      );
    });

    test.each([
      ['a/токен 本.yaml', 'a/токен 本.yaml'],
      ["a/b'; rm -rf $HOME `#.yaml", 'a/b?? rm -rf ?HOME ??.yaml'],
      ['!a/{b,[c]}*(d)/🔑+@^\\.yaml', '?a/?b??c????d?/??????.yaml'],
      ['a/```\n# b.yaml', 'a/????? b.yaml'],
    ])('with a glob that shell and Markdown leave alone, and that matches the file: %j', (file, glob) => {
      expect(hintIn({ file })).toContain(`with \`only: ${glob}\`, `);
      expect(hintIn({ file })).toContain(` -f 'only=${glob}' -f secret=TELE_TOKEN -f version=NUMBER\n\`\`\``);
      expect(picomatch.isMatch(file, glob, { dot: true, nonegate: true, noextglob: true })).toBe(true);
    });
  });

  test('says by whom it is held, and what a person should know', () => {
    const { body } = describeWith({}, { from: '3', hold, notes: ['The data key old was dropped.'] });
    expect(body).toContain(
      'Held by `octocat` since `2026-11-20T10:00:00.000Z`: later runs leave it until one has `hold: false` or, without a config, a number in the input `version`.\n\n`The data key old was dropped.`',
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
