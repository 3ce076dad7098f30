import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findClaim, findRunCommit, formatCommitBody } from '../../../src/github/commit-message.ts';
import { anyText } from '../any-text.ts';

const runId = '0b0e2c8a-5f5c-4f0e-9d7f-3a1c2b4d5e6f';
const source = 'projects/123456789012/secrets/TELE_TOKEN/versions/2';
const scope = 'clusters/dev/demo/kbot-token.yaml';
const files = { changed: 1, deleted: 0 };
const told = { runId, scope, files, sources: [source] };
const trailers = [
  `Flux-Secret-Sync-Source: ${source}`,
  `Flux-Secret-Sync-Scope: ${scope}`,
  'Flux-Secret-Sync-Files: 1',
  `Flux-Secret-Sync-Run: ${runId}`,
  '',
].join('\n');

/** What the real git finds; a commit has no patch below it, so `---` divides nothing. */
function trailersOf(message: string): string {
  return execFileSync('git', ['interpret-trailers', '--parse', '--no-divider'], { input: message, encoding: 'utf8' });
}

function messageWith(body: string, over: Partial<typeof told> = {}): string {
  return `Set kbot-token to version 2\n\n${formatCommitBody(body, { ...told, ...over })}\n`;
}

function sourcesUpTo(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `projects/1/secrets/S${index}/versions/1`);
}

describe('the body of a commit', () => {
  test.each([
    ['nothing', ''],
    ['one line', 'clusters/dev/demo/kbot-token.yaml'],
    ['several paragraphs', 'One.\n\nTwo.\nThree.'],
    ['a line that divides a patch', 'Above.\n---\nBelow.'],
    ['line ends at its end', 'One.\n\n\n'],
    ['a comment', '# One'],
  ])('ends in trailers that git finds: %s', (_, body) => {
    expect(trailersOf(messageWith(body))).toBe(trailers);
    expect(formatCommitBody(body, told).startsWith(body.trimEnd())).toBe(true);
  });

  test('keeps the trailers of its own beside them', () => {
    const body = 'Why.\n\nSigned-off-by: octocat <octocat@github.com>';
    expect(trailersOf(messageWith(body))).toBe(`Signed-off-by: octocat <octocat@github.com>\n${trailers}`);
  });

  test('says every version once, and the run last', () => {
    expect(formatCommitBody('', { ...told, sources: [source, 'projects/1/secrets/B/versions/3'] })).toBe(
      [
        `Flux-Secret-Sync-Source: ${source}`,
        'Flux-Secret-Sync-Source: projects/1/secrets/B/versions/3',
        `Flux-Secret-Sync-Scope: ${scope}`,
        'Flux-Secret-Sync-Files: 1',
        `Flux-Secret-Sync-Run: ${runId}`,
      ].join('\n'),
    );
  });

  test.each([
    [0, 0, undefined],
    [100, 100, undefined],
    [101, 100, '1'],
    [1000, 100, '900'],
  ])('of %i versions says %i, and how many are left out', (count, said, leftOut) => {
    const lines = trailersOf(messageWith('', { sources: sourcesUpTo(count) })).split('\n');
    expect(lines.filter((line) => line.startsWith('Flux-Secret-Sync-Source: '))).toHaveLength(said);
    expect(lines.find((line) => line.startsWith('Flux-Secret-Sync-Sources-Left-Out: '))?.split(' ')[1]).toBe(leftOut);
  });

  test.each([
    [{ changed: 12, deleted: 0 }, '12'],
    [{ changed: 12, deleted: 3 }, '12 (3 deleted)'],
    [{ changed: 3, deleted: 3 }, '3 (3 deleted)'],
  ])('says how many files change: %j', (files, text) => {
    expect(trailersOf(messageWith('', { files }))).toContain(`\nFlux-Secret-Sync-Files: ${text}\n`);
    expect(findClaim({ message: messageWith('', { files }) })).toEqual({ scope, files });
  });
});

describe('a commit of this action', () => {
  const other = { message: messageWith('').replaceAll(runId, 'another-run') };
  const foreign = { message: 'Fix a typo\n\nSigned-off-by: octocat <octocat@github.com>' };
  const quoting = { message: `Revert "Set kbot-token"\n\nIt said:\n\n${trailers}\nThat was wrong.` };
  const prefixed = { message: messageWith('').replaceAll(runId, `${runId}-2`) };

  test('is known by its trailers, whatever message a person gave it', () => {
    fc.assert(
      fc.property(anyText(), (body) => {
        const commit = { message: messageWith(body) };
        expect(findClaim(commit)).toEqual({ scope, files });
        expect(findRunCommit([foreign, commit], runId)).toBe(commit);
      }),
    );
  });

  test('is known by its own trailers, where a person gave it the same ones', () => {
    const body = 'Flux-Secret-Sync-Scope: theirs\nFlux-Secret-Sync-Files: 9 (9 deleted)\nFlux-Secret-Sync-Run: theirs';
    expect(findClaim({ message: messageWith(body) })).toEqual({ scope, files });
  });

  test.each([
    ['a commit of somebody else', foreign, undefined],
    ['a commit that only quotes one', quoting, undefined],
    ['a commit without a message', { message: '' }, undefined],
    ['a commit of another run', other, { scope, files }],
  ])('is told from %s', (_, commit, claim) => {
    expect(findClaim(commit)).toEqual(claim);
    expect(findRunCommit([commit, prefixed], runId)).toBeUndefined();
  });

  test.each([
    ['no run', /\nFlux-Secret-Sync-Run: .*/, ''],
    ['no scope', /\nFlux-Secret-Sync-Scope: .*/, ''],
    ['no number of files', /\nFlux-Secret-Sync-Files: .*/, ''],
    ['a number that is none', /-Files: .*/, '-Files: -1'],
    ['a number of digits without end', /-Files: .*/, `-Files: ${'9'.repeat(8)}`],
    ['a number with more behind it', /-Files: .*/, '-Files: 1 (0 deleted) or so'],
  ])('is not one with %s', (_, pattern, text) => {
    expect(findClaim({ message: messageWith('').replace(pattern, text) })).toBeUndefined();
  });

  test.each([
    ['blank lines', '\n'.repeat(1_000_000)],
    ['lines of blanks', '\n \t'.repeat(300_000)],
    ['blanks between line ends', `\n${' '.repeat(1_000_000)}x`],
    ['trailers', `\n\n${'Flux-Secret-Sync-Run: x\n'.repeat(40_000)}`],
    ['digits', `\n\nFlux-Secret-Sync-Files: ${'1'.repeat(1_000_000)}`],
  ])('is looked for in a mebibyte of %s within a second', (_, text) => {
    const start = process.threadCpuUsage();
    findClaim({ message: `Headline${text}` });
    findRunCommit([{ message: `Headline${text}end` }], runId);
    expect(process.threadCpuUsage(start).user).toBeLessThan(1000_000);
  });
});
