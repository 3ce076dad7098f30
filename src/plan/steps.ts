// All manifests of a run through one phase after the other. What fails for one of them is its own, and the others go on.

import type { Desired, DesiredSecret } from '../desired-secret.ts';
import { ownError } from '../errors.ts';
import type { SecretSource } from '../google/secret-source.ts';
import type { Hold } from '../kubernetes/provenance.ts';
import type { RememberingSource } from '../memory.ts';
import { startProgress } from '../progress.ts';
import type { Encrypter } from '../sops/encrypter.ts';
import { type Branches, pinAllHeld } from './branches.ts';
import { encryptStep } from './encrypt-step.ts';
import { followVersions } from './follow.ts';
import type { Govern } from './govern.ts';
import { type Planning, planStep, planWithoutGoogle, type Step } from './step.ts';

export interface PlanRequest {
  branches: Branches;
  govern: Govern;
  owner: string;
  refresh: boolean;
  /** What `hold: set` would write. */
  hold: Hold;
  /** Undefined: Google is asked nothing. */
  secrets: RememberingSource | undefined;
  log: (line: string) => void;
}

export async function planAll(desired: readonly Desired[], request: PlanRequest): Promise<Step[]> {
  const { secrets, branches, govern, log } = request;
  if (secrets === undefined) {
    const planning: Planning = { ...request, resolve: () => new Map(), secrets };
    return await Promise.all(desired.map((each) => attempt(each, () => planWithoutGoogle(each, planning))));
  }
  const followed = desired.flatMap((each) => findFollowed(each, { branches, govern }) ?? []);
  const resolve = await followVersions(secrets, followed, log);
  const planning: Planning = { ...request, resolve, secrets };
  return await Promise.all(desired.map((each) => attempt(each, () => planStep(each, planning))));
}

/** Undefined where there is nothing to ask for, or where planning is bound to fail: it will say why. */
function findFollowed(
  desired: Desired,
  { branches, govern }: Pick<PlanRequest, 'branches' | 'govern'>,
): DesiredSecret | undefined {
  if (desired.state === 'absent') return undefined;
  try {
    govern(desired.file);
    return pinAllHeld(desired, branches);
  } catch {
    return undefined;
  }
}

export async function encryptAll(
  steps: readonly Step[],
  { secrets, encrypter, log }: { secrets: SecretSource; encrypter: Encrypter; log: (line: string) => void },
): Promise<Step[]> {
  const total = steps.filter((step) => step.kind === 'write' && step.manifest === undefined).length;
  const progress = startProgress(log, 'Encrypting', total);
  return await Promise.all(
    steps.map(async (step) => {
      if (step.kind !== 'write' || step.manifest !== undefined) return step;
      const encrypted = await attempt(step.desired, () => encryptStep(step, { secrets, encrypter, say: progress.say }));
      progress.count();
      return encrypted;
    }),
  );
}

async function attempt(desired: Desired, work: () => Promise<Step>): Promise<Step> {
  try {
    return await work();
  } catch (error) {
    return { kind: 'failed', desired, error: ownError(error) };
  }
}
