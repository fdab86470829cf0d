/** What a worker process and the one that started it say to each other: plain data. */
import type { Measurement } from '../engine/measure-model.ts';
import type { Scorable, ServeOptions } from '../engine/served-model.ts';
import type { OwnScore } from '../recipe/recipe.ts';
import type { Job, JobCommand, TrainEvent } from '../train/job.ts';

export interface ServeRequest {
  model: string;
  engine: string;
  device: string;
  threads: number;
  options: ServeOptions;
}

export type ToWorker =
  | { type: 'train'; job: Job }
  | { type: 'command'; command: JobCommand }
  /** What the reward function of an `ask` gave back, or why it did not. */
  | { type: 'answer'; id: number; scores?: OwnScore[]; refusal?: Refusal }
  | { type: 'measure'; job: Job }
  | { type: 'serve'; request: ServeRequest }
  | { type: 'score'; id: number; items: readonly Scorable[] };

export type FromWorker =
  | { type: 'event'; event: TrainEvent }
  /** Rollouts for a reward function of the process that started this one, as `packRollouts` has them. */
  | { type: 'ask'; id: number; rollouts: string }
  | { type: 'progress'; done: number; rows: number }
  | { type: 'measured'; measurement: Measurement }
  | { type: 'serving' }
  | { type: 'scores'; id: number; rewards: number[] }
  /** What was asked cannot be done; `id` where it was one request among others. */
  | { type: 'refused'; refusal: Refusal; id?: number };

/** An error that crosses the pipe. */
export interface Refusal {
  message: string;
  hint?: string;
  /** It is the person's to mend; otherwise a fault of ours, with its trace. */
  user: boolean;
  stack?: string;
}
