// What tests execute of src/, in their processes and in the action's, which scenarios start. Both run the same text,
// the source as Node strips its types, and so V8's counts of both can be added up. Nothing random is counted.
import { configDefaults, defineConfig } from 'vitest/config';
import config from './vitest.config.ts';

// They take the ways of others again: with other bytes, many times over, at random, or in dist/. Minutes, and no more.
const repeating = ['bytes', 'config-many', 'demo', 'leak', 'leak-search', 'soak'];

export default defineConfig({
  test: {
    ...config.test,
    include: ['__tests__/{unit,scenario}/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...repeating.map((name) => `__tests__/scenario/${name}.test.ts`)],
    setupFiles: ['__tests__/stand-ins/coverage.ts'],
    experimental: { viteModuleRunner: false, nodeLoader: false },
    coverage: {
      enabled: true,
      autoAttachSubprocess: true,
      include: ['src/**/*.ts'],
      exclude: ['**/*.d.ts'],
      reporter: ['text', 'html'],
      skipFull: true,
      thresholds: {
        ...{ statements: 95, branches: 95, functions: 95, lines: 95 },
        // In a small file, one branch that only the types ask for (`?? ''`) is a tenth of all.
        perFile: { statements: 90, branches: 80, functions: 80, lines: 90 },
      },
    },
  },
});
