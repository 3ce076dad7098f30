import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { harmless } from '../../src/log.ts';
import { parseCommands } from '../stand-ins/runner.ts';
import { anyText } from './any-text.ts';

describe('a line of the log', () => {
  test.each([
    ['::set-output name=changed::true', ': :set-output name=changed: :true'],
    ['\n::add-mask::a', ' : :add-mask: :a'],
    ['a\r\n::error::b', 'a : :error: :b'],
    ['see ##[error]this', 'see ## [error]this'],
    ['##\u200b[error]this', '## [error]this'],
    [':\u200b:stop-commands::x', ': :stop-commands: :x'],
    ['a\u2028::error::b', 'a : :error: :b'],
    ['\u202egnol::', ' gnol: :'],
    ['secrets/TELE_TOKEN/versions/1 is ready.', 'secrets/TELE_TOKEN/versions/1 is ready.'],
  ])('%j is printed as %j', (line, printed) => {
    expect(harmless(line)).toBe(printed);
  });

  test('is never one that the runner obeys, whatever it quotes', () => {
    const command = fc.constantFrom('add-mask', 'error', 'stop-commands', 'set-output name=a', 'group');
    const piece = fc.oneof(
      fc.constantFrom(
        ':',
        '::',
        ':::',
        '#',
        '##',
        '##[',
        '[',
        ']',
        ' ',
        '\t',
        '\n',
        '\r',
        '\u0085',
        '\u2028',
        '\u200b',
      ),
      command.map((name) => `::${name}::`),
      command.map((name) => `##[${name}]`),
      anyText({ maxLength: 3 }),
    );
    const lines = fc.array(piece).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(lines, (line) => {
        expect(parseCommands(harmless(line))).toEqual([]);
        expect(harmless(line)).not.toMatch(/[\r\n]|##\[|^\s*::/);
      }),
      { numRuns: 1_000 },
    );
  });
});
