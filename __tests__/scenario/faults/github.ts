// What rows about GitHub share: its requests by what they are for, and the pull request of an earlier run.
import { expect } from 'vitest';
import type { LoggedRequest } from '../../stand-ins/github/github.ts';
import type { World } from '../../stand-ins/world.ts';
import { propose } from '../proposals.ts';

/** A GraphQL operation by its name, or a REST route by how its path ends. */
export function to(what: string): (request: LoggedRequest) => boolean {
  return ({ operationName, path }) => (what.startsWith('/') ? path.endsWith(what) : operationName === what);
}

/** Pull request #1 proposes version 1. */
export async function startProposed(world: World): Promise<void> {
  await using run = await propose(world, { version: '1' });
  expect(run.exitCode, run.stdout).toBe(0);
}
