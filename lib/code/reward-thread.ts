/** The thread that holds a module of the person's own and calls its reward function. */
import '../typescript-loader.ts';
import { setSourceMapsSupport } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Rollout } from '../recipe/recipe.ts';
import type { ModuleSpec } from '../train/module-spec.ts';
import { loadExport } from './load-export.ts';
import { callForEach, type Outcome, type RewardFunction } from './reward-function.ts';

/** One question at a time. */
export type ToThread = readonly Rollout[];
export type FromThread =
  | { type: 'ready' }
  /** The module or its export is not what it should be. */
  | { type: 'refused'; message: string; hint?: string }
  | { type: 'begun' | 'waiting'; place: number }
  | { type: 'ended'; place: number; outcome: Outcome };

if (parentPort) await serve(workerData as ModuleSpec);

async function serve(spec: ModuleSpec): Promise<void> {
  const port = parentPort!;
  const say = (message: FromThread): void => port.postMessage(message);
  setSourceMapsSupport(true, { nodeModules: false });
  try {
    const reward = (await loadExport(spec, 'function')) as RewardFunction;
    port.on('message', (rollouts: ToThread) => {
      void callForEach(reward, rollouts, {
        begun: (place) => say({ type: 'begun', place }),
        waiting: (place) => say({ type: 'waiting', place }),
        ended: (place, outcome) => say({ type: 'ended', place, outcome }),
      });
    });
    say({ type: 'ready' });
  } catch (error) {
    const { message, hint } = error as Error & { hint?: string };
    say({ type: 'refused', message, ...(hint !== undefined && { hint }) });
  }
}
