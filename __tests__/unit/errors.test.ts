import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ActionError, type ErrorCode, formatError, ownError, toActionError } from '../../src/errors.ts';
import { anyText } from './any-text.ts';

describe('an ActionError', () => {
  test('reads as one sentence, what has changed, then the remedy, then the code', () => {
    const error = new ActionError('SOPS_NO_RULE', { message: 'Cannot encrypt a.yaml: no rule.', remedy: 'Add one.' });
    expect(formatError(error)).toBe('Cannot encrypt a.yaml: no rule. Nothing was changed. Add one. (SOPS_NO_RULE)');
    const details = { message: 'Cannot open it; the branch x stays.', remedy: 'Allow it.', changedSomething: true };
    expect(formatError(new ActionError('GITHUB_REFUSED', details))).toBe(
      'Cannot open it; the branch x stays. Allow it. (GITHUB_REFUSED)',
    );
  });

  test('keeps its cause for debuggers, and has none where none was given', () => {
    const cause = new Error('what the server said');
    const details = { message: 'Cannot read it.', remedy: 'Try.' };
    expect(new ActionError('INTERNAL', { ...details, cause }).cause).toBe(cause);
    expect(new ActionError('INTERNAL', details)).not.toHaveProperty('cause');
  });

  test('has changed nothing unless it is said to have', () => {
    const details = { message: 'Cannot read it.', remedy: 'Try.' };
    expect(new ActionError('INTERNAL', details).changedSomething).toBe(false);
    expect(new ActionError('INTERNAL', { ...details, changedSomething: true }).changedSomething).toBe(true);
  });
});

describe('whatever is thrown', () => {
  test('stays as it is where it is an ActionError', () => {
    const error = new ActionError('CANCELLED', { message: 'Cannot go on.', remedy: 'Run it again.' });
    expect(toActionError(error)).toBe(error);
  });

  test.each([
    ['an error', new TypeError('canary-9f2'), 'an unexpected TypeError was thrown'],
    ['an error with a name of its own', Object.assign(new Error('x'), { name: 'canary-9f2' }), 'an unexpected Error'],
    ['text', 'canary-9f2', 'an unexpected string'],
    ['an object', { message: 'canary-9f2', toString: (): string => 'canary-9f2' }, 'an unexpected object'],
    ['nothing', undefined, 'an unexpected undefined'],
  ])('is a defect of the action where it is not: %s', (_, thrown, kind) => {
    const error = toActionError(thrown);
    expect(error.code).toBe('INTERNAL');
    expect(error.cause).toBe(thrown);
    expect(error.message).toContain(kind);
    expect(formatError(error)).not.toContain('canary-9f2');
  });

  test('says the same of every text, so that none of it is repeated', () => {
    const expected = formatError(toActionError(new Error('any')));
    fc.assert(
      fc.property(anyText(), (text) => {
        expect(formatError(toActionError(new Error(text, { cause: text })))).toBe(expected);
        expect(formatError(toActionError(text))).toBe(formatError(toActionError('')));
      }),
    );
  });
});

describe('what fails for one manifest', () => {
  const thrown = (code: ErrorCode) => new ActionError(code, { message: 'Cannot go on.', remedy: 'Mend it.' });

  test.each<ErrorCode>(['SECRET_NOT_FOUND', 'SOPS_FAILED', 'FILE_NOT_OURS', 'GITHUB_REFUSED'])(
    'is its own, and the others go on: %s',
    (code) => {
      const error = thrown(code);
      expect(ownError(error)).toBe(error);
    },
  );

  test.each([
    thrown('DEADLINE_EXCEEDED'),
    thrown('CANCELLED'),
    thrown('INTERNAL'),
    new TypeError('x'),
    'text',
    undefined,
  ])('ends the run where it would meet them all, or is a defect: %s', (error) => {
    let caught: unknown = 'nothing';
    try {
      ownError(error);
    } catch (again) {
      caught = again;
    }
    expect(caught).toBe(error);
  });
});
