// Who commits: the workflow's token, GitHub for it, and the people who work on the same repository.
import type { Identity } from './objects.ts';

export const gitHub: Identity = { name: 'GitHub', email: 'noreply@github.com' };

export const gitHubActions: Identity = {
  name: 'github-actions[bot]',
  email: '41898282+github-actions[bot]@users.noreply.github.com',
};

export const someoneElse: Identity = { name: 'Mona Lisa', email: '583231+octocat@users.noreply.github.com' };

/** GitHub knows the user by the address that it gave out itself. */
export function findLogin(email: string): string | undefined {
  return /^(?:\d+\+)?(.+)@users\.noreply\.github\.com$/.exec(email)?.[1];
}
