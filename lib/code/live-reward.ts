/** A reward function of this process: a closure of a cell or of a script. */
import { setTimeout } from 'node:timers/promises';
import { callGuard } from './call-guard.ts';
import type { RewardCaller } from './file-reward.ts';
import { callForEach, type RewardFunction } from './reward-function.ts';
import { watchCalls, type Watched } from './reward-watch.ts';

/**
 * The same answers and sentences as from a file. A call that computes without end is ended too, unless it
 * awaited something before.
 */
export function liveReward(reward: RewardFunction, watched: Watched): RewardCaller {
  const guard = callGuard(watched);
  const guarded: RewardFunction = (...given) => guard.call(() => reward(...given));
  return {
    async ask(rollouts, signal) {
      const watch = watchCalls(rollouts, watched);
      const stop = (): void => watch.fail(signal?.reason as Error);
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop);
      // In a turn of its own, because a call that is ended ends all that it was called by; and after the
      // timer's own callback, in which Node does not bear that.
      void setTimeout(0).then(() => callForEach(guarded, rollouts, watch));
      try {
        return await guard.during(() => watch.scores);
      } finally {
        signal?.removeEventListener('abort', stop);
      }
    },
    close: guard.close,
  };
}
