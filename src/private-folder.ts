// A folder that nobody else can read, for as long as it is needed: below RUNNER_TEMP, and gone whatever happens.

import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from './errors.ts';

/**
 * @param parent where it is made
 * @throws {TEMP_UNUSABLE} and whatever `use` throws
 */
export async function withPrivateFolder<T>(parent: string, use: (folder: string) => Promise<T>): Promise<T> {
  // Mode 0700: https://nodejs.org/api/fs.html#fspromisesmkdtempprefix-options
  const folder = await mkdtemp(join(parent, 'flux-secret-sync-')).catch((cause: unknown) => {
    throw new ActionError('TEMP_UNUSABLE', {
      message: 'Cannot make a private folder: the folder for temporary files of this runner does not take one.',
      remedy:
        "Look at the disk of the runner, and at the job's RUNNER_TEMP: it has to be a folder that can be written.",
      cause,
    });
  });
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
