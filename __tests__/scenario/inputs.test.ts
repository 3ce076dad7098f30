// Inputs that are refused, all in one run and before anybody is asked for anything; and inputs that are taken, whatever
// they would mean to a runner or in Markdown.
import { describe, expect, test } from 'vitest';
import type { ActionRun } from '../stand-ins/runner.ts';
import { startWorld, type WorldRun } from '../stand-ins/world.ts';

/** The message, once it is sure that the run was refused for its inputs, and has asked nobody. */
function refusalOf(run: WorldRun): string {
  const { outcome, error } = JSON.parse(run.outputs['report'] ?? '{}') as {
    outcome: string;
    error: { code: string; message: string };
  };
  expect({ outcome, code: error.code, exitCode: run.exitCode, stderr: run.stderr }).toEqual({
    outcome: 'failed',
    code: 'INPUT_INVALID',
    exitCode: 1,
    stderr: '',
  });
  expect(run.annotations).toHaveLength(1);
  expect([...run.github, ...run.google]).toEqual([]);
  return error.message;
}

const WRONG: Record<string, string> = {
  secret: 'TELE_TOKEN/v1',
  name: 'Kbot_Token',
  namespace: 'Demo!',
  key: 'a b',
  file: '../kbot-token.yaml',
  'gcp-kms': 'my-key',
  age: 'age1',
  pgp: 'DEADBEEF',
  repository: 'flux-gitops',
  token: '',
  base: 'refs/heads/main',
  branch: 'a..b',
  title: 'two\nlines',
  draft: 'yes',
  hold: 'maybe',
  refresh: '1',
  timeout: 'soon',
  'auto-merge': 'fast-forward',
  'allowed-secrets': '!projects/p/secrets/*',
  'allowed-recipients': '!age1*',
  'secret-manager-endpoint': 'http://secretmanager.example.com',
  'kms-endpoint': 'ftp://kms.example.com',
};

describe('inputs that are wrong', () => {
  test.concurrent('are all named in one run, and nobody is asked for anything', async () => {
    await using world = await startWorld();
    await using run = await world.run({ ...WRONG, publish: 'pull-request' });
    const message = refusalOf(run);

    expect(message).toContain(`${Object.keys(WRONG).length} of them are not as expected`);
    for (const input of Object.keys(WRONG)) expect(message).toMatch(new RegExp(`\`${input}(:|\`)`));
    for (const input of Object.keys(WRONG)) expect(run.summary).toContain(`\`${input}`);
    expect(message).toContain('write `secret: TELE_TOKEN` and `version: 1`');
  });

  const ALONE: [name: string, inputs: Record<string, string>, ...says: string[]][] = [
    ['missing', { secret: '', file: '' }, '`secret` is missing', '`file: ` cannot be written: it is missing'],
    ['an unknown way to publish', { publish: 'merge-request' }, 'write commit, pull-request or none'],
    [
      'for pull requests only',
      { labels: 'a', reviewers: 'octocat', draft: 'true' },
      '`labels`',
      '`reviewers`',
      '`draft`',
    ],
    ['a hold on what moves', { hold: 'true', version: 'latest' }, '`hold: true` needs a `version`'],
    [
      'of two minds on the version',
      { secret: 'projects/demo-project/secrets/A/versions/2', version: '3' },
      '`version`',
    ],
    ['of two minds on the project', { secret: 'projects/other-project/secrets/A' }, '`project-id`'],
    [
      'a draft that merges itself',
      { publish: 'pull-request', draft: 'true', 'auto-merge': 'squash' },
      'exclude each other',
    ],
    ['a head that is the base', { publish: 'pull-request', base: 'main', branch: 'main' }, 'is the base itself'],
    ['a workflow as the file', { file: '.GitHub/workflows/x.yaml' }, 'it lies under .git or .github'],
    ['a rule of sops as the file', { file: 'clusters/.sops.yaml' }, '.sops.yaml means something else'],
    ['a file of another kind', { file: 'clusters/kbot-token.json' }, 'it has to end in .yaml or .yml'],
    ['a private age key as the recipient', { age: 'AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQ' }, '`age: a secret key`'],
  ];
  test.concurrent.for(ALONE)('are told what to write instead: %s', async ([, inputs, ...says]) => {
    await using world = await startWorld();
    await using run = await world.run(inputs);
    const message = refusalOf(run);

    for (const saying of says) expect(message).toContain(saying);
    expect(`${run.stdout}${run.summary}`).not.toContain('SECRET-KEY-1QQQ');
  });
});

const COMMANDS = '::stop-commands::x ##[add-mask]outcome ::set-output name=version::3';

/** The commands that a runner obeys because of a run, beside masks. */
function obeyed({ commands }: ActionRun): string[] {
  return commands.map(({ name }) => name).filter((name) => name !== 'add-mask');
}

describe('workflow commands in inputs', () => {
  const REFUSED: [input: string, value: string][] = [
    ['secret', COMMANDS],
    ['version', COMMANDS],
    ['name', COMMANDS],
    ['file', `clusters/a\n${COMMANDS}.yaml`],
    ['repository', `acme/x\r${COMMANDS}`],
    ['base', `main\n${COMMANDS}`],
    ['timeout', `%0A${COMMANDS}`],
    ['gcp-kms', `a\n##[debug]x\n${COMMANDS}`],
    ['allowed-secrets', `!\u2028${COMMANDS}`],
    ['kms-endpoint', `https://x/${COMMANDS}`],
  ];
  test.concurrent.for(REFUSED)('are not obeyed where the input is refused: %s', async ([input, value]) => {
    await using world = await startWorld();
    await using run = await world.run({ [input]: value });

    expect(refusalOf(run)).toContain(input);
    expect(obeyed(run)).toEqual(['error']);
    expect(run.masks).toEqual([]);
    expect(run.outputs).toMatchObject({ outcome: 'failed', version: '' });
  });

  test.concurrent('are not obeyed where a failure names them', async () => {
    await using world = await startWorld();
    world.secret.addVersion('a valid token');
    await using run = await world.run({ 'sops-path': `./${COMMANDS}` });

    expect(run.outputs['report']).toContain('SOPS_NOT_FOUND');
    expect(obeyed(run)).toEqual(['error']);
    expect(run.masks).toEqual([world.github.token, 'a valid token']);
  });

  test.concurrent('are not obeyed where they are the name of a file or a text for GitHub', async () => {
    await using world = await startWorld();
    world.secret.addVersion('a valid token');
    const file = `clusters/${COMMANDS.replaceAll(' ', '/')}/a|b\`c\`<img src=x>@octocat.yaml`;
    const texts = { title: COMMANDS, body: `${COMMANDS}\n| a | b |`, 'commit-message': COMMANDS, labels: COMMANDS };
    await using run = await world.run(
      { publish: 'pull-request', file, ...texts },
      { github: { triggeringActor: '##[error]octocat`|' }, debug: true },
    );

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'created', version: '1', file });
    expect(obeyed(run)).toEqual([]);
    expect(run.masks).toEqual([world.github.token, 'a valid token']);
    expect(world.flux.read(`refs/heads/${run.outputs['branch']}`, file)).toBeDefined();
    expect(world.flux.log(`refs/heads/${run.outputs['branch']}`)[0]?.message.split('\n')[0]).toBe(COMMANDS);
    const [pullRequest] = world.flux.pullRequests;
    expect(pullRequest?.title).toBe(COMMANDS);
    expect(pullRequest?.body.startsWith(`${texts.body}\n\n`)).toBe(true);
    for (const markdown of [run.summary, pullRequest?.body.slice(texts.body.length) ?? '']) {
      expect(rowsOf(markdown).map((cells) => cells.length)).toEqual([5, 5, 5]);
      expect(outsideOfCode(markdown)).not.toMatch(/<img|@octocat|##\[|::stop/);
    }
  });
});

describe('Markdown in inputs', () => {
  test.concurrent('cannot end the block that a failure is quoted in', async () => {
    await using world = await startWorld();
    await using run = await world.run({ name: '```\n# Rollback succeeded\n````', namespace: '<h1>x</h1>@octocat' });

    refusalOf(run);
    const [, fence = ''] = /^(`{3,})text$/m.exec(run.summary) ?? [];
    const [before = '', inside = '', ...after] = run.summary.split(new RegExp(`^${fence}(?:text)?$`, 'm'));
    expect(before).toBe('### Nothing was changed\n\n');
    expect(inside).toContain('# Rollback succeeded');
    expect(inside.slice(0, -1).includes(fence)).toBe(false);
    expect(after).toEqual(['\n']);
  });
});

/** The rows of the tables, by their cells. */
function rowsOf(markdown: string): string[][] {
  const rows = markdown.split('\n').filter((line) => line.startsWith('| '));
  return rows.map((row) => row.slice(2, -2).split(/(?<!\\)\|/));
}

/** https://spec.commonmark.org/0.31.2/#code-spans */
function outsideOfCode(markdown: string): string {
  return markdown.replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
}
