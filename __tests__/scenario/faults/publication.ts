// What GitHub may refuse a commit to the base for. Everything is encrypted by then, and nothing is published.
import { FLUX_REPOSITORY } from '../../stand-ins/world.ts';
import type { Fault, FaultTable } from './fault.ts';
import { to } from './github.ts';

/** As GraphQL refuses the commit. */
const refused = (type: string, message: string): { status: number; body: object } => ({
  status: 200,
  body: { data: { createCommitOnBranch: null }, errors: [{ type, path: ['createCommitOnBranch'], message }] },
});

const writing: Fault[] = [
  {
    when: 'a rule protects the branch',
    arrange: ({ flux }) => flux.settings.protectedBranches.push('main'),
    code: 'BRANCH_PROTECTED',
    says: `Cannot commit to main of ${FLUX_REPOSITORY}: a rule protects the branch against this token`,
    remedy: 'let the GitHub App of the token bypass the rule',
  },
  {
    when: 'a ruleset protects the branch',
    arrange: ({ flux }) => flux.settings.ruleset.push('main'),
    code: 'BRANCH_PROTECTED',
    says: 'a rule protects the branch against this token',
    remedy: 'Use `publish: pull-request`',
  },
  {
    when: 'a rule asks for checks that nobody has run',
    arrange: ({ github }) =>
      github.fault({
        when: to('Commit'),
        ...refused('BRANCH_PROTECTION_RULE_VIOLATION', 'Required status check "build" is expected.'),
      }),
    code: 'BRANCH_PROTECTED',
    says: 'a rule protects the branch against this token',
    remedy: 'Use `publish: pull-request`',
  },
  {
    when: 'a rule asks for signed commits, and GitHub signs none',
    arrange: ({ github }) =>
      github.fault({
        when: to('Commit'),
        ...refused('BRANCH_PROTECTION_RULE_VIOLATION', 'Commits must have valid signatures.'),
      }),
    code: 'BRANCH_PROTECTED',
    says: 'a rule asks for signed commits, and GitHub did not sign this one',
    remedy: 'github.com signs what an app or GITHUB_TOKEN commits, so give one of these as the input `token`',
  },
  {
    when: 'a ruleset asks for signed commits, and GitHub signs none',
    arrange: ({ github }) =>
      github.fault({
        when: to('Commit'),
        ...refused(
          'REPOSITORY_RULE_VIOLATION',
          'Repository rule violations found\n\nCommits must have verified signatures.\n\n',
        ),
      }),
    code: 'BRANCH_PROTECTED',
    says: 'a rule asks for signed commits, and GitHub did not sign this one',
    remedy: 'on GitHub Enterprise Server an administrator has to switch on web commit signing',
  },
  {
    when: 'the repository is archived since it was read',
    arrange: ({ github, flux }) =>
      github.fault({
        when: to('Commit'),
        before: () => Promise.resolve(Object.assign(flux.settings, { isArchived: true })),
      }),
    code: 'REPOSITORY_ARCHIVED',
    says: `Cannot commit to main of ${FLUX_REPOSITORY}: it is archived`,
    remedy: 'Unarchive it',
  },
  {
    when: 'the token may only read',
    arrange: ({ flux }) => Object.assign(flux.settings, { mayWrite: false }),
    code: 'TOKEN_LACKS_PERMISSION',
    says: `Cannot commit to main of ${FLUX_REPOSITORY}: the token may not do this there`,
    remedy: 'Give a GitHub App token (or fine-grained token) with `contents: write`',
  },
];

export const publication: FaultTable = { from: 'of the publication', encrypting: true, faults: writing };
