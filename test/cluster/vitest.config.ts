import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts'],
    globalSetup: ['test/cluster/start-head.ts'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    // One cluster of two CPUs: jobs wait for each other.
    fileParallelism: false,
  },
});
