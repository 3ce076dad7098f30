import { describe, expect, test } from 'vitest';
import { problemsWith, readWith } from './read-with.ts';

/** What a single secret needs is left out. */
const CONFIG = { config: 'flux-secrets.yaml', secret: '', 'project-id': '', file: '' };
const FULL = 'projects/demo-project/secrets/DB';

function wishWith(inputs: Record<string, string> = {}, environment: Record<string, string> = {}) {
  const { wish } = readWith({ ...CONFIG, ...inputs }, environment);
  return wish.kind === 'config' ? wish : expect.unreachable('this is a single secret');
}
const problems = (inputs: Record<string, string>) => problemsWith({ ...CONFIG, ...inputs });

describe('a config file', () => {
  test('is taken from the Flux repository, and whole, where nothing else is said', () => {
    expect(wishWith()).toEqual({
      kind: 'config',
      path: 'flux-secrets.yaml',
      source: 'repository',
      only: [],
      override: undefined,
      projectId: undefined,
    });
    expect(readWith(CONFIG).publishRest).toBe(false);
  });

  test('is taken as it is asked for', () => {
    const inputs = { 'config-source': 'workspace', only: 'clusters/dev/**, clusters/{a,b}/*\n', 'project-id': 'demo' };
    expect(wishWith(inputs)).toMatchObject({
      source: 'workspace',
      only: ['clusters/dev/**', 'clusters/{a,b}/*'],
      projectId: 'demo',
    });
    expect(wishWith({ 'config-source': 'repository' })).toMatchObject({ source: 'repository' });
    expect(readWith({ ...CONFIG, 'on-error': 'publish-rest' }).publishRest).toBe(true);
    expect(readWith({ ...CONFIG, 'on-error': 'fail' }).publishRest).toBe(false);
  });

  test('is about the project that google-github-actions/auth has set, where no input says one', () => {
    const environment = { GOOGLE_CLOUD_PROJECT: 'auth-project' };
    expect(wishWith({}, environment).projectId).toBe('auth-project');
    expect(wishWith({ 'project-id': 'other' }, environment).projectId).toBe('other');
  });

  test.each(['a.yaml', '.flux/secrets.yaml', 'a b/ü.yml', 'a..b/..c/d...yaml', '...', 'no-ending'])(
    'may be at %s',
    (config) => {
      expect(wishWith({ config }).path).toBe(config);
    },
  );

  test.each([
    '/a.yaml',
    '~/a.yaml',
    '../a.yaml',
    'a/../b.yaml',
    'a/..',
    '..',
    '.',
    './a.yaml',
    'a/./b.yaml',
    'a//b.yaml',
    'a/',
    'a\\b.yaml',
    'C:/a.yaml',
    'https://x/a.yaml',
  ])('is not at %s', (config) => {
    expect(problems({ config })).toBe(
      `\`config: ${config}\` is no path: write one from the root of the repository, such as flux-secrets.yaml.`,
    );
  });

  test.each(['a\n../b.yaml', 'a\u2028/../b.yaml', 'a\u2029/../b.yaml', 'a\u0000'])('is not at %j', (config) => {
    expect(problems({ config })).toMatch(/^`config: a.*` is no path: write one from the root of the repository/);
  });

  test.each([
    [{ 'config-source': 'web' }, '`config-source: web` is not known: write repository or workspace.'],
    [{ 'on-error': 'go-on' }, '`on-error: go-on` is not known: write fail or publish-rest.'],
    [{ only: '!clusters/prod/**' }, '`only: !clusters/prod/**` cannot take away: list what is allowed.'],
    [{ name: 'kbot' }, '`name` is for a single secret: with `config` it stands in the file.'],
    [{ namespace: 'demo' }, '`namespace` is for a single secret: with `config` it stands in the file.'],
    [{ key: 'token' }, '`key` is for a single secret: with `config` it stands in the file.'],
    [{ file: 'a.yaml' }, '`file` is for a single secret: with `config` it stands in the file.'],
  ])('%j is refused with what to write instead', (inputs, problem) => {
    expect(problems(inputs)).toBe(problem);
  });
});

describe("another version than the config's", () => {
  const one = { secret: 'DB', version: '3', only: 'clusters/dev/db.yaml' };

  test.each<[string, Record<string, string>, object]>([
    ['of a secret of any project', {}, { project: undefined, secret: 'DB', version: { kind: 'number', number: '3' } }],
    ['whatever the project for the rest', { 'project-id': 'demo' }, { project: undefined, secret: 'DB' }],
    ['of one project', { secret: FULL }, { project: 'demo-project', secret: 'DB' }],
    [
      'of a regional secret',
      { secret: 'projects/p-123456/locations/europe-west3/secrets/DB' },
      { project: 'p-123456', location: 'europe-west3', secret: 'DB' },
    ],
    [
      'that its full name ends in',
      { secret: `${FULL}/versions/2`, version: '' },
      { project: 'demo-project', secret: 'DB', version: { kind: 'number', number: '2' } },
    ],
    ['that an alias names', { version: 'stable' }, { version: { kind: 'alias', alias: 'stable' } }],
    ['that is the newest again', { version: 'latest' }, { version: { kind: 'latest' }, hold: undefined }],
    ['that is held', { hold: 'true' }, { hold: true }],
    ['that is not held any more', { hold: 'false' }, { hold: false }],
    ['of which no hold is said', {}, { hold: undefined }],
  ])('is one %s', (_, inputs, override) => {
    expect(wishWith({ ...one, ...inputs }).override).toMatchObject(override);
  });

  const needs = "another version than the config's needs `secret`, `version` and `only`:";
  test.each<[Record<string, string>, string]>([
    [{ secret: 'DB' }, `${needs} \`version\` and \`only\` are missing.`],
    [{ version: '3' }, `${needs} \`secret\` and \`only\` are missing.`],
    [{ secret: 'DB', version: '3' }, `${needs} \`only\` is missing.`],
    [{ secret: 'DB', only: 'a.yaml' }, `${needs} \`version\` is missing.`],
    [{ secret: FULL }, `${needs} \`version\` and \`only\` are missing.`],
    [{ secret: FULL, only: 'a.yaml' }, `${needs} \`version\` is missing.`],
    [{ secret: `${FULL}/versions/2` }, `${needs} \`only\` is missing.`],
    [
      { ...one, version: '', secret: `${FULL}/versions/1.5` },
      '`version: 1.5` is neither a number such as 3, nor an alias, nor latest.',
    ],
    [
      { ...one, version: '', secret: `${FULL}/versions/latest`, hold: 'true' },
      '`hold: true` needs a `version` to hold: write its number or an alias, not latest.',
    ],
    [{ hold: 'true' }, '`hold` goes with `secret`, `version` and `only`: without them it stands in the config.'],
    [
      { hold: 'false', only: 'a.yaml' },
      '`hold` goes with `secret`, `version` and `only`: without them it stands in the config.',
    ],
    [{ ...one, hold: 'yes' }, '`hold: yes` is neither true nor false.'],
    ...['latest', 'latest-enabled'].map((version): [Record<string, string>, string] => [
      { ...one, version, hold: 'true' },
      '`hold: true` needs a `version` to hold: write its number or an alias, not latest.',
    ]),
    [{ ...one, version: '1.5' }, '`version: 1.5` is neither a number such as 3, nor an alias, nor latest.'],
    [{ ...one, secret: 'DB/v1' }, "`DB/v1` is no secret's name: write `secret: DB` and `version: 1`."],
    [{ ...one, secret: `${FULL}/versions/1` }, '`secret` names the version 1 and `version` 3: leave one of them out.'],
  ])('%j is refused with what to write instead', (inputs, problem) => {
    expect(problems(inputs)).toBe(problem);
  });
});

test('all that is wrong with a config is said at once', () => {
  const refused = problems({
    ...{ config: '/a.yaml', 'config-source': 'web', name: 'x', only: '!b', secret: 'DB', 'on-error': 'x', token: '' },
  });
  for (const name of ['config:', 'config-source:', 'name', 'only:', 'version', 'on-error:', 'token']) {
    expect(refused).toContain(`\`${name}`);
  }
});

test("what a config's inputs hold is shown on one line, and cut short", () => {
  const hostile = `a\n::add-mask::b\r##[error]c\u2028\u202e${'d'.repeat(500)}`;
  const names = ['config', 'config-source', 'on-error', 'hold', 'version'];
  const given = { ...Object.fromEntries(names.map((name) => [name, hostile])), secret: 'DB', only: 'a.yaml' };
  const refused = problems(given);
  for (const name of names) expect(refused).toContain(`\`${name}: a`);
  expect(refused).not.toMatch(/[\r\n\u2028\u202e]/);
  expect(refused).not.toContain('d'.repeat(201));
});
