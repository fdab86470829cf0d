/** An engine that is an executor on this machine, driven by the one loop. */
import type { Executor } from '../graph/executor.ts';
import type { Policy } from '../recipe/recipe.ts';
import type { Learner } from '../train/learner.ts';
import type { Engine, ExecutorPlace } from './engine.ts';

export interface LocalPlace extends Omit<
  Engine,
  'train' | 'unavailable' | 'ownProcess' | 'executor'
> {
  ownProcess?: boolean;
  executor(place: ExecutorPlace): Promise<Executor>;
  /**
   * What writes in the model's place, as far as it says; the model itself where absent. It gives up what
   * it is writing when the signal is aborted.
   */
  policy?(learner: Learner, signal: AbortSignal): Partial<Policy>;
}

/** Makes an engine of an executor. What trains is loaded when the first job comes. */
export function localEngine(place: LocalPlace): Engine {
  return {
    ...place,
    ownProcess: place.ownProcess ?? true,
    unavailable: async () => {
      const executor = await place.executor({ device: place.devices[0]!, threads: 1 });
      return executor.unavailable();
    },
    async *train(job, control) {
      const { trainLocally } = await import('./train-locally.ts');
      yield* trainLocally(job, place, control);
    },
  };
}
