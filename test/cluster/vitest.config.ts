import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts'],
    globalSetup: ['test/cluster/start-head.ts'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    // One cluster on this machine's processors: jobs take turns.
    fileParallelism: false,
  },
});
