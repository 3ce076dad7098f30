import { describe, expect, test } from 'vitest';
import { findSources, namesOf, read } from './project.ts';

const codes = [...read('src/errors.ts').matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map(([, code = '']) => code);
const sources = findSources()
  .filter((path) => path !== 'src/errors.ts')
  .map(read);
const page = read('docs/errors.md');
const rows = page
  .split('\n')
  .filter((line) => /^\| `[A-Z_]+` \|/.test(line))
  .map((line) => line.split('|').slice(1, -1));

describe('an error code', () => {
  test('is one of many', () => {
    expect(codes.length).toBeGreaterThan(40);
    expect(new Set(codes).size).toBe(codes.length);
  });

  test.each(codes.filter((code) => code !== 'INTERNAL'))('%s is said somewhere', (code) => {
    expect(sources.filter((source) => source.includes(`'${code}'`))).not.toEqual([]);
  });

  test.each(codes)('%s stands once in docs/errors.md, with what it means and what to do', (code) => {
    const found = rows.filter((row) => namesOf([row])[0]?.trim() === code);
    expect(found).toEqual([
      [expect.anything(), expect.stringMatching(/\w.*\.\s*$/), expect.stringMatching(/\w.*\.\s*$/)],
    ]);
  });

  test('stands there for nothing that does not exist', () => {
    expect(rows.map((row) => namesOf([row])[0]?.trim()).filter((code) => !codes.includes(code ?? ''))).toEqual([]);
  });
});
