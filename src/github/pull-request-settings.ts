// What a pull request is given when it is opened: labels, reviewers, and the wish to be merged by itself.

import { isFlag, record } from './answer.ts';
import type { GitHubClient } from './client.ts';
import { parseRefusal } from './failure.ts';
import type { OpenPullRequest } from './head-state.ts';

export interface PullRequestSettings {
  draft: boolean;
  labels: readonly string[];
  reviewers: readonly string[];
  teamReviewers: readonly string[];
  autoMerge: 'merge' | 'squash' | 'rebase' | undefined;
}

export interface SettingsRequest {
  client: GitHubClient;
  /** `owner/name`. */
  repository: string;
  pullRequest: OpenPullRequest;
  /** The head that may be merged, and no other. */
  headOid: string | undefined;
  settings: PullRequestSettings;
}

const ENABLE_AUTO_MERGE = {
  document: `mutation EnableAutoMerge($autoMerge: EnablePullRequestAutoMergeInput!) {
    enablePullRequestAutoMerge(input: $autoMerge) { clientMutationId }
  }`,
  data: record({ enablePullRequestAutoMerge: record({}) }),
};
const MERGE = {
  document: `mutation Merge($merge: MergePullRequestInput!) {
    mergePullRequest(input: $merge) { clientMutationId }
  }`,
  data: record({ mergePullRequest: record({}) }),
};
const IS_MERGED = {
  document: `query IsMerged($owner: String!, $repo: String!, $number: Int!) {
    repository(owner: $owner, name: $repo) { pullRequest(number: $number) { merged } }
  }`,
  data: record({ repository: record({ pullRequest: record({ merged: isFlag }) }) }),
};

/** @throws GraphqlResponseError | RequestError as Octokit has them; the deadline's ActionError */
export async function applySettings(request: SettingsRequest): Promise<void> {
  const { client, pullRequest, settings } = request;
  const { number } = pullRequest;
  const [owner, repo] = request.repository.split('/');
  const place = { owner, repo, number };
  if (settings.labels.length > 0) {
    await client.rest('POST /repos/{owner}/{repo}/issues/{number}/labels', { ...place, labels: settings.labels });
  }
  if (settings.reviewers.length + settings.teamReviewers.length > 0) {
    await client.rest('POST /repos/{owner}/{repo}/pulls/{number}/requested_reviewers', {
      ...place,
      reviewers: settings.reviewers,
      team_reviewers: settings.teamReviewers,
    });
  }
  if (settings.autoMerge === undefined) return;
  try {
    await mergeWhenReady(request, settings.autoMerge);
  } catch (error) {
    // What is merged already, because the answer to that was lost, can neither wait for it nor be merged again.
    const data = await client.graphql(IS_MERGED, place);
    if (!data.repository.pullRequest.merged) throw error;
  }
}

/** GitHub refuses to wait for a pull request that nothing keeps from being merged: that one is merged at once. */
async function mergeWhenReady(
  { client, pullRequest, headOid }: SettingsRequest,
  method: 'merge' | 'squash' | 'rebase',
): Promise<void> {
  const choice = { pullRequestId: pullRequest.id, mergeMethod: method.toUpperCase(), expectedHeadOid: headOid };
  try {
    await client.graphql(ENABLE_AUTO_MERGE, { autoMerge: choice });
  } catch (error) {
    if (!/clean status/i.test(parseRefusal(error)?.message ?? '')) throw error;
    await client.graphql(MERGE, { merge: choice });
  }
}
