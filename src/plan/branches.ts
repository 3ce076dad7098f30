// The manifests of the base and of what an earlier run proposes, each taken apart once.

import type { DesiredSecret } from '../desired-secret.ts';
import { readSnapshot, type Target } from '../publisher.ts';
import { SopsDocument } from '../sops/sops-document.ts';
import { type ExistingFile, findClaims } from './existing-manifest.ts';
import { pinHeld } from './plan.ts';

/** @throws {FILE_NOT_REGULAR | FILE_NOT_READABLE} by file */
type FindFile = (file: string) => ExistingFile | undefined;

export interface Branches {
  base: FindFile;
  /** The head branch of a pull request, as an earlier run left it. */
  proposal: FindFile | undefined;
  /** Somebody may have closed it: then it holds nothing any more. */
  isProposalOpen: boolean;
}

export function openBranches({ base, proposal }: Target): Branches {
  return {
    base: createFindFile((file) => readSnapshot(base, file)),
    // What cannot be used there may be written over.
    proposal: proposal && createFindFile((file) => (proposal.isProposed(file) ? proposal.files.get(file) : undefined)),
    isProposalOpen: proposal?.pullRequest !== undefined,
  };
}

function createFindFile(read: (file: string) => string | undefined): FindFile {
  const parsed = new Map<string, ExistingFile>();
  return (file) => {
    const text = read(file);
    if (text === undefined) return undefined;
    const existing = parsed.get(file) ?? { document: SopsDocument.parse(text) };
    parsed.set(file, existing);
    return existing;
  };
}

/** What is left to follow: a version that is held, on the base or in what is proposed, needs no `latest` to stay. */
export function pinAllHeld(desired: DesiredSecret, { base, proposal, isProposalOpen }: Branches): DesiredSecret {
  const files = [base(desired.file), isProposalOpen ? proposal?.(desired.file) : undefined];
  return files.reduce((wish, file) => (file === undefined ? wish : pinHeld(wish, findClaims(file))), desired);
}
