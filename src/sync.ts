// The pipeline: read the branch and the versions at the same time, plan, encrypt what differs, publish it as one
// commit. Where the branch has moved meanwhile, from the start; versions and ciphertext that are still right stay.

import type { Deadline } from './deadline.ts';
import type { DesiredSecret } from './desired-secret.ts';
import { ActionError, toActionError } from './errors.ts';
import { formatSecretVersionName, type SecretName } from './google/resource-names.ts';
import type { SecretSource } from './google/secret-source.ts';
import { rememberAccesses, rememberEncryptions } from './memory.ts';
import type { Policy } from './policy.ts';
import { describePublication, type TextWishes } from './publication-text.ts';
import {
  configurationPaths,
  findConfiguration,
  type Published,
  type Publisher,
  type ReadRequest,
  type Snapshot,
  StalePlan,
  type Target,
} from './publisher.ts';
import { reportManifest, reportSync, type SyncReport } from './report.ts';
import type { RunContext } from './run-context.ts';
import type { Encrypter } from './sops/encrypter.ts';
import { type EncryptionRule, type Recipient, recipientsRule } from './sops/encryption-rule.ts';
import {
  encryptStep,
  findFollowed,
  followVersions,
  type Governed,
  isWrite,
  planStep,
  type Step,
  startFollowing,
} from './step.ts';

export interface SyncRequest {
  desired: readonly DesiredSecret[];
  /** Empty: the Flux repository's `.sops.yaml` decides. */
  recipients: readonly Recipient[];
  policy: Policy;
  /** False: say what would change, write nothing. */
  publish: boolean;
  /** Encrypt anew whatever a manifest claims. */
  refresh: boolean;
  text: TextWishes;
  /** `owner/name` of the Flux repository. */
  repository: string;
  run: RunContext;
}

export interface Ports {
  secrets: SecretSource;
  encrypter: Encrypter;
  publisher: Publisher;
  deadline: Deadline;
  log: (line: string) => void;
}

/** @throws {ActionError} with any code; nothing has changed then but what its message names */
export async function sync(request: SyncRequest, ports: Ports): Promise<SyncReport> {
  const secrets = request.desired.flatMap(({ data }) => [...data.values()].map(({ name }) => name));
  const rule = request.recipients.length > 0 ? recipientsRule(request.recipients) : undefined;
  await refuseOutside(request.policy, secrets, rule);
  const pass = createPass(request, ports);
  let mayHaveWritten = false;
  for (;;) {
    try {
      return await pass();
    } catch (error) {
      if (!(error instanceof StalePlan)) throw mayHaveWritten ? uncertain(request, error) : error;
      mayHaveWritten ||= error.mayHaveWritten;
      ports.log('The branch is not as it was read (somebody has pushed, or an answer was lost). Reading it again.');
      await ports.deadline.sleep(200 + Math.random() * 800).catch((ended: unknown) => {
        throw mayHaveWritten ? uncertain(request, ended) : ended;
      });
    }
  }
}

/** One way through the pipeline; called again it goes on with what the first one has accessed and encrypted. */
function createPass(request: SyncRequest, ports: Ports): () => Promise<SyncReport> {
  const { publisher, log } = ports;
  const secrets = rememberAccesses(ports.secrets);
  const encrypter = rememberEncryptions(ports.encrypter);
  let attempted: readonly Step[] = [];

  return async () => {
    log(`Reading ${request.repository}.`);
    if (mayFollowEarly(request)) startFollowing(secrets, request.desired);
    const target = await publisher.read({ ...pathsOf(request), isRetry: attempted.length > 0 });
    if (target.lostCommit !== undefined && target.proposal === undefined && attempted.length > 0) {
      return reportSync(request.repository, target, attempted, { commit: target.lostCommit });
    }
    const governed = await Promise.all(request.desired.map((desired) => govern(request, target.base, desired)));
    const followed = request.desired.map((desired) => findFollowed(desired, target));
    const resolved = await followVersions(secrets, followed, log);
    const hold = { by: request.run.actor, since: request.run.startedAt };
    const planning = { refresh: request.refresh, hold, target, resolved, secrets };
    const steps = await Promise.all(governed.map((each) => planStep({ ...each, ...planning })));
    if (!request.publish) return reportSync(request.repository, target, steps, undefined);

    const ready = await Promise.all(steps.map((step) => encryptStep(step, { secrets, encrypter, log })));
    const manifests = ready.flatMap(({ manifest }) => manifest ?? []);
    if (manifests.length === 0) return reportSync(request.repository, target, ready, await settle(target, ready, log));
    attempted = ready;
    ports.deadline.signal.throwIfAborted();
    log(`Publishing to ${request.repository}.`);
    const text = describePublication(ready.filter(isWrite).map(reportManifest), request.text, request.run);
    const sources = [
      ...new Set(ready.filter(isWrite).flatMap(({ versions }) => [...versions.values()].map(formatSecretVersionName))),
    ];
    return reportSync(request.repository, target, ready, await target.publish({ ...text, manifests, sources }));
  };
}

function pathsOf({ desired, recipients }: SyncRequest): Omit<ReadRequest, 'isRetry'> {
  const files = desired.map(({ file }) => file);
  return { files, configurations: recipients.length > 0 ? [] : [...new Set(files.flatMap(configurationPaths))] };
}

/** Nothing is to be written. What was proposed goes, but for what is held there, or may be the way out of a hold. */
function settle(target: Target, steps: readonly Step[], log: Ports['log']): Promise<Published> | Published {
  const { base, proposal } = target;
  if (proposal === undefined) return {};
  const isHeld = steps.some(({ change: { kind, desired } }) => {
    return kind === 'held' && proposal.files.get(desired.file) !== base.files.get(desired.file);
  });
  if (!isHeld) {
    log('Nothing is left to change: taking back what was proposed.');
    return target.withdraw();
  }
  const { pullRequest } = proposal;
  if (pullRequest === undefined) return {};
  return { pullRequest: { number: pullRequest.number, url: pullRequest.url, operation: 'none' } };
}

/** Where the repository decides on the recipients and the workflow bounds them, nothing is accessed before they are known. */
function mayFollowEarly({ recipients, policy }: SyncRequest): boolean {
  return recipients.length > 0 || policy.allowedRecipients.length === 0;
}

/** @throws {SOPS_NO_RULE | RECIPIENT_NOT_ALLOWED | SOPS_CONFIG_INVALID | SOPS_KEY_SERVICE_NOT_SUPPORTED} */
async function govern({ recipients, policy }: SyncRequest, base: Snapshot, desired: DesiredSecret): Promise<Governed> {
  if (recipients.length > 0) return { desired, rule: recipientsRule(recipients), configuration: undefined };
  const configuration = findConfiguration(base, desired.file);
  if (configuration === undefined) throw noRecipients(desired.file);
  const { parseCreationRule } = await import('./sops/creation-rule.ts');
  const rule = parseCreationRule(configuration, desired.file);
  await refuseOutside(policy, [], rule);
  return { desired, rule, configuration };
}

/**
 * Globs need a library, which a run without a policy does not load.
 * @throws {SECRET_NOT_ALLOWED | RECIPIENT_NOT_ALLOWED}
 */
async function refuseOutside(
  policy: Policy,
  secrets: readonly SecretName[],
  rule: EncryptionRule | undefined,
): Promise<void> {
  if (policy.allowedSecrets.length + policy.allowedRecipients.length === 0) return;
  const { refuseRecipients, refuseSecret } = await import('./policy.ts');
  for (const secret of secrets) refuseSecret(policy, secret);
  if (rule !== undefined) refuseRecipients(policy, rule);
}

function noRecipients(file: string): ActionError {
  return new ActionError('SOPS_NO_RULE', {
    message: `Cannot encrypt ${file}: nobody is named to encrypt it for, and the Flux repository has no .sops.yaml above it.`,
    remedy: 'Name recipients with the inputs `gcp-kms`, `age` or `pgp`, or add a .sops.yaml to the repository.',
  });
}

function uncertain({ repository }: SyncRequest, cause: unknown): ActionError {
  return new ActionError('PUBLICATION_UNCERTAIN', {
    message: `Cannot tell whether ${repository} was changed: GitHub did not answer a write. ${toActionError(cause).message}`,
    remedy: 'Run it again: what has arrived is then left alone, and what has not is written.',
    changedSomething: true,
    cause,
  });
}
