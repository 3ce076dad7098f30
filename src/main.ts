// Wires the parts to a runner's job: inputs in, outputs and summary out. Whatever is thrown is caught here, once.

import { tmpdir } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { error as annotate, setOutput, setSecret, summary } from '@actions/core';
import { type Deadline, startDeadline } from './deadline.ts';
import { defaultBranch } from './default-branch.ts';
import { ActionError, formatError, toActionError } from './errors.ts';
import { createGitHubClient } from './github/client.ts';
import { createCommitPublisher } from './github/commit.ts';
import { createPullRequestPublisher } from './github/pull-request.ts';
import { createSecretManager } from './google/secret-manager.ts';
import type { SecretSource } from './google/secret-source.ts';
import { type Inputs, readInputs } from './inputs/inputs.ts';
import { harmless, log } from './log.ts';
import { findMasks } from './masks.ts';
import type { Plaintext } from './plaintext.ts';
import type { Publisher } from './publisher.ts';
import { formatOutputs, formatResult } from './report/outputs.ts';
import { failedReport, type Mode, type SyncReport } from './report/report.ts';
import { formatSummary } from './report/summary.ts';
import { type RunContext, readRunContext } from './run-context.ts';
import type { Encrypter } from './sops/encrypter.ts';
import { sopsEnvironment } from './sops/environment.ts';
import { createSops } from './sops/sops.ts';
import { sync } from './sync.ts';
import { createWish } from './wish.ts';

/** Never throws: a failure is an outcome, an annotation and an exit code. */
export async function run(): Promise<void> {
  // Google's client would print what it is answered: the payloads; `yaml` what it reads, whatever sops left in clear.
  for (const name of ['GOOGLE_SDK_NODE_LOGGING', 'LOG_STREAM', 'LOG_TOKENS']) delete process.env[name];
  // Node would print what libraries warn of, with the words of servers on lines of their own: commands to the runner.
  process.removeAllListeners('warning');
  // While a thousand answers are read, V8's young generation would grow by 100 MB, and each start of sops copies its pages.
  setFlagsFromString('--semi-space-growth-factor=1');
  const payloads: Plaintext[] = [];
  const report = await attempt(payloads);
  const outputs = formatOutputs(report);
  for (const line of findMasks(payloads, Object.values(outputs))) setSecret(line);
  log(formatResult(report));
  if (report.error !== undefined) fail(report.error);
  try {
    for (const [name, value] of Object.entries(outputs)) setOutput(name, value);
    await writeSummary(report);
  } catch (thrown) {
    fail(cannotTell(report, thrown));
  }
}

function fail(error: Parameters<typeof formatError>[0]): void {
  annotate(harmless(formatError(error)));
  process.exitCode = 1;
}

function cannotTell({ commit, pullRequest }: SyncReport, cause: unknown): ActionError {
  const isPullRequestChanged = pullRequest !== undefined && pullRequest.operation !== 'none';
  return new ActionError('INTERNAL', {
    message: "Cannot write the outputs or the summary of this step: the runner's files for them do not take them.",
    remedy:
      'The log above says what was done; look at the disk and the GITHUB_OUTPUT and GITHUB_STEP_SUMMARY of the job.',
    changedSomething: commit !== undefined || isPullRequestChanged,
    cause,
  });
}

async function attempt(payloads: Plaintext[]): Promise<SyncReport> {
  let inputs: Inputs | undefined;
  try {
    inputs = readInputs();
    for (const token of [inputs.token, inputs.accessToken]) if (token !== undefined) setSecret(token);
    const deadline = startDeadline(inputs.timeout);
    endWithTheJob(deadline);
    return await syncWith(inputs, deadline, payloads);
  } catch (thrown) {
    return failedReport(toActionError(thrown), inputs?.repository ?? '');
  }
}

function syncWith(inputs: Inputs, deadline: Deadline, payloads: Plaintext[]): Promise<SyncReport> {
  const run = readRunContext(process.env);
  const { publish, repository } = inputs;
  const mode = modeOf(inputs, run);
  if (mode === 'review') log('A pull request: this says what would change, writes nothing and asks Google nothing.');
  const wish = createWish(inputs.wish, {
    repository,
    workflow: { repository: run.workflow.repository, workspace: run.workspace },
  });
  const secretManager = createSecretManager({
    endpoint: inputs.secretManagerEndpoint,
    accessToken: inputs.accessToken,
    deadline,
  });
  const sops = createSops({
    binary: inputs.sops,
    temporaryDirectory: process.env['RUNNER_TEMP'] || tmpdir(),
    environment: sopsEnvironment(process.env, inputs),
    deadline,
  });
  return sync(
    {
      wish,
      mode,
      publishRest: inputs.publishRest,
      recipients: inputs.recipients,
      policy: inputs.policy,
      refresh: inputs.refresh,
      text: {
        isConfig: inputs.wish.kind === 'config',
        commitMessage: inputs.commitMessage,
        title: publish.kind === 'pull-request' ? publish.title : undefined,
        body: publish.kind === 'pull-request' ? publish.body : '',
      },
      repository,
      run,
    },
    {
      ...notePlaintexts(payloads, { secrets: secretManager, encrypter: sops }),
      publisher: createPublisher(inputs, { run, deadline, mode, scope: wish.scope }),
      deadline,
      log,
    },
  );
}

/** Whoever can open a pull request may change the workflow in it, and the config: nothing is accessed or written for it. */
function modeOf({ publish }: Inputs, { pullRequestCommit }: RunContext): Mode {
  if (pullRequestCommit !== undefined) return 'review';
  return publish.kind === 'none' ? 'plan' : 'publish';
}

interface Publishing {
  run: RunContext;
  deadline: Deadline;
  mode: Mode;
  scope: string;
}

function createPublisher(inputs: Inputs, { run, deadline, mode, scope }: Publishing): Publisher {
  const { publish, token, repository, base } = inputs;
  const apiUrl = process.env['GITHUB_API_URL'] || 'https://api.github.com';
  const client = createGitHubClient({ token, apiUrl, deadline, log });
  const options = { client, repository, base, runId: run.id, scope };
  if (mode === 'review' || publish.kind !== 'pull-request') {
    // In the workflow's own repository, the pull request may change the config, the rules and the manifests.
    const isOwn = repository.toLowerCase() === run.workflow.repository.toLowerCase();
    return createCommitPublisher({ ...options, commit: isOwn ? run.pullRequestCommit : undefined });
  }
  return createPullRequestPublisher({
    ...options,
    branchFor: (base) => publish.branch ?? defaultBranch(base, scope),
    settings: publish.settings,
  });
}

/** Keeps every plaintext that passes, payloads and what is made of them, so that they can be masked at the end. */
function notePlaintexts(
  plaintexts: Plaintext[],
  { secrets, encrypter }: { secrets: SecretSource; encrypter: Encrypter },
): { secrets: SecretSource; encrypter: Encrypter } {
  return {
    secrets: {
      ...secrets,
      async access(request) {
        const accessed = await secrets.access(request);
        plaintexts.push(accessed.payload);
        return accessed;
      },
    },
    encrypter: {
      encrypt(request) {
        plaintexts.push(...request.manifest.data.values());
        return encrypter.encrypt(request);
      },
    },
  };
}

/** A job that is cancelled gets SIGINT, and some seconds later SIGTERM: children end, and nothing is published. */
function endWithTheJob(deadline: Deadline): void {
  const cancel = () =>
    deadline.cancel(
      new ActionError('CANCELLED', {
        message: 'Cannot finish the run: the job was cancelled.',
        remedy: 'Run it again when it may.',
      }),
    );
  process.once('SIGINT', cancel);
  process.once('SIGTERM', cancel);
}

async function writeSummary(report: SyncReport): Promise<void> {
  // Absent where no runner is: on a developer's machine.
  if (!process.env['GITHUB_STEP_SUMMARY']) return;
  await summary.addRaw(formatSummary(report)).write();
}
