import { describe, expect, test } from 'vitest';
import {
  NameRefused,
  type ProjectField,
  parseSecretInput,
  type SecretInput,
} from '../../../src/google/secret-input.ts';

const parse = (input: Partial<SecretInput>, field?: ProjectField) =>
  parseSecretInput({ secret: '', version: '', projectId: '', ...input }, field);

function refusal(input: Partial<SecretInput>, field?: ProjectField): string {
  try {
    return `It was taken: ${JSON.stringify(parse(input, field))}`;
  } catch (error) {
    if (error instanceof NameRefused) return error.message;
    throw error;
  }
}

const LATEST = { kind: 'latest' };
const FULL = 'projects/demo-project/secrets/TELE_TOKEN';

describe('a secret is taken', () => {
  test.each<[string, Partial<SecretInput>, object]>([
    [
      'by its id, in the project that is given',
      { secret: 'TELE_TOKEN', projectId: 'demo-project' },
      { name: { project: 'demo-project', secret: 'TELE_TOKEN' }, version: LATEST },
    ],
    [
      'by its id, with a version',
      { secret: 'TELE_TOKEN', projectId: 'demo-project', version: '3' },
      { name: { project: 'demo-project', secret: 'TELE_TOKEN' }, version: { kind: 'number', number: '3' } },
    ],
    [
      'by its full name',
      { secret: FULL },
      { name: { project: 'demo-project', secret: 'TELE_TOKEN' }, version: LATEST },
    ],
    [
      'by its full name, with a version beside it',
      { secret: FULL, version: 'stable' },
      { name: { project: 'demo-project', secret: 'TELE_TOKEN' }, version: { kind: 'alias', alias: 'stable' } },
    ],
    [
      'by the full name of a version',
      { secret: `${FULL}/versions/2` },
      { name: { project: 'demo-project', secret: 'TELE_TOKEN' }, version: { kind: 'number', number: '2' } },
    ],
    [
      'in its newest enabled version',
      { secret: `${FULL}/versions/latest-enabled`, version: 'latest-enabled' },
      { name: { project: 'demo-project', secret: 'TELE_TOKEN' }, version: { kind: 'latest-enabled' } },
    ],
    [
      'by the full name of a version, with the same version and project said again',
      { secret: `${FULL}/versions/2`, version: '2', projectId: 'demo-project' },
      { name: { project: 'demo-project', secret: 'TELE_TOKEN' }, version: { kind: 'number', number: '2' } },
    ],
    [
      'by the full name that a regional secret has',
      { secret: 'projects/demo-project/locations/europe-west3/secrets/TELE_TOKEN' },
      { name: { project: 'demo-project', location: 'europe-west3', secret: 'TELE_TOKEN' }, version: LATEST },
    ],
    [
      'in a project that belongs to a domain',
      { secret: 'projects/acme.example:demo-project/secrets/TELE_TOKEN' },
      { name: { project: 'acme.example:demo-project', secret: 'TELE_TOKEN' }, version: LATEST },
    ],
    [
      'in a project that is named by its number',
      { secret: 'TELE_TOKEN', projectId: '123456789012' },
      { name: { project: '123456789012', secret: 'TELE_TOKEN' }, version: LATEST },
    ],
  ])('%s', (_, input, request) => {
    expect(parse(input)).toEqual(request);
  });
});

describe('a form that other tools use is refused with the words to write instead', () => {
  const ID = '`secret: TELE_TOKEN`';
  const PROJECT = '`project-id: demo-project`';
  const ONE = '`version: 1`';

  test.each([
    ['TELE_TOKEN/v1', `${ID} and ${ONE}`],
    ['TELE_TOKEN/1', `${ID} and ${ONE}`],
    ['TELE_TOKEN:1', `${ID} and ${ONE}`],
    ['TELE_TOKEN:v1', `${ID} and ${ONE}`],
    ['secrets-of-app:1', `\`secret: secrets-of-app\` and ${ONE}`],
    ['TELE_TOKEN@1', `${ID} and ${ONE}`],
    ['TELE_TOKEN#1', `${ID} and ${ONE}`],
    ['TELE_TOKEN/versions/1', `${ID} and ${ONE}`],
    ['TELE_TOKEN/versions/v1', `${ID} and ${ONE}`],
    ['TELE_TOKEN/versions/stable', `${ID} and \`version: stable\``],
    ['TELE_TOKEN/versions/rev1', `${ID} and \`version: rev1\``],
    ['TELE_TOKEN/versions/v1-rc', `${ID} and \`version: v1-rc\``],
    ['////TELE_TOKEN//', ID],
    ['TELE_TOKEN:latest-enabled', `${ID} and \`version: latest-enabled\``],
    ['TELE_TOKEN/latest', `${ID} and \`version: latest\``],
    ['TELE_TOKEN:latest', `${ID} and \`version: latest\``],
    ['TELE_TOKEN/007', `${ID} and \`version: 7\``],
    ['TELE_TOKEN/v10', `${ID} and \`version: 10\``],
    ['TELE_TOKEN/', ID],
    ['/TELE_TOKEN', ID],
    ['TELE_TOKEN ', ID],
    ['\tTELE_TOKEN', ID],
    ['secrets/TELE_TOKEN', ID],
    ['secrets/TELE_TOKEN/versions/1', `${ID} and ${ONE}`],
    ['demo-project/TELE_TOKEN', `${ID} and ${PROJECT}`],
    ['demo-project/TELE_TOKEN/1', `${ID} and ${PROJECT} and ${ONE}`],
    ['demo-project/secrets/TELE_TOKEN', `${ID} and ${PROJECT}`],
    ['projects/demo-project/TELE_TOKEN', `${ID} and ${PROJECT}`],
    ['projects/demo-project/TELE_TOKEN/versions/1', `${ID} and ${PROJECT} and ${ONE}`],
    [`${FULL}/v1`, `${ID} and ${PROJECT} and ${ONE}`],
    [`${FULL}:1`, `${ID} and ${PROJECT} and ${ONE}`],
    [`${FULL}/`, `\`secret: ${FULL}\``],
    [`${FULL}/versions/1/`, `\`secret: ${FULL}/versions/1\``],
    ['acme.example:demo-project/TELE_TOKEN', `${ID} and \`project-id: acme.example:demo-project\``],
    ['projects/acme.example:demo-project/TELE_TOKEN', `${ID} and \`project-id: acme.example:demo-project\``],
    [
      'projects/demo-project/locations/europe-west3/TELE_TOKEN',
      '`secret: projects/demo-project/locations/europe-west3/secrets/TELE_TOKEN`',
    ],
    [
      'projects/demo-project/locations/europe-west3/secrets/TELE_TOKEN/v1',
      `\`secret: projects/demo-project/locations/europe-west3/secrets/TELE_TOKEN\` and ${ONE}`,
    ],
    ['sm://TELE_TOKEN', ID],
    ['sm://demo-project/TELE_TOKEN/1', `${ID} and ${PROJECT} and ${ONE}`],
    [`sm://${FULL}`, `\`secret: ${FULL}\``],
    ['gcp-sm://demo-project/TELE_TOKEN', `${ID} and ${PROJECT}`],
    [`//secretmanager.googleapis.com/${FULL}`, `\`secret: ${FULL}\``],
    [`//secretmanager.googleapis.com/${FULL}/versions/1`, `\`secret: ${FULL}/versions/1\``],
    [`https://secretmanager.googleapis.com/v1/${FULL}/versions/1:access`, `\`secret: ${FULL}/versions/1\``],
    [
      'https://secretmanager.europe-west3.rep.googleapis.com/v1/projects/demo-project/locations/europe-west3/secrets/S',
      '`secret: projects/demo-project/locations/europe-west3/secrets/S`',
    ],
    [
      'https://console.cloud.google.com/security/secret-manager/secret/TELE_TOKEN/versions?project=demo-project',
      `${ID} and ${PROJECT}`,
    ],
    [
      'https://console.cloud.google.com/security/secret-manager/secret/TELE_TOKEN?authuser=1&project=demo-project&supportedpurview=project',
      `${ID} and ${PROJECT}`,
    ],
  ])('%j', (secret, words) => {
    expect(refusal({ secret, projectId: 'demo-project' })).toBe(`\`${secret}\` is no secret's name: write ${words}`);
  });

  test('and what it says to write is then taken', () => {
    expect(parse({ secret: 'TELE_TOKEN', version: '1', projectId: 'demo-project' })).toMatchObject({
      version: { kind: 'number', number: '1' },
    });
    expect(parse({ secret: `${FULL}/versions/1` })).toMatchObject({ version: { kind: 'number', number: '1' } });
  });
});

describe('what cannot be made out is refused with the two forms that are taken', () => {
  test.each([
    '',
    '/',
    'TELE TOKEN',
    'TELE.TOKEN',
    'TELE_TOKEN,OTHER',
    'TELE_TOKEN/0',
    'TELE_TOKEN/v0',
    'TELE_TOKEN?version=1',
    'TÉLÉ',
    'S'.repeat(256),
    'a/b/c/d',
    'Demo/TELE_TOKEN',
    'projects/Demo/secrets/TELE_TOKEN',
    'projects/demo-project/secrets/',
    'projects//secrets/TELE_TOKEN',
    'locations/europe-west3/TELE_TOKEN',
    'projects/demo-project/locations/Europe/secrets/TELE_TOKEN/1',
    '../TELE_TOKEN',
    'https://console.cloud.google.com/security/secret-manager?project=demo-project',
    'https://console.cloud.google.com/security/secret-manager/secret/a/b/TELE_TOKEN/versions?project=demo-project',
    'https://evil.example/projects/demo-project',
    'see https://console.cloud.google.com/security/secret-manager/secret/TELE_TOKEN?project=demo-project',
    'TELE_TOKEN:accessor',
    `sm://${FULL}/versions/0`,
    'S'.repeat(512),
  ])('%j', (secret) => {
    expect(refusal({ secret, projectId: 'demo-project' })).toBe(
      `\`${secret}\` is no secret's name: write its id, such as TELE_TOKEN (letters, digits, - and _), or projects/PROJECT/secrets/TELE_TOKEN`,
    );
  });
});

test('a payload that was pasted by mistake is not repeated', () => {
  expect(refusal({ secret: 'S'.repeat(513), projectId: 'demo-project' })).toBe(
    '`secret` is too long to be a name: write its id, such as TELE_TOKEN',
  );
});

test('everything that is wrong is said at once', () => {
  expect(refusal({ secret: FULL, projectId: 'other-project', version: '0' })).toBe(
    [
      '`secret` names the project demo-project and `project-id` other-project: leave `project-id` out',
      '`version: 0` is neither a number such as 3, nor an alias, nor latest',
    ].join('; '),
  );
});

describe('inputs that do not go together are refused', () => {
  test.each<[string, Partial<SecretInput>, string]>([
    [
      'an id without a project',
      { secret: 'TELE_TOKEN' },
      '`secret: TELE_TOKEN` needs `project-id`, or write projects/PROJECT/secrets/TELE_TOKEN',
    ],
    ...['My Project', 'My-Project', 'demo', 'a/b', '../demo-project', 'demo-project/secrets/S', 'demo-project '].map(
      (projectId): [string, Partial<SecretInput>, string] => [
        `the project ${projectId}`,
        { secret: 'TELE_TOKEN', projectId },
        `\`project-id: ${projectId}\` is no project: write its id, such as my-project, or its number`,
      ],
    ),
    [
      'two projects',
      { secret: FULL, projectId: 'other-project' },
      '`secret` names the project demo-project and `project-id` other-project: leave `project-id` out',
    ],
    [
      'two versions',
      { secret: `${FULL}/versions/1`, version: '2' },
      '`secret` names the version 1 and `version` 2: leave one of them out',
    ],
    [
      'a version with leading zeros',
      { secret: FULL, version: '007' },
      '`version: 007` is neither a number such as 3, nor an alias, nor latest',
    ],
    [
      'version nought',
      { secret: FULL, version: '0' },
      '`version: 0` is neither a number such as 3, nor an alias, nor latest',
    ],
    [
      'a version with leading zeros in the full name',
      { secret: `${FULL}/versions/01` },
      '`version: 01` is neither a number such as 3, nor an alias, nor latest',
    ],
    [
      'a version that is a whole name',
      { secret: 'TELE_TOKEN', projectId: 'demo-project', version: `${FULL}/versions/1` },
      `\`version: ${FULL}/versions/1\` is neither a number such as 3, nor an alias, nor latest`,
    ],
  ])('%s', (_, input, message) => {
    expect(refusal(input)).toBe(message);
  });
});

describe('in a config file, where one project is for all secrets,', () => {
  test.each<[string, Partial<SecretInput>, string]>([
    [
      'an id without a project is refused by the name of the field',
      { secret: 'TELE_TOKEN' },
      '`secret: TELE_TOKEN` needs `project`, or write projects/PROJECT/secrets/TELE_TOKEN',
    ],
    [
      'a project that is none is refused by the name of the field',
      { secret: 'TELE_TOKEN', projectId: 'My Project' },
      '`project: My Project` is no project: write its id, such as my-project, or its number',
    ],
    [
      'two projects are refused by the name of the field',
      { secret: FULL, projectId: 'other-project' },
      '`secret` names the project demo-project and `project` other-project: leave `project` out',
    ],
    [
      'advice puts the project into the full name',
      { secret: 'demo-project/TELE_TOKEN/v2' },
      "`demo-project/TELE_TOKEN/v2` is no secret's name: write `secret: projects/demo-project/secrets/TELE_TOKEN` and `version: 2`",
    ],
    [
      'advice keeps the region in the full name',
      { secret: 'projects/demo-project/locations/europe-west3/TELE_TOKEN' },
      "`projects/demo-project/locations/europe-west3/TELE_TOKEN` is no secret's name: write `secret: projects/demo-project/locations/europe-west3/secrets/TELE_TOKEN`",
    ],
    [
      'advice on an id stays an id',
      { secret: 'TELE_TOKEN:1' },
      "`TELE_TOKEN:1` is no secret's name: write `secret: TELE_TOKEN` and `version: 1`",
    ],
    [
      'a project that cannot be one is not put into a name',
      { secret: 'Demo/TELE_TOKEN' },
      "`Demo/TELE_TOKEN` is no secret's name: write its id, such as TELE_TOKEN (letters, digits, - and _), or projects/PROJECT/secrets/TELE_TOKEN",
    ],
  ])('%s', (_, input, message) => {
    expect(refusal(input, 'project')).toBe(message);
  });
});
