// What both publishers read: many files in few requests, all of one commit, and each answering for itself.
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../../src/errors.ts';
import { git } from '../../stand-ins/github/git.ts';
import type { LoggedRequest } from '../../stand-ins/github/github.ts';
import {
  commitEntry,
  errorOf,
  FILE,
  type Flux,
  isWrite,
  manifest,
  manyPaths,
  operations,
  publication,
  REPOSITORY,
  readRequest,
  SCOPE,
  staleOf,
  startFlux,
} from './flux.ts';

describe('a file that cannot be used', () => {
  interface Unusable {
    what: string;
    arrange: (flux: Flux, path: string) => Promise<unknown>;
    code: ErrorCode;
  }
  const cases: Unusable[] = [
    {
      what: 'a folder',
      arrange: ({ repository }, path) =>
        repository.commit({ branch: 'main', files: { [`${path}/README.md`]: 'no\n' } }),
      code: 'FILE_NOT_REGULAR',
    },
    {
      what: 'a symbolic link',
      arrange: (flux, path) => commitEntry(flux, { mode: '120000', path }),
      code: 'FILE_NOT_REGULAR',
    },
    {
      what: 'a submodule',
      arrange: (flux, path) => commitEntry(flux, { mode: '160000', path }),
      code: 'FILE_NOT_REGULAR',
    },
    {
      what: 'binary',
      arrange: ({ repository }, path) => repository.commit({ branch: 'main', files: { [path]: Buffer.from([0, 1]) } }),
      code: 'FILE_NOT_READABLE',
    },
    {
      what: 'too large',
      arrange: ({ repository }, path) =>
        repository.commit({ branch: 'main', files: { [path]: `# ${'x'.repeat(600_000)}\n` } }),
      code: 'FILE_NOT_READABLE',
    },
  ];
  const readings = [
    { how: 'asked for to be written', read: { files: [FILE, 'good.yaml'] } },
    { how: 'asked for to be read', read: { beside: [FILE, 'good.yaml'] } },
    { how: 'asked for in a folder', read: { files: [FILE], beside: ['good.yaml'], folders: ['clusters/dev/demo'] } },
  ];

  test.for(cases.flatMap((each) => readings.map((reading) => ({ ...each, ...reading }))))(
    'because it is $what, $how, answers for itself and no other',
    async ({ arrange, code, read }) => {
      await using flux = await startFlux({ 'good.yaml': 'good: true\n' });
      await arrange(flux, FILE);
      const { base } = await flux.commitPublisher().read(readRequest(read));

      expect(base).toMatchObject({ branch: 'main', oid: flux.repository.head('main') });
      expect([...base.files]).toEqual([['good.yaml', 'good: true\n']]);
      expect([...base.unusable.keys()]).toEqual([FILE]);
      expect(base.unusable.get(FILE)).toMatchObject({ code, message: expect.stringContaining(`Cannot use ${FILE}: `) });
    },
  );

  test.for(cases)('because it is $what is an error where it alone is read', async ({ arrange, code }) => {
    await using flux = await startFlux();
    await arrange(flux, FILE);

    expect(await errorOf(flux.commitPublisher().readFile(FILE))).toMatchObject({ code });
    expect(await errorOf(flux.pullRequestPublisher().readFile(FILE))).toMatchObject({ code });
  });
});

describe('what leads to a file', () => {
  const cases = [
    { parent: 'clusters/dev/demo', mode: '120000', says: 'a symbolic link' },
    { parent: 'clusters', mode: '120000', says: 'a symbolic link' },
    { parent: 'clusters/dev', mode: '160000', says: 'a submodule' },
  ];

  test.for(cases)('keeps it from being used where $parent is $says', async ({ parent, mode, says }) => {
    await using flux = await startFlux({ 'good.yaml': 'good: true\n' });
    await commitEntry(flux, { mode, path: parent });
    const read = { files: [FILE, 'good.yaml'], beside: ['clusters/dev/demo/.sops.yaml', '.sops.yaml'] };
    const publisher = flux.commitPublisher();
    const { base } = await publisher.read(readRequest({ ...read, folders: ['clusters/dev/demo'] }));

    expect([...base.files.keys()]).toEqual(['good.yaml']);
    expect([...base.unusable.keys()].toSorted()).toEqual(['clusters/dev/demo/.sops.yaml', FILE]);
    for (const path of base.unusable.keys()) {
      const message = `Cannot use ${path}: in the Flux repository ${parent} is ${says}, and no folder.`;
      expect(base.unusable.get(path)).toMatchObject({ code: 'FILE_NOT_REGULAR', message });
    }
    expect(await errorOf(publisher.readFile(FILE))).toMatchObject({ code: 'FILE_NOT_REGULAR' });
    expect(flux.github.requests).toHaveLength(2);
  });

  test('may be missing: then there is no such file, and it can be made', async () => {
    await using flux = await startFlux();
    const { base } = await flux.commitPublisher().read(readRequest({ files: [FILE] }));
    expect([...base.files, ...base.unusable]).toEqual([]);
  });

  test('is asked for once, with its mode alone, and nothing is asked of the root', async () => {
    await using flux = await startFlux();
    const files = ['README.yaml', FILE, 'clusters/dev/other.yaml'];
    await flux.commitPublisher().read(readRequest({ files, folders: ['apps/dev'] }));

    const [{ variables = {}, query = '' } = {}] = flux.github.requests;
    const parents = Object.entries(variables).filter(([name]) => name.startsWith('parent'));
    expect(parents.map(([, parent]) => parent).toSorted()).toEqual([
      'apps',
      'apps/dev',
      'clusters',
      'clusters/dev',
      'clusters/dev/demo',
    ]);
    expect(query).toContain('parent4: file(path: $parent4) { mode } }');
  });

  test('is asked for at once with the files, and by 500: a thousand folders cost no request more', async () => {
    const files = Array.from({ length: 1000 }, (_, index) => `apps/team-${index}/secret.yaml`);
    await using flux = await startFlux({}, { delay: 100 });
    await commitEntry(flux, { mode: '120000', path: 'apps/team-999' });
    const start = performance.now();
    const { base } = await flux.commitPublisher().read(readRequest({ files, beside: ['a.yaml', 'b.yaml'] }));

    expect([...base.unusable.keys()]).toEqual(['apps/team-999/secret.yaml']);
    expect(flux.github.requests).toHaveLength(3);
    const [first] = flux.github.requests.map(({ end = 0 }) => end).toSorted((one, other) => one - other);
    expect(Math.max(...flux.github.requests.map((request) => request.start))).toBeLessThan(first ?? 0);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe('one file of the base', () => {
  test('is its text, in one request', async () => {
    await using flux = await startFlux({ [SCOPE]: 'manifests: []\n' });

    await expect(flux.commitPublisher().readFile(SCOPE)).resolves.toBe('manifests: []\n');
    await expect(flux.pullRequestPublisher().readFile(SCOPE)).resolves.toBe('manifests: []\n');
    expect(flux.github.requests).toHaveLength(2);
  });

  test('is nothing where there is none', async () => {
    await using flux = await startFlux();
    await expect(flux.commitPublisher().readFile('config/nothing.yaml')).resolves.toBeUndefined();
  });

  test.for([
    { what: 'the repository', over: { repository: 'acme/nothing' }, code: 'REPOSITORY_NOT_FOUND' },
    { what: 'the base', over: { base: 'nothing' }, code: 'BASE_NOT_FOUND' },
  ])('is an error where $what is not there', async ({ over, code }) => {
    await using flux = await startFlux();
    expect(await errorOf(flux.commitPublisher(over).readFile(SCOPE))).toMatchObject({ code });
  });
});

describe('many files', () => {
  test('are one query as long as they are few, and none is one too', async () => {
    await using flux = await startFlux({ [FILE]: 'kind: Secret\n' });
    const publisher = flux.commitPublisher();
    const { base } = await publisher.read(readRequest({ files: [FILE, 'nothing.yaml'], beside: [FILE, '.sops.yaml'] }));
    const empty = await publisher.read(readRequest());

    expect([...base.files]).toEqual([[FILE, 'kind: Secret\n']]);
    expect(empty.base).toMatchObject({ branch: 'main', oid: base.oid });
    expect(operations(flux.github.requests)).toEqual(['Snapshot', 'Snapshot']);
  });

  test('are read by 500 at once', async () => {
    const files = manyPaths(2500);
    const held = Object.fromEntries(files.filter((_, index) => index % 3 > 0).map((file) => [file, `# ${file}\n`]));
    await using flux = await startFlux(held, { delay: 300 });
    const { base } = await flux.commitPublisher().read(readRequest({ files, beside: ['.sops.yaml'] }));

    expect(Object.fromEntries(base.files)).toEqual(held);
    const { requests } = flux.github;
    expect(operations(requests)).toEqual(Array.from({ length: 6 }, () => 'Snapshot'));
    const counts = requests.map(
      ({ variables = {} }) => Object.keys(variables).filter((name) => /^file/.test(name)).length,
    );
    expect(counts.toSorted()).toEqual([1, 500, 500, 500, 500, 500]);
    const starts = requests.map(({ start }) => start);
    expect(Math.max(...starts)).toBeLessThan(Math.min(...requests.map(({ end = 0 }) => end)));
  });

  test('are of one commit: a push between two queries makes the plan stale', async () => {
    await using flux = await startFlux();
    const { github, repository } = flux;
    const isSecond = ({ variables = {} }: LoggedRequest) => Object.values(variables).includes(manyPaths(600).at(-1));
    github.fault({
      when: isSecond,
      before: async () => {
        while (github.requests.every(({ response }) => response === undefined)) await wait(5);
        await repository.commit({ branch: 'main', files: { 'apps/other.yaml': 'a: 1\n' } });
      },
    });
    const read = readRequest({ files: manyPaths(600) });

    expect(await staleOf(flux.commitPublisher().read(read))).toMatchObject({ mayHaveWritten: false });
    await expect(flux.commitPublisher().read(read)).resolves.toMatchObject({ base: { oid: repository.head('main') } });
  });

  test('a thousand of them cost as many requests as one may expect: 3, and 1 for each 100', async () => {
    const files = manyPaths(1000);
    const folders = [...new Set(files.map((file) => file.slice(0, file.lastIndexOf('/'))))];
    const beside = folders.map((folder) => `${folder}/.sops.yaml`);
    const kustomizations = folders.map((folder) => `${folder}/kustomization.yaml`);
    await using flux = await startFlux(Object.fromEntries(kustomizations.map((file) => [file, 'resources: []\n'])));
    const publisher = flux.commitPublisher();
    await publisher.readFile(SCOPE);
    const target = await publisher.read(
      readRequest({ files: [...files, ...kustomizations], beside: [SCOPE, ...beside] }),
    );
    const { commit } = await target.publish(publication({ manifests: files.map((file) => manifest(file)) }));

    expect(flux.github.requests.length).toBeLessThanOrEqual(3 + 1000 / 100);
    expect(commit?.oid).toBe(flux.repository.head('main'));
    expect(flux.repository.log('main')[0]?.files).toHaveLength(1000);
  });
});

describe('a folder', () => {
  const files = {
    'a.yaml': 'a: 1\n',
    'README.md': 'root\n',
    'clusters/b.yml': 'b: 1\n',
    'clusters/__proto__.yaml': 'c: 1\n',
    'clusters/notes.txt': 'notes\n',
    'clusters/upper.YAML': 'd: 1\n',
    'clusters/binary.yaml': Buffer.from([0, 1, 2]),
    'clusters/dev/e.yaml': 'e: 1\n',
    'clusters/folder.yaml/f.yaml': 'f: 1\n',
  };

  test.for([
    { folder: 'clusters', held: { 'clusters/__proto__.yaml': 'c: 1\n', 'clusters/b.yml': 'b: 1\n' } },
    { folder: 'clusters/dev', held: { 'clusters/dev/e.yaml': 'e: 1\n' } },
    { folder: '', held: { 'a.yaml': 'a: 1\n' } },
    { folder: 'nothing', held: {} },
    { folder: 'a.yaml', held: {} },
    { folder: 'a.yaml/below', held: {} },
  ])('brings along the YAML files that are directly in it, and no others: `$folder`', async ({ folder, held }) => {
    await using flux = await startFlux(files);
    await commitEntry(flux, { mode: '120000', path: 'clusters/link.yaml' });
    const { base } = await flux.commitPublisher().read(readRequest({ folders: [folder] }));

    expect(Object.fromEntries(base.files)).toEqual(held);
    expect(base.unusable.size).toBe(0);
    expect(flux.github.requests).toHaveLength(1);
  });

  test('is read once, also where files in it are asked for', async () => {
    await using flux = await startFlux(files);
    const read = {
      files: ['clusters/b.yml', 'clusters/new.yaml', 'a.yaml'],
      beside: ['clusters/notes.txt', 'README.md'],
    };
    const { base } = await flux.commitPublisher().read(readRequest({ ...read, folders: ['', 'clusters', 'clusters'] }));

    expect([...base.files.keys()].toSorted()).toEqual([
      'README.md',
      'a.yaml',
      'clusters/__proto__.yaml',
      'clusters/b.yml',
      'clusters/notes.txt',
    ]);
    const [request] = flux.github.requests;
    const place = { owner: 'acme', name: 'flux-gitops' };
    expect(request?.variables).toEqual({ ...place, folder1: 'clusters', parent0: 'clusters' });
  });

  test('is one of many: they are read by 50 at once, and their manifests with them', async () => {
    const paths = manyPaths(1000);
    const folders = [...new Set(paths.map((file) => file.slice(0, file.lastIndexOf('/'))))];
    await using flux = await startFlux(Object.fromEntries(paths.map((file) => [file, `# ${file}\n`])));
    const { base } = await flux.commitPublisher().read(readRequest({ files: paths, folders }));

    expect([...base.files.keys()].toSorted()).toEqual(paths.toSorted());
    expect(flux.github.requests).toHaveLength(2);
  });
});

describe('a commit that is read in the place of the head', () => {
  async function startMerge(): Promise<{ flux: Flux; merge: string }> {
    const flux = await startFlux({ [SCOPE]: 'before\n' });
    // No branch has it, as with a pull request's merge commit.
    const merge = await flux.repository.commit({ branch: 'gone', files: { [SCOPE]: 'merged\n' } });
    await git(flux.repository.gitDir, ['update-ref', '-d', 'refs/heads/gone']);
    return { flux, merge };
  }

  test.for([{ base: undefined }, { base: 'main' }])(
    'says what it holds, by the name of the base ($base)',
    async (given) => {
      const { flux, merge } = await startMerge();
      await using _ = flux;
      const publisher = flux.commitPublisher({ ...given, commit: merge });
      const { base } = await publisher.read(readRequest({ files: [SCOPE] }));

      expect(base).toMatchObject({ branch: 'main', oid: merge });
      expect([...base.files]).toEqual([[SCOPE, 'merged\n']]);
      await expect(publisher.readFile(SCOPE)).resolves.toBe('merged\n');
    },
  );

  test('is no head to commit to', async () => {
    const { flux, merge } = await startMerge();
    await using _ = flux;
    const target = await flux.commitPublisher({ commit: merge }).read(readRequest({ files: [FILE] }));

    await expect(target.publish(publication({ manifests: [manifest(FILE)] }))).rejects.toThrow('no head to commit to');
    expect(flux.github.requests.filter(isWrite)).toEqual([]);
  });

  test.for([
    { what: 'is not there', find: () => 'c0ffee'.padEnd(40, '0') },
    {
      what: 'is no commit',
      find: ({ repository }: Flux) => git(repository.gitDir, ['rev-parse', 'main^{tree}']).then((oid) => oid.trim()),
    },
  ])('is an error where it $what', async ({ find }) => {
    await using flux = await startFlux();
    const commit = await find(flux);
    const error = await errorOf(flux.commitPublisher({ commit }).read(readRequest({ files: [FILE] })));

    expect(error).toMatchObject({
      code: 'BASE_NOT_FOUND',
      message: `Cannot read ${REPOSITORY}: it has no commit ${commit}.`,
      remedy: expect.stringContaining('The input `repository`'),
    });
  });

  test('needs the base all the same', async () => {
    const { flux, merge } = await startMerge();
    await using _ = flux;
    const read = flux.commitPublisher({ base: 'nothing', commit: merge }).read(readRequest());
    expect(await errorOf(read)).toMatchObject({
      code: 'BASE_NOT_FOUND',
      message: expect.stringContaining('branch nothing'),
    });
  });
});
