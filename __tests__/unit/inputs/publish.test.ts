import { describe, expect, test } from 'vitest';
import { problemsWith, readWith } from './read-with.ts';

describe('publish', () => {
  test.each([
    [{}, { kind: 'commit' }],
    [{ publish: 'commit' }, { kind: 'commit' }],
    [{ publish: 'none' }, { kind: 'none' }],
    [
      { publish: 'pull-request' },
      {
        kind: 'pull-request',
        branch: undefined,
        title: undefined,
        body: '',
        settings: { draft: false, labels: [], reviewers: [], teamReviewers: [], autoMerge: undefined },
      },
    ],
    [
      {
        publish: 'pull-request',
        branch: 'rotate/kbot',
        title: 'Rotate',
        body: '# Why\n\nMonthly.',
        labels: 'secrets, flux\nautomation',
        reviewers: 'octocat,, hubot ',
        'team-reviewers': '\nplatform\n',
        draft: 'true',
      },
      {
        kind: 'pull-request',
        branch: 'rotate/kbot',
        title: 'Rotate',
        body: '# Why\n\nMonthly.',
        settings: {
          draft: true,
          labels: ['secrets', 'flux', 'automation'],
          reviewers: ['octocat', 'hubot'],
          teamReviewers: ['platform'],
          autoMerge: undefined,
        },
      },
    ],
  ])('%j is read as it is meant', (inputs, publish) => {
    expect(readWith(inputs).publish).toEqual(publish);
  });

  test.each(['merge', 'squash', 'rebase'])('auto-merge may be %s', (autoMerge) => {
    const { publish } = readWith({ publish: 'pull-request', 'auto-merge': autoMerge });
    expect(publish).toMatchObject({ settings: { autoMerge } });
  });

  test.each([
    [{ publish: 'push' }, '`publish: push` is not known: write commit, pull-request or none.'],
    [{ publish: 'Commit' }, '`publish: Commit` is not known: write commit, pull-request or none.'],
    [
      { publish: 'pull-request', 'auto-merge': 'true' },
      '`auto-merge: true` is not known: write merge, squash or rebase.',
    ],
    [{ publish: 'pull-request', draft: 'yes' }, '`draft: yes` is neither true nor false.'],
    [{ publish: 'pull-request', title: 'One\nTwo' }, '`title` has more than one line: the rest goes into `body`.'],
    [{ publish: 'pull-request', branch: 'a b' }, '`branch: a b` is no name that git takes for a branch.'],
    [
      { publish: 'pull-request', branch: 'refs/heads/rotate' },
      "`branch: refs/heads/rotate` has to be the branch's own name, without refs/heads/.",
    ],
    [{ base: 'refs/tags/v1' }, "`base: refs/tags/v1` has to be the branch's own name, without refs/heads/."],
    [{ base: 'main~1' }, '`base: main~1` is no name that git takes for a branch.'],
  ])('%j is refused with what to write instead', (inputs, problem) => {
    expect(problemsWith(inputs)).toBe(problem);
  });

  test.each([
    [
      { publish: 'pull-request', draft: 'true', 'auto-merge': 'squash' },
      '`draft` and `auto-merge` exclude each other: a draft is never merged.',
    ],
    [
      { publish: 'pull-request', base: 'main', branch: 'main' },
      '`branch: main` is the base itself: name another one, or leave it out.',
    ],
    ...['branch', 'title', 'body', 'labels', 'reviewers', 'team-reviewers'].flatMap((name) =>
      [{}, { publish: 'commit' }].map((publish): [Record<string, string>, string] => [
        { ...publish, [name]: 'some' },
        `\`${name}\` is for pull requests: write \`publish: pull-request\`, or leave it out.`,
      ]),
    ),
    [
      { publish: 'commit', 'auto-merge': 'merge' },
      '`auto-merge` is for pull requests: write `publish: pull-request`, or leave it out.',
    ],
    [{ draft: 'true' }, '`draft` is for pull requests: write `publish: pull-request`, or leave it out.'],
  ])('%j contradicts itself', (inputs, problem) => {
    expect(problemsWith(inputs)).toBe(problem);
  });

  test('none may be tried with the inputs of a pull request, and draft: false says nothing', () => {
    expect(problemsWith({ publish: 'none', title: 'Rotate', labels: 'flux' })).toBe('');
    expect(problemsWith({ publish: 'commit', draft: 'false' })).toBe('');
  });
});
