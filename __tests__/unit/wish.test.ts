import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConfigInputs, createWish } from '../../src/wish.ts';
import { desire } from './situations.ts';

let directory: string;
let workspace: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wish-'));
  workspace = join(directory, 'workspace');
  await mkdir(join(workspace, 'folder'), { recursive: true });
  await mkdir(join(directory, 'workspace-2'));
  await writeFile(join(directory, 'outside.yaml'), CONFIG);
  await writeFile(join(directory, 'workspace-2', 'a.yaml'), CONFIG);
  await writeFile(join(workspace, 'folder', 'flux-secrets.yaml'), CONFIG);
  await symlink(join(directory, 'outside.yaml'), join(workspace, 'out.yaml'));
  await symlink('folder/flux-secrets.yaml', join(workspace, 'in.yaml'));
  await symlink('loop.yaml', join(workspace, 'loop.yaml'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const CONFIG = `project: demo-project
prune: true
manifests:
  - file: clusters/dev/demo/kbot-token.yaml
    name: kbot-token
    data: { token: TELE_TOKEN }
`;

const inputs = (more: Partial<ConfigInputs> = {}): ConfigInputs => ({
  ...{ kind: 'config', path: 'folder/flux-secrets.yaml', source: 'repository', only: [] },
  ...{ override: undefined, projectId: undefined },
  ...more,
});
const wishFor = (more: Partial<ConfigInputs> = {}) =>
  createWish(inputs(more), {
    repository: 'acme/flux-gitops',
    workflow: { repository: 'acme/payments', workspace },
  });

describe('a wish for one secret', () => {
  test('needs no file, and prunes nothing', async () => {
    const desired = desire();
    const wish = createWish(
      { kind: 'secret', desired },
      { repository: 'a/b', workflow: { repository: '', workspace } },
    );
    expect(wish).toMatchObject({ owner: 'inputs', scope: desired.file, config: undefined });
    await expect(wish.resolve(undefined)).resolves.toEqual({ desired: [desired], prune: false });
  });
});

describe('a wish that stands in a file', () => {
  test('belongs to the repository that the file is of', () => {
    expect(wishFor()).toMatchObject({
      owner: 'acme/flux-gitops/folder/flux-secrets.yaml',
      config: 'folder/flux-secrets.yaml',
    });
    expect(wishFor({ source: 'workspace' })).toMatchObject({
      owner: 'acme/payments/folder/flux-secrets.yaml',
      config: undefined,
    });
  });

  const override = { project: undefined, secret: 'DB', version: { kind: 'number', number: '3' }, hold: true } as const;
  test.each<[string, Partial<ConfigInputs>, string]>([
    ['all of it', {}, 'config folder/flux-secrets.yaml'],
    ['a part of it', { only: ['b/**', 'a/**'] }, 'config folder/flux-secrets.yaml, a/**, b/**'],
    ['the same part of it', { only: ['a/**', 'b/**'] }, 'config folder/flux-secrets.yaml, a/**, b/**'],
    ['one secret of it', { only: ['a/**'], override }, 'config folder/flux-secrets.yaml, a/**, secret DB'],
  ])('is told from others by what it is about: %s', (_, more, scope) => {
    expect(wishFor(more).scope).toBe(scope);
  });

  test('is what the file says', async () => {
    for (const [wish, text] of [
      [wishFor(), CONFIG],
      [wishFor({ source: 'workspace' }), undefined],
      [wishFor({ source: 'workspace', path: 'in.yaml' }), undefined],
    ] as const) {
      await expect(wish.resolve(text)).resolves.toMatchObject({
        desired: [{ state: 'present', file: 'clusters/dev/demo/kbot-token.yaml', name: 'kbot-token' }],
        prune: true,
      });
    }
  });

  test('cannot be told where the repository has no such file', async () => {
    await expect(wishFor().resolve(undefined)).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      message: 'Cannot read the config folder/flux-secrets.yaml: acme/flux-gitops has no such file.',
      remedy: expect.stringContaining('`config-source: workspace`'),
    });
  });

  test.each([
    'nothing.yaml',
    'folder',
    'folder/flux-secrets.yaml/x',
    'out.yaml',
    '../outside.yaml',
    '../workspace-2/a.yaml',
    'loop.yaml',
  ])('cannot be told where the workspace has no such file: %s', async (path) => {
    await expect(wishFor({ source: 'workspace', path }).resolve(CONFIG)).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      message: `Cannot read the config ${path}: the workspace of this job has no such file.`,
      remedy: expect.stringContaining('actions/checkout'),
    });
  });

  test('cannot be told where nothing is checked out', async () => {
    const wish = createWish(inputs({ source: 'workspace', path: 'tmp' }), {
      repository: 'acme/flux-gitops',
      workflow: { repository: 'acme/payments', workspace: '/no/workspace' },
    });
    await expect(wish.resolve(undefined)).rejects.toMatchObject({ code: 'CONFIG_NOT_FOUND' });
  });
});
