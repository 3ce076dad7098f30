import { describe, expect, test } from 'vitest';
import { readRunContext } from '../../src/run-context.ts';

const environment = {
  GITHUB_ACTOR: 'hubot',
  GITHUB_TRIGGERING_ACTOR: 'octocat',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'acme/payments',
  GITHUB_RUN_ID: '1234567890',
  GITHUB_WORKFLOW_REF: 'acme/payments/.github/workflows/sync.yml@refs/heads/main',
};

describe('the run context', () => {
  test('points to the workflow run, and names who started it', () => {
    expect(readRunContext(environment)).toMatchObject({
      actor: 'octocat',
      url: 'https://github.com/acme/payments/actions/runs/1234567890',
      workflow: { repository: 'acme/payments', file: 'sync.yml' },
    });
  });

  test('says where the repository of the workflow is checked out', () => {
    expect(readRunContext({ ...environment, GITHUB_WORKSPACE: '/home/runner/work' }).workspace).toBe(
      '/home/runner/work',
    );
    expect(readRunContext(environment).workspace).toBe('');
  });

  test.each([
    ['pull_request', 'abc'],
    ['pull_request_target', 'abc'],
    ['pull_request_review', 'abc'],
    ['push', undefined],
    ['workflow_dispatch', undefined],
    ['schedule', undefined],
    ['repository_dispatch', undefined],
    ['', undefined],
  ])('knows the commit of a pull request, for the event %j: %s', (event, commit) => {
    const given = { ...environment, GITHUB_EVENT_NAME: event, GITHUB_SHA: 'abc' };
    expect(readRunContext(given).pullRequestCommit).toBe(commit);
  });

  test('names whoever triggered a re-run before the one who started the first, and somebody unknown before nobody', () => {
    expect(readRunContext({ ...environment, GITHUB_TRIGGERING_ACTOR: '' }).actor).toBe('hubot');
    expect(readRunContext({}).actor).toBe('unknown');
  });

  test.each([
    ['acme/payments/.github/workflows/sync.yml@refs/heads/main', 'sync.yml'],
    ['acme/payments/.github/workflows/rotate.yaml@refs/tags/v1@2', 'rotate.yaml'],
    ['acme/payments/.github/workflows/sync.yml@refs/heads/dir/x.yml@y', 'sync.yml'],
    ['dynamic/github-code-scanning/codeql@refs/heads/main', undefined],
    ['acme/payments/.github/workflows/a b.yml@refs/heads/dir/x.yml@y', undefined],
    ['acme/payments/.github/workflows/$(id).yml@refs/heads/main', undefined],
    ['', undefined],
  ])('knows the file of the workflow %s', (ref, file) => {
    expect(readRunContext({ ...environment, GITHUB_WORKFLOW_REF: ref }).workflow.file).toBe(file);
  });

  test('is another one for each run, also among the attempts of one workflow run', () => {
    const [one, other] = [readRunContext(environment), readRunContext(environment)];
    expect(one.id).not.toBe(other.id);
    expect(one.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Date(one.startedAt).toISOString()).toBe(one.startedAt);
  });
});
