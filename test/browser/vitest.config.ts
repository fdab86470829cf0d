import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 300_000,
    env: { REWARDLAB_HISTORY: 'off' },
  },
});
