// The reusable workflow: held to action.yml, and called as other repositories call it.
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { FLUX_REPOSITORY, startWorld } from '../stand-ins/world.ts';
import { JOB_TOKEN, runWorkflow } from './act.ts';
import { CONFIG, FILES, startWithConfig } from './many.ts';

interface Described {
  description: string;
  required?: boolean;
  type?: string;
  value?: string;
  default?: string;
}
interface Action {
  inputs: Record<string, Described>;
  outputs: Record<string, Described>;
}
interface Step {
  id?: string;
  uses?: string;
  run?: string;
  with?: Record<string, string>;
}
interface Reusable {
  on: { workflow_call: Action & { secrets: Record<string, Described> } };
  jobs: { sync: { outputs: Record<string, string>; steps: Step[] } };
}

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
const example = await read('examples/workflows/reusable.yml');
const action: Action = parse(await read('action.yml'));
const reusable: Reusable = parse(await read('.github/workflows/sync.yml'));
const page = await read('docs/reusable-workflow.md');
const call = reusable.on.workflow_call;
const { outputs: jobOutputs, steps } = reusable.jobs.sync;

/** The example, with these inputs in the place of those of one secret. */
function callWith(...inputs: string[]): string {
  const given = inputs.map((input) => `      ${input}\n`).join('');
  return example.replace(/ {6}secret: TELE_TOKEN\n[\s\S]*?(?= {6}repository: )/, given);
}

/** They are secrets there, or the workflow sees to them itself. */
const NOT_INPUTS = ['token', 'access-token', 'sops-path'];

describe('.github/actions/sync/action.yml', () => {
  test('is action.yml, but for the way to dist/', async () => {
    const copy = await read('.github/actions/sync/action.yml');
    expect(copy).toBe((await read('action.yml')).replace('main: dist/', 'main: ../../../dist/'));
  });
});

describe('.github/workflows/sync.yml', () => {
  test('takes every input of the action, says the same of it, and hands it on', () => {
    const { with: given = {} } = steps.find(({ uses }) => uses === '$/.github/actions/sync') ?? {};
    const names = Object.keys(action.inputs).filter((name) => !NOT_INPUTS.includes(name));
    expect(Object.keys(call.inputs)).toEqual(expect.arrayContaining(names));
    for (const name of names) {
      expect(call.inputs[name]?.description, name).toBe(action.inputs[name]?.description);
      expect(call.inputs[name]?.required ?? false, name).toBe(action.inputs[name]?.required ?? false);
      expect(given[name], name).toContain(`inputs.${name}`);
    }
    expect(Object.keys(given).sort()).toEqual([...names, 'token'].sort());
    expect(call.secrets['token']?.description).toBe(action.inputs['token']?.description);
  });

  test('hands every output of the action to its caller, and says the same of it', () => {
    expect(Object.keys(call.outputs)).toEqual(Object.keys(action.outputs));
    for (const [name, { description }] of Object.entries(action.outputs)) {
      const value = `\${{ jobs.sync.outputs.${name} }}`;
      expect(call.outputs[name], name).toEqual({ description, value });
      expect(jobOutputs[name], name).toBe(`\${{ steps.sync.outputs.${name} }}`);
    }
  });

  test('opens a pull request with the permissions for one, and its caller gets number and page', async () => {
    await using world = await startWorld();
    world.secret.addVersion('123456:valid\n');
    const workflow = example
      .replace('      secret: TELE_TOKEN\n', '      secret: TELE_TOKEN\n      publish: pull-request\n')
      .replace('outputs.commit-url', 'outputs.pull-request-url');
    const event = { inputs: { version: '1' } };
    const run = await runWorkflow(world, { workflow, eventName: 'workflow_dispatch', event });

    expect(run.exitCode, run.printed).toBe(0);
    expect(run.printed).toContain('A token for acme/flux-gitops with contents: write and pull-requests: write');
    expect(world.flux.pullRequests).toMatchObject([{ number: 1, state: 'OPEN', baseRefName: 'main' }]);
    expect(run.printed).toContain(`Version 1 is created, see ${world.github.url}/acme/flux-gitops/pull/1`);
  });

  test('takes a token instead of a GitHub App, and then makes none', async () => {
    await using world = await startWorld();
    world.secret.addVersion('123456:valid\n');
    const workflow = example
      .replace(/ +app-client-id: .*\n/, '')
      .replace(/app-private-key: .*/, `token: ${world.github.token}`);
    const event = { inputs: { version: 'latest' } };
    const run = await runWorkflow(world, { workflow, eventName: 'workflow_dispatch', event });

    expect(run.outputs, run.printed).toMatchObject({ outcome: 'created', version: '1' });
    expect(run.printed).not.toContain('A token for');
    expect(world.flux.head('main')).toBe(run.outputs['commit-sha']);
  });

  test('falls back to the token of the job', async () => {
    await using world = await startWorld();
    world.secret.addVersion('123456:valid\n');
    const workflow = example.replace(/ +app-client-id: .*\n/, '').replace(/ +secrets:\n.*\n/, '');
    const event = { inputs: { version: 'latest' } };
    const run = await runWorkflow(world, { workflow, eventName: 'workflow_dispatch', event });

    // The stand-in knows the App's token only, so that the two cannot be mistaken for each other.
    expect(JSON.parse(run.outputs['report'] ?? ''), run.printed).toMatchObject({ error: { code: 'TOKEN_REJECTED' } });
    expect(world.github.requests[0]?.headers.authorization).toBe(`token ${JOB_TOKEN}`);
  });

  test('makes no token for what is not a repository', async () => {
    await using world = await startWorld();
    const workflow = example.replace('acme/flux-gitops', 'acme/flux/gitops');
    const event = { inputs: { version: 'latest' } };
    const run = await runWorkflow(world, { workflow, eventName: 'workflow_dispatch', event });

    expect(run.exitCode).toBe(1);
    expect(run.printed).toContain("Failure - Main Take the repository's name apart");
    expect(run.printed).not.toContain('A token for');
    expect(world.github.requests).toEqual([]);
  });

  // By bash alone: of a step that fails within milliseconds, act may lose what it says.
  test('says what a repository has to look like', () => {
    const { run: script = '' } = steps.find(({ id }) => id === 'flux') ?? {};
    const env = { REPOSITORY: 'acme/flux/gitops' };
    const { status, stdout } = spawnSync('bash', ['-e', '-c', script], { env, encoding: 'utf8' });

    expect(status).toBe(1);
    expect(stdout).toBe('::error::The input repository has to be owner/name, such as acme/flux-gitops.\n');
  });

  test('keeps many secrets as a config in the Flux repository says', async () => {
    await using world = await startWithConfig();
    const workflow = callWith('config: flux-secrets.yaml');
    const run = await runWorkflow(world, { workflow, eventName: 'workflow_dispatch', event: {} });

    expect(run.exitCode, run.printed).toBe(0);
    expect(run.printed).toContain(`is created, see ${world.github.url}/acme/flux-gitops/commit/`);
    expect(world.flux.log('main')[0]).toMatchObject({ files: FILES });
  });

  test('takes the config from the repository that calls it, where that is asked for', async () => {
    await using world = await startWithConfig();
    const workflow = callWith('config: deploy/secrets.yaml', 'config-source: workspace');
    const files = { 'deploy/secrets.yaml': CONFIG };
    const run = await runWorkflow(world, { workflow, eventName: 'workflow_dispatch', event: {}, files });

    expect(run.outputs, run.printed).toMatchObject({ outcome: 'created', changed: 'true' });
    expect(world.manifest()).toContain('flux-secret-sync/owner: acme/payments/deploy/secrets.yaml\n');
  });

  test.for([
    { eventName: 'pull_request', publish: 'pull-request', isSignedIn: false, asked: [] },
    { eventName: 'workflow_dispatch', publish: 'none', isSignedIn: true, asked: ['secretmanager', 'sts'] },
  ] as const)(
    'takes a token that only reads, on $eventName with publish: $publish',
    async ({ eventName, publish, isSignedIn, asked }) => {
      await using world = await startWithConfig();
      const sha = await world.flux.commit({ branch: 'proposal', files: {} });
      const call = callWith('config: flux-secrets.yaml', `publish: ${publish}`);
      const workflow = call.replace('on:\n', 'on:\n  pull_request:\n');
      const context = { workflow, repository: FLUX_REPOSITORY, sha } as const;
      const run = await runWorkflow(world, { ...context, eventName, event: { number: 1 } });

      expect(run.outputs, run.printed).toMatchObject({ outcome: 'created', changed: 'true', 'commit-sha': '' });
      expect(run.printed).toContain('A token for acme/flux-gitops with contents: read and pull-requests: none');
      expect(run.printed.includes('Signed in to Google Cloud')).toBe(isSignedIn);
      expect([...new Set(world.google.requests.map(({ service }) => service))].sort()).toEqual(asked);
      expect(Object.keys(world.flux.refs())).toEqual(['refs/heads/main', 'refs/heads/proposal']);
    },
  );
});

describe('docs/reusable-workflow.md', () => {
  const [single = '', matrix = ''] = [...page.matchAll(/^```yaml\n(jobs:[\s\S]*?)^```/gm)].map(([, jobs = '']) => jobs);
  const run = 'on: workflow_dispatch\npermissions: {}\n';

  test('shows a call that works', async () => {
    await using world = await startWorld();
    world.secret.addVersion('123456:valid\n');
    const { outputs, printed } = await runWorkflow(world, {
      ...{ workflow: run + single, eventName: 'workflow_dispatch', event: {} },
    });

    expect(outputs, printed).toMatchObject({ outcome: 'created', file: 'clusters/dev/demo/tele-token.yaml' });
  });

  test('shows a matrix whose jobs write a commit each', async () => {
    await using world = await startWithConfig();
    const configOf = (cluster: string) =>
      CONFIG.replaceAll('clusters/dev', `clusters/${cluster}`).replace('my-project', `my-${cluster}-project`);
    const configs = { 'flux-secrets/dev.yaml': configOf('dev'), 'flux-secrets/prod.yaml': configOf('prod') };
    await world.flux.commit({ branch: 'main', files: configs });
    const { exitCode, printed } = await runWorkflow(world, {
      ...{ workflow: run + matrix, eventName: 'workflow_dispatch', event: {} },
    });

    expect(exitCode, printed).toBe(0);
    const [second, first] = world.flux.log('main').map(({ files }) => files);
    const inProd = FILES.map((file) => file.replace('dev', 'prod'));
    expect([first, second].sort()).toEqual([FILES, inProd].sort());
  });
});
