import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/rig/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Test files of one process share its modules, embedded databases and browser: see CONTRIBUTING.md.
    isolate: false,
    // More than the two cores of a small machine: much of the suite waits, for processes that start and for clocks.
    maxWorkers: 3,
  },
});
