import { describe, expect, test } from 'vitest';
import { problemsWith, readWith } from './read-with.ts';

const FULL = 'projects/demo-project/secrets/TELE_TOKEN';

function desiredWith(inputs: Record<string, string>, environment: Record<string, string> = {}) {
  const { wish } = readWith(inputs, environment);
  return wish.kind === 'secret' ? wish.desired : undefined;
}

function requestWith(inputs: Record<string, string>, environment: Record<string, string> = {}) {
  const value = desiredWith(inputs, environment)?.data.values().next().value;
  return value?.kind === 'payload' ? value.request : undefined;
}

describe('the secret', () => {
  test.each([
    ['its id', { secret: 'TELE_TOKEN', version: '3' }, 'demo-project', { kind: 'number', number: '3' }],
    ['its full name', { secret: FULL, 'project-id': '' }, 'demo-project', { kind: 'latest' }],
    [
      'a version of it',
      { secret: `${FULL}/versions/2`, 'project-id': '' },
      'demo-project',
      { kind: 'number', number: '2' },
    ],
    ['the number of its project', { 'project-id': '123456789012' }, '123456789012', { kind: 'latest' }],
    ['an alias', { version: 'stable' }, 'demo-project', { kind: 'alias', alias: 'stable' }],
    ['latest', { version: 'latest' }, 'demo-project', { kind: 'latest' }],
    ['the newest that is enabled', { version: 'latest-enabled' }, 'demo-project', { kind: 'latest-enabled' }],
  ])('is named by %s', (_, inputs, project, version) => {
    expect(requestWith(inputs)).toEqual({
      name: { project, secret: 'TELE_TOKEN' },
      version,
    });
  });

  test('is looked for in the project that google-github-actions/auth has set, where it has no full name', () => {
    const environment = { GOOGLE_CLOUD_PROJECT: 'auth-project' };
    const projectOf = (inputs: Record<string, string>) => requestWith(inputs, environment)?.name.project;
    expect(projectOf({ 'project-id': '' })).toBe('auth-project');
    expect(projectOf({ 'project-id': 'other-project' })).toBe('other-project');
    expect(projectOf({ secret: FULL, 'project-id': '' })).toBe('demo-project');
  });

  test.each([
    [{ secret: '' }, '`secret` is missing: write the id of a secret, such as TELE_TOKEN.'],
    [{ secret: 'TELE_TOKEN/v1' }, "`TELE_TOKEN/v1` is no secret's name: write `secret: TELE_TOKEN` and `version: 1`."],
    [
      { secret: 'demo-project/TELE_TOKEN', 'project-id': '' },
      "`demo-project/TELE_TOKEN` is no secret's name: write `secret: TELE_TOKEN` and `project-id: demo-project`.",
    ],
    [
      { secret: 'TELE TOKEN' },
      "`TELE TOKEN` is no secret's name: write its id, such as TELE_TOKEN (letters, digits, - and _), or projects/PROJECT/secrets/TELE_TOKEN.",
    ],
    [{ 'project-id': '' }, '`secret: TELE_TOKEN` needs `project-id`, or write projects/PROJECT/secrets/TELE_TOKEN.'],
    [
      { 'project-id': 'My Project' },
      '`project-id: My Project` is no project: write its id, such as my-project, or its number.',
    ],
    [{ version: '1.5' }, '`version: 1.5` is neither a number such as 3, nor an alias, nor latest.'],
    [{ version: '0' }, '`version: 0` is neither a number such as 3, nor an alias, nor latest.'],
  ])('%j is refused with what to write instead', (inputs, problem) => {
    expect(problemsWith(inputs)).toBe(problem);
  });

  test.each([
    [
      { secret: `${FULL}/versions/1`, version: '2' },
      '`secret` names the version 1 and `version` 2: leave one of them out.',
    ],
    [
      { secret: FULL, 'project-id': 'other-project' },
      '`secret` names the project demo-project and `project-id` other-project: leave `project-id` out.',
    ],
  ])('%j contradicts itself', (inputs, problem) => {
    expect(problemsWith(inputs)).toBe(problem);
  });

  test('is refused for all that is wrong with it at once', () => {
    expect(problemsWith({ secret: 'TELE_TOKEN:1', 'project-id': 'My Project', version: '1.5', hold: 'true' })).toBe(
      "`TELE_TOKEN:1` is no secret's name: write `secret: TELE_TOKEN` and `version: 1`. `project-id: My Project` is no project: write its id, such as my-project, or its number. `version: 1.5` is neither a number such as 3, nor an alias, nor latest.",
    );
    expect(
      problemsWith({ secret: `${FULL}/versions/1`, version: '2', 'project-id': 'other-project', hold: 'true' }),
    ).toBe(
      '`secret` names the project demo-project and `project-id` other-project: leave `project-id` out. `secret` names the version 1 and `version` 2: leave one of them out.',
    );
    // The version that is to be held stands in the name.
    expect(problemsWith({ secret: `${FULL}/versions/1`, 'project-id': 'other-project', hold: 'true' })).toBe(
      '`secret` names the project demo-project and `project-id` other-project: leave `project-id` out.',
    );
  });
});

describe('the Kubernetes Secret', () => {
  test.each([
    ['TELE_TOKEN', 'tele-token'],
    ['TeleToken', 'tele-token'],
    ['db-url', 'db-url'],
    ['__KBOT__', 'kbot'],
  ])('is called after the secret %s where it has no name of its own: %s', (secret, name) => {
    expect(desiredWith({ secret })).toMatchObject({ name, data: new Map([[secret, expect.anything()]]) });
  });

  test('is named as it is asked for', () => {
    const desired = desiredWith({ name: 'kbot.token', namespace: 'demo', key: 'token' });
    expect(desired).toMatchObject({ name: 'kbot.token', namespace: 'demo' });
    expect([...(desired?.data.keys() ?? [])]).toEqual(['token']);
  });

  test.each([
    ...['Kbot', 'kbot_token', '-kbot', 'kbot-', 'kbot..token', '.kbot', 'kbot token', 'kböt', 'a'.repeat(254)].map(
      (name) => ['name', name, 'is no name for a Secret: write lower-case letters, digits, - and . such as kbot-token'],
    ),
    ...['Demo', 'de.mo', 'de_mo', '-demo', 'demo-', 'a'.repeat(64)].map((namespace) => [
      'namespace',
      namespace,
      'is no namespace: write lower-case letters, digits and - such as demo',
    ]),
    ...['a/b', 'a b', '..', '..a', '.', 'ä', 'a'.repeat(254)].map((key) => [
      'key',
      key,
      'is no data key: write letters, digits, -, _ and . such as token',
    ]),
  ])('is refused with %s: %s', (input = '', value = '', sentence = '') => {
    const shown = value.length > 200 ? `${value.slice(0, 200)}…` : value;
    expect(problemsWith({ [input]: value })).toBe(`\`${input}: ${shown}\` ${sentence}.`);
  });

  test('needs a name where none can be made of the secret', () => {
    expect(problemsWith({ secret: '___' })).toBe(
      '`name: ` is no name for a Secret: write lower-case letters, digits, - and . such as kbot-token.',
    );
    expect(desiredWith({ secret: '___', name: 'kbot' })?.name).toBe('kbot');
  });
});

describe('the file', () => {
  test.each([
    ['', 'it is missing: write where the manifest goes, such as clusters/dev/demo/kbot-token.yaml'],
    ['.GIT/a.yaml', 'it lies under .git or .github'],
    ['a/.github/b.yaml', 'it lies under .git or .github'],
    ['git~1/a.yaml', 'it lies under .git or .github'],
    ['../a.yaml', 'it holds an empty part, `.` or `..`'],
    ['/a.yaml', 'it has to be relative to the root of the Flux repository'],
    ['C:/a.yaml', 'it has to be relative to the root of the Flux repository'],
    ['clusters\\a.yaml', 'it holds a backslash: write forward slashes'],
    [' a.yaml', 'a part of it ends or begins with a blank, or ends with a dot'],
    ['.sops.yaml', '.sops.yaml means something else to Flux or sops'],
    ['clusters/Kustomization.yaml', 'Kustomization.yaml means something else to Flux or sops'],
    ['kbot-token', 'it has to end in .yaml or .yml'],
  ])('is refused where it is %j: %s', (file, problem) => {
    expect(problemsWith({ file })).toBe(`\`file: ${file}\` cannot be written: ${problem}.`);
  });

  test('is refused with control characters, and not shown with them', () => {
    expect(problemsWith({ file: 'a\n::error::b.yaml' })).toBe(
      '`file: a ::error::b.yaml` cannot be written: it holds control characters.',
    );
    expect(problemsWith({ file: 'a.yaml\n' })).toBe('`file: a.yaml ` cannot be written: it holds control characters.');
  });
});

describe('hold', () => {
  test.each([
    [{ hold: 'true', version: '3' }, 'set'],
    [{ hold: 'TRUE', version: 'stable' }, 'set'],
    [{ hold: 'true', version: '', secret: `${FULL}/versions/3` }, 'set'],
    [{ hold: 'false' }, 'release'],
    [{ hold: 'false', version: '3' }, 'release'],
    [{ hold: '' }, 'keep'],
    [{ hold: '', version: 'stable' }, 'keep'],
    [{ hold: '', version: 'latest-enabled' }, 'keep'],
    // An explicit number is somebody's decision.
    [{ hold: '', version: '3' }, 'release'],
    [{ hold: '', version: '', secret: `${FULL}/versions/3` }, 'release'],
  ])('%j is taken as %s', (inputs, hold) => {
    expect(desiredWith(inputs)?.hold).toBe(hold);
  });

  test.each([
    { version: 'latest' },
    { version: '' },
    { version: 'latest-enabled' },
    { secret: `${FULL}/versions/latest` },
  ])('true contradicts %j, which is no version to hold', (inputs) => {
    expect(problemsWith({ hold: 'true', ...inputs })).toBe(
      '`hold: true` needs a `version` to hold: write its number or an alias, not latest.',
    );
  });
});

test.each([
  ['config-source', 'workspace'],
  ['only', 'clusters/**'],
  ['on-error', 'publish-rest'],
])('%s is for config files, and refused where none is named', (input, value) => {
  expect(problemsWith({ [input]: value })).toBe(
    `\`${input}: ${value}\` is for config files: name one with \`config\`, or leave it out.`,
  );
});
