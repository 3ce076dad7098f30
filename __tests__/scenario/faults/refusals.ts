// Each status that GitHub refuses with, at each step of a run, and what is left of the steps before it.
import { expect } from 'vitest';
import { FLUX_REPOSITORY, type World } from '../../stand-ins/world.ts';
import { HEAD } from '../proposals.ts';
import type { Fault, FaultTable } from './fault.ts';
import { startProposed, to } from './github.ts';

interface Step {
  /** A GraphQL operation, or how the path of a REST route ends. */
  request: string;
  cannot: string;
  inputs?: Record<string, string>;
  /** What an earlier run has left. */
  arrange?: (world: World) => Promise<void>;
  /** What this run has done before, and where that leads to. */
  remains?: string;
  also?: NonNullable<Fault['also']>;
}

const proposing = { publish: 'pull-request' };
const onlyOnTheBase: NonNullable<Fault['also']> = (_, { flux }) => {
  expect(Object.keys(flux.refs())).toEqual(['refs/heads/main']);
  expect(flux.pullRequests.map(({ state }) => state)).toEqual(['CLOSED']);
};
const CLOSED = { remains: 'it was closed again, and its branch deleted', also: onlyOnTheBase };
const SET_UP = `set up pull request #1 of ${FLUX_REPOSITORY}`;

const READS: readonly Step[] = [
  { request: 'Snapshot', cannot: `read ${FLUX_REPOSITORY}` },
  { request: 'Head', cannot: `read ${FLUX_REPOSITORY}`, inputs: proposing },
  { request: 'Comparison', cannot: `read ${FLUX_REPOSITORY}`, inputs: proposing, arrange: startProposed },
];
const WRITES: readonly Step[] = [
  { request: 'Commit', cannot: `commit to main of ${FLUX_REPOSITORY}` },
  { request: 'CommitOnNewBranch', cannot: `commit to ${HEAD} of ${FLUX_REPOSITORY}`, inputs: proposing },
  {
    request: 'OpenPullRequest',
    cannot: `open a pull request on ${FLUX_REPOSITORY}`,
    inputs: proposing,
    remains: `the branch ${HEAD} stays, and the next run goes on from it`,
    also: (_, { flux }) => {
      expect(flux.pullRequests).toEqual([]);
      expect(flux.log(`refs/heads/main..refs/heads/${HEAD}`)).toHaveLength(1);
    },
  },
  {
    request: 'UpdateRefs',
    cannot: `update ${HEAD} of ${FLUX_REPOSITORY}`,
    inputs: { ...proposing, refresh: 'true' },
    arrange: startProposed,
  },
  {
    request: 'UpdatePullRequest',
    cannot: `describe pull request #1 of ${FLUX_REPOSITORY}`,
    inputs: { ...proposing, refresh: 'true' },
    arrange: startProposed,
    remains: 'its branch is up to date',
    also: (_, { flux }) => {
      expect(flux.pullRequests.map(({ state }) => state)).toEqual(['OPEN']);
      expect(flux.log(`refs/heads/main..refs/heads/${HEAD}`)).toHaveLength(1);
    },
  },
  { request: '/labels', cannot: SET_UP, inputs: { ...proposing, labels: 'secrets' }, ...CLOSED },
  { request: '/requested_reviewers', cannot: SET_UP, inputs: { ...proposing, reviewers: 'octocat' }, ...CLOSED },
  { request: 'EnableAutoMerge', cannot: SET_UP, inputs: { ...proposing, 'auto-merge': 'squash' }, ...CLOSED },
];

const STATUSES = [
  {
    status: 401,
    message: 'Bad credentials',
    code: 'TOKEN_REJECTED',
    reason: 'GitHub does not accept the token',
    remedy: 'make the GitHub App token in the same job',
  },
  {
    status: 403,
    message: 'Resource not accessible by integration',
    code: 'TOKEN_LACKS_PERMISSION',
    reason: 'the token may not do this there',
    remedy: '`contents: write`, and for pull requests `pull-requests: write`',
  },
  {
    status: 404,
    message: 'Not Found',
    code: 'REPOSITORY_NOT_FOUND',
    reason: 'for this token there is no such repository',
    remedy: 'Check the input `repository`',
  },
  {
    status: 422,
    message: 'Validation Failed',
    code: 'GITHUB_REFUSED',
    reason: 'GitHub refused it with status 422',
    remedy: 'the settings of the repository may say why',
  },
] as const;

const refuse = (steps: readonly Step[]): Fault[] =>
  steps.flatMap(({ request, cannot, arrange, ...step }) =>
    STATUSES.map(({ status, message, code, reason, remedy }) => ({
      ...step,
      when: `GitHub answers ${status} to ${request}`,
      arrange: async (world: World) => {
        await arrange?.(world);
        world.github.fault({ when: to(request), status, body: { message } });
      },
      code,
      says: `Cannot ${cannot}: ${reason}`,
      remedy,
    })),
  );

/** A gateway in front of it, again and again. */
const failing = { times: 99, status: 503, body: '<html>Unavailable</html>' };
const failToRead: Fault[] = READS.map(({ request, cannot, arrange, inputs }) => ({
  when: `GitHub fails at ${request} again and again`,
  inputs: { ...inputs, timeout: '40s' },
  arrange: async (world) => {
    await arrange?.(world);
    world.github.fault({ when: to(request), ...failing });
  },
  code: 'GITHUB_UNREACHABLE',
  says: `Cannot ${cannot}: GitHub did not answer, though it was asked again and again`,
  remedy: 'Check githubstatus.com, the network and HTTPS_PROXY',
}));
const failToWrite: Fault[] = WRITES.map(({ request, arrange, inputs }) => ({
  when: `GitHub fails at ${request} again and again`,
  inputs: { ...inputs, timeout: '5s' },
  arrange: async (world) => {
    await arrange?.(world);
    world.github.fault({ when: to(request), ...failing });
  },
  code: 'PUBLICATION_UNCERTAIN',
  says: `Cannot tell whether ${FLUX_REPOSITORY} was changed: GitHub did not answer a write`,
  remedy: 'Run it again',
}));

export const refusedReads: FaultTable = {
  from: 'of reading, by its status',
  encrypting: false,
  faults: [...refuse(READS), ...failToRead],
};
export const refusedWrites: FaultTable = {
  from: 'of writing, by its status',
  encrypting: true,
  faults: [
    ...refuse(WRITES),
    ...failToWrite,
    {
      when: 'no branch may be moved or deleted',
      inputs: { ...proposing, refresh: 'true' },
      arrange: async (world) => {
        await startProposed(world);
        world.github.fault({
          when: to('UpdateRefs'),
          times: 9,
          status: 403,
          body: { message: 'Not accessible by you' },
        });
      },
      code: 'TOKEN_LACKS_PERMISSION',
      says: `Cannot update ${HEAD} of ${FLUX_REPOSITORY}: the token may not do this there; the branch ${HEAD}-`,
      remedy: '`contents: write`',
      remains: `the branch ${HEAD}`,
      also: (run, { flux }) => {
        const [beside] = Object.keys(flux.refs()).filter((name) => name.startsWith(`refs/heads/${HEAD}-`));
        expect(run.summary).toContain(`the branch ${beside?.replace('refs/heads/', '')} was made and stays.`);
      },
    },
  ],
};
