// Programs that stand in the place of sops and do what it must not, or never end.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Shell scripts, to which the action is `$PPID`. */
export interface FakeSops {
  /** Has the plaintext on stdin. */
  encrypt?: string;
  /** What `--version` runs; by default it says what the real one says. */
  version?: string;
}

/** The path of a program that does these. */
export async function fakeSops(
  folder: string,
  { encrypt = 'exit 1', version = 'echo sops 3.13.3' }: FakeSops,
): Promise<string> {
  const path = join(folder, 'fake', 'sops');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\nif [ "$1" = --version ]; then\n${version}\nelse\n${encrypt}\nfi\n`);
  await chmod(path, 0o755);
  return path;
}
