import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultBranch, isDefaultBranch } from '../../src/default-branch.ts';
import { isBranch } from '../../src/github/names.ts';
import { anyText } from './any-text.ts';

// Few characters, so that the same text comes about by different ways of taking it apart.
const text = fc.string({ unit: fc.constantFrom('a', 'A', '/', '-', '.', '.yaml', '.yml', ' ', '語'), minLength: 1 });
const wish = fc.record({ base: text, files: fc.array(text, { minLength: 1, maxLength: 3 }) });

describe('the default branch', () => {
  test('can be read, and differs for each base and each file', () => {
    const branch = defaultBranch('main', ['clusters/dev/demo/kbot-token.yaml']);
    expect(branch).toMatch(/^flux-secret-sync\/main-clusters-dev-demo-kbot-token-[0-9a-f]{10}$/);
    expect(defaultBranch('main', ['clusters/dev/demo/kbot-token.yaml'])).toBe(branch);
  });

  test.each([
    ['another base', ['main', 'a.yaml'], ['dev', 'a.yaml']],
    ['another cut between base and file', ['main/a', 'b.yaml'], ['main', 'a/b.yaml']],
    ['another ending', ['main', 'a.yaml'], ['main', 'a.yml']],
    ['another case', ['main', 'a.yaml'], ['main', 'A.yaml']],
    ['a second file', ['main', 'a.yaml'], ['main', 'a.yaml', 'b.yaml']],
    ['characters that a branch does not show', ['main', 'ä.yaml'], ['main', 'ö.yaml']],
    ['a part that is cut off', ['main', `${'a'.repeat(200)}.yaml`], ['main', `${'a'.repeat(201)}.yaml`]],
  ])('is another one for %s', (_, [base = '', ...files], [otherBase = '', ...otherFiles]) => {
    expect(defaultBranch(base, files)).not.toBe(defaultBranch(otherBase, otherFiles));
  });

  test('is never shared, and never a folder of another one, whatever base and files are', () => {
    fc.assert(
      fc.property(wish, wish, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        const [one, other] = [defaultBranch(a.base, a.files), defaultBranch(b.base, b.files)];
        expect(one).not.toBe(other);
        expect(`${one}/`.startsWith(`${other}/`)).toBe(false);
      }),
    );
  });

  test('is one that git and GitHub take', () => {
    const any = fc.record({ base: anyText(), files: fc.array(anyText()) });
    fc.assert(
      fc.property(any, ({ base, files }) => {
        const branch = defaultBranch(base, files);
        expect(isBranch(branch), branch).toBe(true);
      }),
      { examples: [[{ base: 'b'.repeat(200), files: ['f'.repeat(1000), '语'.repeat(300)] }]] },
    );
  });

  test('is known for one that nobody else would make', () => {
    expect(isDefaultBranch(defaultBranch('main', ['a.yaml']))).toBe(true);
    expect(['main', 'flux-secret-sync', 'rotate/flux-secret-sync/a'].map(isDefaultBranch)).toEqual([
      false,
      false,
      false,
    ]);
  });
});
