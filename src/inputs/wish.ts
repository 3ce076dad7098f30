// The inputs that say what should be there: one secret, or a config file and what of it.

import { getInput } from '@actions/core';
import { shown } from '../markdown.ts';
import type { WishInputs } from '../wish.ts';
import { readConfig } from './config.ts';
import { readDesired } from './desired.ts';
import type { Problems } from './values.ts';

/** Undefined where something is wrong with them. */
export function readWish(problems: Problems): WishInputs | undefined {
  if (getInput('config') !== '') return readConfig(problems);
  for (const name of ['config-source', 'only', 'on-error']) {
    const value = getInput(name);
    if (value !== '')
      problems.push(`\`${name}: ${shown(value)}\` is for config files: name one with \`config\`, or leave it out`);
  }
  const desired = readDesired(problems);
  return desired && { kind: 'secret', desired };
}
