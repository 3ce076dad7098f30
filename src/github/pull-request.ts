// The Publisher that proposes: one head branch (the base plus this change), and one open pull request for it.

import { ActionError } from '../errors.ts';
import type { Commit, Publication, Published, Publisher, Target } from '../publisher.ts';
import type { RepositoryOptions } from './commit.ts';
import { explainFailure } from './failure.ts';
import { createHeadBranch, deleteHeadBranch, type HeadBranchPlace, rewriteHeadBranch } from './head-branch.ts';
import { findProposal, type OpenPullRequest, type OwnProposal } from './proposal.ts';
import { applySettings, type PullRequestSettings } from './pull-request-settings.ts';
import { readRepository } from './snapshot.ts';

export interface PullRequestOptions extends RepositoryOptions {
  /** The head branch, which may depend on the base: the default branch's name is only known after reading. */
  branchFor: (base: string) => string;
  settings: PullRequestSettings;
}

const OPEN = `mutation OpenPullRequest($pullRequest: CreatePullRequestInput!) {
  createPullRequest(input: $pullRequest) { pullRequest { id number url } }
}`;
const UPDATE = `mutation UpdatePullRequest($pullRequest: UpdatePullRequestInput!) {
  updatePullRequest(input: $pullRequest) { clientMutationId }
}`;

export function createPullRequestPublisher(options: PullRequestOptions): Publisher {
  return {
    async read(read): Promise<Target> {
      const { client, runId, settings } = options;
      const repository = await readRepository(client, { ...options, read });
      const { base, nameWithOwner } = repository;
      const branch = options.branchFor(base.branch);
      if (branch === base.branch) throw branchIsBase(branch);
      const proposal = await findProposal(client, {
        repository: nameWithOwner,
        base,
        branch,
        runId,
        files: read.files,
      });
      const place: ProposalPlace = { client, repository, base, runId, branch, proposal, settings };
      return {
        base,
        proposal,
        lostCommit: proposal?.runCommit,
        publish: (publication) => propose(place, publication),
        withdraw: () => withdraw(place),
      };
    },
  };
}

interface ProposalPlace extends HeadBranchPlace {
  branch: string;
  proposal: OwnProposal | undefined;
  settings: PullRequestSettings;
}

async function propose(place: ProposalPlace, publication: Publication): Promise<Published> {
  const { branch, proposal } = place;
  const commit = await writeBranch(place, publication);
  const open = proposal?.pullRequest;
  const published = { ...(commit && { commit }), branch };
  if (open === undefined) {
    const created = await openPullRequest(place, publication);
    await applyOrTakeBack(place, created, commit ?? proposal);
    return { ...published, pullRequest: withOperation(created, 'created') };
  }
  if (commit === undefined) return { ...published, pullRequest: withOperation(open, 'none') };
  await updatePullRequest(place, open, publication);
  // The answer to an earlier request of this run was lost: it may have opened the pull request and got no further.
  if (proposal?.runCommit !== undefined) await applyOrTakeBack(place, open, commit);
  return { ...published, pullRequest: withOperation(open, 'updated') };
}

/** The commit of this run on the head branch; undefined where the branch held just this before. */
async function writeBranch(place: ProposalPlace, publication: Publication): Promise<Commit | undefined> {
  const { branch, proposal } = place;
  if (proposal === undefined) return createHeadBranch(place, branch, publication);
  const holdsIt = publication.manifests.every(({ file, text }) => proposal.files.get(file) === text);
  if (holdsIt && !proposal.conflicts) return proposal.runCommit;
  if (proposal.leftover !== undefined) await deleteHeadBranch(place, proposal.leftover);
  return rewriteHeadBranch(place, proposal, publication);
}

async function openPullRequest(place: ProposalPlace, { title, body }: Publication): Promise<OpenPullRequest> {
  const { client, repository, base, branch, settings } = place;
  try {
    const data = await client.graphql<{ createPullRequest: { pullRequest: OpenPullRequest } }>(OPEN, {
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

async function updatePullRequest(place: ProposalPlace, open: OpenPullRequest, publication: Publication): Promise<void> {
  const { title, body } = publication;
  try {
    await place.client.graphql(UPDATE, { pullRequest: { pullRequestId: open.id, title, body } });
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
  const { client, repository, branch, settings } = place;
  try {
    await applySettings({ client, repository: repository.nameWithOwner, pullRequest, settings, headOid: head?.oid });
  } catch (error) {
    if (error instanceof ActionError && head !== undefined) await deleteHeadBranch(place, { branch, oid: head.oid });
    throw error;
  }
}

async function withdraw(place: ProposalPlace): Promise<Published> {
  const { branch, proposal } = place;
  if (proposal === undefined) return {};
  await deleteHeadBranch(place, proposal);
  const { pullRequest } = proposal;
  return { branch, ...(pullRequest && { pullRequest: withOperation(pullRequest, 'closed') }) };
}

type Operated = NonNullable<Published['pullRequest']>;

function withOperation({ number, url }: OpenPullRequest, operation: Operated['operation']): Operated {
  return { number, url, operation };
}

function branchIsBase(branch: string): ActionError {
  return new ActionError('BRANCH_IS_BASE', {
    message: `Cannot open a pull request: its branch ${branch} is the base itself.`,
    remedy: 'Name another branch with the input `branch`, or use `publish: commit`.',
  });
}
