import { describe, expect, test } from 'vitest';
import type { Desired } from '../../../src/desired-secret.ts';
import { describeReading } from '../../../src/plan/reading.ts';
import type { Wish } from '../../../src/wish.ts';
import { desire } from '../situations.ts';

const CONFIG = 'flux-secrets.yaml';
const DEMO = ['clusters/demo/a.yaml', 'clusters/demo/b.yaml'];
const named = (folder: string) =>
  ['kustomization.yaml', 'kustomization.yml', 'Kustomization'].map((name) => `${folder}${name}`);

interface Given {
  files?: readonly string[];
  config?: string;
  recipients?: readonly string[];
  prune?: boolean;
}

function reading({ files = DEMO, config, recipients = [], prune = false }: Given = {}) {
  const desired = files.map((file): Desired => desire({ file }));
  const wish: Wish = { owner: 'inputs', scope: 'it', config, resolve: () => expect.unreachable('it is not read here') };
  const { folders, ...lists } = describeReading(
    { desired, prune },
    { recipients: recipients.map((id) => ({ kind: 'age', id })), wish },
  );
  return { folders, files: lists.files.toSorted(), beside: lists.beside.toSorted() };
}

describe('what is read of the repository', () => {
  test('are the manifests and the list of their folder, which may be written', () => {
    expect(reading().files).toEqual([...DEMO, ...named('clusters/demo/')].toSorted());
  });

  test('are, to be looked at only, the rules of sops and the lists further up', () => {
    expect(reading().beside).toEqual(
      [
        ...['.sops.yaml', 'clusters/.sops.yaml', 'clusters/demo/.sops.yaml'],
        ...[...named(''), ...named('clusters/')],
      ].toSorted(),
    );
  });

  test('is no rule of sops where the inputs name the recipients', () => {
    expect(reading({ recipients: ['age1'] }).beside).toEqual([...named(''), ...named('clusters/')].toSorted());
  });

  test('is the config, where it stands there', () => {
    expect(reading({ recipients: ['age1'], config: CONFIG, files: ['a.yaml'] }).beside).toEqual([CONFIG]);
    expect(reading({ recipients: ['age1'], files: ['a.yaml'] }).beside).toEqual([]);
  });

  test('is nothing twice, though it is looked at for one manifest and may be written for another', () => {
    const { files, beside } = reading({ files: ['clusters/a.yaml', ...DEMO], recipients: ['age1'] });
    expect(files).toEqual(['clusters/a.yaml', ...DEMO, ...named('clusters/'), ...named('clusters/demo/')].toSorted());
    expect(beside).toEqual(named('').toSorted());
  });

  test('is whatever else the folders hold, once each, where manifests may be pruned', () => {
    expect(reading({ files: [...DEMO, 'a.yaml'], prune: true }).folders).toEqual(['clusters/demo', '']);
    expect(reading({ files: [...DEMO, 'a.yaml'] }).folders).toEqual([]);
  });
});
