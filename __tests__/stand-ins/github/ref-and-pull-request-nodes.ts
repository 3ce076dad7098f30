// Ref, Comparison and PullRequest of GitHub's GraphQL schema, in one file because they name one another.
// Whether a pull request is mergeable is asked of git each time.
import { describeCommit, describeObject, describeUser, formatDate } from './commit-node.ts';
import { type PageArguments, paginate } from './connection.ts';
import { compareCommits, listCommits } from './history.ts';
import { mergeTrees } from './merge.ts';
import { formatNodeId } from './node-id.ts';
import type { PullRequest } from './pull-requests.ts';
import type { Repository } from './repository.ts';

/** GitHub takes a short name as well as a qualified one. */
export async function findRef(repository: Repository, name: string) {
  const qualifiedNames = name.startsWith('refs/') ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`];
  for (const qualifiedName of qualifiedNames) {
    const oid = await repository.resolveRef(qualifiedName);
    if (oid !== undefined) {
      return describeRef(repository, qualifiedName, oid);
    }
  }
  return null;
}

/** The ref as it stands at `oid`, whatever becomes of it while the query is answered. */
export function describeRef(repository: Repository, qualifiedName: string, oid: string) {
  const [, prefix = '', name = ''] = /^(refs\/[^/]+\/)(.+)$/.exec(qualifiedName) ?? [];
  return {
    __typename: 'Ref',
    id: formatNodeId('REF', repository, qualifiedName),
    name,
    prefix,
    target: () => describeObject(repository, oid),
    associatedPullRequests: (filter: PullRequestFilter) =>
      describePullRequests(repository, { ...filter, headRefName: name }),
    compare: async ({ headRef }: { headRef: string }) => {
      const head = await repository.read(`refs/heads/${headRef}`).then((found) => found ?? repository.read(headRef));
      return head === undefined ? null : describeComparison(repository, oid, head.oid);
    },
  };
}

async function describeComparison(repository: Repository, base: string, head: string) {
  const { aheadBy, behindBy } = await compareCommits(repository, base, head);
  return {
    __typename: 'Comparison',
    aheadBy,
    behindBy,
    status: comparisonStatus(aheadBy > 0, behindBy > 0),
    baseTarget: () => describeCommit(repository, base),
    headTarget: () => describeCommit(repository, head),
    commits: async (page: PageArguments) => {
      // Oldest first, as on the pull request's page.
      const oids = await listCommits(repository, '--reverse', `${base}..${head}`);
      return {
        ...paginate('commits', oids, page, (oid) => describeCommit(repository, oid)),
        authorCount: async () => {
          const commits = await Promise.all(oids.map((oid) => repository.readCommit(oid)));
          return new Set(commits.map(({ author }) => author.email)).size;
        },
      };
    },
  };
}

function comparisonStatus(ahead: boolean, behind: boolean): 'AHEAD' | 'BEHIND' | 'DIVERGED' | 'IDENTICAL' {
  if (ahead) {
    return behind ? 'DIVERGED' : 'AHEAD';
  }
  return behind ? 'BEHIND' : 'IDENTICAL';
}

export interface PullRequestFilter extends PageArguments {
  readonly headRefName?: string | null;
  readonly baseRefName?: string | null;
  readonly states?: readonly string[] | null;
  readonly labels?: readonly string[] | null;
  readonly orderBy?: { readonly field: string; readonly direction: 'ASC' | 'DESC' } | null;
}

export function describePullRequests(repository: Repository, filter: PullRequestFilter) {
  const found = repository.pullRequests.filter(
    (pullRequest) =>
      (filter.headRefName == null || pullRequest.headRefName === filter.headRefName) &&
      (filter.baseRefName == null || pullRequest.baseRefName === filter.baseRefName) &&
      (filter.states == null || filter.states.includes(pullRequest.state)) &&
      (filter.labels == null || filter.labels.some((label) => pullRequest.labels.includes(label))),
  );
  const ordered = filter.orderBy?.direction === 'DESC' ? found.toReversed() : found;
  return paginate('pullRequests', ordered, filter, (pullRequest) => describePullRequest(repository, pullRequest));
}

export function describePullRequest(repository: Repository, pullRequest: PullRequest) {
  const { number, headRefName, baseRefName, headRefOid, baseRefOid, autoMerge, state } = pullRequest;
  return {
    ...pullRequest,
    __typename: 'PullRequest',
    id: formatNodeId('PR', repository, `${number}`),
    url: `${repository.url}/pull/${number}`,
    permalink: `${repository.url}/pull/${number}`,
    isCrossRepository: false,
    maintainerCanModify: false,
    closed: state !== 'OPEN',
    merged: state === 'MERGED',
    author: { __typename: 'Bot', login: pullRequest.authorLogin },
    headRef: () => findRef(repository, `refs/heads/${headRefName}`),
    baseRef: () => findRef(repository, `refs/heads/${baseRefName}`),
    mergeCommit: () =>
      pullRequest.mergeCommitOid === undefined ? null : describeCommit(repository, pullRequest.mergeCommitOid),
    mergeable: async () => {
      if (state !== 'OPEN') {
        return 'UNKNOWN';
      }
      return (await mergeTrees(repository, baseRefOid, headRefOid)) === undefined ? 'CONFLICTING' : 'MERGEABLE';
    },
    autoMergeRequest:
      autoMerge === undefined
        ? null
        : {
            mergeMethod: autoMerge.mergeMethod,
            enabledAt: formatDate(autoMerge.enabledAt),
            enabledBy: { __typename: 'Bot', login: 'github-actions' },
            pullRequest: () => describePullRequest(repository, pullRequest),
          },
    labels: (page: PageArguments) =>
      paginate('labels', pullRequest.labels, page, (name) => ({ id: `LA_${name}`, name, color: 'ededed' })),
    reviewRequests: (page: PageArguments) =>
      paginate(
        'reviewRequests',
        [
          ...pullRequest.reviewers.map(describeUser),
          ...pullRequest.teamReviewers.map((slug) => ({ __typename: 'Team', id: `T_${slug}`, name: slug, slug })),
        ],
        page,
        (requestedReviewer) => ({ id: `RR_${requestedReviewer.id}`, asCodeOwner: false, requestedReviewer }),
      ),
    comments: (page: PageArguments) =>
      paginate('comments', pullRequest.comments, page, (body) => describeComment(body)),
    commits: async (page: PageArguments) => {
      const oids = await listCommits(repository, '--reverse', `${baseRefOid}..${headRefOid}`);
      return paginate('commits', oids, page, (oid) => ({
        id: `PRC_${oid}`,
        url: `${repository.url}/pull/${number}/commits/${oid}`,
        commit: () => describeCommit(repository, oid),
      }));
    },
  };
}

export function describeComment(body: string) {
  return { __typename: 'IssueComment', body, author: { __typename: 'Bot', login: 'github-actions' } };
}
