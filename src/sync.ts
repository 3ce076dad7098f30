// The pipeline: read the branch and the versions at the same time, plan, encrypt what differs, publish it as one
// commit. Where the branch has moved meanwhile, from the start; versions and ciphertext that are still right stay.

import type { Deadline } from './deadline.ts';
import { requestsOf } from './desired-secret.ts';
import { ActionError, toActionError } from './errors.ts';
import type { SecretName } from './google/resource-names.ts';
import type { SecretSource } from './google/secret-source.ts';
import { rememberAccesses, rememberEncryptions } from './memory.ts';
import { openBranches } from './plan/branches.ts';
import { type Conclusion, conclude, listChanges } from './plan/conclude.ts';
import { startFollowing } from './plan/follow.ts';
import { createGovern, type Governing, refuseOutside } from './plan/govern.ts';
import { describeReading } from './plan/reading.ts';
import { encryptAll, planAll } from './plan/steps.ts';
import { type FileChanges, type Published, type Publisher, StalePlan, type Target } from './publisher.ts';
import { describePublication, type TextWishes } from './report/publication-text.ts';
import { listVersions, type Mode, reportChanges, reportSync, type SyncReport } from './report/report.ts';
import type { RunContext } from './run-context.ts';
import type { Encrypter } from './sops/encrypter.ts';
import type { DesiredState, Wish } from './wish.ts';

export interface SyncRequest extends Governing {
  wish: Wish;
  mode: Mode;
  /** Whether the manifests that can be written are, where others cannot. */
  publishRest: boolean;
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

/**
 * What went wrong with single manifests stands in the report, and in its `error`.
 * @throws {ActionError} with any code for what ends the run; nothing has changed then but what its message names
 */
export async function sync(request: SyncRequest, ports: Ports): Promise<SyncReport> {
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
  const { mode, run, wish } = request;
  const { publisher, log } = ports;
  const secrets = rememberAccesses(ports.secrets);
  const encrypter = rememberEncryptions(ports.encrypter);
  let attempted: Conclusion | undefined;

  async function read(): Promise<{ state: DesiredState; target: Target }> {
    log(`Reading ${request.repository}.`);
    const text = wish.config === undefined ? undefined : await publisher.readFile(wish.config);
    const state = await wish.resolve(text);
    await refuseOutside(request, namesOf(state));
    if (mayFollowEarly(request)) startFollowing(secrets, state.desired);
    const target = await publisher.read({ ...describeReading(state, request), isRetry: attempted !== undefined });
    // Somebody has changed it between the two reads.
    if (wish.config !== undefined && target.base.files.get(wish.config) !== text) throw new StalePlan(false, undefined);
    return { state, target };
  }

  async function prepare(state: DesiredState, target: Target): Promise<Conclusion> {
    const branches = openBranches(target);
    const planned = await planAll(state.desired, {
      ...{ branches, log, owner: wish.owner, refresh: request.refresh },
      govern: await createGovern(request, { base: target.base, files: filesOf(state) }),
      hold: { by: run.actor, since: run.startedAt },
      secrets: mode === 'review' ? undefined : secrets,
    });
    const steps = mode === 'publish' ? await encryptAll(planned, { secrets, encrypter, log }) : planned;
    return conclude(steps, { base: target.base, branches, owner: wish.owner, prune: state.prune });
  }

  return async () => {
    const { state, target } = await read();
    const { base, proposal, lostCommit } = target;
    if (lostCommit !== undefined && proposal === undefined && attempted !== undefined) {
      return reportSync(request, target, attempted, { commit: lostCommit });
    }
    const conclusion = await prepare(state, target);
    if (!mayPublish(request, conclusion, target)) return reportSync(request, target, conclusion, undefined);
    const changes = listChanges(conclusion, base);
    if (isEmpty(changes)) return reportSync(request, target, conclusion, await withdraw(target, conclusion, log));
    attempted = conclusion;
    ports.deadline.signal.throwIfAborted();
    log(`Publishing to ${request.repository}.`);
    const description = describePublication(reportChanges(conclusion, base, run), request.text, run);
    const published = await target.publish({ ...description, files: changes, sources: listVersions(conclusion) });
    return reportSync(request, target, conclusion, published);
  };
}

function namesOf({ desired }: DesiredState): SecretName[] {
  return desired.flatMap((each) => (each.state === 'absent' ? [] : requestsOf(each).map(({ name }) => name)));
}

/** Those that a rule is needed for. */
function filesOf({ desired }: DesiredState): string[] {
  return desired.flatMap(({ state, file }) => (state === 'absent' ? [] : [file]));
}

/** Where the repository decides on the recipients and the workflow bounds them, nothing is accessed before they are known. */
function mayFollowEarly({ mode, recipients, policy }: SyncRequest): boolean {
  return mode !== 'review' && (recipients.length > 0 || policy.allowedRecipients.length === 0);
}

/**
 * All or nothing, unless it is asked for by name. Never over a proposal that has something for a manifest that failed
 * now: the branch is made anew, and that would be gone.
 */
function mayPublish({ mode, publishRest }: SyncRequest, { steps }: Conclusion, { proposal }: Target): boolean {
  const failed = steps.filter(({ kind }) => kind === 'failed').map(({ desired }) => desired.file);
  if (mode !== 'publish' || (failed.length > 0 && !publishRest)) return false;
  return failed.every((file) => !proposal?.isProposed(file));
}

function isEmpty({ manifests, kustomizations, deletions }: FileChanges): boolean {
  return manifests.length + kustomizations.length + deletions.length === 0;
}

/**
 * Nothing is to be written, so what an earlier run proposed goes. Not while that may be what failed now, or the way out
 * of what is held on the base.
 */
async function withdraw(
  { proposal, withdraw: takeBack }: Target,
  { steps }: Conclusion,
  log: Ports['log'],
): Promise<Published> {
  if (proposal === undefined) return {};
  const mayStay = steps.some((step) => {
    const { file } = step.desired;
    const isHeld = step.kind === 'leave' && step.change.kind === 'held';
    return isHeld && proposal.isProposed(file);
  });
  if (!mayStay) {
    log('Nothing is left to change: taking back what was proposed.');
    return await takeBack();
  }
  const { pullRequest } = proposal;
  return pullRequest === undefined
    ? {}
    : { pullRequest: { number: pullRequest.number, url: pullRequest.url, operation: 'none' } };
}

function uncertain({ repository }: SyncRequest, cause: unknown): ActionError {
  return new ActionError('PUBLICATION_UNCERTAIN', {
    message: `Cannot tell whether ${repository} was changed: GitHub did not answer a write. ${toActionError(cause).message}`,
    remedy: 'Run it again: what has arrived is then left alone, and what has not is written.',
    changedSomething: true,
    cause,
  });
}
