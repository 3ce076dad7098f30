// The SecretSource over Google's own client: it signs in once, keeps to Google's quotas, asks again where that may
// help, and believes no answer that was not verified.

import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Deadline } from '../deadline.ts';
import type { ActionError } from '../errors.ts';
import { findHighest, higher, verifyAccess } from './answers.ts';
import { accessError, credentialsError, listError, noneEnabledError } from './failure.ts';
import { createPace } from './pace.ts';
import {
  formatSecretName,
  formatVersionRequest,
  type SecretName,
  type SecretVersionName,
  type SecretVersionRequest,
} from './resource-names.ts';
import { createRetry } from './retry.ts';
import type { Client } from './secret-manager-client.ts';
import { resolveLatestEnabled, type SecretSource } from './secret-source.ts';

export interface SecretManagerOptions {
  /** A private endpoint; by default Google's own, global or of the secret's region. */
  endpoint: URL | undefined;
  /** Instead of application default credentials. */
  accessToken: string | undefined;
  deadline: Deadline;
}

/** How long one access may go on being tried before Google counts as unreachable; also the time for signing in. */
const ACCESS_MILLISECONDS = 30_000;
/** Longer than the minute for which a quota of reads is used up. */
const LIST_MILLISECONDS = 75_000;
/**
 * Google's quota of accesses is 90,000 a minute and project, 1,500 a second: 50 in flight would reach it if each were
 * answered within 50 / 1,500 s = 33 ms and there were 90,000 to ask for. It also keeps sockets and memory few.
 * https://docs.cloud.google.com/secret-manager/quotas
 */
const IN_FLIGHT = 50;
/** Lists are reads, of which a project has few. One pace for all of a run's projects: they may share who pays. */
const READS = { requests: 600, milliseconds: 60_000 };

interface Question<Answer> {
  /** As errors name it. */
  request: SecretVersionRequest;
  attempt: (client: Client) => Promise<Answer>;
  milliseconds: number;
  /** What it means that Google answered with an error. */
  explain: (cause: unknown) => ActionError;
  /** Resolves when a quota has room; the time for attempts begins after it. */
  pace?: () => Promise<void>;
}

export function createSecretManager({ endpoint, accessToken, deadline }: SecretManagerOptions): SecretSource {
  const clients = new Map<string, Promise<Client | undefined>>();
  const limit = pLimit(IN_FLIGHT);
  const retry = createRetry(deadline);
  const pace = createPace(READS, { now: () => performance.now(), sleep: deadline.sleep });

  /** @returns undefined where there is no token in time, though there are credentials */
  function signIn({ project, location }: SecretName): Promise<Client | undefined> {
    const url = endpoint ?? defaultEndpoint(location);
    const late = () => delay(ACCESS_MILLISECONDS, undefined, { ref: false });
    const client = clients.get(url.href) ?? Promise.race([connectTo(url, project, accessToken), late()]);
    clients.set(url.href, client);
    return client;
  }

  async function ask<Answer>({ request, attempt, milliseconds, explain, pace }: Question<Answer>): Promise<Answer> {
    const client = await signIn(request.name).catch((error: unknown) => {
      throw credentialsError(request, error);
    });
    if (client === undefined) throw credentialsError(request, undefined);
    await pace?.();
    return limit(() => retry(() => attempt(client), milliseconds)).catch((error: unknown) => {
      throw explain(error);
    });
  }

  async function listEnabled(name: SecretName): Promise<SecretVersionName> {
    const request = { name, version: { kind: 'latest-enabled' } } as const;
    const explain = (cause: unknown) => listError(request, cause);
    let newest: SecretVersionName | undefined;
    let token = '';
    do {
      const attempt = (client: Client) => client.listEnabled(formatSecretName(name), token);
      const page = await ask({ request, attempt, milliseconds: LIST_MILLISECONDS, explain, pace });
      newest = higher(newest, findHighest(name, page));
      token = page.nextPageToken;
    } while (token !== '');
    if (newest === undefined) throw noneEnabledError(request);
    return newest;
  }

  // The deadline ends the wait of whoever asks, with its own error; what is queued then is never sent.
  const findNewestEnabled: SecretSource['findNewestEnabled'] = (name) => deadline.race(listEnabled(name));

  return {
    findNewestEnabled,
    async access(wanted) {
      const request = await resolveLatestEnabled({ findNewestEnabled }, wanted);
      const attempt = (client: Client) => client.access(formatVersionRequest(request));
      const explain = (cause: unknown) => accessError(request, cause);
      const answer = await deadline.race(ask({ request, attempt, milliseconds: ACCESS_MILLISECONDS, explain }));
      return verifyAccess(request, answer);
    },
  };
}

async function connectTo(
  endpoint: URL,
  projectId: string,
  accessToken: string | undefined,
): Promise<Client | undefined> {
  const { connect } = await import('./secret-manager-client.ts');
  return connect({ endpoint, accessToken, projectId });
}

function defaultEndpoint(location: string | undefined): URL {
  return new URL(
    location === undefined
      ? 'https://secretmanager.googleapis.com'
      : `https://secretmanager.${location}.rep.googleapis.com`,
  );
}
