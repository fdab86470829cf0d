/**
 * One run as plain data: what a job is told before, during and after.
 */

import type { Limit, Sample } from '../recipe/recipe.ts';

export type { Limit, Sample } from '../recipe/recipe.ts';

/** Option values as YAML can hold them. */
export type OptionValue = string | number | boolean | number[] | string[] | null;
export type Options = Record<string, OptionValue>;

/** One run, fully resolved: every default is filled in. Saved as `job.yaml`, replayable. */
export interface Job {
  recipe: string;
  /** Folder of a Hugging Face model, in the cache for one of the hub. */
  model: string;
  train: string[];
  validation: string[];
  engine: string;
  device: string;
  threads: number;
  seed: number;
  /** The run folder. */
  output: string;
  /** Common options and the recipe's own, by TRL's names. */
  options: Options;
  /** What was typed for paths that the hub's cache gave, by path; a comment in job.yaml. */
  typed?: Record<string, string>;
  /** What was typed and has no meaning here, a sentence each; shown, not saved. */
  notes?: string[];
  code?: CodeReference[];
}

/** Code of the person's own that the job calls by name. */
export type CodeReference = { use: 'reward' | 'recipe' } & (
  | { path: string; export: string; sha256: string }
  /** The folder of a recipe's record, which trains without the code that it was made of. */
  | { recorded: string; sha256: string }
  /** A value of the session that started the job, by its name there. Without it the job cannot run. */
  | { live: string }
);

export type JobCommand =
  { type: 'stop' | 'save' | 'pause' | 'resume' } | { type: 'set'; option: string; value: number };

/** What a job is going to do, before it does it. */
export interface Plan {
  /** Numbers of rows and tokens were extrapolated from a seeded sample; an exact plan follows. */
  approximate: boolean;
  parameters: number;
  /** How many of them are trained, where that is an adapter. */
  trained?: number;
  /** Rows that are kept. */
  rows: { train: number; validation: number };
  /** Reason to number of training and validation rows, e.g. `{ 'empty answer': 3 }`. */
  dropped: Record<string, number>;
  /** Reason to the first few of these training rows. */
  droppedRows?: Record<string, number[]>;
  /** Rows whose text was cut, */
  cut: number;
  /** and to what. */
  limit?: Limit;
  /** Training tokens in one epoch, before any sharing of prompts. */
  tokens: number;
  steps: number;
  epochs: number;
  /** Estimate of the worker's peak: weights, gradient, moments and activations. */
  memoryBytes: number;
}

/** What a job that runs elsewhere is handed over as. */
export interface Submission {
  address: string;
  entrypoint: string;
  runtimeEnv: Record<string, unknown>;
  packageBytes: number;
  files: { name: string; bytes: number }[];
  /** Folders that are not uploaded, so that place has to see them. */
  reads: string[];
  resources: { workers: number; each: Record<string, number> };
  /** The job's options in the words of the trainer there. */
  overrides?: string[];
}

export type TrainEvent =
  | { type: 'plan'; plan: Plan; submission?: Submission }
  | { type: 'step'; step: number; metrics: Record<string, number>; samples?: Sample[] }
  | { type: 'validation'; step: number; metrics: Record<string, number>; samples?: Sample[] }
  | { type: 'set'; step: number; option: string; value: number }
  | { type: 'checkpoint'; step: number; path: string }
  | {
      type: 'end';
      reason: 'done' | 'stopped' | 'failed';
      step: number;
      /** The folder of the trained model, when the run is done. */
      model?: string;
      /** The last whole checkpoint, to resume from. */
      checkpoint?: string;
      /** Why, and what to do, when the run failed. */
      message?: string;
    };
