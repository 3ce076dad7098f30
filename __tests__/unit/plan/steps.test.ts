import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, parseDocument } from 'yaml';
import { type Desired, requestsOfValue } from '../../../src/desired-secret.ts';
import { ActionError, type ErrorCode } from '../../../src/errors.ts';
import { formatVersionRequest, type SecretVersionRequest } from '../../../src/google/resource-names.ts';
import type { SecretSource } from '../../../src/google/secret-source.ts';
import { rememberAccesses } from '../../../src/memory.ts';
import { Plaintext } from '../../../src/plaintext.ts';
import { openBranches } from '../../../src/plan/branches.ts';
import type { Step } from '../../../src/plan/step.ts';
import { encryptAll, type PlanRequest, planAll } from '../../../src/plan/steps.ts';
import type { Proposal, Snapshot } from '../../../src/publisher.ts';
import { reportManifest } from '../../../src/report/manifest-report.ts';
import type { Encrypter } from '../../../src/sops/encrypter.ts';
import {
  commit,
  desire,
  EARLIER,
  encryptIn,
  FILE,
  LATEST,
  NOW,
  number,
  OWNER,
  payload,
  RULE,
  registry,
  request,
  STABLE,
  situation,
  snapshot,
  targetOf,
  version,
  type Wish,
} from '../situations.ts';
import { openWorkshop, type Workshop } from '../sops/real-sops.ts';

let second: string;
let heldFirst: string;
let heldSecond: string;
let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
  second = await commit(situation(), '2');
  heldFirst = await commit(situation({ wish: { version: number('1'), hold: 'set' }, hold: EARLIER }), '1');
  heldSecond = await commit(situation({ wish: { version: number('2'), hold: 'set' }, hold: NOW }), '2');
});
afterAll(() => workshop[Symbol.asyncDispose]());

const failure = (code: ErrorCode) => new ActionError(code, { message: `Cannot go on: ${code}.`, remedy: 'Mend it.' });

interface Google extends SecretSource {
  /** What was asked for, in its order. */
  asked: string[];
}

/** Latest is this number, or the next of several; a secret that is named as a failure fails so. */
function google(latest: string | string[] = '2', failures: Readonly<Record<string, Error>> = {}): Google {
  const numbers = [latest].flat();
  const asked: string[] = [];
  const answer = (asking: SecretVersionRequest) => {
    const { name, version: wanted } = asking;
    asked.push(formatVersionRequest(asking));
    const error = failures[name.secret];
    if (error !== undefined) throw error;
    const last = numbers.length > 1 ? numbers.shift() : numbers[0];
    return version(wanted.kind === 'number' ? wanted.number : (last ?? ''), { secret: name.secret });
  };
  return {
    asked,
    access: async (asking) => ({ name: answer(asking), payload: new Plaintext(Buffer.from('payload')) }),
    findNewestEnabled: async (name) => answer({ name, version: { kind: 'latest-enabled' } }),
  };
}

interface Given extends Partial<Omit<PlanRequest, 'secrets' | 'branches'>> {
  source?: Google | undefined;
  base?: Snapshot;
  proposal?: Proposal;
}

/** @param wishes of these, the first is for the file that the texts of this test are of */
function planned(wishes: readonly (Wish | Desired)[], { source, base, proposal, ...more }: Given = {}) {
  return planAll(
    wishes.map((wish) => ('state' in wish ? (wish as Desired) : desire(wish))),
    {
      branches: openBranches(targetOf(base, proposal)),
      govern: () => RULE,
      ...{ owner: 'inputs', refresh: false, hold: NOW, log: () => undefined },
      secrets: source && rememberAccesses(source),
      ...more,
    },
  );
}

const holding = (text: string) => snapshot({ [FILE]: text });
const proposing = (text: string, isOpen = true): Proposal => {
  const pullRequest = isOpen ? { number: 7, url: 'https://x/7' } : undefined;
  return { ...holding(text), pullRequest, isProposed: () => true };
};
const absence = (file: string): Desired => ({ state: 'absent', file });
const codesOf = (steps: readonly Step[]) =>
  steps.map((step) => {
    if (step.kind === 'failed') return step.error.code;
    return step.kind === 'leave' || step.kind === 'write' ? step.change.kind : step.kind;
  });
const one = async (wish: Wish | Desired, given: Given) => {
  const [step] = await planned([wish], given);
  return step ?? expect.unreachable('it has a step');
};
const notesOf = (step: Step) => (step.kind === 'write' ? step.notes : []);
const editing = (text: string, path: readonly string[], value: unknown) => {
  const document = parseDocument(text);
  document.setIn(path, value);
  return document.toString({ lineWidth: 0 });
};
const annotation = (name: string) => ['metadata', 'annotations', `flux-secret-sync/${name}`];

describe('many manifests are planned', () => {
  test('each by itself, and what fails for one is its own', async () => {
    const wishes: (Wish | Desired)[] = [
      {},
      { file: 'new.yaml' },
      { file: 'missing.yaml', secret: 'MISSING' },
      { file: 'link.yaml' },
      { file: 'foreign.yaml' },
      { file: 'typed.yaml', type: 'acme.example/x' },
      { file: 'ungoverned.yaml' },
      absence('gone.yaml'),
      absence('ours.yaml'),
      absence('foreign.yaml'),
    ];
    const files = {
      ...{ [FILE]: second, 'typed.yaml': second, 'ours.yaml': second },
      'foreign.yaml': 'kind: ConfigMap\n',
    };
    const base = snapshot(files, { unusable: new Map([['link.yaml', failure('FILE_NOT_REGULAR')]]) });
    const govern: PlanRequest['govern'] = (file) => {
      if (file === 'ungoverned.yaml') throw failure('SOPS_NO_RULE');
      return RULE;
    };
    const source = google('2', { MISSING: failure('SECRET_NOT_FOUND') });
    expect(codesOf(await planned(wishes, { source, base, govern }))).toEqual([
      'unchanged',
      'create',
      'SECRET_NOT_FOUND',
      'FILE_NOT_REGULAR',
      'FILE_NOT_OURS',
      'SECRET_TYPE_CHANGED',
      'SOPS_NO_RULE',
      'absent',
      'delete',
      'FILE_NOT_OURS',
    ]);
  });

  test.each([failure('CANCELLED'), failure('DEADLINE_EXCEEDED'), new TypeError('a defect')])(
    'and what ends the run ends it: %s',
    async (thrown) => {
      const source = google('2', { MISSING: thrown });
      await expect(planned([{}, { secret: 'MISSING' }], { source })).rejects.toBe(thrown);
      const govern = () => {
        throw thrown;
      };
      await expect(planned([{}], { source, govern })).rejects.toBe(thrown);
    },
  );

  test('with one question for each version that is followed, and none for the others', async () => {
    const source = google();
    await planned(
      [
        { file: 'a.yaml' },
        { file: 'b.yaml' },
        { file: 'c.yaml', version: STABLE },
        { file: 'd.yaml', version: { kind: 'latest-enabled' } },
        { file: 'e.yaml', version: number('1') },
        { file: 'f.yaml', data: new Map(), dataFrom: [{ request: request('APP_ENV'), format: 'json' }] },
        { ...registry(), file: 'g.yaml' },
        absence('h.yaml'),
      ],
      { source },
    );
    expect(source.asked.toSorted()).toEqual([
      'projects/demo/secrets/APP_ENV/versions/latest',
      'projects/demo/secrets/PASSWORD/versions/latest',
      'projects/demo/secrets/TELE_TOKEN/versions/latest',
      'projects/demo/secrets/TELE_TOKEN/versions/latest-enabled',
      'projects/demo/secrets/TELE_TOKEN/versions/stable',
      'projects/demo/secrets/USER/versions/latest',
    ]);
  });

  test('with no question for what is held, or is bound to fail', async () => {
    const source = google();
    const govern = () => {
      throw failure('SOPS_NO_RULE');
    };
    expect(codesOf(await planned([{}], { source, govern }))).toEqual(['SOPS_NO_RULE']);
    expect(codesOf(await planned([{}], { source, base: holding(heldFirst) }))).toEqual(['held']);
    expect(codesOf(await planned([{}], { source, proposal: proposing(heldFirst) }))).toEqual(['held']);
    expect(source.asked).toEqual([]);
  });

  test('saying what each version is where they are few, and how far it is where they are many', async () => {
    const lines: string[] = [];
    const log = (line: string) => lines.push(line);
    await planned([{}], { source: google(), log });
    expect(lines).toEqual([
      'projects/demo/secrets/TELE_TOKEN/versions/latest is projects/123456789012/secrets/TELE_TOKEN/versions/2.',
    ]);
    lines.length = 0;
    const many = Array.from({ length: 100 }, (_, index) => ({ file: `${index}.yaml`, secret: `S${index}` }));
    await planned(many, { source: google(), log });
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('Asking for the newest versions: 100 of 100.');
  });
});

describe('a manifest', () => {
  test('goes back only if latest is lower when it is asked again', async () => {
    const lateOnce = google(['1', '2']);
    expect(codesOf(await planned([{}], { source: lateOnce, base: holding(second) }))).toEqual(['unchanged']);
    expect(lateOnce.asked).toHaveLength(2);
    const lower = google('1');
    expect(codesOf(await planned([{}], { source: lower, base: holding(second) }))).toEqual(['SECRET_WENT_BACK']);
    expect(lower.asked).toHaveLength(2);
  });

  test('has nothing asked again but latest, and that for no other reason', async () => {
    const data = new Map([
      ['token', payload(request())],
      ['b', payload(request('B', number('5')))],
    ]);
    const lateOnce = google(['1', '2']);
    expect(codesOf(await planned([{ data }], { source: lateOnce, base: holding(second) }))).toEqual(['update']);
    expect(lateOnce.asked).toEqual(Array(2).fill('projects/demo/secrets/TELE_TOKEN/versions/latest'));
    const source = google();
    expect(codesOf(await planned([{}], { source, base: holding('kind: ConfigMap\n') }))).toEqual(['FILE_NOT_OURS']);
    expect(source.asked).toHaveLength(1);
  });

  test('goes where that is asked for, though it is held', async () => {
    const step = await one(absence(FILE), { source: google(), base: holding(heldFirst) });
    expect(step).toMatchObject({ kind: 'delete', isPruned: false });
  });

  test.each<[string, () => { wish: Wish; text: string; owner?: string }, readonly string[] | ErrorCode]>([
    [
      'goes with its secret to another key',
      () => ({ wish: { key: 'TELE_TOKEN' }, text: second }),
      ['The data key token was dropped: no source accounts for it any more.'],
    ],
    [
      'has a value that somebody has added',
      () => ({ wish: {}, text: editing(second, ['data', 'extra'], 'in clear') }),
      ['The data key extra was dropped: no source accounts for it any more.'],
    ],
    [
      'has another secret under another key',
      () => ({ wish: { key: 'url', secret: 'DB_URL' }, text: second }),
      'FILE_WOULD_LOSE_KEYS',
    ],
    [
      'has another owner from now on',
      () => ({ wish: {}, text: second, owner: OWNER }),
      [`${FILE} belonged to inputs until now.`],
    ],
    [
      'says at length whose it was',
      () => ({ wish: {}, text: editing(second, annotation('owner'), 'x'.repeat(201)) }),
      [`${FILE} belonged to ${'x'.repeat(200)} until now.`],
    ],
    [
      'has no entry in the config any more for what it asked for before',
      () => ({
        wish: { key: 'url', secret: 'DB_URL' },
        text: editing(second, annotation('owner'), OWNER),
        owner: OWNER,
      }),
      ['The data key token was dropped: no source accounts for it any more.'],
    ],
    ['is as it was', () => ({ wish: { version: number('3') }, text: second }), []],
    [
      'of somebody else has a key that would be lost',
      () => ({
        wish: {},
        text: 'apiVersion: v1\nkind: Secret\nmetadata: {name: kbot-token, namespace: demo}\ndata: {token: a, b: b}\n',
      }),
      'FILE_WOULD_LOSE_KEYS',
    ],
  ])('%s: this is said, or refused', async (_, given, expected) => {
    const { wish, text, owner = 'inputs' } = given();
    const step = await one(wish, { source: google(), base: holding(text), owner });
    if (typeof expected === 'string') expect(codesOf([step])).toEqual([expected]);
    else expect([step.kind, notesOf(step)]).toEqual(['write', expected]);
  });
});

describe('what an earlier run has proposed', () => {
  test('is taken over where it is right already, and nothing is encrypted', async () => {
    const step = await one({}, { source: google(), proposal: proposing(second) });
    expect(step).toMatchObject({ kind: 'write', change: { kind: 'create' }, manifest: { text: second } });
    if (step.kind === 'write') expect([...step.resolved.values()]).toEqual([version('2')]);
  });

  test.each<[string, () => Given]>([
    ['latest is newer', () => ({ source: google('3'), proposal: proposing(second) })],
    ['its value stands in clear', () => ({ proposal: proposing(editing(second, ['data', 'token'], 'eA==')) })],
    ['it is something else', () => ({ proposal: proposing('kind: ConfigMap\n') })],
    ['it is of another type', () => ({ proposal: proposing(editing(second, ['type'], 'acme.example/x')) })],
    ['it is immutable', () => ({ proposal: proposing(editing(second, ['immutable'], true)) })],
    [
      'people have labelled it on the base meanwhile',
      () => ({
        base: holding(editing(second, ['metadata', 'labels', 'team'], 'bots')),
        source: google('3'),
        proposal: proposing(
          editing(editing(second, annotation('sources'), sources('3')), annotation('expires'), '2027-01-01T00:00:00Z'),
        ),
      }),
    ],
    ['everything is to be encrypted anew', () => ({ refresh: true, proposal: proposing(second) })],
    ['it cannot be read', () => ({ proposal: unreadable() })],
  ])('is written over where %s', async (_, given) => {
    const step = await one({}, { source: google(), ...given() });
    expect(step).toMatchObject({ kind: 'write', manifest: undefined, expires: undefined });
  });

  function sources(number: string): string {
    return JSON.stringify({ token: `projects/123456789012/secrets/TELE_TOKEN/versions/${number}` });
  }

  function unreadable(): Proposal {
    const unusable = new Map([[FILE, failure('FILE_NOT_REGULAR')]]);
    return {
      ...snapshot({}, { unusable }),
      pullRequest: { number: 7, url: 'https://x/7' },
      isProposed: () => true,
    };
  }

  test('and held goes on being proposed, unless somebody has closed it', async () => {
    const base = holding(second);
    expect(await one({}, { source: google(), base, proposal: proposing(heldFirst) })).toMatchObject({
      ...{ kind: 'leave', change: { kind: 'held', manifest: { text: heldFirst } } },
    });
    const closed = proposing(heldFirst, false);
    expect(codesOf(await planned([{}], { source: google(), base, proposal: closed }))).toEqual(['unchanged']);
    expect(await one({}, { source: google(), proposal: closed })).toMatchObject({
      ...{ kind: 'write', change: { kind: 'create', hold: undefined }, manifest: undefined },
    });
  });

  test('is taken over from a closed pull request too, where nothing is held', async () => {
    const step = await one({}, { source: google(), proposal: proposing(second, false) });
    expect(step).toMatchObject({ kind: 'write', manifest: { text: second } });
  });

  test('is taken over with what is to be said of the manifest on the base', async () => {
    const proposal = proposing(editing(second, annotation('owner'), OWNER));
    const step = await one({}, { source: google(), base: holding(second), proposal, owner: OWNER });
    expect(step).toMatchObject({ kind: 'write', manifest: { file: FILE } });
    expect(notesOf(step)).toEqual([`${FILE} belonged to inputs until now.`]);
  });

  test('cannot hide a defect of this action', async () => {
    const thrown = new TypeError('a defect');
    const isProposed = () => {
      throw thrown;
    };
    const proposal = { ...proposing(second, false), isProposed };
    await expect(planned([{}], { source: google(), proposal })).rejects.toBe(thrown);
  });
});

describe('a version that is proposed and held', () => {
  const labelled: Wish = { labels: { team: 'bots' } };
  const ofPeople = () => holding(editing(second, ['metadata', 'labels', 'team'], 'bots'));
  const versionsOf = (step: Step) =>
    step.kind === 'write'
      ? [...step.change.desired.data.values()].flatMap(requestsOfValue).map((asked) => asked.version)
      : [];

  test.each<[string, Wish, () => Snapshot]>([
    ['its manifest gets another label', labelled, () => holding(second)],
    ['people have labelled the base', {}, ofPeople],
    ['the base holds an older one', labelled, () => holding(heldSecond)],
  ])('goes on being proposed and held where %s', async (_, wish, base) => {
    const step = await one(wish, { source: google('3'), base: base(), proposal: proposing(heldFirst) });
    expect(step).toMatchObject({ kind: 'write', change: { hold: EARLIER }, manifest: undefined });
    expect(versionsOf(step)).toEqual([number('1')]);
  });

  test.each<[string, Wish, () => Proposal]>([
    ['it is released', { ...labelled, hold: 'release' }, () => proposing(heldFirst)],
    ['somebody has closed the pull request', labelled, () => proposing(heldFirst, false)],
    ['another secret takes its place', { secret: 'DB_URL' }, () => proposing(heldFirst)],
    ['it was never held', labelled, () => proposing(second)],
  ])('is so no longer where %s', async (_, wish, proposal) => {
    const step = await one(wish, { source: google('3'), proposal: proposal() });
    expect(step).toMatchObject({ kind: 'write', change: { hold: undefined }, manifest: undefined });
    expect(versionsOf(step)).toEqual([LATEST]);
  });
});

describe('a run that asks Google nothing', () => {
  const reviewed = async (wish: Wish | Desired, text?: string, more: Given = {}) => {
    const step = await one(wish, {
      ...more,
      source: undefined,
      ...(text === undefined ? {} : { base: holding(text) }),
    });
    return reportManifest(step, new Date(NOW.since));
  };

  test.each<[string, Wish, () => string | undefined, object]>([
    ['creates what is new', {}, () => undefined, { outcome: 'created', sources: [{ from: undefined, to: 'latest' }] }],
    [
      'leaves what is wished as before',
      {},
      () => second,
      { outcome: 'unchanged', sources: [{ from: '2', to: 'latest' }] },
    ],
    [
      'leaves what follows an alias now',
      { version: STABLE },
      () => second,
      { outcome: 'unchanged', sources: [{ to: 'stable' }] },
    ],
    [
      'leaves what follows the newest that is enabled now',
      { version: { kind: 'latest-enabled' } },
      () => second,
      { outcome: 'unchanged', sources: [{ to: 'latest-enabled' }] },
    ],
    ['leaves a number that is there', { version: number('2') }, () => second, { outcome: 'unchanged' }],
    [
      'updates to another number',
      { version: number('3') },
      () => second,
      { outcome: 'updated', sources: [{ from: '2', to: '3' }] },
    ],
    [
      'updates another label',
      { labels: { team: 'bots' } },
      () => second,
      { outcome: 'updated', sources: [{ from: '2', to: 'latest' }] },
    ],
    [
      'updates to another secret',
      { secret: 'DB_URL' },
      () => second,
      { outcome: 'updated', sources: [{ secret: 'DB_URL', from: undefined, to: 'latest' }] },
    ],
    ['leaves what is held', {}, () => heldFirst, { outcome: 'held', sources: [{ from: '1', to: '1' }], hold: EARLIER }],
    ['releases what is held', { hold: 'release' }, () => heldFirst, { outcome: 'updated', hold: undefined }],
    [
      'refuses another type',
      { type: 'acme.example/x' },
      () => second,
      { outcome: 'failed', error: { code: 'SECRET_TYPE_CHANGED' } },
    ],
  ])('%s', async (_, wish, text, expected) => {
    expect(await reviewed(wish, text())).toMatchObject(expected);
  });

  test('shows what is deleted', async () => {
    expect(await reviewed(absence(FILE), second)).toMatchObject({ outcome: 'deleted' });
    expect(await reviewed(absence(FILE))).toMatchObject({ outcome: 'unchanged' });
  });

  test('shows what is refused of an immutable Secret, and leaves one that follows latest', async () => {
    const text = await commit(situation({ wish: { immutable: true }, resolved: '2' }), '2');
    expect(await reviewed({ immutable: true }, text)).toMatchObject({ outcome: 'unchanged' });
    for (const wish of [{}, { immutable: true, version: number('3') }]) {
      expect(await reviewed(wish, text)).toMatchObject({ error: { code: 'SECRET_IMMUTABLE' } });
    }
  });

  test('fails for one manifest and shows the others', async () => {
    const base = snapshot({ 'foreign.yaml': 'a: b\n', [FILE]: second });
    const steps = await planned([{}, { file: 'foreign.yaml' }, { file: 'new.yaml' }], { base, source: undefined });
    expect(codesOf(steps)).toEqual(['unchanged', 'FILE_NOT_OURS', 'create']);
  });

  test('leaves several keys, a registry and entries that are wished as before', async () => {
    const wish: Wish = {
      data: new Map([
        ['a', payload(request('A'))],
        ['b', payload(request('B', STABLE))],
      ]),
      dataFrom: [{ request: request('APP_ENV'), format: 'json' }],
    };
    const text = await commit(situation({ wish, resolved: '4' }), '4', { APP_ENV: '{"x":"1","y":""}' });
    expect(await reviewed(wish, text)).toMatchObject({
      outcome: 'unchanged',
      sources: [
        { key: 'a', from: '4', to: 'latest' },
        { key: 'b', from: '4', to: 'stable' },
        { key: '*', from: '4', to: 'latest' },
      ],
    });
    const signing = await commit(situation({ wish: registry(), resolved: '4' }), '4');
    expect(await reviewed(registry(), signing)).toMatchObject({ outcome: 'unchanged' });
    expect(await reviewed(registry(LATEST, number('5')), signing)).toMatchObject({
      outcome: 'updated',
      sources: [
        { from: '4', to: 'latest' },
        { from: '4', to: '5' },
      ],
    });
  });
});

describe('many manifests are encrypted', () => {
  const encrypted = (
    steps: readonly Step[],
    given: { source?: Google; encrypter?: Encrypter; lines?: string[] } = {},
  ) => {
    const { source = google(), encrypter = workshop.encrypter(), lines = [] } = given;
    return encryptAll(steps, { secrets: source, encrypter, log: (line) => lines.push(line) });
  };

  test('and what fails for one is its own', async () => {
    const steps = await planned(
      [{ file: 'a.yaml' }, { file: 'b.yaml', secret: 'B', version: number('9') }, {}, absence('gone.yaml')],
      { source: google(), base: holding(second) },
    );
    const source = google('2', { B: failure('SECRET_VERSION_DISABLED') });
    const done = await encrypted(steps, { source });
    expect(codesOf(done)).toEqual(['create', 'SECRET_VERSION_DISABLED', 'unchanged', 'absent']);
    expect(done[0]).toMatchObject({ manifest: { file: 'a.yaml' } });
    expect(done.slice(2)).toEqual(steps.slice(2));
  });

  test('unless that ends the run', async () => {
    const steps = await planned([{ version: number('9') }]);
    const thrown = failure('CANCELLED');
    await expect(encrypted(steps, { source: google('2', { TELE_TOKEN: thrown }) })).rejects.toBe(thrown);
  });

  test('but for those that an earlier run has encrypted', async () => {
    const steps = await planned([{}], { source: google(), proposal: proposing(second) });
    const source = google();
    const encrypter = { encrypt: () => expect.unreachable('there is nothing to encrypt') };
    expect(await encrypted(steps, { source, encrypter })).toEqual(steps);
    expect(source.asked).toEqual([]);
  });

  test('with what they carry by then, and in the words of the log', async () => {
    const lines: string[] = [];
    const [step] = await encrypted(await planned([{ version: number('9') }]), { lines });
    expect(step).toMatchObject({
      kind: 'write',
      resolved: new Map([[formatVersionRequest(request('TELE_TOKEN', number('9'))), version('9')]]),
    });
    expect(lines).toEqual([
      'Accessing projects/demo/secrets/TELE_TOKEN/versions/9.',
      expect.stringMatching(`^Encrypting ${FILE} for age1`),
    ]);
  });

  const env: Wish = { data: new Map(), dataFrom: [{ request: request('APP_ENV'), format: 'json' }] };

  test('dropping the entries that a payload has no more, and refusing to drop what was never one', async () => {
    const before = await commit(situation({ wish: env, resolved: '2' }), '2', { APP_ENV: '{"A":"1","B":"2"}' });
    const { notes, manifest } = await encryptIn(situation({ wish: env, text: before, resolved: '3' }), {
      latest: '3',
      payloads: { APP_ENV: '{"A":"1"}' },
    });
    expect(notes).toEqual(['The data key B was dropped: no source accounts for it any more.']);
    expect(Object.keys(parse(manifest.text).data)).toEqual(['A']);
    const foreign = 'apiVersion: v1\nkind: Secret\nmetadata: {name: kbot-token, namespace: demo}\ndata: {A: a, C: c}\n';
    const adopting = encryptIn(situation({ wish: env, text: foreign, resolved: '3' }), {
      payloads: { APP_ENV: '{"A":"1"}' },
    });
    await expect(adopting).rejects.toMatchObject({ code: 'FILE_WOULD_LOSE_KEYS' });
  });

  test('saying of a payload that it ends in a line end', async () => {
    const { notes } = await encryptIn(situation({ resolved: '2' }), { payloads: { TELE_TOKEN: 'payload\n' } });
    expect(notes).toEqual([expect.stringContaining('versions/2 ends in a line end')]);
  });

  test('saying how far it is where they are many', async () => {
    const lines: string[] = [];
    const many = Array.from({ length: 30 }, (_, index) => ({ file: `${index}.yaml`, version: number('1') }));
    const encrypter = { encrypt: () => Promise.reject(failure('SOPS_FAILED')) };
    // What was encrypted before, or is no manifest, is nothing to encrypt.
    const steps = await planned([...many, {}, absence('gone.yaml')], { source: google(), proposal: proposing(second) });
    await encrypted(steps, { lines, encrypter });
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('Encrypting: 30 of 30.');
  });
});
