/**
 * One run as plain data: what a job is told before, during and after.
 */

/** Option values as YAML can hold them. */
export type OptionValue = string | number | boolean | number[] | string[] | null;
export type Options = Record<string, OptionValue>;

/** One run, fully resolved: every default is filled in. Saved as `job.yaml`, replayable. */
export interface Job {
  recipe: string;
  /** Folder of a Hugging Face model. */
  model: string;
  train: string[];
  validation: string[];
  engine: string;
  device: string;
  threads: number;
  seed: number;
  /** The run folder. */
  output: string;
  options: Options;
  code?: CodeReference[];
}

/** A module of the user's that the job calls by name. */
export interface CodeReference {
  path: string;
  export: string;
  sha256: string;
}

export type JobCommand =
  { type: 'stop' | 'save' | 'pause' | 'resume' } | { type: 'set'; option: string; value: number };

/** What a job is going to do, before it does it. */
export interface Plan {
  parameters: number;
  rows: { train: number; validation: number };
  /** Reason to number of rows, e.g. `{ 'empty answer': 3 }`. */
  dropped: Record<string, number>;
  /** Rows whose text was cut to `max_length`. */
  cut: number;
  tokens: number;
  steps: number;
  epochs: number;
}

export type TrainEvent =
  | { type: 'plan'; plan: Plan }
  | { type: 'step'; step: number; metrics: Record<string, number> }
  | { type: 'validation'; step: number; metrics: Record<string, number>; samples?: Sample[] }
  | { type: 'set'; step: number; option: string; value: number }
  | { type: 'checkpoint'; step: number; path: string }
  | {
      type: 'end';
      reason: 'done' | 'stopped' | 'failed';
      step: number;
      model?: string;
      message?: string;
    };

/** A completion that a validation shows. */
export interface Sample {
  prompt: string;
  completion: string;
  values: Record<string, number | string>;
}
