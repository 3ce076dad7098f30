// A change as a pull request, as long as nobody else touches its branch: opened, left alone, updated, refused.
import { describe, expect, test } from 'vitest';
import { FILE, FLUX_REPOSITORY } from '../stand-ins/world.ts';
import {
  branches,
  commitsOn,
  expectOneProposal,
  HEAD,
  openPullRequests,
  propose,
  setBranch,
  startWorldWith,
  watchSops,
  writes,
} from './proposals.ts';
import { googleCalls, openManifest, operations, reportOf } from './reading.ts';

describe('a change that nobody has proposed yet', () => {
  test.concurrent('is opened as a pull request whose branch is the base plus one commit', async () => {
    await using world = await startWorldWith({ versions: 1 });
    const base = world.flux.head('main');
    await using run = await propose(world, { version: '1' });

    expect(run.exitCode, run.stdout).toBe(0);
    expect(operations(run)).toEqual(['Snapshot', 'Head', 'CommitOnNewBranch', 'OpenPullRequest']);
    expect(expectOneProposal(world, { parent: base })).toMatchObject({ number: 1, isDraft: false, labels: [] });
    expect(world.flux.head('main')).toBe(base);
    const head = world.flux.head(HEAD);
    expect(run.outputs).toMatchObject({
      outcome: 'created',
      changed: 'true',
      version: '1',
      branch: HEAD,
      verified: 'true',
      'commit-sha': head,
      'commit-url': `${world.github.url}/${FLUX_REPOSITORY}/commit/${head}`,
      'pull-request-number': '1',
      'pull-request-url': `${world.github.url}/${FLUX_REPOSITORY}/pull/1`,
      'pull-request-operation': 'created',
    });
    const { macIsValid, payloads } = await openManifest(world, { branch: HEAD });
    expect(macIsValid).toBe(true);
    expect(payloads['token']?.toString()).toBe('payload 1');
    expect(world.flux.read('refs/heads/main', FILE)).toBeUndefined();
  });

  test.concurrent('tells in the pull request which version came from where, who started it and how to roll back', async () => {
    await using world = await startWorldWith({ versions: 2 });
    await using _ = await world.run({ version: '1' });
    const job = {
      repository: 'acme/payments',
      actor: 'octocat',
      triggeringActor: 'hubot',
      runId: '77',
      workflowRef: 'acme/payments/.github/workflows/rotate.yml@refs/heads/main',
    };
    await using run = await propose(world, { version: '2', body: 'Agreed in #12.\n\n- [ ] seen' }, { github: job });

    expect(run.exitCode, run.stdout).toBe(0);
    const [pullRequest] = openPullRequests(world);
    expect(pullRequest?.title).toBe('Set kbot-token to version 2 of TELE_TOKEN');
    expect(pullRequest?.body.split('\n\n')).toEqual([
      'Agreed in #12.',
      '- [ ] seen',
      expect.stringContaining('Flux applies these versions'),
      [
        '| Secret / key | From | To | Version in Secret Manager | File |',
        '| --- | --- | --- | --- | --- |',
        `| \`kbot-token\` / \`token\` | \`1\` | \`2\` | \`${world.secret.name}/versions/2\` | \`${FILE}\` |`,
      ].join('\n'),
      `Started by \`hubot\` in [\`this workflow run\`](${world.github.url}/acme/payments/actions/runs/77).`,
      expect.stringMatching(/^\*\*To roll back\*\*, run the workflow again with `version: 1` \(and `hold: true`/),
      '```sh\ngh workflow run rotate.yml --repo acme/payments -f version=1\n```',
    ]);
    const [commit] = commitsOn(world);
    expect(commit?.message).toMatch(/^Set kbot-token to version 2 of TELE_TOKEN\n\n/);
    expect(commit?.message).toContain(`\nFlux-Secret-Sync-Source: ${world.secret.name}/versions/2\n`);
  });

  test.concurrent('is told in the summary with a link to the pull request', async () => {
    await using world = await startWorldWith({ versions: 2 });
    await using _ = await world.run({ version: '1' });
    await using run = await propose(world, { version: '2' });

    expect(run.summary).toBe(
      [
        '### Secret change proposed to the Flux repository',
        '',
        '| Secret | Version | File | Outcome | Where |',
        '| --- | --- | --- | --- | --- |',
        `| \`TELE_TOKEN\` | \`1\` → \`2\` | \`${FILE}\` | updated | [\`#1\`](${run.outputs['pull-request-url']}) created |`,
        '',
      ].join('\n'),
    );
    expect(run.stdout.split('\n')).toContain(
      `Outcome: updated (${FILE}: TELE_TOKEN 1 → 2), see ${run.outputs['pull-request-url']}.`,
    );
  });

  test.concurrent('takes a title, a message, a base and a branch of one’s own', async () => {
    await using world = await startWorldWith({ versions: 1 });
    const staging = await world.flux.commit({ branch: 'staging', files: { 'staging.md': 'Here.\n' } });
    await using run = await propose(world, {
      base: 'staging',
      branch: 'rotate/kbot',
      title: 'chore: rotate',
      'commit-message': 'chore(kbot): rotate\n\nAs agreed.',
    });

    expect(run.outputs).toMatchObject({ outcome: 'created', branch: 'rotate/kbot' });
    expect(openPullRequests(world)).toEqual([
      expect.objectContaining({ headRefName: 'rotate/kbot', baseRefName: 'staging', title: 'chore: rotate' }),
    ]);
    const [commit, ...others] = commitsOn(world, { head: 'rotate/kbot', base: 'staging' });
    expect(others).toEqual([]);
    expect(commit?.parents).toEqual([staging]);
    expect(commit?.message).toMatch(/^chore\(kbot\): rotate\n\nAs agreed\.\n\nFlux-Secret-Sync-Source: /);
  });

  test.concurrent('gets a branch of its own for each base and for each file', async () => {
    await using world = await startWorldWith({ versions: 1 });
    await world.flux.commit({ branch: 'staging', files: { 'staging.md': 'Here.\n' } });
    const places: Record<string, string>[] = [
      {},
      { base: 'staging' },
      { file: 'clusters/prod/demo/kbot-token.yaml' },
      { file: 'clusters/prod/demo-kbot/token.yaml' },
    ];
    const heads: (string | undefined)[] = [];
    for (const place of places) {
      await using run = await propose(world, { version: '1', ...place });
      expect(run.exitCode, run.stdout).toBe(0);
      heads.push(run.outputs['branch']);
    }

    expect(new Set(heads).size).toBe(places.length);
    expect(openPullRequests(world).map(({ headRefName, baseRefName }) => ({ headRefName, baseRefName }))).toEqual(
      places.map(({ base = 'main' }, index) => ({ headRefName: heads[index], baseRefName: base })),
    );
    for (const [index, { base = 'main' }] of places.entries()) {
      expect(commitsOn(world, { head: heads[index] ?? '', base })).toHaveLength(1);
    }
  });

  test.concurrent('needs no write to a base that is protected', async () => {
    await using world = await startWorldWith({ versions: 2 });
    world.flux.settings.protectedBranches = ['main'];
    world.flux.settings.signsCommits = false;
    const base = world.flux.head('main');
    await using first = await propose(world, { version: '1' });
    await using run = await propose(world, { version: '2' });

    expect(first.exitCode, first.stdout).toBe(0);
    expect(run.outputs, run.stdout).toMatchObject({ 'pull-request-operation': 'updated', verified: 'false' });
    expectOneProposal(world, { parent: base });
  });

  test.concurrent('has a title that GitHub takes, however long the names in it are', async () => {
    await using world = await startWorldWith({ versions: 1 });
    const secret = world.google.addSecret(`A${'b'.repeat(199)}`);
    secret.addVersion('payload');
    await using run = await propose(world, { secret: `A${'b'.repeat(199)}`, name: 'c'.repeat(200) });

    expect(run.exitCode, run.stdout).toBe(0);
    const [pullRequest] = openPullRequests(world);
    expect(pullRequest?.title).toMatch(/^Set c{200} to version 1 of Ab+…$/);
    expect(pullRequest?.title).toHaveLength(256);
  });

  test.concurrent('leaves no pull request and no branch with `publish: none`', async () => {
    await using world = await startWorldWith({ versions: 1 });
    await using run = await world.run({ publish: 'none', version: '1' });

    expect(run.outputs).toMatchObject({ outcome: 'created', changed: 'true', 'pull-request-operation': 'none' });
    expect(writes(run)).toEqual([]);
    expect(branches(world)).toEqual(['main']);
  });
});

describe('a pull request that proposes just this', () => {
  test.concurrent('is left alone by the second run: no sops, no Google, no write', async () => {
    await using world = await startWorldWith({ versions: 2 });
    await using _ = await propose(world, { version: '1' });
    const before = { refs: world.flux.refs(), pullRequests: structuredClone(world.flux.pullRequests) };
    await using sops = await watchSops();
    await using run = await propose(world, { version: '1' }, { pathFirst: [sops.directory] });

    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.outputs).toMatchObject({
      outcome: 'unchanged',
      changed: 'false',
      version: '1',
      'commit-sha': '',
      branch: HEAD,
      'pull-request-number': '1',
      'pull-request-url': `${world.github.url}/${FLUX_REPOSITORY}/pull/1`,
      'pull-request-operation': 'none',
    });
    expect(operations(run)).toEqual(['Snapshot', 'Head', 'Comparison']);
    expect(run.google).toEqual([]);
    expect(await sops.calls()).toEqual([]);
    expect({ refs: world.flux.refs(), pullRequests: world.flux.pullRequests }).toEqual(before);
    expect(run.summary).toContain('### Secret change is already proposed\n');
    expect(run.summary).toContain(`unchanged | [\`#1\`](${run.outputs['pull-request-url']}) open |`);
  });

  test.concurrent('costs one access and nothing else where the run follows latest', async () => {
    await using world = await startWorldWith({ versions: 2 });
    await using _ = await propose(world);
    await using run = await propose(world);

    expect(run.outputs).toMatchObject({ outcome: 'unchanged', version: '2', 'pull-request-operation': 'none' });
    expect(googleCalls(run)).toEqual(['token', 'access']);
    expect(writes(run)).toEqual([]);
  });

  test.concurrent('is encrypted anew and updated in place with `refresh: true`', async () => {
    await using world = await startWorldWith({ versions: 1 });
    const base = world.flux.head('main');
    await using _ = await propose(world, { version: '1' });
    const before = world.manifest(HEAD);
    await using run = await propose(world, { version: '1', refresh: 'true' });

    expect(run.outputs).toMatchObject({ outcome: 'created', 'pull-request-operation': 'updated' });
    expect(expectOneProposal(world, { parent: base }).number).toBe(1);
    expect(world.manifest(HEAD)).not.toBe(before);
    expect((await openManifest(world, { branch: HEAD })).payloads['token']?.toString()).toBe('payload 1');
  });

  test.concurrent('is encrypted anew where it would not pass the gate, whatever it claims', async () => {
    await using world = await startWorldWith({ versions: 1 });
    const base = world.flux.head('main');
    await using _ = await propose(world, { version: '1' });
    const [commit] = commitsOn(world);
    const clear = world.manifest(HEAD).replace(/token: ENC\[[^\]]*\]/, 'token: cGF5bG9hZCAx');
    const message = commit?.message ?? '';
    // Somebody amends the commit of the action, message and all.
    await world.flux.commit({ branch: HEAD, files: { [FILE]: clear }, message, ...(base && { parent: base }) });
    await using run = await propose(world, { version: '1' });

    expect(run.outputs).toMatchObject({ 'pull-request-operation': 'updated' });
    expectOneProposal(world, { parent: base });
    const { macIsValid, payloads } = await openManifest(world, { branch: HEAD });
    expect(macIsValid).toBe(true);
    expect(payloads['token']?.toString()).toBe('payload 1');
  });
});

describe('a new version', () => {
  test.concurrent('updates the pull request in place, over a branch beside that is gone afterwards', async () => {
    await using world = await startWorldWith({ versions: 2 });
    const base = world.flux.head('main');
    await using _ = await propose(world, { version: '1' });
    const before = world.flux.head(HEAD);
    await using run = await propose(world, { version: '2', body: 'Second.' });

    expect(run.exitCode, run.stdout).toBe(0);
    expect(operations(run)).toEqual([
      'Snapshot',
      'Head',
      'Comparison',
      'CommitOnNewBranch',
      'UpdateRefs',
      'UpdatePullRequest',
    ]);
    const pullRequest = expectOneProposal(world, { parent: base });
    expect(pullRequest).toMatchObject({ number: 1, title: 'Set kbot-token to version 2 of TELE_TOKEN' });
    expect(pullRequest.body).toMatch(/^Second\.\n\n/);
    expect(pullRequest.body).toContain(`\`${world.secret.name}/versions/2\``);
    const head = world.flux.head(HEAD);
    expect(head).not.toBe(before);
    expect(run.outputs).toMatchObject({
      outcome: 'created',
      changed: 'true',
      version: '2',
      verified: 'true',
      'commit-sha': head,
      'pull-request-number': '1',
      'pull-request-operation': 'updated',
    });
    const [update] = run.github.filter(({ operationName }) => operationName === 'UpdateRefs');
    expect(update?.variables).toMatchObject({
      refs: {
        refUpdates: [
          { name: `refs/heads/${HEAD}`, beforeOid: before, afterOid: head, force: true },
          { name: expect.stringContaining(`refs/heads/${HEAD}-`), beforeOid: head, afterOid: '0'.repeat(40) },
        ],
      },
    });
    expect((await openManifest(world, { branch: HEAD })).payloads['token']?.toString()).toBe('payload 2');
  });

  test.concurrent('leaves the pull request open all the while: it never stands at its base', async () => {
    await using world = await startWorldWith({ versions: 2 });
    await using _ = await propose(world, { version: '1' });
    const seen: unknown[] = [];
    const look = () => Promise.resolve(seen.push(openPullRequests(world).length, commitsOn(world).length));
    for (const name of ['CommitOnNewBranch', 'UpdateRefs', 'UpdatePullRequest']) {
      world.github.fault({ when: ({ operationName }) => operationName === name, before: look });
    }
    await using run = await propose(world, { version: '2' });

    expect(run.exitCode, run.stdout).toBe(0);
    expect(seen).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test.concurrent('goes on from the present base, whatever has happened on it', async () => {
    await using world = await startWorldWith({ versions: 2 });
    await using _ = await propose(world, { version: '1' });
    const base = await world.flux.commit({ branch: 'main', files: { 'apps/other.yaml': 'a: 1\n' } });
    await using run = await propose(world, { version: '2' });

    expect(run.outputs['pull-request-operation'], run.stdout).toBe('updated');
    expect(expectOneProposal(world, { parent: base }).number).toBe(1);
  });

  test.concurrent('leaves labels, reviewers and draft as people have set them since', async () => {
    await using world = await startWorldWith({ versions: 2 });
    const settings = { labels: 'secrets', reviewers: 'octocat', draft: 'true' };
    await using _ = await propose(world, { version: '1', ...settings });
    const [pullRequest] = openPullRequests(world);
    if (pullRequest === undefined) throw new Error('There is no pull request.');
    Object.assign(pullRequest, { isDraft: false, labels: ['keep'], reviewers: ['hubot'] });
    await using run = await propose(world, { version: '2', ...settings });

    expect(run.outputs['pull-request-operation'], run.stdout).toBe('updated');
    expect(openPullRequests(world)).toEqual([
      expect.objectContaining({ isDraft: false, labels: ['keep'], reviewers: ['hubot'] }),
    ]);
  });
});

describe('a rollback', () => {
  test.concurrent('is proposed as what it is', async () => {
    await using world = await startWorldWith({ versions: 2 });
    await using _ = await world.run({ version: '2' });
    await using run = await propose(world, { version: '1', hold: 'true' }, { github: { actor: 'hubot' } });

    expect(run.outputs).toMatchObject({ outcome: 'updated', version: '1', 'pull-request-operation': 'created' });
    const [pullRequest] = openPullRequests(world);
    expect(pullRequest?.title).toBe('Roll kbot-token back to version 1 of TELE_TOKEN and hold it');
    expect(pullRequest?.body).toContain('| `2` | `1` |');
    expect(pullRequest?.body).toMatch(
      /\nHeld by `hubot` since `\d{4}-\d\d-\d\dT[\d:.]+Z`: later runs leave it until one has `hold: false`/,
    );
    expect(pullRequest?.body).toContain('run the workflow again with `version: 2`');
  });

  test.concurrent('that is held is left alone by runs that follow latest, as long as it is proposed', async () => {
    await using world = await startWorldWith({ versions: 2 });
    await using _ = await world.run({ version: '2' });
    await using rollback = await propose(world, { version: '1', hold: 'true' }, { github: { actor: 'hubot' } });
    const before = { refs: world.flux.refs(), pullRequests: structuredClone(world.flux.pullRequests) };
    await using run = await propose(world);

    expect(run.outputs).toMatchObject({
      outcome: 'held',
      changed: 'false',
      version: '1',
      'pull-request-number': '1',
      'pull-request-url': rollback.outputs['pull-request-url'],
      'pull-request-operation': 'none',
    });
    expect({ refs: world.flux.refs(), pullRequests: world.flux.pullRequests }).toEqual(before);
    expect(writes(run)).toEqual([]);
    expect(run.summary).toMatch(/`clusters\/.*` is held by `hubot` since `\d{4}-.*Z`, so this run left it/);
    expect(run.summary).toContain('[`#1`]');
  });

  test.concurrent('that is held and closed by hand holds nothing any more', async () => {
    await using world = await startWorldWith({ versions: 2 });
    await using _ = await world.run({ version: '2' });
    await using rollback = await propose(world, { version: '1', hold: 'true' });
    const [pullRequest] = openPullRequests(world);
    if (pullRequest !== undefined) pullRequest.state = 'CLOSED';
    const head = world.flux.head(HEAD);
    await using nightly = await propose(world);
    const afterNightly = branches(world);
    await setBranch(world, HEAD, head);
    world.secret.addVersion('payload 3');
    await using run = await propose(world);

    expect(rollback.exitCode).toBe(0);
    expect(nightly.outputs, nightly.stdout).toMatchObject({ outcome: 'unchanged', version: '2' });
    expect(afterNightly).toEqual(['main']);
    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'updated', version: '3', 'pull-request-number': '2' });
    expect(world.manifest(HEAD)).not.toContain('flux-secret-sync/hold');
    expectOneProposal(world, { parent: world.flux.head('main') });
  });

  test.concurrent('that is held goes on being held by whoever did it first', async () => {
    await using world = await startWorldWith({ versions: 2 });
    await using _ = await world.run({ version: '2' });
    await using first = await propose(world, { version: '1', hold: 'true' }, { github: { actor: 'hubot' } });
    await using run = await propose(world, { version: '1', hold: 'true' }, { github: { actor: 'octocat' } });

    expect(first.exitCode).toBe(0);
    expect(run.outputs).toMatchObject({ outcome: 'unchanged', 'pull-request-operation': 'none' });
    expect(world.manifest(HEAD)).toContain('hubot');
  });

  test.concurrent.for([
    { release: { version: '3' }, title: 'Set kbot-token to version 3 of TELE_TOKEN' },
    { release: { hold: 'false' }, title: 'Set kbot-token to version 3 of TELE_TOKEN' },
  ])('that is held goes on with $release', async ({ release, title }) => {
    await using world = await startWorldWith({ versions: 3 });
    await using _ = await world.run({ version: '2' });
    await using rollback = await propose(world, { version: '1', hold: 'true' });
    await using run = await propose(world, release);

    expect(rollback.exitCode).toBe(0);
    expect(run.outputs, run.stdout).toMatchObject({ version: '3', 'pull-request-operation': 'updated' });
    expect(expectOneProposal(world, { parent: world.flux.head('main') })).toMatchObject({ number: 1, title });
    expect(world.manifest(HEAD)).not.toContain('flux-secret-sync/hold');
  });

  test.concurrent('that is held and merged goes on holding without its branch, and a release that is proposed stays open', async () => {
    await using world = await startWorldWith({ versions: 2 });
    await using _ = await world.run({ version: '2' });
    await using rollback = await propose(world, { version: '1', hold: 'true' });
    await world.flux.merge({ base: 'main', head: HEAD, method: 'squash' });
    await using held = await propose(world);
    const afterHeld = branches(world);
    await using release = await propose(world, { hold: 'false' });
    await using nightly = await propose(world);

    expect(rollback.exitCode).toBe(0);
    expect(held.outputs, held.stdout).toMatchObject({ outcome: 'held', version: '1' });
    expect(afterHeld).toEqual(['main']);
    expect(release.outputs, release.stdout).toMatchObject({ outcome: 'updated', version: '2' });
    expect(nightly.outputs, nightly.stdout).toMatchObject({
      outcome: 'held',
      'pull-request-url': release.outputs['pull-request-url'],
    });
    expect(openPullRequests(world).map(({ number }) => number)).toEqual([2]);
  });
});

describe('what the token may not do', () => {
  test.concurrent('open pull requests: the branch that remains is named, and the next run goes on from it', async () => {
    await using world = await startWorldWith({ versions: 1 });
    world.flux.settings.mayCreatePullRequests = false;
    const base = world.flux.head('main');
    await using refused = await propose(world, { version: '1' });

    expect(refused.exitCode).toBe(1);
    expect(reportOf(refused).error).toMatchObject({ code: 'PULL_REQUEST_NOT_PERMITTED' });
    expect(refused.annotations).toEqual([expect.objectContaining({ level: 'error' })]);
    expect(refused.annotations[0]?.message).toContain(`the branch ${HEAD} stays, and the next run goes on from it`);
    expect(refused.annotations[0]?.message).toContain('pull-requests: write');
    expect(commitsOn(world)).toHaveLength(1);
    const oid = world.flux.head(HEAD);

    world.flux.settings.mayCreatePullRequests = true;
    await using sops = await watchSops();
    await using run = await propose(world, { version: '1' }, { pathFirst: [sops.directory] });

    expect(run.exitCode, run.stdout).toBe(0);
    expect(writes(run)).toEqual(['OpenPullRequest']);
    expect(await sops.calls()).toEqual([]);
    expect(run.google).toEqual([]);
    expect(run.outputs).toMatchObject({
      outcome: 'created',
      changed: 'true',
      'commit-sha': '',
      'pull-request-operation': 'created',
    });
    expect(run.summary).toContain('### Secret change proposed to the Flux repository\n');
    expect(run.stdout).toContain(`Outcome: created (${FILE}: TELE_TOKEN new → 1), see ${world.github.url}/`);
    expectOneProposal(world, { parent: base });
    expect(world.flux.head(HEAD)).toBe(oid);
  });

  test.concurrent('open pull requests, although it may write: the branch that remains is named as well', async () => {
    await using world = await startWorldWith({ versions: 1 });
    world.github.fault({
      when: ({ operationName }) => operationName === 'OpenPullRequest',
      status: 200,
      body: {
        data: { createPullRequest: null },
        errors: [{ type: 'FORBIDDEN', path: ['createPullRequest'], message: 'Resource not accessible by integration' }],
      },
    });
    await using run = await propose(world, { version: '1' });

    expect(reportOf(run).error?.code).toBe('TOKEN_LACKS_PERMISSION');
    expect(run.annotations[0]?.message).toContain(`the branch ${HEAD} stays`);
    expect(branches(world)).toEqual([HEAD, 'main']);
  });

  test.concurrent('open pull requests: a new version in the next run replaces what remains', async () => {
    await using world = await startWorldWith({ versions: 2 });
    world.flux.settings.mayCreatePullRequests = false;
    await using refused = await propose(world, { version: '1' });
    world.flux.settings.mayCreatePullRequests = true;
    await using run = await propose(world, { version: '2' });

    expect(refused.exitCode).toBe(1);
    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'created', 'pull-request-operation': 'created' });
    expectOneProposal(world, { parent: world.flux.head('main') });
    expect((await openManifest(world, { branch: HEAD })).payloads['token']?.toString()).toBe('payload 2');
  });

  test.concurrent('reach the repository: said before anything is encrypted', async () => {
    await using world = await startWorldWith({ versions: 1 });
    world.flux.settings.mayRead = false;
    await using sops = await watchSops();
    await using run = await propose(world, {}, { pathFirst: [sops.directory] });

    expect(run.exitCode).toBe(1);
    const error = reportOf(run).error;
    expect(error).toMatchObject({ code: 'REPOSITORY_NOT_FOUND' });
    expect(error?.message).toContain(FLUX_REPOSITORY);
    expect(error?.remedy).toContain('GITHUB_TOKEN reaches its own repository only');
    expect(await sops.calls()).toEqual([]);
    expect(googleCalls(run)).not.toContain('encrypt');
    expect(operations(run)).toEqual(['Snapshot']);
  });

  test.concurrent('write to the repository: nothing has changed', async () => {
    await using world = await startWorldWith({ versions: 1 });
    world.flux.settings.mayWrite = false;
    const refs = world.flux.refs();
    await using run = await propose(world, { version: '1' });

    expect(reportOf(run).error?.code).toBe('TOKEN_LACKS_PERMISSION');
    expect(world.flux.refs()).toEqual(refs);
    expect(world.flux.pullRequests).toEqual([]);
  });
});
