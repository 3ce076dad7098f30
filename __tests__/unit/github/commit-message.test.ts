import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findRunCommit, formatCommitBody, isOurs } from '../../../src/github/commit-message.ts';
import { anyText } from '../any-text.ts';

const runId = '0b0e2c8a-5f5c-4f0e-9d7f-3a1c2b4d5e6f';
const source = 'projects/123456789012/secrets/TELE_TOKEN/versions/2';
const trailers = `Flux-Secret-Sync-Source: ${source}\nFlux-Secret-Sync-Run: ${runId}\n`;

/** What the real git finds; a commit has no patch below it, so `---` divides nothing. */
function trailersOf(message: string): string {
  return execFileSync('git', ['interpret-trailers', '--parse', '--no-divider'], { input: message, encoding: 'utf8' });
}

function messageWith(body: string, sources = [source]): string {
  return `Set kbot-token to version 2\n\n${formatCommitBody(body, { runId, sources })}\n`;
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
    expect(formatCommitBody(body, { runId, sources: [source] }).startsWith(body.trimEnd())).toBe(true);
  });

  test('keeps the trailers of its own beside them', () => {
    const body = 'Why.\n\nSigned-off-by: octocat <octocat@github.com>';
    expect(trailersOf(messageWith(body))).toBe(`Signed-off-by: octocat <octocat@github.com>\n${trailers}`);
  });

  test('says every version once, and the run last', () => {
    expect(formatCommitBody('', { runId, sources: [source, 'projects/1/secrets/B/versions/3'] })).toBe(
      `Flux-Secret-Sync-Source: ${source}\nFlux-Secret-Sync-Source: projects/1/secrets/B/versions/3\nFlux-Secret-Sync-Run: ${runId}`,
    );
  });
});

describe('a commit of this action', () => {
  const other = { message: messageWith('').replaceAll(runId, 'another-run') };
  const foreign = { message: 'Fix a typo\n\nSigned-off-by: octocat <octocat@github.com>' };
  const quoting = { message: `Revert "Set kbot-token"\n\nIt said:\n\n${trailers}\nThat was wrong.` };
  const prefixed = { message: messageWith('').replaceAll(runId, `${runId}-2`) };

  test('is known by its trailer, whatever message a person gave it', () => {
    fc.assert(
      fc.property(anyText(), (body) => {
        const commit = { message: messageWith(body) };
        expect(isOurs(commit)).toBe(true);
        expect(findRunCommit([foreign, commit], runId)).toBe(commit);
      }),
    );
  });

  test.each([
    ['a commit of somebody else', foreign, false],
    ['a commit that only quotes one', quoting, false],
    ['a commit without a message', { message: '' }, false],
    ['a commit of another run', other, true],
  ])('is told from %s', (_, commit, ours) => {
    expect(isOurs(commit)).toBe(ours);
    expect(findRunCommit([commit, prefixed], runId)).toBeUndefined();
  });
});
