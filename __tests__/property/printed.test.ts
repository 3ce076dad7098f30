// Texts of others in what this action prints and publishes: the runner obeys nothing but what is meant, and GitHub shows
// the same tables and sentences as for plain names, with neither a mention nor a link more.

import { error as annotate, info } from '@actions/core';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { ActionError, formatError } from '../../src/errors.ts';
import { harmless, log } from '../../src/log.ts';
import { unlinked } from '../../src/markdown.ts';
import { formatOutputs, formatResult } from '../../src/report/outputs.ts';
import { describePublication } from '../../src/report/publication-text.ts';
import type { SyncReport } from '../../src/report/report.ts';
import { formatSummary } from '../../src/report/summary.ts';
import type { RunContext } from '../../src/run-context.ts';
import { parseCommands } from '../stand-ins/runner.ts';
import { anyText } from '../unit/any-text.ts';
import { manifest, report, source } from '../unit/reports.ts';

const COMMANDS = [
  '::stop-commands::x',
  '::add-mask::a',
  '##[add-mask]',
  '##[group]x',
  '::set-env name=A::b',
  '::error::',
  '::warning file=a::b',
];
const BREAKS = [
  '\n',
  '\r',
  '\r\n',
  '\u2028',
  '\u2029',
  '\u0085',
  '\v',
  '\f',
  '\u200b',
  '\u202e',
  '\u0000',
  '\u001b[31m',
  '%0A',
  '%0D',
];
const MARKUP = [
  ...[
    '|',
    '\\|',
    '\\',
    '`',
    '``',
    '```',
    '~~~',
    '<img src=x>',
    '<!--',
    '-->',
    '</td>',
    '<details>',
    '&#124;',
    '&lt;',
    '$x$',
    '# x',
    '> x',
    '- x',
  ],
  ...[
    '@someone',
    '@acme/team',
    '#123',
    'acme/flux#1',
    'GH-1',
    'fixes #1',
    '[x](y)',
    '![x](y)',
    '[x]: y',
    '[^1]',
    'https://evil.example',
    'www.evil.example',
    'a@b.example',
    '**x**',
    '~~x~~',
    '| --- |',
    '---',
    '    x',
    ':tada:',
  ],
];
const piece = fc.oneof(
  fc.constantFrom(...COMMANDS),
  fc.constantFrom(...BREAKS),
  fc.constantFrom(...MARKUP),
  fc.constantFrom(':', '#', '[', ']', '(', ')', ' ', '\t', '_', '*', 'a'),
  anyText({ maxLength: 3 }),
);
const hostile = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));
/** A version that is no number, and an address, which GitHub's answers are held to. */
const alias = hostile.filter((text) => !/^\d+$/.test(text));
const url = fc
  .string({ unit: fc.constantFrom(...'ab/()[]<>|`\\"\'@#&;:_*~!$%'), maxLength: 12 })
  .map((path) => `https://github.com/${path}`);

type Texts = Readonly<
  Record<
    | 'file'
    | 'name'
    | 'secret'
    | 'key'
    | 'version'
    | 'alias'
    | 'note'
    | 'by'
    | 'since'
    | 'repository'
    | 'base'
    | 'branch'
    | 'message'
    | 'remedy'
    | 'kustomization'
    | 'added'
    | 'actor'
    | 'url',
    string
  >
>;

const texts: fc.Arbitrary<Texts> = fc.record({
  ...{
    file: hostile,
    name: hostile,
    secret: hostile,
    key: hostile,
    version: hostile,
    alias,
    note: hostile,
    by: hostile,
    since: hostile,
  },
  ...{
    repository: hostile,
    base: hostile,
    branch: hostile,
    message: hostile,
    remedy: hostile,
    kustomization: hostile,
    added: hostile,
    actor: hostile,
    url,
  },
});
const PLAIN: Texts = {
  ...{
    file: 'a.yaml',
    name: 'a',
    secret: 'A',
    key: 'a',
    version: 'projects/1/secrets/A/versions/1',
    alias: 'stable',
    note: 'Note.',
    by: 'b',
    since: 's',
  },
  ...{
    repository: 'a/b',
    base: 'main',
    branch: 'c',
    message: 'Cannot.',
    remedy: 'Do.',
    kustomization: 'k.yaml',
    added: 'a',
    actor: 'o',
    url: 'https://github.com/',
  },
};

/** One report that has everything in it that a report may have. */
function reportOf(some: Texts, kind: 'commit' | 'pull-request' | 'failed'): SyncReport {
  const error = { code: 'INTERNAL', message: some.message, remedy: some.remedy, changedSomething: false } as const;
  const sources = [
    source({ key: some.key, secret: some.secret, secretVersion: some.version, from: '1', to: some.alias }),
  ];
  const written = manifest({
    file: some.file,
    name: some.name,
    from: '1',
    sources,
    notes: [some.note],
    hold: { by: some.by, since: some.since },
  });
  const commit = { oid: 'f'.repeat(40), url: some.url, verified: false };
  return report({
    ...{
      outcome: kind === 'failed' ? 'failed' : 'mixed',
      repository: some.repository,
      base: some.base,
      branch: some.branch,
    },
    manifests: [
      written,
      manifest({ file: some.file, name: undefined, outcome: 'deleted', sources: [] }),
      ...(kind === 'failed'
        ? [1, 2].map(() => manifest({ file: some.file, outcome: 'failed', sources: [], error }))
        : []),
    ],
    kustomizations: [{ file: some.kustomization, added: [some.added, some.file], removed: [some.added] }],
    notes: [some.note],
    commit: kind === 'commit' ? commit : undefined,
    pullRequest: kind === 'pull-request' ? { number: 7, url: some.url, operation: 'created' } : undefined,
    error: kind === 'failed' ? error : undefined,
  });
}

function runOf(some: Texts): RunContext {
  const workflow = { repository: 'acme/payments', file: 'sync.yml' };
  return {
    id: 'i',
    actor: some.actor,
    url: some.url,
    startedAt: '2026-01-01T00:00:00Z',
    workflow,
    workspace: '',
    pullRequestCommit: undefined,
  };
}

const WISHES = { commitMessage: undefined, title: undefined, body: '', isConfig: false };
const kind = fc.constantFrom('commit' as const, 'pull-request' as const, 'failed' as const);

/** What stands on the job's log for it. */
function printedBy(print: () => void): string {
  const written: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    written.push(String(chunk));
    return true;
  });
  try {
    print();
  } finally {
    spy.mockRestore();
  }
  return written.join('');
}

describe('the runner obeys', () => {
  test('no line of the log', () => {
    expect(parseCommands(printedBy(() => info('::add-mask::a')))).toHaveLength(1);
    fc.assert(
      fc.property(texts, kind, hostile, (some, which, line) => {
        const printed = printedBy(() => {
          log(formatResult(reportOf(some, which)));
          log(line);
        });
        expect(parseCommands(printed)).toEqual([]);
        expect(printed.split('\n')).toHaveLength(3);
      }),
      { numRuns: 1_000 },
    );
  });

  test('one command for an error: its annotation', () => {
    fc.assert(
      fc.property(hostile, hostile, (message, remedy) => {
        const failure = new ActionError('INTERNAL', { message, remedy });
        const commands = parseCommands(printedBy(() => annotate(harmless(formatError(failure)))));
        expect(commands).toEqual([{ name: 'error', properties: {}, value: harmless(formatError(failure)) }]);
        expect(commands[0]?.value).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|##\[|::/u);
      }),
      { numRuns: 1_000 },
    );
  });

  test('nothing of the output `report` where a later step prints it behind something: it is one line', () => {
    fc.assert(
      fc.property(texts, kind, (some, which) => {
        expect(formatOutputs(reportOf(some, which))['report']).toMatch(/^\{[^\r\n]*\}$/);
      }),
      { numRuns: 300 },
    );
  });
});

/**
 * Markdown with an empty box for each code span and block of code, and for each address of a link, read as GitHub reads
 * it: https://github.github.com/gfm/#code-spans. A run of backticks is closed by the next of its length in the same
 * paragraph or cell; a bar ends a cell even in code, unless a backslash stands before it.
 */
function skeletonOf(markdown: string): string {
  const lines = markdown.replace(/^(`{3,})\w*\n.*?\n\1$/gms, '□').split('\n');
  const cells = lines.map((line) =>
    (line.startsWith('|') ? line.split(/(?<!\\)\|/) : [line]).map(withoutCode).join('|'),
  );
  return cells.join('\n').replace(/(?<=\]\()[^\s()<>]*(?=\))/g, '□');
}

function withoutCode(text: string): string {
  const runs = [...text.matchAll(/`+/g)];
  for (const [index, opening] of runs.entries()) {
    const closing = runs.slice(index + 1).find(([run]) => run === opening[0]);
    if (closing === undefined) continue;
    const end = closing.index + closing[0].length;
    return `${text.slice(0, opening.index)}□${withoutCode(text.slice(end))}`;
  }
  return text;
}

describe('GitHub shows', () => {
  test.each([
    ['a `b|c` d', 'a □ d'],
    ['| a `b | c` |', '| a `b | c` |'],
    ['| `b\\|c` |', '| □ |'],
    ['``a`b`` and `c`', '□ and □'],
    ['[`a`](https://x)', '[□](□)'],
    ['`` `a ``', '□'],
    ['```text\n@a\n```\nb', '□\nb'],
    ['`a @someone', '`a @someone'],
  ])('the skeleton of %j as %j', (markdown, skeleton) => {
    expect(skeletonOf(markdown)).toBe(skeleton);
  });

  test('the same summary as for plain names', () => {
    fc.assert(
      fc.property(texts, kind, (some, which) => {
        expect(skeletonOf(formatSummary(reportOf(some, which)))).toBe(
          skeletonOf(formatSummary(reportOf(PLAIN, which))),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  test('the same pull request as for plain names', () => {
    fc.assert(
      fc.property(texts, (some) => {
        const bodyOf = (each: Texts) => describePublication(reportOf(each, 'commit'), WISHES, runOf(each)).body;
        expect(skeletonOf(bodyOf(some))).toBe(skeletonOf(bodyOf(PLAIN)));
      }),
      { numRuns: 1_000 },
    );
  });

  test('no mention, reference or link in the message of a commit or the title of a pull request', () => {
    const one = fc.constantFrom('deleted' as const, 'updated' as const, 'created' as const);
    fc.assert(
      fc.property(texts, one, ({ file, kustomization, ...others }, outcome) => {
        const some = { ...others, file: `a${file}b`, kustomization: `a${kustomization}b` };
        const [written] = reportOf(some, 'commit').manifests;
        const changes = {
          manifests: [{ ...(written ?? manifest()), outcome }],
          kustomizations: reportOf(some, 'commit').kustomizations,
        };
        const { commitMessage, title } = describePublication(changes, WISHES, runOf(PLAIN));
        for (const text of [
          commitMessage.headline,
          title,
          commitMessage.body.replace('Started by o: https://github.com/', ''),
        ]) {
          expect(text).not.toMatch(/[@#:]|\bgh-\d/i);
        }
        expect(commitMessage.body.split('\n')).toHaveLength(3);
        expect(`${commitMessage.headline}${title}`).not.toMatch(/\n/);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a name in the message of a commit so that it can still be told', () => {
    expect(unlinked('clusters/dev/kbot-token.yaml')).toBe('clusters/dev/kbot-token.yaml');
    expect(unlinked('clusters/@octocat/fixes #1 GH-2.yaml')).toBe('clusters/%40octocat/fixes %231 GH%2D2.yaml');
  });
});
