import { describe, expect, test } from 'vitest';
import { configurationPaths, findConfiguration } from '../../src/publisher.ts';

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
  const find = (files: Record<string, string>) =>
    findConfiguration({ branch: 'main', oid: '0'.repeat(40), files: new Map(Object.entries(files)) }, file);

  test('is the nearest one, and that one alone, even where it is empty', () => {
    const files = { '.sops.yaml': 'root', 'clusters/.sops.yaml': '', 'clusters/prod/.sops.yaml': 'prod' };
    expect(find(files)).toEqual({ path: 'clusters/.sops.yaml', text: '' });
  });

  test('may lie at the root, and may be missing', () => {
    expect(find({ '.sops.yaml': 'root' })).toEqual({ path: '.sops.yaml', text: 'root' });
    expect(find({ 'clusters/prod/.sops.yaml': 'prod' })).toBeUndefined();
  });
});
