// The head branch of a pull request as it stands: whose commits are on it, whether it still fits on the base, and
// the pull request that is open for it.

import { ActionError } from '../errors.ts';
import type { Commit, Proposal, Snapshot } from '../publisher.ts';
import type { GitHubClient } from './client.ts';
import { findRunCommit, isOurs } from './commit-message.ts';
import { explainFailure } from './failure.ts';
import { type BranchHead, besideBranch } from './head-branch.ts';
import {
  type FileAliases,
  fileFields,
  fileVariables,
  pathVariables,
  readFiles,
  SIGNED_COMMIT,
  type SignedCommit,
  toCommit,
} from './snapshot.ts';

export interface OwnProposal extends Proposal {
  pullRequest: OpenPullRequest | undefined;
  /** Whether it has to be made anew on the base before it can be merged. */
  conflicts: boolean;
  /** The commit of this very run on it, where the answer to it was lost. */
  runCommit: Commit | undefined;
  /** What an answer that was lost left of a rewrite. */
  leftover: BranchHead | undefined;
}

export interface OpenPullRequest {
  id: string;
  number: number;
  url: string;
}

export interface ProposalRequest {
  /** `owner/name`. */
  repository: string;
  base: Snapshot;
  branch: string;
  runId: string;
  files: readonly string[];
}

interface HeadData {
  repository: {
    head: { target: FileAliases & { oid: string } } | null;
    beside: { target: { oid: string } } | null;
    pullRequests: {
      nodes: (OpenPullRequest & { baseRefName: string; isCrossRepository: boolean; mergeable: string })[];
    };
  };
}
interface BranchCommit extends SignedCommit {
  message: string;
  parents: { nodes: { oid: string }[] };
}
interface ComparisonData {
  repository: {
    base: {
      compare: {
        commits: { totalCount: number; nodes: BranchCommit[] };
        oldest: { nodes: { parents: { nodes: FileAliases[] } }[] };
      } | null;
    } | null;
  };
}

const MAX_COMMITS = 100;

/**
 * Undefined where there is no such branch.
 * @throws {BRANCH_HAS_OTHER_COMMITS} when people have committed to it
 * @throws {BRANCH_SERVES_OTHER_BASE} when its pull request is for another base
 */
export async function findProposal(client: GitHubClient, request: ProposalRequest): Promise<OwnProposal | undefined> {
  const { base, branch, files } = request;
  const beside = besideBranch(branch, request.runId);
  const { head, pullRequests, ...found } = (
    await query<HeadData>(client, request, headDocument(files), {
      head: `refs/heads/${branch}`,
      beside: `refs/heads/${beside}`,
      branch,
    })
  ).repository;
  if (head === null) return undefined;
  const open = pullRequests.nodes.find(({ isCrossRepository }) => !isCrossRepository);
  if (open !== undefined && open.baseRefName !== base.branch) throw otherBase(branch, open.number, open.baseRefName);

  const comparison = (
    await query<ComparisonData>(client, request, comparisonDocument(files), {
      base: `refs/heads/${base.branch}`,
      head: branch,
    })
  ).repository.base?.compare;
  const commits = comparison?.commits.nodes ?? [];
  if (comparison == null || comparison.commits.totalCount > MAX_COMMITS || !commits.every(isExpected(commits))) {
    throw otherCommits(branch, open?.number);
  }
  const runCommit = findRunCommit(commits, request.runId);
  return {
    branch,
    oid: head.target.oid,
    files: readFiles(head.target, files),
    pullRequest: open && { id: open.id, number: open.number, url: open.url },
    leftover: found.beside === null ? undefined : { branch: beside, oid: found.beside.target.oid },
    runCommit: runCommit && toCommit(runCommit),
    conflicts:
      open?.mergeable === 'CONFLICTING' || isOutdated(request, commits, comparison.oldest.nodes[0]?.parents.nodes[0]),
  };
}

/** A commit of this action, or a merge of the base into the branch, as the "Update branch" button makes them. */
function isExpected(commits: readonly BranchCommit[]): (commit: BranchCommit) => boolean {
  const own = new Set(commits.map(({ oid }) => oid));
  return (commit) => {
    const [, merged] = commit.parents.nodes;
    return merged === undefined ? isOurs(commit) : !own.has(merged.oid);
  };
}

/**
 * GitHub finds out late whether a pull request conflicts. Without a merge on the branch it can be told at once: it does
 * where the base has changed one of the files since the branch left it.
 */
function isOutdated(
  { base, files }: ProposalRequest,
  commits: readonly BranchCommit[],
  fork: FileAliases | undefined,
): boolean {
  if (fork === undefined || commits.some(({ parents }) => parents.nodes.length > 1)) return false;
  const before = readFiles(fork, files);
  return files.some((file) => before.get(file) !== base.files.get(file));
}

function headDocument(files: readonly string[]): string {
  return `query Head($owner: String!, $name: String!, $head: String!, $beside: String!, $branch: String!${fileVariables(files)}) {
    repository(owner: $owner, name: $name) {
      beside: ref(qualifiedName: $beside) { target { oid } }
      head: ref(qualifiedName: $head) { target { oid ... on Commit { ${fileFields(files)} } } }
      pullRequests(headRefName: $branch, states: OPEN, first: 20) {
        nodes { id number url baseRefName isCrossRepository mergeable }
      }
    }
  }`;
}

function comparisonDocument(files: readonly string[]): string {
  return `query Comparison($owner: String!, $name: String!, $base: String!, $head: String!${fileVariables(files)}) {
    repository(owner: $owner, name: $name) {
      base: ref(qualifiedName: $base) {
        compare(headRef: $head) {
          commits(first: ${MAX_COMMITS}) { totalCount nodes { ${SIGNED_COMMIT} message parents(first: 2) { nodes { oid } } } }
          oldest: commits(first: 1) { nodes { parents(first: 1) { nodes { ${fileFields(files)} } } } }
        }
      }
    }
  }`;
}

async function query<Data>(
  client: GitHubClient,
  { repository, files }: ProposalRequest,
  document: string,
  variables: Readonly<Record<string, string>>,
): Promise<Data> {
  const [owner, name] = repository.split('/');
  try {
    return await client.graphql(document, { owner, name, ...variables, ...pathVariables(files) });
  } catch (error) {
    throw explainFailure(error, { verb: 'read', repository, writes: false });
  }
}

function otherCommits(branch: string, number: number | undefined): ActionError {
  const place = number === undefined ? `the branch ${branch}` : `pull request #${number} (${branch})`;
  return new ActionError('BRANCH_HAS_OTHER_COMMITS', {
    message: `Cannot update ${place}: it has commits that this action did not make.`,
    remedy: 'Merge it, or take these commits off the branch, or name another one with the input `branch`.',
  });
}

function otherBase(branch: string, number: number, base: string): ActionError {
  return new ActionError('BRANCH_SERVES_OTHER_BASE', {
    message: `Cannot use the branch ${branch}: its pull request #${number} is for ${base}.`,
    remedy: 'Name another branch with the input `branch`, or leave it out: the default differs for each base.',
  });
}
