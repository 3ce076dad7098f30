// The outputs: every one of action.yml is set whatever happens, and says what happened. The report has one shape, which
// is written down here; what does not apply is left out of it.
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { FILE, FLUX_REPOSITORY, KMS_KEY, startWorld, type World } from '../stand-ins/world.ts';

const SECRET = 'projects/123456789012/secrets/TELE_TOKEN';

/** Two versions, and what they are after these runs. */
async function worldAfter(...runs: Record<string, string>[]): Promise<World> {
  const world = await startWorld();
  world.secret.addVersion('123456:first');
  world.secret.addVersion('123456:second');
  for (const inputs of runs) {
    await using run = await world.run(inputs);
    expect(run.exitCode, run.stdout).toBe(0);
  }
  return world;
}

/** What the outputs say of a commit on a branch, and of none where it is undefined. */
function commitOutputs(world: World, branch: string | undefined) {
  const head = branch === undefined ? '' : (world.flux.head(branch) ?? '');
  return {
    'commit-sha': head,
    'commit-url': head && `${world.github.url}/${FLUX_REPOSITORY}/commit/${head}`,
    verified: head && 'true',
  };
}

function pullRequestOutputs(world: World, operation: string) {
  const number = operation === 'none' && world.flux.pullRequests.length === 0 ? '' : '1';
  return {
    'pull-request-number': number,
    'pull-request-url': number && `${world.github.url}/${FLUX_REPOSITORY}/pull/1`,
    'pull-request-operation': operation,
  };
}

const version = (number: string) => ({ version: number, 'secret-version': `${SECRET}/versions/${number}`, file: FILE });
const PROPOSE = { publish: 'pull-request', branch: 'secrets/kbot' };

interface Ending {
  name: string;
  before?: Record<string, string>[];
  meets?: (world: World) => unknown;
  inputs?: Record<string, string>;
  outputs: (world: World) => Record<string, string>;
  report: (world: World) => object;
}

const source = (from: string | undefined, to: string) => ({
  key: 'token',
  secret: 'TELE_TOKEN',
  secretVersion: `${SECRET}/versions/${to}`,
  ...(from !== undefined && { from }),
  to,
});
const manifest = (outcome: string, from: string | undefined, to: string) => ({
  file: FILE,
  name: 'kbot-token',
  namespace: 'demo',
  outcome,
  sources: [source(from, to)],
  notes: [],
});
const commit = ({ flux, github }: World, branch: string, verified = true) => {
  const oid = flux.head(branch);
  return { oid, url: `${github.url}/${FLUX_REPOSITORY}/commit/${oid}`, verified };
};
const pullRequest = ({ github }: World, operation: string) => ({
  number: 1,
  url: `${github.url}/${FLUX_REPOSITORY}/pull/1`,
  operation,
});
const REPORT = { repository: FLUX_REPOSITORY, base: 'main' };
const HOLD = { by: 'octocat', since: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) };

const ENDINGS: Ending[] = [
  {
    name: 'created by a commit',
    inputs: { version: '1' },
    outputs: (world) => ({
      ...{ outcome: 'created', changed: 'true', branch: 'main', ...version('1') },
      ...{ ...commitOutputs(world, 'main'), ...pullRequestOutputs(world, 'none') },
    }),
    report: (world) => ({
      ...{ ...REPORT, outcome: 'created', changed: true },
      ...{ manifests: [manifest('created', undefined, '1')], commit: commit(world, 'main') },
    }),
  },
  {
    name: 'updated by a commit that GitHub does not sign',
    before: [{ version: '1' }],
    meets: ({ flux }) => Object.assign(flux.settings, { signsCommits: false }),
    outputs: (world) => ({
      ...{ outcome: 'updated', changed: 'true', branch: 'main', ...version('2') },
      ...{ ...commitOutputs(world, 'main'), ...pullRequestOutputs(world, 'none'), verified: 'false' },
    }),
    report: (world) => ({
      ...{ ...REPORT, outcome: 'updated', changed: true },
      ...{ manifests: [manifest('updated', '1', '2')], commit: commit(world, 'main', false) },
    }),
  },
  ...['', '2'].map(
    (asked): Ending => ({
      name: `unchanged, asked for ${asked || 'latest'}`,
      before: [{}],
      inputs: { version: asked },
      outputs: (world) => ({
        ...{ outcome: 'unchanged', changed: 'false', branch: 'main', ...version('2') },
        ...{ ...commitOutputs(world, undefined), ...pullRequestOutputs(world, 'none') },
      }),
      report: () => ({
        ...{ ...REPORT, outcome: 'unchanged', changed: false },
        manifests: [manifest('unchanged', '2', '2')],
      }),
    }),
  ),
  {
    name: 'held',
    before: [{ version: '1', hold: 'true' }],
    outputs: (world) => ({
      ...{ outcome: 'held', changed: 'false', branch: 'main', ...version('1') },
      ...{ ...commitOutputs(world, undefined), ...pullRequestOutputs(world, 'none') },
    }),
    report: () => ({
      ...{ ...REPORT, outcome: 'held', changed: false },
      manifests: [{ ...manifest('held', '1', '1'), hold: HOLD }],
    }),
  },
  {
    name: 'created, but not published',
    inputs: { publish: 'none' },
    outputs: (world) => ({
      ...{ outcome: 'created', changed: 'true', branch: 'main', ...version('2') },
      ...{ ...commitOutputs(world, undefined), ...pullRequestOutputs(world, 'none') },
    }),
    report: () => ({
      ...{ ...REPORT, outcome: 'created', changed: true },
      manifests: [manifest('created', undefined, '2')],
    }),
  },
  {
    name: 'created by a pull request',
    inputs: { ...PROPOSE, version: '1' },
    outputs: (world) => ({
      ...{ outcome: 'created', changed: 'true', branch: 'secrets/kbot', ...version('1') },
      ...{ ...commitOutputs(world, 'secrets/kbot'), ...pullRequestOutputs(world, 'created') },
    }),
    report: (world) => ({
      ...{ ...REPORT, outcome: 'created', changed: true, branch: 'secrets/kbot' },
      ...{ manifests: [manifest('created', undefined, '1')], commit: commit(world, 'secrets/kbot') },
      pullRequest: pullRequest(world, 'created'),
    }),
  },
  {
    name: 'updated in the pull request',
    before: [{ version: '1' }, { ...PROPOSE, version: '2' }],
    inputs: { ...PROPOSE, version: '2', refresh: 'true' },
    outputs: (world) => ({
      ...{ outcome: 'updated', changed: 'true', branch: 'secrets/kbot', ...version('2') },
      ...{ ...commitOutputs(world, 'secrets/kbot'), ...pullRequestOutputs(world, 'updated') },
    }),
    report: (world) => ({
      ...{ ...REPORT, outcome: 'updated', changed: true, branch: 'secrets/kbot' },
      ...{ manifests: [manifest('updated', '1', '2')], commit: commit(world, 'secrets/kbot') },
      pullRequest: pullRequest(world, 'updated'),
    }),
  },
  {
    name: 'unchanged, for the pull request is open already',
    before: [{ ...PROPOSE, version: '1' }],
    inputs: { ...PROPOSE, version: '1' },
    outputs: (world) => ({
      ...{ outcome: 'unchanged', changed: 'false', branch: 'secrets/kbot', ...version('1') },
      ...{ ...commitOutputs(world, undefined), ...pullRequestOutputs(world, 'none') },
    }),
    report: (world) => ({
      ...{ ...REPORT, outcome: 'unchanged', changed: false, branch: 'secrets/kbot' },
      ...{ manifests: [manifest('unchanged', undefined, '1')], pullRequest: pullRequest(world, 'none') },
    }),
  },
  {
    name: 'unchanged, and the pull request closed with its branch',
    before: [{ version: '1' }, { ...PROPOSE, version: '2' }],
    inputs: { ...PROPOSE, version: '1' },
    outputs: (world) => ({
      ...{ outcome: 'unchanged', changed: 'false', branch: 'main', ...version('1') },
      ...{ ...commitOutputs(world, undefined), ...pullRequestOutputs(world, 'closed') },
    }),
    report: (world) => ({
      ...{ ...REPORT, outcome: 'unchanged', changed: false },
      ...{ manifests: [manifest('unchanged', '1', '1')], pullRequest: pullRequest(world, 'closed') },
    }),
  },
];

const NOTHING = {
  ...{ outcome: 'failed', changed: 'false', version: '', 'secret-version': '', file: '' },
  ...{ 'commit-sha': '', 'commit-url': '', verified: '', branch: '' },
  ...{ 'pull-request-number': '', 'pull-request-url': '', 'pull-request-operation': 'none' },
};
const FAILURES: Ending[] = [
  {
    name: 'failed with the secret in hand',
    meets: ({ google }) => google.denyKey(KMS_KEY),
    outputs: () => ({ ...NOTHING, file: FILE }),
    report: () => {
      const { error, ...report } = failure(FLUX_REPOSITORY, 'SOPS_KEY_DENIED');
      const { sources: _, ...failed } = manifest('failed', undefined, '');
      return { ...report, base: 'main', error, manifests: [{ ...failed, sources: [], error }] };
    },
  },
  {
    name: 'failed before anything was read',
    inputs: { file: 'x.json' },
    outputs: () => NOTHING,
    report: () => failure('', 'INPUT_INVALID'),
  },
];

function failure(repository: string, code: string) {
  const sentence = { message: expect.stringMatching(/^Cannot .*\.$/), remedy: expect.stringMatching(/^[A-Z].*\.$/) };
  const error = { code, ...sentence, changedSomething: false };
  return { outcome: 'failed', changed: false, repository, manifests: [], error };
}

describe('every output is set, and right, where the secret is', () => {
  test.concurrent.for([...ENDINGS, ...FAILURES])('$name', async (ending) => {
    await using world = await worldAfter(...(ending.before ?? []));
    ending.meets?.(world);
    await using run = await world.run(ending.inputs);
    const { report, ...outputs } = run.outputs;

    expect(Object.keys(run.outputs).sort()).toEqual(await declaredOutputs());
    expect(outputs, run.stdout).toEqual(ending.outputs(world));
    expect(JSON.parse(report ?? '')).toEqual({ kustomizations: [], notes: [], leftOut: 0, ...ending.report(world) });
    expect(run.exitCode).toBe(FAILURES.includes(ending) ? 1 : 0);
  });
});

test('every output is described in action.yml by a sentence', async () => {
  const { outputs } = await readActionFile();
  for (const { description } of Object.values(outputs)) expect(description).toMatch(/.{10,}\.$/);
});

async function declaredOutputs(): Promise<string[]> {
  return Object.keys((await readActionFile()).outputs).sort();
}

async function readActionFile(): Promise<{ outputs: Record<string, { description: string }> }> {
  return parse(await readFile(new URL('../../action.yml', import.meta.url), 'utf8')) as Awaited<
    ReturnType<typeof readActionFile>
  >;
}
