// What may come from where GitHub should be: pages, halves, other shapes, and texts that are meant for the runner or the
// summary. Of a read nothing is believed; a write is looked for before it is made again.
import { expect } from 'vitest';
import { FILE, FLUX_REPOSITORY, type World, type WorldRun } from '../../stand-ins/world.ts';
import { HEAD } from '../proposals.ts';
import type { Fault, FaultTable } from './fault.ts';
import { startProposed, to } from './github.ts';

const PAGE = '<!DOCTYPE html><title>Sign in</title><form action="https://sso.example.com">';
const NOT_GITHUB = 'what answered is not the API of GitHub, or only a part of the answer arrived';
const WHERE = 'Check githubstatus.com, HTTPS_PROXY and what it leads to, and GITHUB_API_URL';

interface Answer {
  /** Completes "when …": whatever was asked. */
  answer: string;
  body: string | object;
  type?: string;
}
const TYPE = 'content-type';

const NOT_GRAPHQL: readonly Answer[] = [
  { answer: 'a web page', body: PAGE, type: 'text/html; charset=utf-8' },
  { answer: 'a web page that says it is JSON', body: PAGE },
  { answer: 'bytes', body: PAGE, type: 'application/octet-stream' },
  { answer: 'a page of no known type', body: PAGE, type: 'a/b/c; d' },
  { answer: 'nothing', body: '' },
  { answer: 'null', body: 'null' },
  { answer: 'a list', body: '[]' },
  { answer: 'a text', body: '"data"' },
  { answer: 'no data', body: {} },
  { answer: 'no data, and errors that are none', body: { errors: null } },
  { answer: 'an empty list of errors', body: { data: null, errors: [] } },
  { answer: 'errors that are no list', body: { data: null, errors: { message: 'No.' } } },
  { answer: 'errors that are texts', body: { data: null, errors: ['No.'] } },
  { answer: 'errors that are nothing', body: { data: null, errors: [null] } },
];

/** Of what is asked for, some is missing or of another kind. */
const repositoryOf = (repository: unknown): { data: { repository: unknown } } => ({ data: { repository } });
const REPOSITORY = { id: 'R_1', nameWithOwner: FLUX_REPOSITORY, isArchived: false, isEmpty: false };
const OID = 'c0ffee'.padEnd(40, '0');
const NOT_A_REPOSITORY: readonly Answer[] = [
  { answer: 'null data without errors', body: { data: null } },
  { answer: 'data without a repository', body: { data: {} } },
  {
    answer: 'a repository under a name of the prototype',
    body: `{"data":{"__proto__":${JSON.stringify(REPOSITORY)}}}`,
  },
  { answer: 'no repository, and no errors', body: repositoryOf(null) },
  { answer: 'a repository that is a list', body: repositoryOf([]) },
  { answer: 'a repository without fields', body: repositoryOf({}) },
  { answer: 'a repository without a branch', body: repositoryOf(REPOSITORY) },
  { answer: 'a branch without a commit', body: repositoryOf({ ...REPOSITORY, branch: { name: 'main' } }) },
  {
    answer: 'a commit without its files',
    body: repositoryOf({ ...REPOSITORY, branch: { name: 'main', target: { oid: OID } } }),
  },
];

/** A real answer with something else in it. */
interface Forgery {
  answer: string;
  forge: (body: string) => string;
}
const EVIL = '\\n::error::evil\\n##[add-mask]evil [evil](https://evil.example) @evil';
const replace = (part: string | RegExp, other: string) => (body: string) => {
  expect(body).toMatch(part);
  return body.replace(part, other);
};
const FORGED: readonly Forgery[] = [
  { answer: 'half an answer', forge: (body) => body.slice(0, body.length / 2) },
  { answer: 'all of an answer but its end', forge: (body) => body.slice(0, -1) },
  { answer: 'a branch of another name', forge: replace('"name":"main"', `"name":"main${EVIL}"`) },
  { answer: 'a branch without a name', forge: replace('"name":"main"', '"name":""') },
  { answer: 'a repository of another name', forge: replace('"acme/flux-gitops"', `"acme/flux${EVIL}"`) },
  { answer: 'an oid that is none', forge: replace(/"oid":"\w+"/, `"oid":"${EVIL}"`) },
  { answer: 'a file without a mode', forge: replace('"mode":33188', '"mode":"100644"') },
  { answer: 'a file whose text is none', forge: replace('"text":"', '"text":{},"other":"') },
];

/** No command is obeyed but this action's own. */
function expectNoCommands({ commands, exitCode }: WorldRun): void {
  const names = commands.map(({ name }) => name).filter((name) => name !== 'add-mask');
  expect(names).toEqual(exitCode === 0 ? [] : ['error']);
}

/** Nothing of it is obeyed, or stands anywhere. */
function expectNothingEvil(run: WorldRun): void {
  expectNoCommands(run);
  for (const text of [run.stdout, run.summary, JSON.stringify(run.outputs)]) expect(text).not.toContain('evil');
}

/** Anything that GitHub may say of itself where it refuses. */
const SAID: readonly { what: string; error: object; says: string }[] = [
  {
    what: 'an unknown type',
    error: { type: 'SOMETHING_NEW', message: 'No.' },
    says: 'GitHub refused it with SOMETHING_NEW.',
  },
  { what: 'no type', error: { message: 'No.' }, says: 'GitHub refused it.' },
  { what: 'nothing at all', error: {}, says: 'GitHub refused it.' },
  { what: 'a type that is none', error: { type: { evil: true }, message: ['evil'] }, says: 'GitHub refused it.' },
  {
    what: 'a type with commands in it',
    error: { type: '\n::error::evil', message: 'No.' },
    says: 'GitHub refused it.',
  },
  {
    what: 'a message with commands in it',
    error: {
      type: 'UNPROCESSABLE',
      message: '\n::stop-commands::evil\n##[error]evil [evil](https://evil.example) @evil',
    },
    says: 'GitHub refused it with UNPROCESSABLE.',
  },
  {
    what: 'a megabyte of words that it may be known by',
    error: { type: 'UNPROCESSABLE', message: 'a ref named is in Ref is at evil '.repeat(32_768) },
    says: 'GitHub refused it with UNPROCESSABLE.',
  },
  {
    what: 'that it ran out of something',
    error: { type: 'RESOURCE_LIMITS_EXCEEDED', message: 'Resource limits for this query exceeded.' },
    says: 'GitHub refused it with RESOURCE_LIMITS_EXCEEDED.',
  },
];

const answered = ({ body, type }: Answer) => ({
  status: 200,
  body,
  ...(type !== undefined && { headers: { [TYPE]: type } }),
});

const toSnapshot: Fault[] = [...NOT_GRAPHQL, ...NOT_A_REPOSITORY].map((answer) => ({
  when: `${answer.answer} comes for the repository`,
  arrange: ({ github }) => github.fault({ when: to('Snapshot'), times: 9, ...answered(answer) }),
  code: 'GITHUB_UNREACHABLE',
  says: `Cannot read ${FLUX_REPOSITORY}: ${NOT_GITHUB}`,
  remedy: WHERE,
}));
const forgedSnapshot: Fault[] = FORGED.map(({ answer, forge }) => ({
  when: `${answer} comes for the repository`,
  files: { [FILE]: '# a file\n' },
  arrange: ({ github }) => github.fault({ when: to('Snapshot'), tamper: forge }),
  code: 'GITHUB_UNREACHABLE',
  says: `Cannot read ${FLUX_REPOSITORY}: ${NOT_GITHUB}`,
  remedy: WHERE,
  also: expectNothingEvil,
}));
const saidOfSnapshot: Fault[] = SAID.flatMap(({ what, error, says }) =>
  [null, repositoryOf(REPOSITORY).data].map((data) => ({
    when: `GitHub says ${what} of the repository, with ${data === null ? 'no' : 'some'} data`,
    arrange: ({ github }: World) =>
      github.fault({ when: to('Snapshot'), status: 200, body: { data, errors: [error] } }),
    code: 'GITHUB_REFUSED' as const,
    says: `Cannot read ${FLUX_REPOSITORY}: ${says}`,
    remedy: 'Its audit log and the settings of the repository may say why',
    also: expectNothingEvil,
  })),
);

const OF_THE_HEAD: readonly (Forgery & { operation: string })[] = [
  { answer: 'a page', operation: 'Head', forge: () => PAGE },
  { answer: 'no repository', operation: 'Head', forge: () => JSON.stringify(repositoryOf(null)) },
  { answer: 'a message that is none', operation: 'Head', forge: replace('"message":"', '"message":1,"other":"') },
  { answer: 'a pull request without a number', operation: 'Head', forge: replace('"number":1', '"number":"1"') },
  {
    answer: 'a pull request with another URL',
    operation: 'Head',
    forge: replace(/"url":"[^"]+"/, '"url":"javascript:evil"'),
  },
  {
    answer: 'a pull request for another base',
    operation: 'Head',
    forge: replace('"baseRefName":"main"', `"baseRefName":"main${EVIL}"`),
  },
  { answer: 'a page in the place of its commits', operation: 'Comparison', forge: () => PAGE },
  { answer: 'commits that are none', operation: 'Comparison', forge: replace('"totalCount":1', '"totalCount":null') },
];
const ofHead: Fault[] = OF_THE_HEAD.map(({ answer, operation, forge }) => ({
  when: `${answer} comes for the head branch`,
  inputs: { publish: 'pull-request' },
  arrange: async (world) => {
    await startProposed(world);
    world.github.fault({ when: to(operation), tamper: forge });
  },
  code: 'GITHUB_UNREACHABLE',
  says: `Cannot read ${FLUX_REPOSITORY}: ${NOT_GITHUB}`,
  remedy: WHERE,
  also: expectNothingEvil,
}));

export const answersToReads: FaultTable = {
  from: 'of the answer to a read',
  encrypting: false,
  faults: [
    ...toSnapshot,
    ...forgedSnapshot,
    ...saidOfSnapshot,
    ...ofHead,
    {
      when: 'a commit on the head branch claims to be about something evil',
      inputs: { publish: 'pull-request' },
      arrange: async (world) => {
        await startProposed(world);
        const [commit] = world.flux.log(HEAD);
        const files = { [FILE]: world.manifest(HEAD) };
        const message = (commit?.message ?? '').replace(
          /(-Scope: ).*/,
          '$1::error::a [b](https://evil.example) @c ##[d]',
        );
        const parent = world.flux.head('main') ?? '';
        await world.flux.commit({ branch: HEAD, files, message, parent });
      },
      code: 'BRANCH_HAS_OTHER_COMMITS',
      says: 'it proposes something else: ',
      remedy: 'Name another branch',
      also: (run) => {
        expectNoCommands(run);
        expect(run.summary).toContain('@c');
        expect(run.summary.replaceAll(/`[^`]*`/g, '')).not.toMatch(/@c|evil/);
      },
    },
  ],
};

/** One commit of it, and known as this run's own. */
function expectOneCommit(run: WorldRun, { flux }: World): void {
  const [commit, ...others] = flux.log('main').filter(({ files }) => files.includes(FILE));
  expect(others).toEqual([]);
  expect(run.outputs).toMatchObject({ changed: 'true', 'commit-sha': commit?.oid });
  expect(run.stdout).toContain('an answer was lost). Reading it again.');
  expectNothingEvil(run);
}
const insteadOfCommit: Fault[] = [
  ...NOT_GRAPHQL,
  { answer: 'no commit', body: { data: { createCommitOnBranch: null } } },
].map((answer) => ({
  when: `${answer.answer} comes for the commit, which is not made`,
  arrange: ({ github }) => github.fault({ when: to('Commit'), ...answered(answer) }),
  outcome: 'created',
  also: expectOneCommit,
}));
const UNSIGNED = { type: 'INTERNAL', path: ['createCommitOnBranch', 'commit', 'signature'], message: 'evil' };
const FORGED_COMMIT: readonly Forgery[] = [
  { answer: 'a page', forge: () => PAGE },
  { answer: 'half an answer', forge: (body) => body.slice(0, body.length / 2) },
  { answer: 'a commit without an oid', forge: replace(/"oid":"\w+"/, '"other":1') },
  { answer: 'a commit with another URL', forge: replace(/"url":"[^"]+"/, '"url":"javascript:evil"') },
  {
    answer: 'a commit with commands in its URL',
    forge: replace(/"url":"[^"]+"/, `"url":"https://evil.example/${EVIL}"`),
  },
  {
    answer: 'a commit, and an error about its signature',
    forge: (body) =>
      JSON.stringify({ ...JSON.parse(body.replace(/"signature":\{.*?\}/, '"signature":null')), errors: [UNSIGNED] }),
  },
];
const insteadOfTheAnswer: Fault[] = FORGED_COMMIT.map(({ answer, forge }) => ({
  when: `${answer} comes for the commit, which is made`,
  arrange: ({ github }) => github.fault({ when: to('Commit'), tamper: forge }),
  outcome: 'created',
  also: expectOneCommit,
}));
const saidOfCommit: Fault[] = SAID.map(({ what, error, says }) => ({
  when: `GitHub says ${what} of the commit`,
  arrange: ({ github }) => {
    const errors = [{ path: ['createCommitOnBranch'], ...error }];
    github.fault({ when: to('Commit'), status: 200, body: { data: { createCommitOnBranch: null }, errors } });
  },
  code: 'GITHUB_REFUSED',
  says: `Cannot commit to main of ${FLUX_REPOSITORY}: ${says}`,
  remedy: 'Its audit log and the settings of the repository may say why',
  also: expectNothingEvil,
}));

/** Steps of a pull request whose answer is a page: the next reading shows what was done. */
const ofProposal: Fault[] = ['CommitOnNewBranch', 'OpenPullRequest', '/labels', '/requested_reviewers'].map(
  (operation) => ({
    when: `a page comes for ${operation}, which is done`,
    inputs: { publish: 'pull-request', labels: 'secrets', reviewers: 'octocat' },
    arrange: ({ github }) => github.fault({ when: to(operation), tamper: () => PAGE }),
    outcome: 'created',
    also: (run, { flux }) => {
      expect(flux.pullRequests).toEqual([
        expect.objectContaining({ state: 'OPEN', headRefName: HEAD, labels: ['secrets'], reviewers: ['octocat'] }),
      ]);
      expect(flux.log(`refs/heads/main..refs/heads/${HEAD}`)).toHaveLength(1);
      expect(run.outputs).toMatchObject({ 'pull-request-number': '1', 'pull-request-operation': 'created' });
    },
  }),
);

export const answersToWrites: FaultTable = {
  from: 'of the answer to a write',
  encrypting: true,
  faults: [
    ...insteadOfCommit,
    ...insteadOfTheAnswer,
    ...saidOfCommit,
    ...ofProposal,
    {
      when: 'nothing but pages comes for the commit',
      inputs: { timeout: '4s' },
      arrange: ({ github }) => github.fault({ when: to('Commit'), times: 99, status: 200, body: PAGE }),
      code: 'PUBLICATION_UNCERTAIN',
      says: `Cannot tell whether ${FLUX_REPOSITORY} was changed: GitHub did not answer a write`,
      remedy: 'Run it again',
      also: (_, { flux }) => expect(flux.read('main', FILE)).toBeUndefined(),
    },
  ],
};
