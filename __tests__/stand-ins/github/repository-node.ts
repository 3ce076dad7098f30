// Repository of GitHub's GraphQL schema: where every query begins.
import { describeObject } from './commit-node.ts';
import { git } from './git.ts';
import { formatNodeId } from './node-id.ts';
import { getPullRequest } from './pull-requests.ts';
import {
  describePullRequest,
  describePullRequests,
  findRef,
  type PullRequestFilter,
} from './ref-and-pull-request-nodes.ts';
import type { Repository } from './repository.ts';

export function describeRepository(repository: Repository) {
  const { settings, nameWithOwner, owner, name, url, defaultBranch, gitDir } = repository;
  return {
    __typename: 'Repository',
    id: formatNodeId('R', repository),
    name,
    nameWithOwner,
    owner: { __typename: 'Organization', id: `O_${Buffer.from(owner).toString('base64url')}`, login: owner },
    url,
    isArchived: () => settings.isArchived,
    isPrivate: true,
    autoMergeAllowed: () => settings.autoMergeAllowed,
    viewerPermission: () => (settings.mayWrite ? 'WRITE' : 'READ'),
    isEmpty: async () => (await git(gitDir, ['for-each-ref', '--count=1', 'refs/heads/'])) === '',
    defaultBranchRef: () => findRef(repository, `refs/heads/${defaultBranch}`),
    ref: ({ qualifiedName }: { qualifiedName: string }) => findRef(repository, qualifiedName),
    object: ({ oid, expression }: { oid?: string | null; expression?: string | null }) =>
      describeObject(repository, oid ?? expression ?? ''),
    pullRequests: (filter: PullRequestFilter) => describePullRequests(repository, filter),
    pullRequest: ({ number }: { number: number }) =>
      describePullRequest(repository, getPullRequest(repository, number)),
  };
}
