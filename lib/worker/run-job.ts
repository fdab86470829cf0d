/** Runs a job: in a worker process when its engine holds weights, here otherwise. */
import type { Engine } from '../engine/engine.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Job, JobCommand, TrainEvent } from '../train/job.ts';

export interface RunOptions {
  /** Aborted: the job stops after its current step, keeps a checkpoint, and says where. */
  signal?: AbortSignal;
  commands?: AsyncIterable<JobCommand>;
  engines?: readonly Engine[];
  recipes?: readonly Recipe[];
}

/** The job's events, ending with `end`. Throws a `UserError` where the job cannot begin. */
export function runJob(job: Job, options: RunOptions = {}): AsyncIterable<TrainEvent> {
  void job;
  void options;
  throw new Error('not built yet');
}
