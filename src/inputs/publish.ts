// The inputs that say how a change is published.

import { getInput } from '@actions/core';
import type { PullRequestSettings } from '../github/pull-request-settings.ts';
import { shown } from '../markdown.ts';
import { optional, type Problems, readBoolean, readBranch, readList } from './values.ts';

export type PublishInputs = { kind: 'none' } | { kind: 'commit' } | PullRequestInputs;

interface PullRequestInputs {
  kind: 'pull-request';
  /** Undefined for the branch made of base and file. */
  branch: string | undefined;
  title: string | undefined;
  body: string;
  settings: PullRequestSettings;
}

export function readPublish(problems: Problems): PublishInputs {
  const kind = getInput('publish') || 'commit';
  const pullRequest = readPullRequest(problems);
  if (kind === 'none' || kind === 'pull-request') return kind === 'none' ? { kind } : pullRequest;
  if (kind !== 'commit') {
    problems.push(`\`publish: ${shown(kind)}\` is not known: write commit, pull-request or none`);
  }
  const idle = ['branch', 'title', 'body', 'labels', 'reviewers', 'team-reviewers', 'auto-merge'].filter(
    (name) => getInput(name) !== '',
  );
  if (pullRequest.settings.draft) idle.push('draft');
  for (const name of idle)
    problems.push(`\`${name}\` is for pull requests: write \`publish: pull-request\`, or leave it out`);
  return { kind: 'commit' };
}

function readPullRequest(problems: Problems): PullRequestInputs {
  const branch = readBranch('branch', problems);
  if (branch !== undefined && branch === getInput('base')) {
    problems.push(`\`branch: ${shown(branch)}\` is the base itself: name another one, or leave it out`);
  }
  const autoMerge = getInput('auto-merge') || undefined;
  if (autoMerge !== undefined && autoMerge !== 'merge' && autoMerge !== 'squash' && autoMerge !== 'rebase') {
    problems.push(`\`auto-merge: ${shown(autoMerge)}\` is not known: write merge, squash or rebase`);
  }
  const draft = readBoolean('draft', problems) ?? false;
  if (draft && autoMerge !== undefined)
    problems.push('`draft` and `auto-merge` exclude each other: a draft is never merged');
  const title = optional('title');
  if (title?.includes('\n')) problems.push('`title` has more than one line: the rest goes into `body`');
  const settings = {
    draft,
    labels: readList('labels'),
    reviewers: readList('reviewers'),
    teamReviewers: readList('team-reviewers'),
    autoMerge: autoMerge as PullRequestSettings['autoMerge'],
  };
  return { kind: 'pull-request', branch, title, body: getInput('body'), settings };
}
