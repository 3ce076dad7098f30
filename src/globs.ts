// Globs of inputs: `*` does not match a slash, a file that begins with a dot is one like any other, and nothing negates.

import picomatch from 'picomatch';

/** Compiled once, for a run may ask it a thousand times. An empty list matches everything. */
export function createMatcher(globs: readonly string[]): (text: string) => boolean {
  if (globs.length === 0) return () => true;
  return picomatch([...globs], { dot: true, nonegate: true, noextglob: true });
}
