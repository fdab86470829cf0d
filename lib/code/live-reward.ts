/** A reward function of this process: a closure of a cell or of a script. */
import type { RewardCaller } from './file-reward.ts';
import { callForEach, type RewardFunction } from './reward-function.ts';
import { watchCalls, type Watched } from './reward-watch.ts';

/** The same answers and sentences as from a file; what computes without end cannot be ended from here. */
export function liveReward(reward: RewardFunction, watched: Watched): RewardCaller {
  return {
    async ask(rollouts, signal) {
      const watch = watchCalls(rollouts, watched);
      const stop = (): void => watch.fail(signal?.reason as Error);
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop);
      void callForEach(reward, rollouts, watch);
      try {
        return await watch.scores;
      } finally {
        signal?.removeEventListener('abort', stop);
      }
    },
    close: () => Promise.resolve(),
  };
}
