// The reusable workflow: held to action.yml, and called as other repositories call it.
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { startWorld } from '../stand-ins/world.ts';
import { JOB_TOKEN, runWorkflow } from './act.ts';

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
  with?: Record<string, string>;
}
interface Reusable {
  on: { workflow_call: Action & { secrets: Record<string, Described> } };
  jobs: { sync: { outputs: Record<string, string>; steps: Step[] } };
}

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
const action: Action = parse(await read('action.yml'));
const reusable: Reusable = parse(await read('.github/workflows/sync.yml'));
const call = reusable.on.workflow_call;
const { outputs: jobOutputs, steps } = reusable.jobs.sync;

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
    const workflow = (await read('examples/workflows/reusable.yml'))
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
    const workflow = (await read('examples/workflows/reusable.yml'))
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
    const workflow = (await read('examples/workflows/reusable.yml'))
      .replace(/ +app-client-id: .*\n/, '')
      .replace(/ +secrets:\n.*\n/, '');
    const event = { inputs: { version: 'latest' } };
    const run = await runWorkflow(world, { workflow, eventName: 'workflow_dispatch', event });

    // The stand-in knows the App's token only, so that the two cannot be mistaken for each other.
    expect(JSON.parse(run.outputs['report'] ?? ''), run.printed).toMatchObject({ error: { code: 'TOKEN_REJECTED' } });
    expect(world.github.requests[0]?.headers.authorization).toBe(`token ${JOB_TOKEN}`);
  });

  test('makes no token for what is not a repository', async () => {
    await using world = await startWorld();
    const workflow = (await read('examples/workflows/reusable.yml')).replace('acme/flux-gitops', 'acme/flux/gitops');
    const event = { inputs: { version: 'latest' } };
    const run = await runWorkflow(world, { workflow, eventName: 'workflow_dispatch', event });

    expect(run.exitCode).toBe(1);
    expect(run.printed).toContain('The input repository has to be owner/name, such as acme/flux-gitops.');
    expect(run.printed).not.toContain('A token for');
    expect(world.github.requests).toEqual([]);
  });
});
