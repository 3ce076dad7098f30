import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';

const demo = fileURLToPath(new URL('../../examples/demo/demo.ts', import.meta.url));

interface Story {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function tellStory(...given: string[]): Promise<Story> {
  const child = spawn(process.execPath, [demo, ...given], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { exitCode: child.exitCode, stdout, stderr };
}

describe('the demo', () => {
  let story: Story;
  /** The text of every field with that label. */
  const fields = (label: string): string[] =>
    [...story.stdout.matchAll(new RegExp(`^${label.padEnd(9)}(.*)`, 'gm'))].map(([, line = '']) => line);

  beforeAll(async () => {
    story = await tellStory();
  });

  test('tells the whole story and ends well', () => {
    expect(story.stderr).toBe('');
    expect(story.exitCode).toBe(0);
    expect(story.stdout.match(/^\d\. .*?(?= -)/gm)).toEqual([
      '1. Version 1 is committed',
      '2. Version 2 replaces it',
      '3. The same run again changes nothing',
      '4. Version 1 again: a rollback',
      '5. The scheduled run leaves it',
      '6. Version 3 as a pull request',
      '7. It is merged, and the next run tidies up',
    ]);
  });

  test('shows of each run the secret that sops gives back', () => {
    expect(fields('decrypts')).toEqual([
      'to "123456:a-token-that-telegram-knows", the very 34 bytes of version 1',
      'to "NEW_TOKEN", the very 9 bytes of version 2',
      'to "NEW_TOKEN", the very 9 bytes of version 2',
      'to "123456:a-token-that-telegram-knows", the very 34 bytes of version 1',
      'to "123456:a-token-that-telegram-knows", the very 34 bytes of version 1',
      'to "123456:another-token-that-telegram-knows", the very 40 bytes of version 3',
      'to "123456:another-token-that-telegram-knows", the very 40 bytes of version 3',
    ]);
  });

  test('shows of each run the commit, if it made one, and the job summary as a table', () => {
    const commits = fields('commit').map((line) => line.replace(/^[0-9a-f]{7,} /, ''));
    expect(commits).toEqual([
      'Set kbot-token to version 1 of TELE_TOKEN (github-actions[bot])',
      'Set kbot-token to version 2 of TELE_TOKEN (github-actions[bot])',
      'none',
      'Roll kbot-token back to version 1 of TELE_TOKEN and hold it (github-actions[bot])',
      'none',
      'Set kbot-token to version 3 of TELE_TOKEN (github-actions[bot])',
      'none',
    ]);
    const rows = [...story.stdout.matchAll(/^ {9}TELE_TOKEN {2}(.*?) {2,}clusters\/\S+ +(\w+)/gm)];
    expect(rows.map(([, versions, outcome]) => `${outcome} ${versions}`)).toEqual([
      'created new → 1',
      'updated 1 → 2',
      'unchanged 2',
      'updated 2 → 1',
      'held 1',
      'updated 1 → 3',
      'unchanged 3',
    ]);
  });

  test('counts what each run cost, and the repeated run costs one request', () => {
    const costs = fields('cost').map((line) => line.replace(/; \d+\.\d s$/, ''));
    expect(costs).toHaveLength(7);
    expect(costs[0]).toBe('GitHub 2, token exchange 2, Secret Manager 1, Cloud KMS 1, sops 2 (1 to encrypt)');
    expect(costs[2]).toBe('GitHub 1, token exchange 0, Secret Manager 0, Cloud KMS 0, sops 0 (0 to encrypt)');
  });

  test('shows the pull request, and that its branch is gone after the merge', () => {
    expect(fields('proposed')).toEqual(['#1 Set kbot-token to version 3 of TELE_TOKEN, into main']);
    expect(fields('branches')).toEqual([expect.stringMatching(/^flux-secret-sync\/\S+, main$/), 'main']);
  });

  test('is plain text of a hundred columns that a person reads in a minute', () => {
    const lines = story.stdout.split('\n');
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
    expect(lines.length).toBeGreaterThan(100);
    expect(lines.length).toBeLessThan(140);
    expect(story.stdout).not.toContain('\u001b');
    expect(story.stdout).not.toMatch(/ENC\[[^…]{40}/);
  });
});

test('the demo ends with exit code 1 and the claim that failed where the action does something else', async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'demo-test-'));
  const idle = join(directory.path, 'idle.mjs');
  await writeFile(idle, 'console.log("There is nothing to do.");\n');
  const { exitCode, stderr } = await tellStory(idle);

  expect(exitCode).toBe(1);
  expect(stderr).toContain('It does not hold that the outcome is created.');
  expect(stderr).toContain('There is nothing to do.');
});
