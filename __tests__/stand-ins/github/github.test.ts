// The stand-in itself: each behaviour that the scenarios rely on, seen through real requests and real git objects.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { getOctokit } from '@actions/github';
import { describe, expect, it } from 'vitest';
import { runGitSync } from './git.ts';
import { type GitHubStandIn, startGitHub } from './github.ts';
import { isRefName } from './repository.ts';

const flux = { owner: 'acme', repo: 'flux-gitops' };
const nameWithOwner = 'acme/flux-gitops';
const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is asserted upon, not programmed against
  readonly json: any;
}

async function send(github: GitHubStandIn, method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${github.url}${path}`, {
    method,
    headers: { authorization: `token ${github.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: text === '' ? undefined : JSON.parse(text) };
}

async function query(github: GitHubStandIn, document: string, variables: object = {}) {
  return (await send(github, 'POST', '/graphql', { query: document, variables })).json;
}

function mutate(github: GitHubStandIn, field: string, input: object, selection = 'clientMutationId') {
  const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`;
  return query(github, `mutation M($input: ${type}!) { ${field}(input: $input) { ${selection} } }`, { input });
}

function commitOnBranch(github: GitHubStandIn, expectedHeadOid: string, changes: object = {}) {
  const { branchName = 'main', message = { headline: 'Sync' }, ...fileChanges } = changes as Record<string, unknown>;
  return mutate(
    github,
    'createCommitOnBranch',
    { branch: { repositoryNameWithOwner: nameWithOwner, branchName }, expectedHeadOid, message, fileChanges },
    'commit { oid url message signature { isValid wasSignedByGitHub state } } ref { name target { oid } }',
  );
}

/** A repository with one commit on main. */
async function start(options: Parameters<typeof startGitHub>[0] = {}) {
  const github = await startGitHub(options);
  const repository = github.repository(nameWithOwner);
  const main = await repository.commit({ branch: 'main', files: { 'README.md': 'hello\n' }, message: 'Begin' });
  const { data } = await query(github, '{ repository(owner: "acme", name: "flux-gitops") { id } }');
  return {
    github,
    repository,
    main,
    repositoryId: data.repository.id as string,
    [Symbol.asyncDispose]: () => github[Symbol.asyncDispose](),
  };
}

async function startWithPullRequest(options: Parameters<typeof startGitHub>[0] = {}) {
  const started = await start(options);
  const { github, repository, repositoryId } = started;
  const head = await repository.commit({ branch: 'sync', files: { 'a.yaml': 'a: 1\n' } });
  const input = { repositoryId, baseRefName: 'main', headRefName: 'sync', title: 'Sync', body: 'Body', draft: false };
  const { data } = await mutate(github, 'createPullRequest', input, 'pullRequest { id number }');
  return { ...started, head, input, pullRequestId: data.createPullRequest.pullRequest.id as string };
}

describe('reading', () => {
  it('answers a snapshot in one query', async () => {
    await using started = await start();
    const { github, repository } = started;
    const oid = await repository.commit({
      branch: 'main',
      files: { 'apps/a.yaml': 'a: 1\n', 'apps/b.bin': Buffer.from([0, 1, 2]), 'README.md': null },
      message: 'Headline\n\nBody\n\nTrailer: x',
    });
    const { data, errors } = await query(
      github,
      `query Snapshot {
        repository(owner: "acme", name: "flux-gitops") {
          nameWithOwner url isArchived isEmpty viewerPermission
          ref(qualifiedName: "refs/heads/main") { name prefix }
          missing: ref(qualifiedName: "refs/heads/none") { name }
          expression: ref(qualifiedName: "refs/heads/main~1") { name }
          folder: object(expression: "main:apps") { ... on Tree { entries { name path type mode } } }
          defaultBranchRef { name target { oid ... on Commit {
            message messageHeadline messageBody commitUrl signature { isValid } author { name email user { login } }
            parents(first: 1) { totalCount nodes { message } }
            history(first: 1, path: "README.md") { totalCount nodes { oid } }
            text: file(path: "apps/a.yaml") { name path mode type oid object { ... on Blob { text isBinary isTruncated byteSize } } }
            binary: file(path: "apps/b.bin") { object { ... on Blob { text isBinary byteSize } } }
            gone: file(path: "README.md") { oid }
          } } }
        }
      }`,
    );
    expect(errors).toBeUndefined();
    expect(data.repository).toMatchObject({
      nameWithOwner,
      url: `${github.url}/acme/flux-gitops`,
      isArchived: false,
      isEmpty: false,
      viewerPermission: 'WRITE',
      ref: { name: 'main', prefix: 'refs/heads/' },
      missing: null,
      expression: null,
      folder: {
        entries: [
          { name: 'a.yaml', path: 'apps/a.yaml', type: 'blob', mode: 0o100644 },
          { name: 'b.bin', path: 'apps/b.bin', type: 'blob', mode: 0o100644 },
        ],
      },
    });
    expect(data.repository.defaultBranchRef.target).toMatchObject({
      oid,
      message: 'Headline\n\nBody\n\nTrailer: x',
      messageHeadline: 'Headline',
      messageBody: 'Body\n\nTrailer: x',
      commitUrl: `${github.url}/acme/flux-gitops/commit/${oid}`,
      signature: null,
      author: { name: 'Mona Lisa', user: { login: 'octocat' } },
      parents: { totalCount: 1, nodes: [{ message: 'Begin' }] },
      history: { totalCount: 2, nodes: [{ oid }] },
      text: {
        name: 'a.yaml',
        path: 'apps/a.yaml',
        mode: 0o100644,
        type: 'blob',
        object: { text: 'a: 1\n', isBinary: false, isTruncated: false, byteSize: 5 },
      },
      binary: { object: { text: null, isBinary: true, byteSize: 3 } },
      gone: null,
    });
  });

  it('knows an empty repository, and one that is not there', async () => {
    await using github = await startGitHub({ repositories: ['acme/empty'], defaultBranch: 'trunk' });
    const { data } = await query(
      github,
      '{ repository(owner: "acme", name: "empty") { isEmpty defaultBranchRef { name } } }',
    );
    expect(data.repository).toEqual({ isEmpty: true, defaultBranchRef: null });
    const missing = await query(github, '{ repository(owner: "acme", name: "none") { id } }');
    expect(missing).toEqual({
      data: { repository: null },
      errors: [
        {
          type: 'NOT_FOUND',
          path: ['repository'],
          locations: [{ line: 1, column: 3 }],
          message: "Could not resolve to a Repository with the name 'acme/none'.",
        },
      ],
    });
  });

  it('validates a document by the real schema', async () => {
    await using github = await startGitHub();
    const { data, errors } = await query(github, '{ repository(owner: "acme", name: "flux-gitops") { oid } }');
    expect(data).toBeUndefined();
    expect(errors[0].message).toContain('Cannot query field "oid" on type "Repository"');
    expect((await query(github, '{ repository(')).errors[0].message).toContain('Syntax Error');
    const { errors: badOid } = await commitOnBranch(github, 'abc');
    expect(badOid[0].message).toContain("Expected type 'GitObjectID'");
  });

  it('wants connections bounded', async () => {
    await using started = await start();
    const page = (args: string) =>
      query(
        started.github,
        `{ repository(owner: "acme", name: "flux-gitops") { pullRequests${args} { totalCount nodes { id } } } }`,
      );
    expect((await page('')).errors[0].type).toBe('MISSING_PAGINATION_BOUNDARIES');
    expect((await page('(first: 101)')).errors[0].type).toBe('EXCESSIVE_PAGINATION');
    expect((await page('(first: 100)')).data.repository.pullRequests).toEqual({ totalCount: 0, nodes: [] });
  });

  it('compares branches', async () => {
    await using started = await start();
    const { github, repository } = started;
    await repository.commit({ branch: 'topic', files: { a: '1' }, message: 'One' });
    await repository.commit({ branch: 'topic', files: { a: '2' }, message: 'Two' });
    await repository.commit({ branch: 'main', files: { b: '1' } });
    const { data } = await query(
      github,
      `{ repository(owner: "acme", name: "flux-gitops") { ref(qualifiedName: "main") {
        compare(headRef: "topic") { status aheadBy behindBy commits(first: 1) { totalCount nodes { message } pageInfo { hasNextPage } } }
        same: compare(headRef: "main") { status }
      } } }`,
    );
    expect(data.repository.ref).toEqual({
      compare: {
        status: 'DIVERGED',
        aheadBy: 2,
        behindBy: 1,
        commits: { totalCount: 2, nodes: [{ message: 'One' }], pageInfo: { hasNextPage: true } },
      },
      same: { status: 'IDENTICAL' },
    });
  });

  it('counts the files that a commit changes, one that was renamed once', async () => {
    await using started = await start();
    const { github, repository } = started;
    const text = 'a line of it\n'.repeat(20);
    await repository.commit({ branch: 'main', files: { old: text, gone: 'unlike\n' } });
    await repository.commit({ branch: 'main', files: { old: null, gone: null, new: text, more: 'other\n' } });
    const { data } = await query(
      github,
      `{ repository(owner: "acme", name: "flux-gitops") { ref(qualifiedName: "main") {
        target { ... on Commit { changedFilesIfAvailable } }
      } } }`,
    );
    expect(data.repository.ref.target).toEqual({ changedFilesIfAvailable: 3 });
  });

  it('refuses what git refuses as the name of a ref', () => {
    const names = [
      'a',
      'a/b',
      'a..b',
      'a b',
      'a~1',
      '.a',
      'a/.b',
      'a.lock',
      'a.',
      'a/',
      'a//b',
      'a@{1',
      '@',
      'a\\b',
      'a:b',
      'ä',
      '-a',
      '',
    ];
    for (const name of names) {
      const ref = `refs/heads/${name}`;
      expect([ref, isRefName(ref)]).toEqual([ref, runGitSync('.', ['check-ref-format', ref]).exitCode === 0]);
    }
  });
});

describe('createCommitOnBranch', () => {
  it('commits, signed by GitHub, and answers commit and ref', async () => {
    await using started = await start();
    const { github, repository, main } = started;
    const { data, errors } = await commitOnBranch(github, main, {
      message: { headline: 'Sync', body: 'Body\n\nTrailer: x' },
      additions: [
        { path: 'a/b "c".yaml', contents: base64('b: 1\n') },
        { path: 'ä\\n', contents: base64(Buffer.from([0, 255])) },
      ],
      deletions: [{ path: 'README.md' }],
    });
    expect(errors).toBeUndefined();
    const oid = repository.head('main');
    expect(data.createCommitOnBranch).toEqual({
      commit: {
        oid,
        url: `${github.url}/acme/flux-gitops/commit/${oid}`,
        message: 'Sync\n\nBody\n\nTrailer: x',
        signature: { isValid: true, wasSignedByGitHub: true, state: 'VALID' },
      },
      ref: { name: 'main', target: { oid } },
    });
    expect(repository.log('main')[0]).toEqual({
      oid,
      message: 'Sync\n\nBody\n\nTrailer: x',
      parents: [main],
      author: { name: 'github-actions[bot]', email: '41898282+github-actions[bot]@users.noreply.github.com' },
      files: ['README.md', 'a/b "c".yaml', 'ä\\n'],
    });
    expect(repository.read('main', 'a/b "c".yaml')?.toString()).toBe('b: 1\n');
    expect(repository.read('main', 'ä\\n')).toEqual(Buffer.from([0, 255]));
    expect(repository.read('main', 'README.md')).toBeUndefined();
    expect(repository.refs()).toEqual({ 'refs/heads/main': oid });
    expect(runGitSync(repository.gitDir, ['fsck', '--strict']).exitCode).toBe(0);
  });

  it('keeps the message byte for byte', async () => {
    await using started = await start();
    const { github, repository, main } = started;
    await commitOnBranch(github, main, { message: { headline: '# no comment', body: '  indented\n\n\n' } });
    const raw = runGitSync(repository.gitDir, ['cat-file', 'commit', 'main']).stdout.toString();
    expect(raw.slice(raw.indexOf('\n\n') + 2)).toBe('# no comment\n\n  indented\n\n\n');
  });

  it.each([
    [
      'a head that has moved',
      (main: string) => ({ oid: main.replace(/^./, (c) => (c === '0' ? '1' : '0')) }),
      'STALE_DATA',
    ],
    ['a deletion of what is not there', (oid: string) => ({ oid, deletions: [{ path: 'none' }] }), 'NOT_FOUND'],
    ['a branch that is not there', (oid: string) => ({ oid, branchName: 'none' }), 'NOT_FOUND'],
    [
      'a path out of the tree',
      (oid: string) => ({ oid, additions: [{ path: '../a', contents: '' }] }),
      'UNPROCESSABLE',
    ],
    ['an absolute path', (oid: string) => ({ oid, additions: [{ path: '/a', contents: '' }] }), 'UNPROCESSABLE'],
    ['a path into .git', (oid: string) => ({ oid, additions: [{ path: 'a/.GIT/b', contents: '' }] }), 'UNPROCESSABLE'],
  ])('refuses %s', async (_, changes, type) => {
    await using started = await start();
    const { github, repository, main } = started;
    const { oid, ...rest } = changes(main) as { oid: string };
    const { data, errors } = await commitOnBranch(github, oid, rest);
    expect(data).toEqual({ createCommitOnBranch: null });
    expect(errors).toEqual([expect.objectContaining({ type, path: ['createCommitOnBranch'] })]);
    const messages: Record<string, string> = {
      STALE_DATA: `Expected branch to point to "${oid}" but it did not.  Pull and try again.`,
    };
    if (type in messages) {
      expect(errors[0].message).toBe(messages[type]);
    }
    expect(repository.head('main')).toBe(main);
  });

  it('words the deletion of a missing path as GitHub does', async () => {
    await using started = await start();
    const { errors } = await commitOnBranch(started.github, started.main, { deletions: [{ path: 'none' }] });
    expect(errors[0].message).toBe(
      `A path was requested for deletion which does not exist as of commit oid \`${started.main}\``,
    );
  });

  it('loses a true race to git itself', async () => {
    await using started = await start();
    const { github, repository, main } = started;
    github.fault({
      when: ({ body }) => body.includes('createCommitOnBranch'),
      beforeRefUpdate: async () => void (await repository.commit({ branch: 'main', files: { theirs: '1' } })),
    });
    const { errors } = await commitOnBranch(github, main, { additions: [{ path: 'ours', contents: '' }] });
    expect(errors[0]).not.toHaveProperty('type');
    expect(errors[0].message).toBe(`Ref refs/heads/main is at ${repository.head('main')} but expected ${main}`);
    expect(repository.read('main', 'ours')).toBeUndefined();
  });

  it('lets one of many at once through', async () => {
    await using started = await start();
    const { github, repository, main } = started;
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        commitOnBranch(github, main, { additions: [{ path: `f${index}`, contents: '' }] }),
      ),
    );
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    expect(repository.log('main')).toHaveLength(2);
  });

  it('follows the settings', async () => {
    await using started = await start();
    const { github, repository, main } = started;
    const refusal = async () => (await commitOnBranch(github, main)).errors?.[0];
    repository.settings.protectedBranches.push('main');
    expect(await refusal()).toMatchObject({ type: 'BRANCH_PROTECTION_RULE_VIOLATION' });
    repository.settings.protectedBranches = [];
    repository.settings.ruleset = ['main'];
    expect(await refusal()).toMatchObject({ message: expect.stringContaining('Repository rule violations found') });
    repository.settings.ruleset = [];
    repository.settings.mayWrite = false;
    expect(await refusal()).toMatchObject({ type: 'FORBIDDEN', message: 'Resource not accessible by integration' });
    repository.settings.mayWrite = true;
    repository.settings.isArchived = true;
    expect(await refusal()).toMatchObject({ message: 'Repository was archived so is read-only.' });
    repository.settings.isArchived = false;
    repository.settings.mayRead = false;
    expect(await refusal()).toMatchObject({ type: 'NOT_FOUND' });
    repository.settings.mayRead = true;
    repository.settings.signsCommits = false;
    expect((await commitOnBranch(github, main)).data.createCommitOnBranch.commit.signature).toBeNull();
  });

  it('holds for a thousand files', async () => {
    await using started = await start();
    const { github, repository, main } = started;
    const additions = Array.from({ length: 1000 }, (_, index) => ({
      path: `apps/${index}.yaml`,
      contents: base64(`${index}`),
    }));
    await commitOnBranch(github, main, { additions });
    const fields = additions.map(
      ({ path }, index) => `f${index}: file(path: "${path}") { object { ... on Blob { text } } }`,
    );
    const { data } = await query(
      github,
      `{ repository(owner: "acme", name: "flux-gitops") { object(expression: "main") { ... on Commit { ${fields.join(' ')} } } } }`,
    );
    expect(data.repository.object.f999.object.text).toBe('999');
    expect(repository.log('main')[0]?.files).toHaveLength(1000);
  });
});

describe('a repository that was renamed', () => {
  it('is found by its former name where it is read, and answers by its present one', async () => {
    await using started = await start();
    const { github, repository } = started;
    repository.settings.formerNames.push('acme/before');
    const found = await query(github, '{ repository(owner: "acme", name: "before") { nameWithOwner } }');
    const refused = await query(
      github,
      '{ repository(owner: "acme", name: "before", followRenames: false) { nameWithOwner } }',
    );
    expect(found.data.repository.nameWithOwner).toBe(nameWithOwner);
    expect(refused.errors[0].type).toBe('NOT_FOUND');
  });

  it('redirects over REST, and takes no commit by its former name', async () => {
    await using started = await start();
    const { github, repository, main } = started;
    repository.settings.formerNames.push('acme/before');
    const response = await fetch(`${github.url}/repos/acme/before/issues/1/labels`, {
      method: 'POST',
      headers: { authorization: `token ${github.token}` },
      redirect: 'manual',
    });
    const branch = { repositoryNameWithOwner: 'acme/before', branchName: 'main' };
    const commit = { branch, expectedHeadOid: main, message: { headline: 'Sync' } };
    const { errors } = await mutate(github, 'createCommitOnBranch', commit);
    expect([response.status, response.headers.get('location')]).toEqual([
      307,
      expect.stringMatching(/^\/repositories\//),
    ]);
    expect(errors[0].type).toBe('NOT_FOUND');
    expect(repository.head('main')).toBe(main);
  });
});

describe('refs', () => {
  it('are created, moved and deleted', async () => {
    await using started = await start();
    const { github, repository, main, repositoryId } = started;
    const create = (name: string, oid = main) =>
      mutate(github, 'createRef', { repositoryId, name, oid }, 'ref { id name target { oid } }');
    const { data } = await create('refs/heads/x/y');
    expect(data.createRef.ref).toMatchObject({ name: 'x/y', target: { oid: main } });
    expect((await create('refs/heads/x/y')).errors[0]).toMatchObject({
      type: 'UNPROCESSABLE',
      message: 'A ref named "refs/heads/x/y" already exists in the repository.',
    });
    expect((await create('refs/heads/x')).errors[0].type).toBe('UNPROCESSABLE');
    expect((await create('refs/heads/a..b')).errors[0].type).toBe('UNPROCESSABLE');
    expect((await create('refs/heads/z', '1'.repeat(40))).errors[0].message).toBe('Object does not exist');

    const refId = data.createRef.ref.id;
    const next = await repository.commit({ branch: 'main', files: { a: '1' } });
    expect((await mutate(github, 'updateRef', { refId, oid: next })).errors).toBeUndefined();
    expect((await mutate(github, 'updateRef', { refId, oid: main })).errors[0].message).toContain('not a fast forward');
    expect((await mutate(github, 'updateRef', { refId, oid: main, force: true })).errors).toBeUndefined();
    expect(repository.head('x/y')).toBe(main);
    expect((await mutate(github, 'deleteRef', { refId })).errors).toBeUndefined();
    expect(repository.head('x/y')).toBeUndefined();
    expect((await mutate(github, 'deleteRef', { refId })).errors[0].message).toBe('Reference does not exist');
  });

  it('are nowhere where one has gone between the check and the write', async () => {
    await using started = await start();
    const { github, repository, main, repositoryId } = started;
    const scratch = await repository.commit({ branch: 'scratch', files: { b: '1' } });
    github.fault({
      when: () => true,
      beforeRefUpdate: async () => void runGitSync(repository.gitDir, ['update-ref', '-d', 'refs/heads/scratch']),
    });
    const refUpdates = [{ name: 'refs/heads/scratch', beforeOid: scratch, afterOid: main, force: true }];
    const { errors } = await mutate(github, 'updateRefs', { repositoryId, refUpdates });
    expect(errors[0].message).toBe(`Ref refs/heads/scratch is at ${'0'.repeat(40)} but expected ${scratch}`);
  });

  it('move together or not at all', async () => {
    await using started = await start();
    const { github, repository, main, repositoryId } = started;
    const zeros = '0'.repeat(40);
    const next = await repository.commit({ branch: 'main', files: { a: '1' } });
    const scratch = await repository.commit({ branch: 'scratch', files: { b: '1' } });
    const update = (...refUpdates: object[]) => mutate(github, 'updateRefs', { repositoryId, refUpdates });
    const deletion = { name: 'refs/heads/scratch', beforeOid: scratch, afterOid: zeros };
    const stale = await update(deletion, { name: 'refs/heads/main', beforeOid: main, afterOid: scratch, force: true });
    expect(stale.errors[0].message).toBe(`Ref refs/heads/main is at ${next} but expected ${main}`);
    expect(repository.refs()).toEqual({ 'refs/heads/main': next, 'refs/heads/scratch': scratch });
    await update(deletion, { name: 'refs/heads/main', beforeOid: next, afterOid: main, force: true });
    expect(repository.refs()).toEqual({ 'refs/heads/main': main });
  });

  it('the root fields of a mutation run in order, and what is done stays done', async () => {
    await using started = await start();
    const { github, repository, main, repositoryId } = started;
    const { data, errors } = await query(
      github,
      `mutation All($ref: CreateRefInput!, $commit: CreateCommitOnBranchInput!, $pull: CreatePullRequestInput!) {
        createRef(input: $ref) { ref { name } }
        createCommitOnBranch(input: $commit) { commit { oid } }
        createPullRequest(input: $pull) { pullRequest { number headRefOid } }
      }`,
      {
        ref: { repositoryId, name: 'refs/heads/sync', oid: main },
        commit: {
          branch: { repositoryNameWithOwner: nameWithOwner, branchName: 'sync' },
          expectedHeadOid: main,
          message: { headline: 'Sync' },
          fileChanges: { additions: [{ path: 'a', contents: '' }] },
        },
        pull: { repositoryId, baseRefName: 'none', headRefName: 'sync', title: 'Sync' },
      },
    );
    expect(data).toMatchObject({
      createCommitOnBranch: { commit: { oid: repository.head('sync') } },
      createPullRequest: null,
    });
    expect(errors).toEqual([expect.objectContaining({ type: 'UNPROCESSABLE', path: ['createPullRequest'] })]);
  });
});

describe('pull requests', () => {
  it('are opened once, and found by their head', async () => {
    await using started = await startWithPullRequest();
    const { github, input, head } = started;
    expect((await mutate(github, 'createPullRequest', input)).errors[0]).toMatchObject({
      type: 'UNPROCESSABLE',
      message: 'A pull request already exists for acme:sync.',
    });
    const { data } = await query(
      github,
      `{ repository(owner: "acme", name: "flux-gitops") {
        pullRequests(headRefName: "sync", baseRefName: "main", states: [OPEN], first: 5, orderBy: {field: CREATED_AT, direction: DESC}) {
          nodes { number url title body isDraft isCrossRepository state headRefName headRefOid headRef { name } baseRefName mergeable
            merged autoMergeRequest { mergeMethod } author { login } labels(first: 9) { nodes { name } }
            reviewRequests(first: 9) { totalCount } commits(first: 9) { totalCount nodes { commit { oid } } } } }
        none: pullRequests(headRefName: "other", first: 5) { totalCount }
        ref(qualifiedName: "sync") { associatedPullRequests(first: 1) { totalCount } }
      } }`,
    );
    expect(data.repository).toEqual({
      pullRequests: {
        nodes: [
          {
            number: 1,
            url: `${github.url}/acme/flux-gitops/pull/1`,
            title: 'Sync',
            body: 'Body',
            isDraft: false,
            isCrossRepository: false,
            state: 'OPEN',
            headRefName: 'sync',
            headRefOid: head,
            headRef: { name: 'sync' },
            baseRefName: 'main',
            mergeable: 'MERGEABLE',
            merged: false,
            autoMergeRequest: null,
            author: { login: 'github-actions' },
            labels: { nodes: [] },
            reviewRequests: { totalCount: 0 },
            commits: { totalCount: 1, nodes: [{ commit: { oid: head } }] },
          },
        ],
      },
      none: { totalCount: 0 },
      ref: { associatedPullRequests: { totalCount: 1 } },
    });
  });

  it('are refused without commits, without a branch and without permission', async () => {
    await using started = await start();
    const { github, repository, main, repositoryId } = started;
    await mutate(github, 'createRef', { repositoryId, name: 'refs/heads/same', oid: main });
    const refusal = async (headRefName: string) =>
      (await mutate(github, 'createPullRequest', { repositoryId, baseRefName: 'main', headRefName, title: 'x' }))
        .errors[0];
    expect((await refusal('same')).message).toBe('No commits between main and same');
    expect((await refusal('none')).message).toContain('Head ref must be a branch');
    repository.settings.mayCreatePullRequests = false;
    expect(await refusal('same')).toMatchObject({
      type: 'FORBIDDEN',
      message: 'GitHub Actions is not permitted to create or approve pull requests',
    });
  });

  it('follow their branches', async () => {
    const closings = {
      reset: ({ repository, main }: Started) => repository.commit({ branch: 'sync', parent: main, files: {} }),
      deleted: ({ github }: Started) => send(github, 'DELETE', '/repos/acme/flux-gitops/git/refs/heads/sync'),
      'pushed to the base': ({ repository, head }: Started) =>
        repository.commit({ branch: 'main', parent: head, files: {} }),
    };
    type Started = Awaited<ReturnType<typeof startWithPullRequest>>;
    const states: Record<string, string | undefined> = {};
    for (const [name, close] of Object.entries(closings)) {
      await using started = await startWithPullRequest();
      await close(started);
      states[name] = started.repository.pullRequests[0]?.state;
    }
    // A reset branch that carries a commit of its own stays open.
    expect(states).toEqual({ reset: 'OPEN', deleted: 'CLOSED', 'pushed to the base': 'MERGED' });
    await using started = await startWithPullRequest();
    const { github, main, repository } = started;
    const refUpdates = [{ name: 'refs/heads/sync', afterOid: main, force: true }];
    await mutate(github, 'updateRefs', { repositoryId: started.repositoryId, refUpdates });
    expect(repository.pullRequests[0]?.state).toBe('CLOSED');
  });

  it('notice a push that went straight into the folder', async () => {
    await using started = await startWithPullRequest();
    const { github, repository } = started;
    runGitSync(repository.gitDir, ['update-ref', '-d', 'refs/heads/sync']);
    await query(github, '{ viewer { login } }');
    expect(repository.pullRequests[0]?.state).toBe('CLOSED');
  });

  it('conflict as git says', async () => {
    await using started = await startWithPullRequest();
    const { github, repository } = started;
    await repository.commit({ branch: 'main', files: { 'a.yaml': 'a: 2\n' } });
    const { data } = await query(
      github,
      '{ repository(owner: "acme", name: "flux-gitops") { pullRequest(number: 1) { mergeable } } }',
    );
    expect(data.repository.pullRequest.mergeable).toBe('CONFLICTING');
    await expect(repository.merge({ base: 'main', head: 'sync', method: 'merge' })).rejects.toThrow('conflicts');
  });

  it('are merged by a person, either way', async () => {
    for (const method of ['merge', 'squash'] as const) {
      await using started = await startWithPullRequest();
      const { repository, main, head } = started;
      const oid = await repository.merge({ base: 'main', head: 'sync', method });
      expect(repository.pullRequests[0]).toMatchObject({ state: 'MERGED', mergeCommitOid: oid });
      expect(repository.log('main')[0]?.parents).toEqual(method === 'merge' ? [main, head] : [main]);
      expect(repository.read('main', 'a.yaml')?.toString()).toBe('a: 1\n');
    }
  });

  it('are brought up to date by the button', async () => {
    await using started = await startWithPullRequest();
    const { repository, head } = started;
    const base = await repository.commit({ branch: 'main', files: { b: '1' } });
    const oid = await repository.updateBranch(1);
    expect(repository.log('sync')[0]).toMatchObject({ oid, parents: [head, base], files: ['b'] });
    expect(repository.pullRequests[0]).toMatchObject({ state: 'OPEN', headRefOid: oid });
  });

  it('are changed, commented, merged and closed by mutations', async () => {
    await using started = await startWithPullRequest();
    const { github, repository, head, pullRequestId } = started;
    const { data } = await mutate(
      github,
      'updatePullRequest',
      { pullRequestId, title: 'T', body: 'B' },
      'pullRequest { title body }',
    );
    expect(data.updatePullRequest.pullRequest).toEqual({ title: 'T', body: 'B' });
    await mutate(github, 'addComment', { subjectId: pullRequestId, body: 'Hi' }, 'commentEdge { node { body } }');
    expect(repository.pullRequests[0]?.comments).toEqual(['Hi']);
    const autoMerge = () =>
      mutate(
        github,
        'enablePullRequestAutoMerge',
        { pullRequestId, mergeMethod: 'SQUASH' },
        'pullRequest { autoMergeRequest { mergeMethod } }',
      );
    repository.settings.pullRequestsInCleanStatus = true;
    expect((await autoMerge()).errors[0].message).toContain('Pull request is in clean status');
    repository.settings.autoMergeAllowed = false;
    expect((await autoMerge()).errors[0].message).toContain('Auto merge is not allowed');
    Object.assign(repository.settings, { pullRequestsInCleanStatus: false, autoMergeAllowed: true });
    expect((await autoMerge()).data.enablePullRequestAutoMerge.pullRequest.autoMergeRequest).toEqual({
      mergeMethod: 'SQUASH',
    });
    const merge = (expectedHeadOid: string) =>
      mutate(
        github,
        'mergePullRequest',
        { pullRequestId, expectedHeadOid, mergeMethod: 'SQUASH' },
        'pullRequest { state mergeCommit { oid } }',
      );
    expect((await merge('1'.repeat(40))).errors[0].message).toContain('Head branch was modified');
    expect((await merge(head)).data.mergePullRequest.pullRequest).toEqual({
      state: 'MERGED',
      mergeCommit: { oid: repository.head('main') },
    });
    expect((await mutate(github, 'closePullRequest', { pullRequestId })).errors[0].type).toBe('UNPROCESSABLE');
  });
});

describe('REST', () => {
  it('serves the octokit that actions use', async () => {
    await using started = await startWithPullRequest();
    const { github, repository, head } = started;
    const { rest } = getOctokit(github.token, { baseUrl: `${github.url}/api/v3` });
    expect((await rest.repos.get(flux)).data).toMatchObject({ full_name: nameWithOwner, default_branch: 'main' });
    await rest.issues.addLabels({ ...flux, issue_number: 1, labels: ['secrets', 'bot'] });
    await rest.pulls.requestReviewers({
      ...flux,
      pull_number: 1,
      reviewers: ['octocat'],
      team_reviewers: ['platform'],
    });
    await rest.pulls.update({ ...flux, pull_number: 1, title: 'New' });
    expect(repository.pullRequests[0]).toMatchObject({
      title: 'New',
      labels: ['secrets', 'bot'],
      reviewers: ['octocat'],
      teamReviewers: ['platform'],
    });
    await expect(
      rest.pulls.requestReviewers({ ...flux, pull_number: 1, reviewers: ['nobody-here'] }),
    ).rejects.toMatchObject({ status: 422, message: expect.stringContaining('only be requested from collaborators') });
    await expect(rest.pulls.create({ ...flux, head: 'sync', base: 'main', title: 'x' })).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('A pull request already exists for acme:sync.'),
    });
    repository.settings.mayCreatePullRequests = false;
    await expect(rest.pulls.create({ ...flux, head: 'sync', base: 'main', title: 'x' })).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('GitHub Actions is not permitted to create or approve pull requests.'),
    });
    const merged = await rest.pulls.merge({ ...flux, pull_number: 1, sha: head, merge_method: 'squash' });
    expect(merged.data).toMatchObject({ merged: true, sha: repository.head('main') });
    await rest.git.deleteRef({ ...flux, ref: 'heads/sync' });
    expect(repository.head('sync')).toBeUndefined();
    const opened = await repository.commit({ branch: 'again', files: { again: '' } });
    repository.settings.mayCreatePullRequests = true;
    const { data } = await rest.pulls.create({
      ...flux,
      head: 'acme:again',
      base: 'main',
      title: 'Again',
      draft: true,
    });
    expect(data).toMatchObject({ number: 2, draft: true, head: { ref: 'again', sha: opened } });
  });

  it('checks bodies by the OpenAPI description', async () => {
    await using started = await startWithPullRequest();
    const { github } = started;
    const wrong = await send(github, 'POST', '/repos/acme/flux-gitops/pulls', { title: 'x', head: 1, base: 'main' });
    expect(wrong).toMatchObject({
      status: 422,
      json: { status: '422', message: expect.stringContaining('properties/head') },
    });
    expect((await send(github, 'POST', '/repos/acme/flux-gitops/pulls', { title: 'x' })).status).toBe(422);
    expect((await send(github, 'POST', '/repos/acme/flux-gitops/issues/1/labels', { labels: [] })).status).toBe(422);
    expect((await send(github, 'POST', '/repos/acme/flux-gitops/pulls', '{')).status).toBe(400);
  });

  it('refuses strangers, unknown routes and what may not be read', async () => {
    await using started = await start();
    const { github, repository } = started;
    const stranger = await fetch(`${github.url}/graphql`, { method: 'POST', headers: { authorization: 'bearer x' } });
    expect(stranger.status).toBe(401);
    expect(await stranger.json()).toMatchObject({ message: 'Bad credentials' });
    const unknown = await send(github, 'GET', '/repos/acme/flux-gitops/none');
    expect(unknown).toMatchObject({
      status: 404,
      json: { message: 'Not Found', documentation_url: expect.any(String) },
    });
    expect(unknown.headers.get('x-github-request-id')).toBeTruthy();
    expect(Number(unknown.headers.get('x-ratelimit-remaining'))).toBeLessThan(5000);
    repository.settings.mayRead = false;
    expect((await send(github, 'GET', '/repos/acme/flux-gitops')).status).toBe(404);
  });
});

describe('git', () => {
  const run = promisify(execFile);

  it('clones and pushes with the token', async () => {
    await using started = await startWithPullRequest({ delay: 5 });
    const { github, repository } = started;
    const folder = await mkdtemp(join(tmpdir(), 'clone-'));
    const git = (...args: string[]) =>
      run('git', ['-C', folder, '-c', 'user.name=M', '-c', 'user.email=m@example.com', ...args]);
    const remote = `${github.url.replace('//', `//x-access-token:${github.token}@`)}/acme/flux-gitops.git`;
    await git('clone', '--quiet', remote, '.');
    expect(await readFile(join(folder, 'README.md'), 'utf8')).toBe('hello\n');
    await writeFile(join(folder, 'pushed'), 'x'.repeat(2_000_000));
    await git('add', '.');
    await git('commit', '--quiet', '-m', 'Push');
    await git('push', '--quiet', 'origin', 'HEAD:main', ':sync');
    expect(repository.log('main')[0]).toMatchObject({ message: 'Push', files: ['pushed'] });
    expect(repository.pullRequests[0]?.state).toBe('CLOSED');
    expect(github.requests.some(({ path }) => path.endsWith('/git-receive-pack'))).toBe(true);
    repository.settings.mayWrite = false;
    await git('commit', '--quiet', '--allow-empty', '-m', 'No');
    await expect(git('push', 'origin', 'HEAD:main')).rejects.toThrow('403');
    await expect(git('ls-remote', remote.replace(github.token, 'wrong'))).rejects.toThrow('Authentication failed');
    await rm(folder, { recursive: true });
  });
});

describe('the log and the faults', () => {
  it('logs what was asked and answered', async () => {
    await using started = await start({ delay: 20 });
    const { github } = started;
    await query(
      github,
      'query Who($x: Int!) { viewer { login } repository(owner: "a", name: "b") { pullRequest(number: $x) { id } } }',
      { x: 1 },
    );
    const request = github.requests.at(-1);
    expect(request).toMatchObject({
      method: 'POST',
      path: '/graphql',
      headers: { authorization: `token ${github.token}` },
      operationName: 'Who',
      variables: { x: 1 },
      response: { status: 200, body: expect.stringContaining('github-actions[bot]') },
    });
    expect((request?.end ?? 0) - (request?.start ?? 0)).toBeGreaterThanOrEqual(19);
  });

  it('answers with a status, once, then goes on', async () => {
    await using started = await start();
    const { github } = started;
    const when = ({ operationName }: { operationName: string | undefined }) => operationName === 'Who';
    github.fault({ when, status: 403, headers: { 'retry-after': '7' }, body: { message: 'secondary rate limit' } });
    github.fault({ when, times: 2, status: 502, body: 'Bad gateway' });
    const ask = () =>
      fetch(`${github.url}/api/graphql`, {
        method: 'POST',
        headers: { authorization: `bearer ${github.token}` },
        body: JSON.stringify({ query: 'query Who { viewer { login } }' }),
      });
    const first = await ask();
    expect([first.status, first.headers.get('retry-after'), await first.json()]).toEqual([
      403,
      '7',
      { message: 'secondary rate limit' },
    ]);
    const bad = await ask();
    expect([bad.status, await bad.text()]).toEqual([502, 'Bad gateway']);
    expect([(await ask()).status, (await ask()).status]).toEqual([502, 200]);
  });

  it('resets before anything is done, or loses the answer after', async () => {
    await using started = await start();
    const { github, repository, main } = started;
    const when = ({ query: document }: { query: string | undefined }) =>
      document?.includes('createCommitOnBranch') ?? false;
    github.fault({ when, reset: true });
    await expect(commitOnBranch(github, main)).rejects.toThrow();
    expect(repository.head('main')).toBe(main);
    github.fault({ when, loseAnswer: true });
    await expect(commitOnBranch(github, main)).rejects.toThrow();
    expect(repository.log('main')[0]?.parents).toEqual([main]);
    expect(github.requests.at(-1)?.response).toBeUndefined();
  });

  it('carries out a request and changes its answer on the way', async () => {
    await using started = await start();
    const { github, repository, main } = started;
    github.fault({ when: () => true, tamper: (body) => body.replace('"oid":"', '"oid":"x') });
    const { data } = await commitOnBranch(github, main);
    expect(data.createCommitOnBranch.commit.oid).toBe(`x${repository.head('main')}`);
  });

  it("lets someone else's push in first", async () => {
    await using started = await start();
    const { github, repository, main } = started;
    github.fault({ when: () => true, before: () => repository.commit({ branch: 'main', files: { theirs: '' } }) });
    const { errors } = await commitOnBranch(github, main);
    expect(errors[0].type).toBe('STALE_DATA');
  });

  it('hangs until it is disposed of, and leaves nothing behind', async () => {
    const github = await startGitHub();
    const { gitDir } = github.repository(nameWithOwner);
    github.fault({ when: () => true, hang: true });
    const hanging = expect(query(github, '{ viewer { login } }')).rejects.toThrow();
    while (github.requests.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await github[Symbol.asyncDispose]();
    await hanging;
    expect(existsSync(gitDir)).toBe(false);
  });

  it('keeps the repositories in a folder that is given', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'kept-'));
    const github = await startGitHub({ directory });
    const oid = await github.repository(nameWithOwner).commit({ branch: 'main', files: { a: '1' } });
    await github[Symbol.asyncDispose]();
    await using again = await startGitHub({ directory });
    expect(again.repository(nameWithOwner).head('main')).toBe(oid);
    await rm(directory, { recursive: true });
  });
});
