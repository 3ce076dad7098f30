// What holds for every reader of text from outside: it answers or throws an ActionError, and leaves no trace on what all
// objects share.

import { ActionError } from '../../src/errors.ts';

const SHARED = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Map.prototype];

function snapshot(): unknown[] {
  return SHARED.flatMap((prototype) =>
    Reflect.ownKeys(prototype).flatMap((key) => {
      const { value, get, set } = Object.getOwnPropertyDescriptor(prototype, key) ?? {};
      return [key, value, get, set];
    }),
  );
}

const before = snapshot();

/** @throws whatever is no ActionError, and where something was put on what all objects share */
export function attempt<Answer>(read: () => Answer): Answer | ActionError {
  try {
    return read();
  } catch (error) {
    if (error instanceof ActionError) return error;
    throw error;
  } finally {
    verifyShared();
  }
}

export function verifyShared(): void {
  const after = snapshot();
  if (after.length !== before.length || after.some((each, index) => !Object.is(each, before[index]))) {
    throw new Error('Something was put on what all objects share.');
  }
}

/** Keys that JavaScript takes for what it has itself, and ordinary ones. */
export const OBJECT_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  'then',
  'toJSON',
  'length',
] as const;
