// Repositories and pull requests as REST answers them: the fields that clients of this kind read.
import { formatNodeId } from './node-id.ts';
import type { PullRequest } from './pull-requests.ts';
import type { Repository } from './repository.ts';

export function formatRepository(repository: Repository) {
  const { name, nameWithOwner, owner, url, defaultBranch, settings } = repository;
  return {
    node_id: formatNodeId('R', repository),
    name,
    full_name: nameWithOwner,
    owner: { login: owner, type: 'Organization' },
    private: true,
    html_url: url,
    clone_url: `${url}.git`,
    default_branch: defaultBranch,
    archived: settings.isArchived,
    allow_auto_merge: settings.autoMergeAllowed,
    permissions: { admin: false, maintain: false, push: settings.mayWrite, triage: false, pull: settings.mayRead },
  };
}

export function formatPullRequest(repository: Repository, pullRequest: PullRequest) {
  const { number, state, headRefName, headRefOid, baseRefName, baseRefOid } = pullRequest;
  return {
    node_id: formatNodeId('PR', repository, `${number}`),
    number,
    state: state === 'OPEN' ? 'open' : 'closed',
    title: pullRequest.title,
    body: pullRequest.body,
    draft: pullRequest.isDraft,
    merged: state === 'MERGED',
    merge_commit_sha: pullRequest.mergeCommitOid ?? null,
    html_url: `${repository.url}/pull/${number}`,
    user: { login: `${pullRequest.authorLogin}[bot]`, type: 'Bot' },
    head: { ref: headRefName, sha: headRefOid, label: `${repository.owner}:${headRefName}` },
    base: { ref: baseRefName, sha: baseRefOid, label: `${repository.owner}:${baseRefName}` },
    labels: pullRequest.labels.map((name) => ({ name })),
    requested_reviewers: pullRequest.reviewers.map((login) => ({ login })),
    requested_teams: pullRequest.teamReviewers.map((slug) => ({ slug })),
  };
}
