/**
 * What is optimised. A recipe is an objective: where its batches come from, its loss, its metrics.
 * Nothing in it touches devices, files or plots.
 */
import type { z } from 'zod';
import type { Tensor } from '../graph/tensor.ts';
import type { Decoder, SymbolicBatch } from '../model/decoder.ts';
import type { Row, Rows } from '../data/rows.ts';
import type { JudgePrompt } from '../reward/judge.ts';
import type { TextEncoder } from '../text/encoder.ts';

/** A run of tokens that continues its parent: it attends to itself and to its ancestors. */
export interface Segment {
  ids: readonly number[];
  /** Index of the segment it continues, in the same example; -1 for a beginning. */
  parent: number;
}

/** One unit of training that must not be split over micro-batches: a pair, a conversation, a group. */
export interface Example {
  segments: Segment[];
  /** The token positions whose last hidden state the loss reads, in the order the loss sees them. */
  reads: { segment: number; offset: number }[];
  /** Numbers for the loss, by name; those of the examples in a micro-batch are laid end to end. */
  data: Record<string, readonly number[]>;
  /** What the example counts for in the step's mean: 1 a pair, the number of scored tokens for SFT. */
  weight: number;
  /** Which rows of the file it came from. */
  row: number;
}

export interface Batch {
  examples: Example[];
  /** Where the stream stands after this batch: plain data, so that a run resumes after it. */
  state: PlainState;
  /** Examples of this batch that were cut to `maxLength`. */
  cut?: number;
  /**
   * What each update of the weights takes, as places in `examples`: GRPO's mini-batches, and its epochs
   * over a rollout. Absent: one update takes them all. Together they are one training step.
   */
  updates?: readonly (readonly number[])[];
  /** Means known before the loss runs, e.g. the mean reward of a rollout, */
  metrics?: Record<string, number>;
  /** and over how many rows; the number of examples where absent. */
  rows?: number;
  /** A few completions for a person to look at. */
  samples?: Sample[];
}
/** A completion that a run shows. */
export interface Sample {
  prompt: string;
  completion: string;
  /** What was made of it, e.g. `{ preference: 'A', reward: 1 }`. */
  values: Record<string, number | string>;
}
export type PlainState = Record<string, number | string | boolean | number[]>;

export interface Sampling {
  /** Tokens of a completion, its end token included. */
  maxTokens: number;
  /** 0: the likeliest token every time. */
  temperature: number;
  /** 1: no limit. */
  topP: number;
  /** 0: no limit. */
  topK: number;
  /** Completions of each prompt. */
  n: number;
  /** Sample j of prompt i draws from a stream of (seed, i, j), whatever else is generated with it. */
  seed: number;
  /** Texts that end a completion; they are not part of it. */
  stop: readonly string[];
}
export interface Completion {
  /** With the end token, where it came to one. */
  ids: number[];
  /** log p of each id under the model itself, before temperature and limits. */
  logProbs: number[];
  /** Decoded, without special tokens. */
  text: string;
  finish: 'stop' | 'length';
}
/** The model as it is now, to write and to be asked: what GRPO's batches need. */
export interface Policy {
  /** Rejects with the signal's reason when the run is told to stop meanwhile. */
  generate(prompts: readonly (readonly number[])[], sampling: Sampling): Promise<Completion[][]>;
  /**
   * log p(`data.targets[i]` | everything up to read i) of every example, [reads] each, divided by
   * `temperature` before the softmax. `reference` is the model that the run began from.
   */
  logProbs(
    examples: readonly Example[],
    which: 'current' | 'reference',
    temperature?: number,
  ): Promise<Float32Array[]>;
}

/** A completion, as a reward function of the person's own is asked about it. */
export interface Rollout {
  /** What the model was given, as text. */
  prompt: string;
  completion: string;
  /** The row that the prompt was made of, and its number. */
  row: Row;
  index: number;
}
/** What such a function made of it: what is maximised, and further values to average or to show. */
export interface OwnScore {
  score: number;
  values: Readonly<Record<string, number | string>>;
}
/** Asks the function, a score each in their order. Rejects with the sentence that ends the job. */
export type OwnReward = (rollouts: readonly Rollout[]) => Promise<OwnScore[]>;

/** The common options that shape batches. */
export interface Batching {
  /** Examples a step. */
  batchSize: number;
  shuffle: boolean;
  /** Most tokens of one conversation, and what becomes of a longer one. */
  maxLength: number;
  truncation: Truncation;
  /** Most tokens of one run of the graph; what has more is computed in pieces where it can be. */
  microBatchTokens?: number;
}
export type Truncation = 'left' | 'right' | 'middle' | 'drop' | 'error';

/** How the options that every recipe has differ for one. */
export interface CommonOptions {
  /** Other defaults, by name. */
  defaults?: Readonly<Record<string, number | string | boolean | null>>;
  /** Names of those that have no meaning for it. */
  without?: readonly string[];
}

/** The rows that a split has, before it is known which of them can be used. */
export interface Selection<O> {
  rows: Rows;
  text: TextEncoder;
  options: O;
  seed: number;
  split: 'train' | 'validation';
  batching: Batching;
  /** Tokens that the model can tell the places of; no limit where absent. */
  maxPositions?: number;
}

/** Which rows can be used. `kept` and `dropped` are always exact. */
export interface Survey {
  /** Indices of the rows to use, ascending. */
  kept: Int32Array;
  /** Reason to number of rows. */
  dropped: Record<string, number>;
  /** Reason to the first few of these rows. */
  droppedRows?: Record<string, number[]>;
  /** Kept rows that will be cut, and tokens of all kept rows; from a sample if `approximate`. */
  cut: number;
  tokens: number;
  approximate: boolean;
  /** What they are cut to, where that is not `maxLength`. */
  limit?: Limit;
}

/** Most tokens of a text, what says so (`positions`: those of the model), and what a longer one loses. */
export interface Limit {
  tokens: number;
  by: 'max_length' | 'max_prompt_length' | 'positions';
  truncation: Truncation;
}

export interface Source<O> extends Selection<O> {
  kept: Int32Array;
  policy: Policy;
  /** `--reward`: takes the place of the recipe's own reward. */
  reward?: OwnReward;
  /** Begin after the batch that left this state. */
  state?: PlainState;
}

export interface RecipePrompts {
  /** Arguments of the chat template. */
  template: Readonly<Record<string, unknown>>;
  /** Of every kept row in the files' order; `cut` where training would cut it. */
  all: AsyncIterable<{ prompt: JudgePrompt; cut: boolean }>;
}

export interface Recipe<O = unknown> {
  name: string;
  summary: string;
  /** Columns it reads, with their meaning, for help and error messages. */
  columns: Record<string, string>;
  /** `reward` models end in a score, `causal` ones in a vocabulary. */
  head: 'reward' | 'causal';
  /** A `z.object` with a default and a description for every option. */
  options: z.ZodType<O>;
  common?: CommonOptions;
  /** What its option `reward` may say besides the name of a function of one's own; absent: it has none. */
  rewards?: readonly string[];
  /** Options, common ones among them, that contradict each other: a sentence each. */
  contradictions?(options: Readonly<Record<string, unknown>>): string[];
  /** Whether the model that the run began from is kept beside the one that is trained. */
  reference?(options: O): boolean;
  /** Looks at every row; estimates lengths from a seeded sample unless `exact`. */
  survey(selection: Selection<O>, exact: boolean): Promise<Survey>;
  /** Training: endless, epoch after epoch. Validation: every kept row once. */
  batches(source: Source<O>): AsyncIterable<Batch>;
  /** Of a judge: what it is asked, where others let the model write. */
  prompts?(selection: Selection<O> & Pick<Source<O>, 'kept'>): Promise<RecipePrompts>;
  /**
   * The scaled sum over a micro-batch: `batch.scale` is 1 / the step's total weight, so adding up
   * micro-batches gives the step's mean. Metrics alike.
   */
  loss(
    model: Decoder,
    batch: SymbolicBatch,
    options: O,
  ): { loss: Tensor; metrics: Record<string, Tensor> };
}
