import { defineConfig } from 'vitest/config';

// What Stryker runs for each mutant: the unit tests of the four folders that it changes. Random input is left out, for
// what only chance kills is killed one night and survives the next; so is what starts dist/, which Stryker does not change.
export default defineConfig({
  test: {
    include: ['__tests__/unit/{google,kubernetes,plan,sops}/**/*.test.ts'],
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
