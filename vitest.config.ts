import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// A test mostly waits for the processes that it starts, so even two cores serve as many workers as there are cores.
export default defineConfig({
  test: {
    include: ['__tests__/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    maxWorkers: availableParallelism(),
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
