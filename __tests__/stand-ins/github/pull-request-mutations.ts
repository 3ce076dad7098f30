// The mutations of pull requests; the rules themselves are in pull-requests.ts and merge.ts, which REST shares.
import type {
  AddCommentInput,
  ClosePullRequestInput,
  CreatePullRequestInput,
  EnablePullRequestAutoMergeInput,
  MergePullRequestInput,
  UpdatePullRequestInput,
} from '@octokit/graphql-schema';
import type { GraphQLContext } from './graphql.ts';
import { gitHubActions } from './identities.ts';
import { mergePullRequest as merge } from './merge.ts';
import { formatNodeId, parseNodeId } from './node-id.ts';
import { verifyMayWrite } from './permissions.ts';
import { getPullRequest, openPullRequest, type PullRequest } from './pull-requests.ts';
import { describeComment, describePullRequest } from './ref-and-pull-request-nodes.ts';
import { Refusal } from './refusal.ts';
import type { Repository } from './repository.ts';

/** @throws {Refusal} */
export async function createPullRequest({ input }: { input: CreatePullRequestInput }, context: GraphQLContext) {
  const repository = context.getRepositoryById(input.repositoryId);
  const pullRequest = await openPullRequest(repository, {
    head: input.headRefName,
    base: input.baseRefName.replace(/^refs\/heads\//, ''),
    title: input.title,
    body: input.body ?? '',
    isDraft: input.draft ?? false,
  });
  return answer(repository, pullRequest, input);
}

/** @throws {Refusal} */
export function updatePullRequest({ input }: { input: UpdatePullRequestInput }, context: GraphQLContext) {
  const { repository, pullRequest } = getById(input.pullRequestId, context);
  pullRequest.title = input.title ?? pullRequest.title;
  pullRequest.body = input.body ?? pullRequest.body;
  pullRequest.baseRefName = input.baseRefName ?? pullRequest.baseRefName;
  pullRequest.state = input.state ?? pullRequest.state;
  return answer(repository, pullRequest, input);
}

/** @throws {Refusal} */
export function closePullRequest({ input }: { input: ClosePullRequestInput }, context: GraphQLContext) {
  const { repository, pullRequest } = getById(input.pullRequestId, context);
  if (pullRequest.state !== 'OPEN') {
    throw new Refusal('UNPROCESSABLE', 'Could not close the pull request.');
  }
  pullRequest.state = 'CLOSED';
  return answer(repository, pullRequest, input);
}

/** @throws {Refusal} */
export function enablePullRequestAutoMerge(
  { input }: { input: EnablePullRequestAutoMergeInput },
  context: GraphQLContext,
) {
  const { repository, pullRequest } = getById(input.pullRequestId, context);
  const { autoMergeAllowed, pullRequestsInCleanStatus } = repository.settings;
  // "Pull request Pull request" is how GitHub says it: peter-evans/enable-pull-request-automerge#343.
  if (!autoMergeAllowed) {
    throw new Refusal('UNPROCESSABLE', 'Pull request Auto merge is not allowed for this repository');
  }
  if (pullRequestsInCleanStatus) {
    throw new Refusal('UNPROCESSABLE', 'Pull request Pull request is in clean status');
  }
  pullRequest.autoMerge = { mergeMethod: input.mergeMethod ?? 'MERGE', enabledAt: new Date() };
  return { ...answer(repository, pullRequest, input), actor };
}

/** @throws {Refusal} */
export async function mergePullRequest({ input }: { input: MergePullRequestInput }, context: GraphQLContext) {
  const { repository, pullRequest } = getById(input.pullRequestId, context);
  if (input.mergeMethod === 'REBASE') {
    throw new Refusal('UNPROCESSABLE', 'Rebase merges are not allowed on this repository.');
  }
  await merge(repository, pullRequest, {
    method: input.mergeMethod === 'SQUASH' ? 'squash' : 'merge',
    author: gitHubActions,
    expectedHeadOid: input.expectedHeadOid ?? undefined,
    message: formatMessage(input.commitHeadline, input.commitBody),
  });
  return { ...answer(repository, pullRequest, input), actor };
}

/** @throws {Refusal} */
export function addComment({ input }: { input: AddCommentInput }, context: GraphQLContext) {
  const { repository, pullRequest } = getById(input.subjectId, context);
  pullRequest.comments.push(input.body);
  const id = `IC_${formatNodeId('PR', repository, `${pullRequest.number} ${pullRequest.comments.length}`)}`;
  return {
    clientMutationId: input.clientMutationId,
    subject: describePullRequest(repository, pullRequest),
    commentEdge: { node: { id, ...describeComment(input.body) } },
  };
}

const actor = { __typename: 'Bot', login: 'github-actions' };

export function formatMessage(headline?: string | null, body?: string | null): string | undefined {
  const parts = [headline, body].filter((part) => part != null && part !== '');
  return headline == null ? undefined : parts.join('\n\n');
}

function answer(repository: Repository, pullRequest: PullRequest, input: { clientMutationId?: string | null }) {
  return {
    clientMutationId: input.clientMutationId,
    pullRequest: () => describePullRequest(repository, pullRequest),
  };
}

function getById(id: string, context: GraphQLContext): { repository: Repository; pullRequest: PullRequest } {
  const node = parseNodeId('PR', id);
  if (node === undefined) {
    throw new Refusal('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`);
  }
  const repository = context.getRepository(node.nameWithOwner);
  verifyMayWrite(repository);
  return { repository, pullRequest: getPullRequest(repository, Number(node.within)) };
}
