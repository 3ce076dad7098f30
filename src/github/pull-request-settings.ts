// What a pull request is given when it is opened: labels, reviewers, and the wish to be merged by itself.

import type { GitHubClient } from './client.ts';
import { explainFailure, parseRefusal } from './failure.ts';
import type { OpenPullRequest } from './proposal.ts';

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

const ENABLE_AUTO_MERGE = `mutation EnableAutoMerge($autoMerge: EnablePullRequestAutoMergeInput!) {
  enablePullRequestAutoMerge(input: $autoMerge) { clientMutationId }
}`;
const MERGE = `mutation Merge($merge: MergePullRequestInput!) {
  mergePullRequest(input: $merge) { clientMutationId }
}`;

/** @throws {REVIEWER_REFUSED | AUTO_MERGE_REFUSED | TOKEN_LACKS_PERMISSION | GITHUB_REFUSED | StalePlan} */
export async function applySettings(request: SettingsRequest): Promise<void> {
  const { client, repository, pullRequest, settings } = request;
  try {
    const place = placeOf(repository, pullRequest);
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
    if (settings.autoMerge !== undefined) await mergeWhenReady(request, settings.autoMerge);
  } catch (error) {
    throw explainFailure(error, {
      verb: `set up pull request #${pullRequest.number} of`,
      repository,
      writes: true,
      remains: 'it was closed again, and its branch deleted',
    });
  }
}

function placeOf(repository: string, { number }: OpenPullRequest) {
  const [owner, repo] = repository.split('/');
  return { owner, repo, number };
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
