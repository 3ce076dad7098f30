// The only reader of action inputs. Everything that is wrong with them is said at once.

import { getInput } from '@actions/core';
import { ActionError } from '../errors.ts';
import { isRepository } from '../github/names.ts';
import { shown } from '../markdown.ts';
import type { Policy } from '../policy.ts';
import type { SopsBinary } from '../sops/binary.ts';
import type { Recipient } from '../sops/encryption-rule.ts';
import type { WishInputs } from '../wish.ts';
import { readPublishRest } from './config.ts';
import { type PublishInputs, readPublish } from './publish.ts';
import { readRecipients } from './recipients.ts';
import { readSops } from './sops.ts';
import { optional, type Problems, readBoolean, readBranch, readEndpoint, readGlobs, readTimeout } from './values.ts';
import { readWish } from './wish.ts';

export interface Inputs {
  wish: WishInputs;
  /** Whether the manifests that can be written are, where others cannot. */
  publishRest: boolean;
  /** Empty: the Flux repository's `.sops.yaml` decides. */
  recipients: readonly Recipient[];
  policy: Policy;
  /** `owner/name`. */
  repository: string;
  token: string;
  /** Undefined for the default branch. */
  base: string | undefined;
  publish: PublishInputs;
  commitMessage: string | undefined;
  refresh: boolean;
  /** Milliseconds for the whole run. */
  timeout: number;
  accessToken: string | undefined;
  sops: SopsBinary;
  secretManagerEndpoint: URL | undefined;
  kmsEndpoint: URL | undefined;
}

/** @throws {INPUT_INVALID} with every problem */
export function readInputs(): Inputs {
  const problems: Problems = [];
  const wish = readWish(problems);
  const inputs: Omit<Inputs, 'wish'> = {
    publishRest: readPublishRest(problems),
    recipients: readRecipients(problems),
    policy: {
      allowedSecrets: readGlobs('allowed-secrets', problems),
      allowedRecipients: readGlobs('allowed-recipients', problems),
    },
    repository: readRepository(problems),
    token: getInput('token'),
    base: readBranch('base', problems),
    publish: readPublish(problems),
    commitMessage: optional('commit-message'),
    refresh: readBoolean('refresh', problems) ?? false,
    timeout: readTimeout(problems),
    accessToken: optional('access-token'),
    sops: readSops(problems),
    secretManagerEndpoint: readEndpoint('secret-manager-endpoint', problems),
    kmsEndpoint: readEndpoint('kms-endpoint', problems),
  };
  if (inputs.token === '') problems.push('`token` is empty: give a token for the Flux repository');
  if (problems.length > 0 || wish === undefined) throw invalid(problems);
  return { ...inputs, wish };
}

function readRepository(problems: Problems): string {
  const repository = getInput('repository');
  if (!isRepository(repository)) {
    problems.push(
      `\`repository: ${shown(repository)}\` is not a repository's name: write owner/name such as acme/flux-gitops`,
    );
  }
  return repository;
}

function invalid(problems: Problems): ActionError {
  const count = problems.length === 1 ? 'one of them is' : `${problems.length} of them are`;
  return new ActionError('INPUT_INVALID', {
    message: `Cannot use the inputs: ${count} not as expected. ${problems.map((problem) => `${problem}.`).join(' ')}`,
    remedy: 'Mend them in the workflow, and run it again.',
  });
}
