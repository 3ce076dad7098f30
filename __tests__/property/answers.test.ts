// Whatever GitHub and Secret Manager answer: of the shape that was asked for with any text in it, or any JSON at all. It
// is read or it is refused, and a refusal quotes nothing of it.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ActionError, formatError } from '../../src/errors.ts';
import { isGraphqlResponse, MalformedAnswer } from '../../src/github/answer.ts';
import type { GitHubClient, Operation } from '../../src/github/client.ts';
import { findClaim, findRunCommit, formatCommitBody } from '../../src/github/commit-message.ts';
import { explainFailure } from '../../src/github/failure.ts';
import { findProposal } from '../../src/github/proposal.ts';
import { readRepository } from '../../src/github/snapshot.ts';
import { findHighest, verifyAccess } from '../../src/google/answers.ts';
import { accessError, credentialsError, isTransient, listError } from '../../src/google/failure.ts';
import type { ReadRequest, Snapshot } from '../../src/publisher.ts';
import { StalePlan } from '../../src/publisher.ts';
import { anyText } from '../unit/any-text.ts';
import { latest } from '../unit/kubernetes/accessed.ts';
import { attempt, OBJECT_KEYS, verifyShared } from './no-trace.ts';

const OID = 'ffac537e6cbbf934b08745a378932722df287a53';
const URL = `https://github.com/acme/flux/commit/${OID}`;
const READ: ReadRequest = { files: ['clusters/dev/a.yaml'], beside: ['.sops.yaml'], folders: [''], isRetry: true };
const CANARY = 'canary';

/** Answers each question in turn, as the real client does: what has not the shape that was asked for is refused. */
function clientOf(...answers: readonly unknown[]): GitHubClient {
  let asked = 0;
  return {
    graphql<Data>({ data: isData }: Operation<Data>): Promise<Data> {
      const answer = answers[Math.min(asked, answers.length - 1)];
      asked += 1;
      return isData(answer) ? Promise.resolve(answer) : Promise.reject(new MalformedAnswer('of another shape'));
    },
    rest: () => Promise.resolve(),
    tidy: () => Promise.resolve(true),
  };
}

/** What is no ActionError and does not ask for a new plan is thrown on. */
async function settle<Answer>(reading: Promise<Answer>): Promise<Answer | ActionError | StalePlan> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ActionError || error instanceof StalePlan) return error;
    throw error;
  } finally {
    verifyShared();
  }
}

const text = fc.oneof(
  anyText({ maxLength: 12 }),
  fc.constantFrom(...OBJECT_KEYS, 'main', 'blob', 'a.yaml', '../a.yaml', '::error::x', '', URL, OID, 'acme/flux'),
);
/** What it should be, and now and then anything. */
const mostly = (usual: string) =>
  fc.oneof({ weight: 19, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: text });
const signature = fc.constantFrom(
  null,
  { isValid: true, wasSignedByGitHub: true },
  { isValid: false, wasSignedByGitHub: true },
);
const OURS = formatCommitBody('x', { runId: 'run', scope: 'a', files: { changed: 1, deleted: 0 }, sources: [] });
const message = fc.oneof(
  { weight: 4, arbitrary: fc.constant(OURS) },
  text,
  fc
    .tuple(text, fc.integer({ min: 0, max: 3 }))
    .map(([scope, changed]) =>
      formatCommitBody('x', { runId: 'run', scope, files: { changed, deleted: 0 }, sources: [] }),
    ),
);
const entry = fc.option(
  fc.record({
    mode: fc.constantFrom(0o100644, 0o100755, 0o120000, 0o160000, 0o40000, Number.NaN, -1, 1e300),
    type: fc.oneof(fc.constant('blob'), text),
    object: fc.option(
      fc.record(
        { text: fc.option(text), isBinary: fc.option(fc.boolean()), isTruncated: fc.boolean() },
        { requiredKeys: [] },
      ),
    ),
  }),
);
const named = entry.chain((each) =>
  text.map((name) => ({ mode: 0o100644, type: 'blob', object: null, ...each, name })),
);
const files = fc.record({
  oid: fc.constant(OID),
  file0: entry,
  file1: entry,
  folder0: fc.record({ entries: fc.option(fc.array(named, { maxLength: 4 })) }),
  parent0: entry,
  parent1: entry,
});
const url = mostly(URL);
const commit = fc.record({ oid: mostly(OID), url, signature, message });
const snapshot = fc
  .record({
    id: text,
    nameWithOwner: mostly('acme/flux'),
    isArchived: fc.constantFrom(false, false, false, true),
    isEmpty: fc.constantFrom(false, false, true),
    branch: fc.option(
      fc.record({
        name: mostly('main'),
        target: fc
          .tuple(files, fc.array(commit, { maxLength: 2 }))
          .map(([all, nodes]) => ({ ...all, history: { nodes } })),
      }),
      { freq: 9 },
    ),
  })
  .map((repository) => ({ repository }));

const branchCommit = fc
  .tuple(
    commit,
    fc.record({
      changedFilesIfAvailable: fc.option(fc.oneof(fc.constant(1), fc.integer())),
      parents: fc
        .array(fc.record({ oid: fc.constantFrom(OID, 'f'.repeat(40)) }), { maxLength: 3 })
        .map((nodes) => ({ nodes })),
    }),
  )
  .map(([one, more]) => ({ ...one, ...more }));
const head = fc
  .record({
    defaultBranchRef: fc.option(fc.record({ name: mostly('main') })),
    head: fc.option(
      fc.record({
        target: fc
          .tuple(files, message, fc.array(files, { maxLength: 2 }))
          .map(([all, said, nodes]) => ({ ...all, message: said, parents: { nodes } })),
        associatedPullRequests: fc
          .array(
            fc.record({
              id: text,
              number: fc.integer(),
              url,
              baseRefName: fc.constantFrom('main', 'main', 'main', 'other'),
              isCrossRepository: fc.boolean(),
            }),
            { maxLength: 2 },
          )
          .map((nodes) => ({ nodes })),
      }),
      { freq: 9 },
    ),
  })
  .map((repository) => ({ repository }));
const comparison = fc
  .option(
    fc.record({
      headTarget: fc.constant({ oid: OID }),
      commits: fc.array(branchCommit, { maxLength: 3 }).map((nodes) => ({ totalCount: nodes.length, nodes })),
    }),
    { freq: 9 },
  )
  .map((compare) => ({ repository: { base: { compare } } }));

const anyJson = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc
    .tuple(fc.constantFrom('repository', 'data', 'branch', ...OBJECT_KEYS), fc.json())
    .map(([key, json]) => JSON.parse(`{${JSON.stringify(key)}:${json}}`) as unknown),
  fc.constantFrom(undefined, '<html>', [], {}),
);

/** Any answer, or one of the right shape in which one thing is another. */
function hostile<T>(shaped: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  const changed = fc.tuple(shaped, fc.nat(), anyJson).map(([shape, at, value]) => {
    const answer = structuredClone(shape);
    const places = [...placesIn(answer)];
    const place = places[at % places.length];
    if (place !== undefined) place.holder[place.key] = value;
    return answer;
  });
  return fc.oneof(shaped, changed, anyJson);
}

function* placesIn(value: unknown): Generator<{ holder: Record<string, unknown>; key: string }> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield { holder: value as Record<string, unknown>, key };
    yield* placesIn(inner);
  }
}

describe('GitHub', () => {
  test('may answer anything to what is on the base', async () => {
    let read = 0;
    await fc.assert(
      fc.asyncProperty(hostile(snapshot), fc.constantFrom(undefined, 'main'), async (answer, base) => {
        const request = { repository: 'acme/flux', base, commit: undefined, read: READ, runId: 'run' };
        const state = await settle(readRepository(clientOf(answer), request));
        if (state instanceof ActionError || state instanceof StalePlan) return;
        read += 1;
        expect(state.base.oid).toBe(OID);
        for (const path of state.base.files.keys())
          expect(path).toMatch(/^(clusters\/dev\/a\.yaml|\.sops\.yaml|.*\.ya?ml)$/s);
      }),
      { numRuns: 1_500 },
    );
    expect(read).toBeGreaterThan(100);
  });

  test('may answer anything to what the head branch is', async () => {
    const base: Snapshot = { branch: 'main', oid: OID, files: new Map(), unusable: new Map() };
    let read = 0;
    await fc.assert(
      fc.asyncProperty(hostile(head), hostile(comparison), async (answer, compared) => {
        const request = {
          repository: 'acme/flux',
          base,
          branch: 'flux-secret-sync/a',
          read: READ,
          runId: 'run',
          scope: 'a',
        };
        const proposal = await settle(findProposal(clientOf(answer, compared), request));
        if (proposal === undefined || proposal instanceof ActionError || proposal instanceof StalePlan) return;
        read += 1;
        proposal.holds({ manifests: [], kustomizations: [], deletions: ['clusters/dev/a.yaml'] });
        proposal.isProposed('clusters/dev/a.yaml');
      }),
      { numRuns: 1_500 },
    );
    expect(read).toBeGreaterThan(20);
  });

  test('may refuse with anything', () => {
    const said = fc.oneof(anyJson, text, fc.constant(CANARY));
    const error = fc
      .record(
        {
          errors: fc.oneof(said, fc.array(fc.record({ type: said, message: said }), { maxLength: 2 })),
          response: said,
          status: fc.oneof(fc.integer(), text),
          data: said,
        },
        { requiredKeys: [] },
      )
      .map((fields) => Object.assign(new Error(CANARY), fields));
    const attempted = { verb: 'read', repository: 'acme/flux' };
    fc.assert(
      fc.property(fc.oneof(error, said), fc.boolean(), (thrown, writes) => {
        const failure = attempt(() => explainFailure(thrown, { ...attempted, writes }));
        if (failure instanceof ActionError) expect(formatError(failure)).not.toContain(CANARY);
        else expect(failure).toBeInstanceOf(StalePlan);
      }),
      { numRuns: 2_000 },
    );
  });

  test('may send any JSON in the place of a response', () => {
    fc.assert(
      fc.property(anyJson, (answer) => {
        expect(typeof isGraphqlResponse(answer)).toBe('boolean');
      }),
    );
  });
});

describe('the message of a commit', () => {
  test('may say anything, and is a claim or none', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(message, fc.constantFrom('\n\n', '\n', 'Flux-Secret-Sync-Run: ', 'Flux-Secret-Sync-Files: 1')),
        ),
        (parts) => {
          const said = parts.join('');
          const claim = attempt(() => findClaim({ message: said }));
          if (claim !== undefined) expect(claim).toMatchObject({ files: { changed: expect.any(Number) as number } });
          expect(findRunCommit([{ message: said }], 'no such run')).toBeUndefined();
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('that is ours is found whatever a person has put above it', () => {
    const scope = fc.stringMatching(/^[\w /.-]{1,20}$/).filter((line) => line.trim() === line && line !== '');
    fc.assert(
      fc.property(
        fc.oneof(anyText(), fc.constant('Flux-Secret-Sync-Scope: of a person')),
        scope,
        fc.nat(9_999),
        (body, said, changed) => {
          const written = formatCommitBody(body, {
            runId: 'run',
            scope: said,
            files: { changed, deleted: 0 },
            sources: [],
          });
          expect(findClaim({ message: `headline\n\n${written}` })).toEqual({
            scope: said,
            files: { changed, deleted: 0 },
          });
          expect(findRunCommit([{ message: written }], 'run')).toBeDefined();
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('Secret Manager', () => {
  const request = latest('TELE_TOKEN');
  const name = fc.oneof(
    text,
    fc.constantFrom('projects/42/secrets/TELE_TOKEN/versions/3', 'projects/42/secrets/OTHER/versions/3'),
  );

  test('may name anything as what it has answered', () => {
    fc.assert(
      fc.property(
        name,
        fc.option(fc.uint8Array({ maxLength: 3 }), { nil: undefined }),
        fc.boolean(),
        (said, bytes, isIntact) => {
          const accessed = attempt(() => verifyAccess(request, { name: said, bytes, isIntact }));
          if (accessed instanceof ActionError) return;
          expect(accessed.name).toEqual({ project: '42', secret: 'TELE_TOKEN', version: '3' });
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('may list anything', () => {
    const versions = fc.array(fc.record({ name, isEnabled: fc.boolean() }), { maxLength: 4 });
    fc.assert(
      fc.property(versions, (list) => {
        attempt(() => findHighest(request.name, { versions: list, nextPageToken: '' }));
      }),
      { numRuns: 1_000 },
    );
  });

  test('may refuse with anything, and nothing of it is said', () => {
    const said = fc.oneof(anyJson, fc.constant(CANARY), fc.integer({ min: 0, max: 17 }));
    const error = fc
      .record({ code: said, status: said, config: said, details: said }, { requiredKeys: [] })
      .map((fields) => Object.assign(new Error(`${CANARY} DESTROYED`), fields));
    fc.assert(
      fc.property(fc.oneof(error, said), (cause) => {
        expect(typeof isTransient(cause)).toBe('boolean');
        for (const explain of [accessError, listError, credentialsError]) {
          expect(formatError(explain(request, cause))).not.toContain(CANARY);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
