// The head branch of a pull request where none is named: one for each base and each scope (a file, or a config), so that
// two environments never share one.

import { createHash } from 'node:crypto';

const PREFIX = 'flux-secret-sync/';
const READABLE_LENGTH = 100;

/** Readable, and a digest behind it: `a/b` + `c.yaml` and `a` + `b/c.yaml` are not the same, nor is one a folder of the other. */
export function defaultBranch(base: string, scope: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([base, scope]))
    .digest('hex')
    .slice(0, 10);
  const readable = `${base}-${scope.replace(/\.ya?ml$/, '')}`
    .replace(/[^A-Za-z0-9]+/g, '-')
    .slice(0, READABLE_LENGTH)
    .replace(/^-+|-+$/g, '');
  return `${PREFIX}${readable}-${digest}`;
}

/** Whether nobody but this action would name a branch so. */
export function isDefaultBranch(branch: string): boolean {
  return branch.startsWith(PREFIX);
}
