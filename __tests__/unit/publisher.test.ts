import { describe, expect, test } from 'vitest';
import { ActionError } from '../../src/errors.ts';
import { configurationPaths, findConfiguration, readSnapshot } from '../../src/publisher.ts';
import { snapshot } from './situations.ts';

const unreadable = new ActionError('FILE_NOT_REGULAR', { message: 'Cannot use it: a link.', remedy: 'Name a file.' });

describe('the .sops.yaml that may govern a file', () => {
  test.each([
    ['kbot-token.yaml', ['.sops.yaml']],
    ['clusters/kbot-token.yaml', ['clusters/.sops.yaml', '.sops.yaml']],
    [
      'clusters/dev/demo/kbot-token.yaml',
      ['clusters/dev/demo/.sops.yaml', 'clusters/dev/.sops.yaml', 'clusters/.sops.yaml', '.sops.yaml'],
    ],
  ])('is looked for from the folder of %s upwards, nearest first', (file, paths) => {
    expect(configurationPaths(file)).toEqual(paths);
  });
});

describe('the .sops.yaml that governs a file', () => {
  const file = 'clusters/dev/demo/kbot-token.yaml';
  const find = (files: Record<string, string>) => findConfiguration(snapshot(files), file);

  test('is the nearest one, and that one alone, even where it is empty', () => {
    const files = { '.sops.yaml': 'root', 'clusters/.sops.yaml': '', 'clusters/prod/.sops.yaml': 'prod' };
    expect(find(files)).toEqual({ path: 'clusters/.sops.yaml', text: '' });
  });

  test('may lie at the root, and may be missing', () => {
    expect(find({ '.sops.yaml': 'root' })).toEqual({ path: '.sops.yaml', text: 'root' });
    expect(find({ 'clusters/prod/.sops.yaml': 'prod' })).toBeUndefined();
  });

  test.each<[string, string, object | undefined]>([
    ['is refused where the nearest cannot be used', 'clusters/.sops.yaml', undefined],
    [
      'is the nearest, though one above it cannot be used',
      '.sops.yaml',
      { path: 'clusters/dev/.sops.yaml', text: 'a' },
    ],
  ])('%s', (_, unusable, found) => {
    const files = found === undefined ? { '.sops.yaml': 'root' } : { 'clusters/dev/.sops.yaml': 'a' };
    const given = snapshot(files, { unusable: new Map([[unusable, unreadable]]) });
    if (found === undefined) expect(() => findConfiguration(given, file)).toThrow(unreadable);
    else expect(findConfiguration(given, file)).toEqual(found);
  });
});

test('a path of a commit holds a text, or nothing, or something that cannot be used', () => {
  const given = snapshot({ 'a.yaml': '' }, { unusable: new Map([['b.yaml', unreadable]]) });
  expect(readSnapshot(given, 'a.yaml')).toBe('');
  expect(readSnapshot(given, 'c.yaml')).toBeUndefined();
  expect(() => readSnapshot(given, 'b.yaml')).toThrow(unreadable);
});
