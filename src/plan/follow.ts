// What `latest`, `latest-enabled` and aliases are now. A pinned number is not asked for: it may need no access at all.

import { type Desired, type DesiredSecret, requestsOf } from '../desired-secret.ts';
import { ActionError, ownError } from '../errors.ts';
import {
  formatSecretVersionName,
  formatVersionRequest,
  type SecretVersionName,
  type SecretVersionRequest,
} from '../google/resource-names.ts';
import type { SecretSource } from '../google/secret-source.ts';
import { startProgress } from '../progress.ts';
import { isFollowing, type Resolved } from './versions.ts';

/** https://docs.cloud.google.com/secret-manager/quotas: `latest-enabled` waits for it. */
const LISTS_A_MINUTE = 600;

/** Starts asking while the branch is still being read. Only that shows what is needed, so a failure is nobody's yet. */
export function startFollowing(secrets: SecretSource, desired: readonly Desired[]): void {
  for (const request of desired.flatMap(followedBy)) resolve(secrets, request).catch(() => undefined);
}

/**
 * @returns what the versions of one wish resolved to
 * @throws {ActionError} that function, where one of them did not
 */
export async function followVersions(
  secrets: SecretSource,
  desired: readonly DesiredSecret[],
  log: (line: string) => void,
): Promise<(desired: DesiredSecret) => Resolved> {
  const requests = new Map(desired.flatMap(followedBy).map((request) => [formatVersionRequest(request), request]));
  const lists = [...requests.values()].filter(({ version }) => version.kind === 'latest-enabled').length;
  if (lists > LISTS_A_MINUTE) log(`Listing ${lists} secrets: Secret Manager answers ${LISTS_A_MINUTE} a minute.`);
  const progress = startProgress(log, 'Asking for the newest versions', requests.size);
  const answers = new Map<string, SecretVersionName | ActionError>();
  await Promise.all(
    [...requests].map(async ([wanted, request]) => {
      const answer = await resolve(secrets, request).catch(ownError);
      answers.set(wanted, answer);
      if (!(answer instanceof ActionError)) progress.say(`${wanted} is ${formatSecretVersionName(answer)}.`);
      progress.count();
    }),
  );
  return (wish) => {
    const names = followedBy(wish).flatMap((request): [string, SecretVersionName][] => {
      const wanted = formatVersionRequest(request);
      const answer = answers.get(wanted);
      if (answer instanceof ActionError) throw answer;
      return answer === undefined ? [] : [[wanted, answer]];
    });
    return new Map(names);
  };
}

function followedBy(desired: Desired): SecretVersionRequest[] {
  return desired.state === 'absent' ? [] : requestsOf(desired).filter(isFollowing);
}

async function resolve(secrets: SecretSource, request: SecretVersionRequest): Promise<SecretVersionName> {
  if (request.version.kind === 'latest-enabled') return await secrets.findNewestEnabled(request.name);
  return (await secrets.access(request)).name;
}
