import { beforeAll, describe, expect, test } from 'vitest';
import { parse, parseDocument } from 'yaml';
import { ActionError } from '../../../src/errors.ts';
import { kustomizationPaths } from '../../../src/flux/folders.ts';
import { openBranches } from '../../../src/plan/branches.ts';
import { type Conclusion, conclude, listChanges } from '../../../src/plan/conclude.ts';
import type { Step } from '../../../src/plan/step.ts';
import { planStep } from '../../../src/plan/step.ts';
import type { Snapshot } from '../../../src/publisher.ts';
import { commit, desire, encryptIn, OWNER, planning, situation, snapshot, targetOf } from '../situations.ts';

const FOLDER = 'clusters/dev/demo';
const at = (name: string) => `${FOLDER}/${name}`;
const A = at('a.yaml');
const KUSTOMIZATION = at('kustomization.yaml');

/** A manifest of this owner, as it stands in its file. */
let ours: string;
beforeAll(async () => {
  ours = await commit(situation({ owner: OWNER }), '2');
});
const ownedBy = (owner: string) => {
  const document = parseDocument(ours);
  document.setIn(['metadata', 'annotations', 'flux-secret-sync/owner'], owner);
  return document.toString({ lineWidth: 0 });
};
const listing = (...names: string[]) => `resources:\n${names.map((name) => `  - ${name}\n`).join('')}`;

const error = new ActionError('SECRET_NOT_FOUND', { message: 'Cannot make it: it is not there.', remedy: 'Name it.' });
const failed = (file = at('bad.yaml')): Step => ({ kind: 'failed', desired: desire({ file }), error });
const deleted = (file: string): Step => ({ kind: 'delete', desired: { state: 'absent', file }, isPruned: false });
const absent = (file: string): Step => ({ kind: 'absent', desired: { state: 'absent', file } });
const created = (file = A) => encryptIn(situation({ wish: { file }, owner: OWNER }));
async function left(file = A): Promise<Step> {
  const given = situation({ wish: { file }, owner: OWNER, text: ours, resolved: '2' });
  return await planStep(given.desired, planning(given));
}

function conclusionOf(steps: readonly Step[], base: Snapshot, prune = false): Conclusion {
  return conclude(steps, { base, branches: openBranches(targetOf(base)), owner: OWNER, prune });
}
const shown = ({ steps }: Conclusion) => steps.map(({ kind, desired }) => `${kind} ${desired.file}`);
const editedIn = ({ kustomizations }: Conclusion) =>
  Object.fromEntries(kustomizations.map(({ file, text }) => [file, parse(text).resources]));

describe('prune', () => {
  test('deletes what this owner has asked for and asks for no more, in the folders that are used', async () => {
    const base = snapshot({
      [A]: ours,
      [at('old.yaml')]: ours,
      [at('older.yml')]: ours,
      [at('deep/down.yaml')]: ours,
      'clusters/dev/up.yaml': ours,
      'clusters/prod/other.yaml': ours,
    });
    const conclusion = conclusionOf([await left()], base, true);
    expect(shown(conclusion)).toEqual([`leave ${A}`, `delete ${at('old.yaml')}`, `delete ${at('older.yml')}`]);
    const pruned = { desired: { state: 'absent' }, isPruned: true };
    expect(conclusion.steps.slice(1)).toMatchObject([pruned, pruned]);
    expect(conclusion.notes).toEqual([]);
    expect(listChanges(conclusion, base)).toEqual({
      manifests: [],
      kustomizations: [],
      deletions: [at('old.yaml'), at('older.yml')],
    });
  });

  test.each<[string, () => string]>([
    ['of another file of this repository', () => ownedBy('acme/flux-gitops/other.yaml')],
    ['of the same file of another repository', () => ownedBy('acme/other/flux-secrets.yaml')],
    ['of a file whose name this one begins', () => ownedBy(`${OWNER}.bak`)],
    ['of a file whose name ends in this one', () => ownedBy(`x/${OWNER}`)],
    ['of inputs', () => ownedBy('inputs')],
    ['that only speaks of this owner', () => `# flux-secret-sync/owner: ${OWNER}\nkind: Secret\n`],
    ['that names this owner in a label', () => `metadata: {labels: {flux-secret-sync/owner: ${OWNER}}}\n`],
    ['that names this owner and nothing else', () => `metadata: {annotations: {flux-secret-sync/owner: ${OWNER}}}\n`],
    ['of several documents', () => `${ours}---\n${ours}`],
    ['that is no YAML', () => `a: [${OWNER}`],
    ['that somebody else has written', () => 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n'],
  ])('leaves what is %s', async (_, text) => {
    const base = snapshot({ [A]: ours, [at('old.yaml')]: text() });
    expect(shown(conclusionOf([await left()], base, true))).toEqual([`leave ${A}`]);
  });

  test('leaves everything where it is not asked for', async () => {
    const base = snapshot({ [A]: ours, [at('old.yaml')]: ours });
    expect(shown(conclusionOf([await left()], base))).toEqual([`leave ${A}`]);
  });

  test('leaves what is asked for, also to be absent', () => {
    const base = snapshot({ [A]: ours, [at('old.yaml')]: ours });
    expect(shown(conclusionOf([deleted(A), absent(at('old.yaml'))], base, true))).toEqual([
      `delete ${A}`,
      `absent ${at('old.yaml')}`,
    ]);
  });

  test('leaves everything where something failed, and says how much that is', async () => {
    const text = listing('a.yaml', 'old.yaml', 'older.yaml');
    const base = snapshot({ [A]: ours, [at('old.yaml')]: ours, [at('older.yaml')]: ours, [KUSTOMIZATION]: text });
    const conclusion = conclusionOf([await left(), failed(), absent(at('none.yaml'))], base, true);
    expect(shown(conclusion)).toEqual([
      ...[`leave ${A}`, `failed ${at('bad.yaml')}`, `absent ${at('none.yaml')}`],
      ...[`postponed ${at('old.yaml')}`, `postponed ${at('older.yaml')}`],
    ]);
    expect(conclusion.kustomizations).toEqual([]);
    expect(conclusion.notes).toEqual([
      'Nothing was deleted, for not every manifest could be written: 2 would have been.',
    ]);
  });

  test('says nothing of it where there is nothing to delete', async () => {
    const base = snapshot({ [A]: ours });
    expect(conclusionOf([await left(), failed()], base, true).notes).toEqual([]);
  });

  test('takes what it deletes off the list of its folder', async () => {
    const base = snapshot({ [A]: ours, [at('old.yaml')]: ours, [KUSTOMIZATION]: listing('old.yaml', 'a.yaml') });
    const conclusion = conclusionOf([await left()], base, true);
    expect(editedIn(conclusion)).toEqual({ [KUSTOMIZATION]: ['a.yaml'] });
    expect(conclusion.kustomizations[0]).toMatchObject({ added: [], removed: ['old.yaml'] });
  });

  test('fails, and deletes nothing, where the list of the folder cannot be edited for it', async () => {
    const text = 'bases:\n  - old.yaml\nresources:\n  - a.yaml\n';
    const base = snapshot({ [A]: ours, [at('old.yaml')]: ours, [KUSTOMIZATION]: text });
    const conclusion = conclusionOf([await left()], base, true);
    expect(listChanges(conclusion, base).deletions).toEqual([]);
    expect(conclusion.steps.flatMap((step) => (step.kind === 'failed' ? [step.error.code] : []))).toContain(
      'KUSTOMIZATION_NOT_EDITABLE',
    );
  });
});

test('prune deletes nothing in any folder where the list of one cannot be edited for it', async () => {
  // The Secret may have moved from the second folder to the first, where it is not written now.
  const other = 'clusters/prod/a.yaml';
  const base = snapshot({
    [at('old.yaml')]: ours,
    [KUSTOMIZATION]: 'bases:\n  - old.yaml\nresources:\n  - people.yaml\n',
    [other]: ours,
    'clusters/prod/old.yaml': ours,
  });
  const conclusion = conclusionOf([await created(), await left(other)], base, true);
  expect(conclusion.steps.some(({ kind }) => kind === 'failed')).toBe(true);
  expect(listChanges(conclusion, base).deletions).toEqual([]);
});

describe('the list of a folder', () => {
  test.each(kustomizationPaths(FOLDER))('gets what is written, and loses what goes, once for all: %s', async (list) => {
    const base = snapshot({
      [at('gone.yaml')]: ours,
      [at('kept.yaml')]: ours,
      [list]: listing('people.yaml', 'gone.yaml', 'long-gone.yaml', 'kept.yaml'),
    });
    const steps = [
      await created(),
      await created(at('b.yaml')),
      deleted(at('gone.yaml')),
      absent(at('long-gone.yaml')),
    ];
    const conclusion = conclusionOf([...steps, await left(at('kept.yaml'))], base);
    expect(editedIn(conclusion)).toEqual({ [list]: ['people.yaml', 'kept.yaml', 'a.yaml', 'b.yaml'] });
    expect(listChanges(conclusion, base)).toMatchObject({
      manifests: [{ file: A }, { file: at('b.yaml') }],
      kustomizations: [{ file: list }],
      deletions: [at('gone.yaml')],
    });
  });

  test('gets a manifest that is there and was never listed', async () => {
    const base = snapshot({ [A]: ours, [KUSTOMIZATION]: listing('people.yaml') });
    const conclusion = conclusionOf([await left()], base);
    expect(editedIn(conclusion)).toEqual({ [KUSTOMIZATION]: ['people.yaml', 'a.yaml'] });
    expect(listChanges(conclusion, base)).toMatchObject({ manifests: [], deletions: [] });
  });

  test('is not touched for what failed', () => {
    const base = snapshot({ [KUSTOMIZATION]: listing('bad.yaml') });
    expect(conclusionOf([failed(), failed(at('worse.yaml'))], base).kustomizations).toEqual([]);
  });

  test('is one for each folder, and none where there is none', async () => {
    const base = snapshot({ [KUSTOMIZATION]: listing('x.yaml'), 'kustomization.yaml': listing('y.yaml') });
    const conclusion = conclusionOf([await created(), await created('root.yaml'), await created('other/a.yaml')], base);
    expect(editedIn(conclusion)).toEqual({
      [KUSTOMIZATION]: ['x.yaml', 'a.yaml'],
      'kustomization.yaml': ['y.yaml', 'root.yaml'],
    });
  });

  const unusable = new ActionError('FILE_NOT_REGULAR', { message: 'Cannot use it: a link.', remedy: 'Name a file.' });
  test.each<[string, Parameters<typeof snapshot>, string]>([
    ['cannot be edited', [{ [KUSTOMIZATION]: 'resources: &a [x.yaml]\nother: *a\n' }], 'KUSTOMIZATION_NOT_EDITABLE'],
    ['cannot be read', [{ [KUSTOMIZATION]: 'resources: [' }], 'KUSTOMIZATION_NOT_EDITABLE'],
    ['is no file', [{}, { unusable: new Map([[KUSTOMIZATION, unusable]]) }], 'FILE_NOT_REGULAR'],
  ])('fails the manifests of its folder where it %s, and no others', async (_, given, code) => {
    const other = 'clusters/prod/a.yaml';
    const base = snapshot(...given);
    const conclusion = conclusionOf([await created(), failed(), absent(at('gone.yaml')), await created(other)], base);
    expect(conclusion.steps.map((step) => (step.kind === 'failed' ? step.error.code : step.kind))).toEqual([
      code,
      'SECRET_NOT_FOUND',
      code,
      'write',
    ]);
    expect(listChanges(conclusion, base).manifests).toMatchObject([{ file: other }]);
  });
});

describe('a list further up', () => {
  const above = 'clusters/dev/kustomization.yaml';

  test('keeps a manifest from being deleted that it lists, for it would not build without it', async () => {
    const base = snapshot({ [A]: ours, [above]: listing('demo/a.yaml', 'demo/b.yaml') });
    const conclusion = conclusionOf([deleted(A), await left(at('b.yaml'))], base);
    expect(shown(conclusion)).toEqual([`failed ${A}`, `leave ${at('b.yaml')}`]);
    expect(conclusion.steps[0]).toMatchObject({
      error: {
        code: 'KUSTOMIZATION_NOT_EDITABLE',
        message: `Cannot delete ${A}: ${above} lists it, and would not build without it.`,
        remedy: 'Take it off that list first; only the kustomization.yaml of its own folder is edited.',
      },
    });
    expect(listChanges(conclusion, base).deletions).toEqual([]);
  });

  test.each([
    ['lists its folder', listing('demo')],
    ['lists neither', listing('other')],
  ])('lets it go where it %s', (_, text) => {
    const base = snapshot({ [A]: ours, [above]: text });
    expect(shown(conclusionOf([deleted(A)], base))).toEqual([`delete ${A}`]);
  });
});

describe('a list further up that leaves the folder out', () => {
  const above = 'clusters/dev/kustomization.yaml';
  const note = `${above} leaves ${FOLDER} out: what Flux applies through it will not have the manifest there.`;

  test('is mentioned once where manifests are new, and not touched', async () => {
    const base = snapshot({ [above]: listing('other') });
    const conclusion = conclusionOf([await created(), await created(at('b.yaml'))], base);
    expect(conclusion).toMatchObject({ notes: [note], kustomizations: [] });
  });

  test.each<[string, string, string]>([
    ['lists the folder', above, listing('other', 'demo')],
    ['lists the folder in another way', above, listing('./demo/')],
    ['lists the file', above, listing('demo/a.yaml')],
    ['cannot be read', above, 'resources: ['],
    ['stands behind a nearer one that lists it', 'kustomization.yaml', listing('other')],
  ])('is not mentioned where it %s', async (_, file, text) => {
    const base = snapshot({ [above]: listing('demo'), [file]: text });
    expect(conclusionOf([await created()], base).notes).toEqual([]);
  });

  test('is not mentioned of manifests that are there already, or go', async () => {
    const base = snapshot({ [A]: ours, [above]: listing('other') });
    const updated = await encryptIn(situation({ wish: { file: A }, owner: OWNER, text: ours, refresh: true }));
    const { notes } = conclusionOf([await left(), updated, deleted(at('b.yaml')), failed()], base);
    expect(notes.filter((each) => each.includes('leaves'))).toEqual([]);
  });
});

describe('what is to differ from the base', () => {
  test('is a rollback that is proposed and held, which the base does not have', async () => {
    const step = await left();
    expect(listChanges(conclusionOf([step], snapshot({ [A]: ours })), snapshot({ [A]: ours })).manifests).toEqual([]);
    for (const base of [snapshot({ [A]: ownedBy('inputs') }), snapshot()]) {
      expect(listChanges(conclusionOf([step], base), base).manifests).toMatchObject([{ file: A, text: ours }]);
    }
  });

  test('is nothing that is not encrypted, or failed', async () => {
    const given = situation({ wish: { file: A }, owner: OWNER });
    const planned = await planStep(given.desired, planning(given));
    expect(planned.kind).toBe('write');
    const base = snapshot();
    const nothing = { manifests: [], kustomizations: [], deletions: [] };
    expect(listChanges(conclusionOf([planned, failed(), absent(at('b.yaml'))], base), base)).toEqual(nothing);
  });
});
