// The Publisher that proposes: one head branch (the base plus this change), and one open pull request for it.

import { type Commit, type Publication, type Published, type Publisher, StalePlan, type Target } from '../publisher.ts';
import { isText, record } from './answer.ts';
import { type RepositoryOptions, readBaseFile } from './commit.ts';
import { explainFailure } from './failure.ts';
import {
  createHeadBranch,
  deleteHeadBranch,
  type HeadBranchPlace,
  rewriteHeadBranch,
  takeBack,
} from './head-branch.ts';
import { isOpenPullRequest, type OpenPullRequest } from './head-state.ts';
import { findProposal, type OwnProposal } from './proposal.ts';
import { applySettings, type PullRequestSettings } from './pull-request-settings.ts';
import { readRepository } from './snapshot.ts';

export interface PullRequestOptions extends RepositoryOptions {
  /** The head branch, which may depend on the base: the default branch's name is only known after reading. */
  branchFor: (base: string) => string;
  settings: PullRequestSettings;
}

const OPEN = {
  document: `mutation OpenPullRequest($pullRequest: CreatePullRequestInput!) {
    createPullRequest(input: $pullRequest) { pullRequest { id number url } }
  }`,
  data: record({ createPullRequest: record({ pullRequest: isOpenPullRequest }) }),
};
const UPDATE = {
  document: `mutation UpdatePullRequest($pullRequest: UpdatePullRequestInput!) {
    updatePullRequest(input: $pullRequest) { pullRequest { state } }
  }`,
  data: record({ updatePullRequest: record({ pullRequest: record({ state: isText }) }) }),
};

export function createPullRequestPublisher(options: PullRequestOptions): Publisher {
  const opening = { isTried: false };
  return {
    async read(read): Promise<Target> {
      const { client, runId, scope, settings } = options;
      const repository = await readRepository(client, { ...options, commit: undefined, read });
      const { base, nameWithOwner } = repository;
      const branch = options.branchFor(base.branch);
      const request = { repository: nameWithOwner, base, branch, read, runId, scope };
      const proposal = await findProposal(client, request);
      const place: ProposalPlace = { client, repository, base, runId, scope, branch, proposal, settings, opening };
      return {
        base,
        proposal,
        lostCommit: proposal?.runCommit,
        publish: (publication) => propose(place, publication),
        withdraw: () => withdraw(place),
      };
    },
    readFile: (path) => readBaseFile({ ...options, commit: undefined }, path),
  };
}

interface ProposalPlace extends HeadBranchPlace {
  branch: string;
  proposal: OwnProposal | undefined;
  settings: PullRequestSettings;
  /** Whether this run has tried to open the pull request: one that is open then may lack its settings. */
  opening: { isTried: boolean };
}

async function propose(place: ProposalPlace, publication: Publication): Promise<Published> {
  const { branch, proposal, opening } = place;
  const commit = await writeBranch(place, publication);
  const published = { ...(commit && { commit }), branch };
  const open = proposal?.pullRequest;
  if (open !== undefined && commit !== undefined) await updatePullRequest(place, open, publication);
  if (open !== undefined && !opening.isTried) {
    return { ...published, pullRequest: withOperation(open, commit === undefined ? 'none' : 'updated') };
  }
  opening.isTried = true;
  const created = open ?? (await openPullRequest(place, publication));
  await applyOrTakeBack(place, created, commit ?? proposal);
  return { ...published, pullRequest: withOperation(created, 'created') };
}

/** The commit of this run on the head branch; undefined where the branch held just this before. */
async function writeBranch(place: ProposalPlace, publication: Publication): Promise<Commit | undefined> {
  const { branch, proposal } = place;
  if (proposal === undefined) return await createHeadBranch(place, branch, publication);
  if (proposal.holds(publication.files)) return proposal.runCommit;
  return await rewriteHeadBranch(place, proposal, publication);
}

async function openPullRequest(place: ProposalPlace, { title, body }: Publication): Promise<OpenPullRequest> {
  const { client, repository, base, branch, settings } = place;
  try {
    const data = await client.graphql(OPEN, {
      pullRequest: {
        repositoryId: repository.id,
        baseRefName: base.branch,
        headRefName: branch,
        title,
        body,
        draft: settings.draft,
      },
    });
    return data.createPullRequest.pullRequest;
  } catch (error) {
    throw explainFailure(error, {
      verb: 'open a pull request on',
      repository: repository.nameWithOwner,
      writes: true,
      remains: `the branch ${branch} stays, and the next run goes on from it`,
    });
  }
}

/** @throws {StalePlan} when it has been merged or closed since it was read */
async function updatePullRequest(place: ProposalPlace, open: OpenPullRequest, publication: Publication): Promise<void> {
  const { title, body } = publication;
  try {
    const data = await place.client.graphql(UPDATE, {
      pullRequest: { pullRequestId: open.id, title, body },
    });
    if (data.updatePullRequest.pullRequest.state !== 'OPEN') throw new StalePlan(false, undefined);
  } catch (error) {
    throw explainFailure(error, {
      verb: `describe pull request #${open.number} of`,
      repository: place.repository.nameWithOwner,
      writes: true,
      remains: 'its branch is up to date',
    });
  }
}

/** A pull request without the reviewers or labels that were asked for would be overlooked: then rather none. */
async function applyOrTakeBack(
  place: ProposalPlace,
  pullRequest: OpenPullRequest,
  head: { oid: string } | undefined,
): Promise<void> {
  const { client, repository, branch, proposal, settings } = place;
  const { nameWithOwner } = repository;
  try {
    await applySettings({ client, repository: nameWithOwner, pullRequest, settings, headOid: head?.oid });
  } catch (error) {
    const attempt = { verb: `set up pull request #${pullRequest.number} of`, repository: nameWithOwner, writes: true };
    const failure = explainFailure(error, attempt);
    if (failure instanceof StalePlan) throw failure;
    // A branch that was somebody's before is not this run's to delete.
    const isOwn = proposal === undefined || proposal.mayBeDeleted;
    const isClosed = isOwn && (await takeBack(place, { branch, oid: head?.oid }));
    const remains = isClosed ? 'it was closed again, and its branch deleted' : 'it stays open as it is';
    throw explainFailure(error, { ...attempt, remains });
  }
}

async function withdraw(place: ProposalPlace): Promise<Published> {
  const { proposal } = place;
  if (!proposal?.mayBeDeleted) return {};
  await deleteHeadBranch(place, proposal);
  const { pullRequest } = proposal;
  return pullRequest === undefined ? {} : { pullRequest: withOperation(pullRequest, 'closed') };
}

type Operated = NonNullable<Published['pullRequest']>;

function withOperation({ number, url }: OpenPullRequest, operation: Operated['operation']): Operated {
  return { number, url, operation };
}
