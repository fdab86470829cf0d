/** The checkpoints that a run keeps, also where its work is cut short. */
import type { LoopState } from './checkpoint.ts';
import type { Controlled } from './control.ts';
import type { TrainEvent } from './job.ts';

export interface Keeping extends Controlled {
  /** Writes a whole checkpoint and returns its path. */
  save: (state: LoopState) => Promise<string>;
}

/** The last checkpoint of this process. */
export interface Kept {
  step?: number;
  path?: string;
}

/** Keeps a checkpoint of this step, once; of step 0 there is nothing to keep. */
export async function* save({ save, state }: Keeping, kept: Kept): AsyncGenerator<TrainEvent> {
  if (state.step === 0 || kept.step === state.step) return;
  kept.path = await save(state);
  kept.step = state.step;
  yield { type: 'checkpoint', step: state.step, path: kept.path };
}

/**
 * What comes of it, or undefined where it failed because the run is told to stop. Where rows or a reward
 * function fail, the weights are still those of a whole step, which is kept.
 */
export async function* unlessStopped<T>(
  run: Keeping,
  kept: Kept,
  work: () => Promise<T>,
): AsyncGenerator<TrainEvent, T | undefined, undefined> {
  try {
    return await work();
  } catch (error) {
    if (run.commands.stopping.aborted) return undefined;
    yield* save(run, kept);
    throw error;
  }
}

/** For the event that ends a run. */
export function lastOf({ path }: Kept): { checkpoint?: string } {
  return path === undefined ? {} : { checkpoint: path };
}
