import { describe, expect, test } from 'vitest';
import { ActionError, formatError } from '../../../src/errors.ts';
import { harmless } from '../../../src/log.ts';
import { DOWNLOAD_URL } from '../../../src/sops/release.ts';
import { parseCommands } from '../../stand-ins/runner.ts';
import { problemsWith, readWith } from './read-with.ts';

function refusalOf(inputs: Record<string, string>): ActionError {
  try {
    readWith(inputs);
  } catch (error) {
    if (error instanceof ActionError) return error;
    throw error;
  }
  return expect.unreachable('the inputs were taken');
}

describe('inputs', () => {
  test('have defaults for all but what only the user knows', () => {
    expect(readWith({})).toEqual({
      wish: {
        kind: 'secret',
        desired: {
          ...{ state: 'present', file: 'clusters/dev/demo/kbot-token.yaml', name: 'tele-token', namespace: undefined },
          ...{ type: 'Opaque', immutable: false, labels: {}, annotations: {}, dataFrom: [], hold: 'keep' },
          data: new Map([
            [
              'TELE_TOKEN',
              {
                kind: 'payload',
                request: { name: { project: 'demo-project', secret: 'TELE_TOKEN' }, version: { kind: 'latest' } },
                pointer: undefined,
                trimNewline: false,
              },
            ],
          ]),
        },
      },
      publishRest: false,
      recipients: [],
      policy: { allowedSecrets: [], allowedRecipients: [] },
      repository: 'acme/flux-gitops',
      token: 'ghs_standInToken',
      base: undefined,
      publish: { kind: 'commit' },
      commitMessage: undefined,
      refresh: false,
      timeout: 120_000,
      accessToken: undefined,
      sops: { kind: 'runner', otherwise: { version: '3.13.3', sha256: undefined, downloadUrl: DOWNLOAD_URL } },
      secretManagerEndpoint: undefined,
      kmsEndpoint: undefined,
    });
  });

  test('are taken as they are given', () => {
    const inputs = readWith({
      base: 'release/1.x',
      'commit-message': 'Rotate\n\nEvery month.',
      refresh: 'true',
      'access-token': 'ya29.token',
      'sops-path': '/opt/sops',
    });
    expect(inputs).toMatchObject({
      base: 'release/1.x',
      commitMessage: 'Rotate\n\nEvery month.',
      refresh: true,
      accessToken: 'ya29.token',
      sops: { kind: 'path', path: '/opt/sops' },
    });
  });

  test.each([
    [{ token: '' }, '`token` is empty: give a token for the Flux repository.'],
    [
      { repository: 'flux-gitops' },
      "`repository: flux-gitops` is not a repository's name: write owner/name such as acme/flux-gitops.",
    ],
    [
      { repository: 'https://github.com/acme/flux-gitops' },
      "`repository: https://github.com/acme/flux-gitops` is not a repository's name: write owner/name such as acme/flux-gitops.",
    ],
    [{ repository: '' }, "`repository: ` is not a repository's name: write owner/name such as acme/flux-gitops."],
  ])('%j is refused with what to write instead', (inputs, problem) => {
    expect(problemsWith(inputs)).toBe(problem);
  });

  test('one wrong input is said to be one', () => {
    expect(refusalOf({ token: '' })).toMatchObject({
      code: 'INPUT_INVALID',
      message:
        'Cannot use the inputs: one of them is not as expected. `token` is empty: give a token for the Flux repository.',
      remedy: 'Mend them in the workflow, and run it again.',
    });
  });

  test('all that is wrong is reported in one run', () => {
    const refusal = refusalOf({
      secret: '',
      version: '1.5',
      'project-id': 'My Project',
      name: 'Kbot_Token',
      namespace: 'De.Mo',
      key: 'a/b',
      file: '.github/workflows/ci.yaml',
      hold: 'maybe',
      'gcp-kms': 'projects/p/keyRings/r/cryptoKeys/k',
      age: 'age1short',
      pgp: 'me@example.com',
      'allowed-secrets': '!projects/demo/**',
      'allowed-recipients': '!age1*',
      repository: 'flux',
      token: '',
      base: 'refs/heads/main',
      branch: 'a..b',
      publish: 'push',
      draft: 'yes',
      'auto-merge': 'fast-forward',
      title: 'One\nTwo',
      refresh: 'weekly',
      timeout: 'soon',
      'secret-manager-endpoint': 'http://sm.example.com',
      'kms-endpoint': 'https://kms.example.com/v1',
    });
    expect(refusal.message.replaceAll('. `', '.\n`')).toMatchInlineSnapshot(`
      "Cannot use the inputs: 28 of them are not as expected.
      \`secret\` is missing: write the id of a secret, such as TELE_TOKEN.
      \`project-id: My Project\` is no project: write its id, such as my-project, or its number.
      \`version: 1.5\` is neither a number such as 3, nor an alias, nor latest.
      \`name: Kbot_Token\` is no name for a Secret: write lower-case letters, digits, - and . such as kbot-token.
      \`namespace: De.Mo\` is no namespace: write lower-case letters, digits and - such as demo.
      \`key: a/b\` is no data key: write letters, digits, -, _ and . such as token.
      \`file: .github/workflows/ci.yaml\` cannot be written: it lies under .git or .github.
      \`hold: maybe\` is neither true nor false.
      \`gcp-kms: projects/p/keyRings/r/cryptoKeys/k\` is no recipient: write projects/P/locations/L/keyRings/R/cryptoKeys/K.
      \`age: age1short\` is no recipient: write age1…, the public key.
      \`pgp: me@example.com\` is no recipient: write the fingerprint, 40 hexadecimal digits.
      \`allowed-secrets: !projects/demo/**\` cannot take away: list what is allowed.
      \`allowed-recipients: !age1*\` cannot take away: list what is allowed.
      \`repository: flux\` is not a repository's name: write owner/name such as acme/flux-gitops.
      \`base: refs/heads/main\` has to be the branch's own name, without refs/heads/.
      \`branch: a..b\` is no name that git takes for a branch.
      \`auto-merge: fast-forward\` is not known: write merge, squash or rebase.
      \`draft: yes\` is neither true nor false.
      \`title\` has more than one line: the rest goes into \`body\`.
      \`publish: push\` is not known: write commit, pull-request or none.
      \`branch\` is for pull requests: write \`publish: pull-request\`, or leave it out.
      \`title\` is for pull requests: write \`publish: pull-request\`, or leave it out.
      \`auto-merge\` is for pull requests: write \`publish: pull-request\`, or leave it out.
      \`refresh: weekly\` is neither true nor false.
      \`timeout: soon\` is no time for the run: write seconds or minutes up to an hour, such as 90s or 2m.
      \`secret-manager-endpoint: http://sm.example.com\` is no endpoint: write https://HOST (plain http: is for loopback only).
      \`kms-endpoint\` may hold a host and a port and nothing else: write https://kms.example.com.
      \`token\` is empty: give a token for the Flux repository."
    `);
  });

  test('what they hold is shown on one line, cut short, and as nothing that the runner obeys', () => {
    const hostile = `a\n::add-mask::b\r##[error]c\u2028\u202e${'d'.repeat(500)}`;
    const names = [
      'secret',
      'version',
      'project-id',
      'name',
      'namespace',
      'key',
      'file',
      'hold',
      'gcp-kms',
      'age',
      'pgp',
    ];
    const others = [
      'repository',
      'base',
      'branch',
      'publish',
      'draft',
      'auto-merge',
      'refresh',
      'timeout',
      'kms-endpoint',
    ];
    const refusal = refusalOf(Object.fromEntries([...names, ...others].map((name) => [name, hostile])));
    for (const name of [...names, ...others].slice(1)) expect(refusal.message).toContain(`\`${name}: a`);
    expect(refusal.message).not.toMatch(/[\r\n\u2028\u202e]/);
    expect(refusal.message).not.toContain('d'.repeat(501));
    expect(parseCommands(harmless(formatError(refusal)))).toEqual([]);
  });
});
