// Wires the parts to a runner's job: inputs in, outputs and summary out. Whatever is thrown is caught here, once.

import { tmpdir } from 'node:os';
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
import { failedReport, formatOutputs, formatResult, type SyncReport } from './report.ts';
import { type RunContext, readRunContext } from './run-context.ts';
import { sopsEnvironment } from './sops/environment.ts';
import { createSops } from './sops/sops.ts';
import { formatSummary } from './summary.ts';
import { sync } from './sync.ts';

/** Never throws: a failure is an outcome, an annotation and an exit code. */
export async function run(): Promise<void> {
  // Google's client would print what it is answered: the payloads.
  delete process.env['GOOGLE_SDK_NODE_LOGGING'];
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

function cannotTell({ changed }: SyncReport, cause: unknown): ActionError {
  return new ActionError('INTERNAL', {
    message: "Cannot write the outputs or the summary of this step: the runner's files for them do not take them.",
    remedy:
      'The log above says what was done; look at the disk and the GITHUB_OUTPUT and GITHUB_STEP_SUMMARY of the job.',
    changedSomething: changed,
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
  const { publish } = inputs;
  return sync(
    {
      desired: inputs.desired,
      recipients: inputs.recipients,
      policy: inputs.policy,
      publish: publish.kind !== 'none',
      refresh: inputs.refresh,
      text: {
        commitMessage: inputs.commitMessage,
        title: publish.kind === 'pull-request' ? publish.title : undefined,
        body: publish.kind === 'pull-request' ? publish.body : '',
      },
      repository: inputs.repository,
      run,
    },
    {
      secrets: noting(
        payloads,
        createSecretManager({ endpoint: inputs.secretManagerEndpoint, accessToken: inputs.accessToken, deadline }),
      ),
      encrypter: createSops({
        path: inputs.sopsPath,
        temporaryDirectory: process.env['RUNNER_TEMP'] || tmpdir(),
        environment: sopsEnvironment(process.env, inputs),
        deadline,
      }),
      publisher: createPublisher(inputs, run, deadline),
      deadline,
      log,
    },
  );
}

function createPublisher(
  { publish, token, repository, base, desired }: Inputs,
  run: RunContext,
  deadline: Deadline,
): Publisher {
  const apiUrl = process.env['GITHUB_API_URL'] || 'https://api.github.com';
  const client = createGitHubClient({ token, apiUrl, deadline, log });
  const options = { client, repository, base, runId: run.id };
  if (publish.kind !== 'pull-request') return createCommitPublisher(options);
  const files = desired.map(({ file }) => file);
  return createPullRequestPublisher({
    ...options,
    branchFor: (base) => publish.branch ?? defaultBranch(base, files),
    settings: publish.settings,
  });
}

/** Keeps every payload that passes, so that it can be masked at the end. */
function noting(payloads: Plaintext[], source: SecretSource): SecretSource {
  return {
    async access(request) {
      const accessed = await source.access(request);
      payloads.push(accessed.payload);
      return accessed;
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
