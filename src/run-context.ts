// Who runs this and where: the workflow run that the texts on GitHub point back to.

import { randomUUID } from 'node:crypto';

export interface RunContext {
  /** Unique to this run, also among attempts of one workflow run. */
  id: string;
  /** The login of who started it. */
  actor: string;
  /** The page of the workflow run. */
  url: string;
  /** RFC 3339. */
  startedAt: string;
  /** The workflow's repository, and its file's name where it is known and a shell takes it as it is. */
  workflow: { repository: string; file: string | undefined };
  /** Where the workflow's repository is checked out, if it is. */
  workspace: string;
  /** The commit that a `pull_request` event is about: its merge into the base. Undefined for any other event. */
  pullRequestCommit: string | undefined;
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/variables */
export function readRunContext(environment: Readonly<Record<string, string | undefined>>): RunContext {
  const value = (name: string) => environment[name] ?? '';
  const repository = value('GITHUB_REPOSITORY');
  return {
    id: randomUUID(),
    actor: value('GITHUB_TRIGGERING_ACTOR') || value('GITHUB_ACTOR') || 'unknown',
    url: `${value('GITHUB_SERVER_URL')}/${repository}/actions/runs/${value('GITHUB_RUN_ID')}`,
    startedAt: new Date().toISOString(),
    workflow: { repository, file: /^[^@]*\/([\w.-]+\.ya?ml)@/.exec(value('GITHUB_WORKFLOW_REF'))?.[1] },
    workspace: value('GITHUB_WORKSPACE'),
    pullRequestCommit: value('GITHUB_EVENT_NAME').startsWith('pull_request') ? value('GITHUB_SHA') : undefined,
  };
}
