/** Where a job runs. An engine is one file here, or a folder, and one line in `index.ts`. */
import type { z } from 'zod';
import type { Executor } from '../graph/executor.ts';
import type { Job, JobCommand, TrainEvent } from '../train/job.ts';
import type { OwnScore, Recipe, Rollout } from '../recipe/recipe.ts';

/** What a job is told while it runs, and what it may use. */
export interface Control {
  commands?: AsyncIterable<JobCommand>;
  /** Aborted: stop after this step, keep a checkpoint. */
  signal?: AbortSignal;
  /** Where the job's recipe is looked up. */
  recipes: readonly Recipe[];
  /** The job's own reward function; rejects with the signal's reason when the run is told to stop. */
  reward?: (rollouts: readonly Rollout[], stopping: AbortSignal) => Promise<OwnScore[]>;
}

export interface ExecutorPlace {
  device: string;
  threads: number;
}

export interface Engine {
  name: string;
  summary: string;
  /** What `--device` may say, the default first. */
  devices: readonly string[];
  /** What `--threads` is where nobody says; absent: what this machine has. */
  threads?: number;
  /** Options that only its jobs take, a default and a description for each. */
  options?: z.ZodObject;
  /**
   * What of a job has no counterpart where it would run, a sentence each: the job is refused. `given` are the
   * names of the options that were typed.
   */
  refusals?(
    job: Pick<Job, 'recipe' | 'device' | 'options' | 'code'>,
    given: ReadonlySet<string>,
  ): string[];
  /** Whether a recipe's jobs are trained by VERL, which then takes its own settings as they are (option `verl`). */
  byVerl?(recipe: string): boolean;
  /** Holds weights in the process that runs it, so it gets one of its own. */
  ownProcess: boolean;
  /** Why it cannot run here, in a sentence; undefined when it can. */
  unavailable(): Promise<string | undefined>;
  /** What `rewardlab doctor` finds, where that is more than whether it can run. */
  examine?(): Promise<{ ok?: boolean; text: string }>;
  /** What computes, where that is this machine: models are served and measured on it. */
  executor?(place: ExecutorPlace): Promise<Executor>;
  /** Throws a `UserError` where the job cannot begin; once it has begun, ends with an `end` event. */
  train(job: Job, control: Control): AsyncIterable<TrainEvent>;
}
