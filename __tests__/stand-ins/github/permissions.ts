// What the token may do to a repository and to its branches, as the repository's settings have it.
import { Refusal } from './refusal.ts';
import type { Repository } from './repository.ts';

/** @throws {Refusal} */
export function verifyMayRead({ settings, nameWithOwner }: Repository): void {
  if (!settings.mayRead) {
    throw repositoryNotFound(nameWithOwner);
  }
}

/** @throws {Refusal} */
export function verifyMayWrite(repository: Repository): void {
  verifyMayRead(repository);
  if (!repository.settings.mayWrite) {
    throw new Refusal('FORBIDDEN', 'Resource not accessible by integration');
  }
  if (repository.settings.isArchived) {
    throw new Refusal('FORBIDDEN', 'Repository was archived so is read-only.');
  }
}

/** @throws {Refusal} */
export function verifyMayUpdateBranch(repository: Repository, ref: string): void {
  verifyMayWrite(repository);
  const branch = ref.replace(/^refs\/heads\//, '');
  if (repository.settings.protectedBranches.includes(branch)) {
    throw new Refusal(
      'BRANCH_PROTECTION_RULE_VIOLATION',
      'Cannot update this protected branch. Changes must be made through a pull request.',
    );
  }
  if (repository.settings.ruleset.includes(branch)) {
    throw new Refusal(
      'REPOSITORY_RULE_VIOLATION',
      'Repository rule violations found\n\nChanges must be made through a pull request.\n\n',
    );
  }
}

export function repositoryNotFound(nameWithOwner: string): Refusal {
  return new Refusal('NOT_FOUND', `Could not resolve to a Repository with the name '${nameWithOwner}'.`);
}
