import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPathProblem, isBranch, isRepository } from '../../../src/github/names.ts';

let repository: string;
beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), 'names-test-'));
  spawnSync('git', ['init', '--quiet', repository]);
});
afterAll(() => rmSync(repository, { recursive: true }));

/** What git itself says of a branch's name. */
function gitTakes(name: string): boolean {
  const { status, error } = spawnSync('git', ['check-ref-format', '--branch', name], { cwd: repository });
  if (error !== undefined) throw error;
  return status === 0;
}

describe('the name of a branch', () => {
  test.each([
    ...['main', 'a', '0', 'feature/kbot-token', 'a.b', 'a-', 'a/-b', 'a@b', '@a', 'a/@', '{', 'a}', 'heads/main'],
    ...['dependabot/npm_and_yarn/x-1.2.3', 'ünï/语言', '🔑', 'a./b', 'a.lockx', 'lock', 'HEAD/a', 'head', '%0a', 'a"b'],
    ...[
      "it's",
      '$(x)',
      '`x`',
      '#1',
      'a,b',
      'a;b',
      'a&b',
      'a|b',
      '<a>',
      'a!',
      'refs',
      'refs/heads/x',
      '\u0085',
      '\u00a0',
    ],
  ])('%j is taken by git and by the action', (name) => {
    expect([gitTakes(name), isBranch(name)]).toEqual([true, true]);
  });

  test.each([
    ...['', 'HEAD', '-', '-a', '.', '..', '.a', 'a/.b', 'a..b', 'a.', 'a/b.', '/', '/a', 'a/', 'a//b'],
    ...['a.lock', 'a.lock/b', '.lock', '@{', 'a@{1}', '@{-1}', 'a b', 'a~', 'a^', 'a:b', 'a?', 'a*', 'a[b', 'a\\b'],
    ...['a\tb', 'a\nb', 'a\u007f', 'a\u0001', ' a', 'a '],
  ])('%j is taken by neither', (name) => {
    expect([gitTakes(name), isBranch(name)]).toEqual([false, false]);
  });

  test('is not @, which git takes and then reads as HEAD', () => {
    expect([gitTakes('@'), isBranch('@')]).toEqual([true, false]);
  });

  test('is judged as git judges it, whatever it is', () => {
    const piece = fc.oneof(
      fc.constantFrom('.', '..', '/', '-', '@', '{', '@{', '.lock', 'HEAD', '~', '^', ':', '?', '*', '[', '\\', ' '),
      fc.constantFrom(
        'a',
        'B',
        '0',
        'main',
        'refs',
        'heads',
        '\t',
        '\n',
        '\u007f',
        'é',
        '语',
        '🔑',
        '\u2028',
        '\u200b',
      ),
      fc.string({ unit: fc.integer({ min: 1, max: 0x24f }).map((point) => String.fromCodePoint(point)), maxLength: 3 }),
    );
    const names = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(names, (name) => {
        fc.pre(name !== '@');
        expect(isBranch(name)).toBe(gitTakes(name));
      }),
      { numRuns: 100 },
    );
  });

  test('fits into the 255 bytes that GitHub has for refs/heads/ and the name', () => {
    expect(isBranch('a'.repeat(244))).toBe(true);
    expect(isBranch('a'.repeat(245))).toBe(false);
    expect(isBranch('语'.repeat(81))).toBe(true);
    expect(isBranch('语'.repeat(82))).toBe(false);
  });

  test('holds no NUL, which git cannot even be asked about', () => {
    expect(isBranch('a\0b')).toBe(false);
  });
});

describe('the name of a repository', () => {
  test.each([
    ['acme/flux-gitops', true],
    ['a/b', true],
    ['acme/.github', true],
    ['acme/flux_gitops.v2', true],
    ['octocat_acme/flux', true],
    ['', false],
    ['acme', false],
    ['acme/', false],
    ['/flux', false],
    ['acme/flux/gitops', false],
    ['acme/..', false],
    ['acme/.', false],
    ['-acme/flux', false],
    ['acme/flux gitops', false],
    ['acme/flux?x', false],
    ['https://github.com/acme/flux', false],
    ['acme/flux\n', false],
    [`${'a'.repeat(40)}/flux`, false],
    [`acme/${'a'.repeat(101)}`, false],
  ])('%j: %s', (name, expected) => {
    expect(isRepository(name)).toBe(expected);
  });
});

describe('the path of a manifest', () => {
  test.each([
    ...['kbot-token.yaml', 'clusters/dev/demo/kbot-token.yml', 'a b/c d.yaml', 'ünï/语言.yaml', '.hidden/a.yaml'],
    ...['a.git/b.yaml', 'git/a.yaml', '.gitops/a.yaml', '.github-actions/a.yaml', 'git~/a.yaml', 'a..b/c..d.yaml'],
    ...['-a.yaml', '~/a.yaml', '$HOME/a.yaml', 'kustomization.yaml/a.yaml', 'my-kustomization.yaml', 'a.sops.yaml'],
    ...['ab:c/d.yaml', '.gitignore.yaml', `${'a'.repeat(250)}.yaml`],
  ])('%j may be written', (path) => {
    expect(findPathProblem(path)).toBeUndefined();
  });

  const reserved = 'it lies under .git or .github';
  const relative = 'it has to be relative to the root of the Flux repository';
  const parts = 'it holds an empty part, `.` or `..`';
  const ending = 'it has to end in .yaml or .yml';
  const blank = 'a part of it ends or begins with a blank, or ends with a dot';
  const control = 'it holds control characters';
  const long = 'it is too long';

  test.each([
    ['.git/config.yaml', reserved],
    ['.GIT/hooks/a.yaml', reserved],
    ['a/.Git/b.yaml', reserved],
    ['.github/workflows/ci.yaml', reserved],
    ['.GitHub/workflows/ci.yml', reserved],
    ['a/.github/b.yaml', reserved],
    ['git~1/a.yaml', reserved],
    ['GIT~2/a.yaml', reserved],
    ['.g\u200cit/a.yaml', reserved],
    ['.git\u2060/a.yaml', reserved],
    ['.\u00adgithub/a.yaml', reserved],
    ['．ｇｉｔ/a.yaml', reserved],
    ['.git::$INDEX_ALLOCATION/a.yaml', reserved],
    ['.git /a.yaml', blank],
    ['.git./a.yaml', blank],
    [' a.yaml', blank],
    ['a.yaml ', blank],
    ['clusters\\dev\\a.yaml', 'it holds a backslash: write forward slashes'],
    ['/a.yaml', relative],
    ['/etc/a.yaml', relative],
    ['C:/a.yaml', relative],
    ['c:a.yaml', relative],
    ['', parts],
    ['../a.yaml', parts],
    ['a/../b.yaml', parts],
    ['a/..', parts],
    ['./a.yaml', parts],
    ['a//b.yaml', parts],
    ['a/', parts],
    ['a\nb.yaml', control],
    ['a\0.yaml', control],
    ['a\u0085.yaml', control],
    ['a\u2028.yaml', control],
    ['\u001b[31m.yaml', control],
    ['.sops.yaml', '.sops.yaml means something else to Flux or sops'],
    ['clusters/.SOPS.yaml', '.SOPS.yaml means something else to Flux or sops'],
    ['kustomization.yaml', 'kustomization.yaml means something else to Flux or sops'],
    ['clusters/Kustomization.yml', 'Kustomization.yml means something else to Flux or sops'],
    ['clusters/KUSTOMIZATION.YAML', 'KUSTOMIZATION.YAML means something else to Flux or sops'],
    ['kbot-token', ending],
    ['kbot-token.json', ending],
    ['kbot-token.YAML', ending],
    ['kbot-token.yaml.txt', ending],
    ['clusters/.yaml', ending],
    ['Kustomization', ending],
    [`${'a'.repeat(251)}.yaml`, long],
    [`${'a/'.repeat(600)}a.yaml`, long],
  ])('%j may not: %s', (path, problem) => {
    expect(findPathProblem(path)).toBe(problem);
  });
});
