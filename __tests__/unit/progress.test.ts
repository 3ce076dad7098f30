import { describe, expect, test } from 'vitest';
import { startProgress } from '../../src/progress.ts';

function linesOf(total: number): string[] {
  const lines: string[] = [];
  const progress = startProgress((line) => lines.push(line), 'Encrypting', total);
  for (let part = 1; part <= total; part += 1) {
    progress.say(`part ${part}`);
    progress.count();
  }
  return lines;
}

describe('a phase of', () => {
  test.each([0, 1, 20])('%d parts says what each of them says, and counts nothing', (total) => {
    expect(linesOf(total)).toEqual(Array.from({ length: total }, (_, index) => `part ${index + 1}`));
  });

  test('many parts says each tenth of them, and nothing else', () => {
    const tenths = Array.from({ length: 11 }, (_, index) => `Encrypting: ${index * 100} of 1000.`);
    expect(linesOf(1_000)).toEqual(tenths);
  });

  test.each([21, 99, 101, 1_005])('%d parts ends with all of them, said once, in few lines', (total) => {
    const lines = linesOf(total);
    expect(lines.at(0)).toBe(`Encrypting: 0 of ${total}.`);
    expect(lines.at(-1)).toBe(`Encrypting: ${total} of ${total}.`);
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines.length).toBeLessThanOrEqual(12);
  });
});
