/** What a worker process and the one that started it say to each other: plain data. */
import type { Measurement } from '../engine/measure-model.ts';
import type { Continued, Promptable, TemplateValues } from '../engine/served-language-model.ts';
import type { Scorable, ServeOptions } from '../engine/served-model.ts';
import type { WrittenToken } from '../generate/generator.ts';
import type { Completion, OwnScore, Sampling } from '../recipe/recipe.ts';
import type { Job, JobCommand, TrainEvent } from '../train/job.ts';

/** A model to open, and where. */
export interface OpenRequest {
  model: string;
  engine: string;
  device: string;
  threads: number;
}

export interface ServeRequest extends OpenRequest {
  options: ServeOptions;
}

export type ToWorker =
  | { type: 'train'; job: Job }
  | { type: 'command'; command: JobCommand }
  /** What the reward function of an `ask` gave back, or why it did not. */
  | { type: 'answer'; id: number; scores?: OwnScore[]; refusal?: Refusal }
  | { type: 'measure'; job: Job }
  | { type: 'serve'; request: ServeRequest }
  | { type: 'score'; id: number; items: readonly Scorable[] }
  | { type: 'open'; request: OpenRequest }
  | ({ type: 'generate'; id: number } & GenerateRequest)
  | {
      type: 'ask-log-probs';
      id: number;
      items: readonly Continued[];
      template?: TemplateValues;
    }
  /** Give up what was asked under this number. */
  | { type: 'abort'; id: number };

export interface GenerateRequest {
  prompts: readonly Promptable[];
  sampling: Sampling;
  options: { template?: TemplateValues; first?: number; called?: string };
  /** Send tokens as they are written. */
  tell: boolean;
}

export type FromWorker =
  | { type: 'event'; event: TrainEvent }
  /** Rollouts for a reward function of the process that started this one, as `packRollouts` has them. */
  | { type: 'ask'; id: number; rollouts: string }
  | { type: 'progress'; done: number; rows: number }
  | { type: 'measured'; measurement: Measurement }
  | { type: 'serving' }
  | { type: 'scores'; id: number; rewards: number[] }
  | { type: 'tokens'; id: number; tokens: readonly WrittenToken[] }
  | { type: 'writing'; id: number; done: number; completions: number }
  | { type: 'completions'; id: number; completions: Completion[][] }
  | { type: 'log-probs'; id: number; logProbs: number[][] }
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
