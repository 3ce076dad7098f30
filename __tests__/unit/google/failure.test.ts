// What a person reads when Google does not give a payload. How the real client throws it, secret-manager.test.ts shows.

import { describe, expect, test } from 'vitest';
import type { ActionError, ErrorCode } from '../../../src/errors.ts';
import {
  accessError,
  credentialsError,
  isTransient,
  listError,
  noneEnabledError,
} from '../../../src/google/failure.ts';
import { parseVersion, type SecretName, type SecretVersionRequest } from '../../../src/google/resource-names.ts';

const NAME: SecretName = { project: 'demo-project', secret: 'TELE_TOKEN' };
const GLOBAL = 'projects/demo-project/secrets/TELE_TOKEN';
const UNREACHABLE = 'Check the network, HTTPS_PROXY and the input `secret-manager-endpoint`, and run it again.';
const REJECTED =
  'They may have expired or been made for another project: run google-github-actions/auth in the same job, before this action.';
const LISTING = '`gcloud secrets versions list TELE_TOKEN --project=demo-project --filter=state:ENABLED`';
const IN_REGION =
  '`gcloud secrets versions list TELE_TOKEN --project=demo-project --location=europe-west3 --filter=state:ENABLED`';

function asking(text: string, name = NAME): SecretVersionRequest {
  const version = parseVersion(text);
  return version === undefined ? expect.unreachable('it is a version') : { name, version };
}

/** As a server says it: with a text that may be anything. */
const answered = (code: unknown, message = 'canary') => Object.assign(new Error(message), { code });

type Said = [reason: string, code: ErrorCode, remedy: string];

function expectSaid(error: ActionError, request: string, [reason, code, remedy]: Said): void {
  expect(error).toMatchObject({ code, message: `Cannot access ${request}: ${reason}.`, remedy });
  expect(error.message + error.remedy).not.toContain('canary');
}

const OF_THE_SERVICE: [string, unknown, Said][] = [
  ['UNAUTHENTICATED', answered(16), ['Google refused the credentials', 'GOOGLE_CREDENTIALS_REJECTED', REJECTED]],
  [
    'RESOURCE_EXHAUSTED',
    answered(8),
    ['the quota of Secret Manager is used up', 'GOOGLE_QUOTA_EXHAUSTED', 'Wait a minute and run it again.'],
  ],
  ...['DEADLINE_EXCEEDED', 'INTERNAL', 'UNAVAILABLE'].map((name, index): [string, unknown, Said] => [
    name,
    answered([4, 13, 14][index]),
    [
      'Secret Manager did not answer as it should, though it was asked again and again',
      'GOOGLE_UNREACHABLE',
      UNREACHABLE,
    ],
  ]),
  ...[answered(12), answered('5'), new Error('canary'), { code: 5 }, 'canary'].map((cause): [string, unknown, Said] => [
    `what is no answer of it: ${typeof cause}`,
    cause,
    ['what answered does not answer as Secret Manager does', 'GOOGLE_UNREACHABLE', UNREACHABLE],
  ]),
];

describe('an access that failed tells of', () => {
  test.each<[string, unknown, Said]>([
    [
      'NOT_FOUND',
      answered(5),
      [
        'there is no such secret or version',
        'SECRET_NOT_FOUND',
        `Check \`secret\`, \`version\` and the project; ${LISTING} shows what there is.`,
      ],
    ],
    [
      'PERMISSION_DENIED',
      answered(7),
      [
        'the credentials may not read it, or it does not exist',
        'SECRET_ACCESS_DENIED',
        `Grant roles/secretmanager.secretAccessor on ${GLOBAL} to the account that google-github-actions/auth signs in as.`,
      ],
    ],
    [
      'a version that is destroyed',
      answered(9, 'canary is in DESTROYED state.'),
      [
        'this version is destroyed',
        'SECRET_VERSION_DESTROYED',
        `Its payload is gone: name an enabled version with \`version\`; ${LISTING} shows which are.`,
      ],
    ],
    ...['canary is in DISABLED state.', 'canary is in the state NOT_DESTROYED.', ''].map(
      (said): [string, unknown, Said] => [
        `a version that is disabled: ${said}`,
        answered(9, said),
        [
          'this version is disabled',
          'SECRET_VERSION_DISABLED',
          `Enable it in Secret Manager, or name an enabled version with \`version\`; ${LISTING} shows which are.`,
        ],
      ],
    ),
    [
      'INVALID_ARGUMENT',
      answered(3),
      ['Google does not take it as a name', 'SECRET_NOT_FOUND', 'Check `secret` and `version`.'],
    ],
    ...OF_THE_SERVICE,
  ])('%s', (_, cause, said) => {
    expectSaid(accessError(asking('3'), cause), `${GLOBAL}/versions/3`, said);
    expect(accessError(asking('3'), cause).cause).toBe(cause);
  });

  test('a regional secret, where people find its versions', () => {
    const error = accessError(asking('3', { ...NAME, location: 'europe-west3' }), answered(5));
    expect(error.remedy).toContain(IN_REGION);
  });

  test.each([
    ['v3', "`v3` was taken for an alias; for the version's number write `version: 3`."],
    ['V30', "`V30` was taken for an alias; for the version's number write `version: 30`."],
    ...['stable', 'v0', 'v3x', 'rev3', 'v-3'].map((alias) => [
      alias,
      `Check \`secret\` and the project, and that the secret has an alias \`${alias}\`.`,
    ]),
  ])('an alias that is not there: %s', (alias = '', remedy) => {
    expect(accessError(asking(alias), answered(5)).remedy).toBe(remedy);
  });
});

describe('a list that failed tells of', () => {
  test.each<[string, unknown, Said]>([
    [
      'NOT_FOUND',
      answered(5),
      ['there is no such secret', 'SECRET_NOT_FOUND', 'Check the name of the secret and its project.'],
    ],
    [
      'PERMISSION_DENIED',
      answered(7),
      [
        'the credentials may not list its versions, or it does not exist',
        'SECRET_LIST_DENIED',
        `Grant roles/secretmanager.viewer on ${GLOBAL} to the account that google-github-actions/auth signs in as, or write \`version: latest\`, which does not need it.`,
      ],
    ],
    [
      'INVALID_ARGUMENT',
      answered(3),
      ['Google does not take it as a name', 'SECRET_NOT_FOUND', 'Check the name of the secret and its project.'],
    ],
    ...OF_THE_SERVICE,
  ])('%s', (_, cause, said) => {
    expectSaid(listError(asking('latest-enabled'), cause), `${GLOBAL}/versions/latest-enabled`, said);
  });

  test('none that is enabled', () => {
    expectSaid(noneEnabledError(asking('latest-enabled')), `${GLOBAL}/versions/latest-enabled`, [
      'none of its versions is enabled',
      'SECRET_NONE_ENABLED',
      'Enable one in Secret Manager, or add one.',
    ]);
  });
});

describe('credentials that give no token are', () => {
  const http = (status: unknown, data?: unknown) => Object.assign(new Error('canary'), { status, response: { data } });
  const rejected: Said = ['Google refused the credentials', 'GOOGLE_CREDENTIALS_REJECTED', REJECTED];
  const unreachable: Said = [
    'the service that gives out access tokens did not answer as it should',
    'GOOGLE_UNREACHABLE',
    UNREACHABLE,
  ];
  const missing: Said = [
    'no usable Google credentials were found',
    'GOOGLE_CREDENTIALS_MISSING',
    'Run google-github-actions/auth before this action, in a job with `permissions: id-token: write`, or give the input `access-token`.',
  ];

  test.each<[string, Said, unknown]>([
    ['refused with 400', rejected, http(400)],
    ['refused with 401', rejected, http(401, '{"error":"canary"}')],
    ['refused with 403, and a reason', rejected, http(403, ' {"error":"canary"}')],
    ['refused with 403, and a reason that is read already', rejected, http(403, { error: 'canary' })],
    ['refused with 499', rejected, http(499)],
    ['kept back by a proxy with a page', unreachable, http(403, '<html>canary</html>')],
    ['kept back by a proxy without a word', unreachable, http(403, '')],
    ['kept back by a proxy that wants credentials itself', unreachable, http(407, '{}')],
    ['asked for too often', unreachable, http(429)],
    ['asked for in vain with 500', unreachable, http(500)],
    ['asked for in vain with 503', unreachable, http(503)],
    ['asked for through a redirect', unreachable, http(302)],
    ['asked for without an answer', unreachable, Object.assign(new Error('canary'), { config: {} })],
    ['asked for until the time was over', unreachable, undefined],
    ['none', missing, new Error('canary')],
    ['none, whatever was thrown', missing, 'canary'],
    ['none, where the status is none', missing, http('400')],
  ])('%s', (_, said, cause) => {
    expectSaid(credentialsError(asking('latest'), cause), `${GLOBAL}/versions/latest`, said);
  });
});

test.each([
  [4, true],
  [8, true],
  [13, true],
  [14, true],
  [3, false],
  [5, false],
  [7, false],
  [9, false],
  [16, false],
  [undefined, false],
])('whether code %s may help when it is asked again: %s', (code, expected) => {
  expect(isTransient(answered(code))).toBe(expected);
  expect(isTransient({ code })).toBe(false);
});
