import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultBranch, isDefaultBranch } from '../../src/default-branch.ts';
import { isBranch } from '../../src/github/names.ts';
import { anyText } from './any-text.ts';

// Few characters, so that the same text comes about by different ways of taking it apart.
const text = fc.string({ unit: fc.constantFrom('a', 'A', '/', '-', '.', '.yaml', '.yml', ' ', '語'), minLength: 1 });
const wish = fc.record({ base: text, scope: text });

describe('the default branch', () => {
  test('can be read, and differs for each base and each scope', () => {
    const branch = defaultBranch('main', 'clusters/dev/demo/kbot-token.yaml');
    // It stays as it is: another name would orphan what is open.
    expect(branch).toBe('flux-secret-sync/main-clusters-dev-demo-kbot-token-b31f589482');
    expect(defaultBranch('main', 'clusters/dev/demo/kbot-token.yaml')).toBe(branch);
    expect(defaultBranch('main', 'flux-secrets.yaml only clusters/dev/**')).toMatch(
      /^flux-secret-sync\/main-flux-secrets-yaml-only-clusters-dev-[0-9a-f]{10}$/,
    );
  });

  test.each([
    ['another base', ['main', 'a.yaml'], ['dev', 'a.yaml']],
    ['another cut between base and scope', ['main/a', 'b.yaml'], ['main', 'a/b.yaml']],
    ['another ending', ['main', 'a.yaml'], ['main', 'a.yml']],
    ['another case', ['main', 'a.yaml'], ['main', 'A.yaml']],
    ['a part of it', ['main', 'a.yaml'], ['main', 'a.yaml only b/**']],
    ['characters that a branch does not show', ['main', 'ä.yaml'], ['main', 'ö.yaml']],
    ['a part that is cut off', ['main', `${'a'.repeat(200)}.yaml`], ['main', `${'a'.repeat(201)}.yaml`]],
  ])('is another one for %s', (_, [base = '', scope = ''], [otherBase = '', otherScope = '']) => {
    expect(defaultBranch(base, scope)).not.toBe(defaultBranch(otherBase, otherScope));
  });

  test('is never shared, and never a folder of another one, whatever base and scope are', () => {
    fc.assert(
      fc.property(wish, wish, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        const [one, other] = [defaultBranch(a.base, a.scope), defaultBranch(b.base, b.scope)];
        expect(one).not.toBe(other);
        expect(`${one}/`.startsWith(`${other}/`)).toBe(false);
      }),
    );
  });

  test('is one that git and GitHub take', () => {
    const any = fc.record({ base: anyText(), scope: anyText() });
    fc.assert(
      fc.property(any, ({ base, scope }) => {
        const branch = defaultBranch(base, scope);
        expect(isBranch(branch), branch).toBe(true);
      }),
      { examples: [[{ base: 'b'.repeat(200), scope: `${'f'.repeat(1000)}${'语'.repeat(300)}` }]] },
    );
  });

  test('is known for one that nobody else would make', () => {
    expect(isDefaultBranch(defaultBranch('main', 'a.yaml'))).toBe(true);
    expect(['main', 'flux-secret-sync', 'rotate/flux-secret-sync/a'].map(isDefaultBranch)).toEqual([
      false,
      false,
      false,
    ]);
  });
});
