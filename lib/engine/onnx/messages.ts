/** What the executor and its threads say to each other. */
import type {
  Feeds,
  Prompt,
  Step,
  Token,
  Value,
  WriteRequest,
  Written,
} from '../../graph/executor.ts';
import type { Place } from './storage.ts';

/** A session to be, as a thread makes it when it first needs it. */
export interface SessionPlan {
  id: number;
  bytes: Uint8Array;
  /** Inputs taken from the feeds. */
  inputs: readonly string[];
  /** Outputs returned to the caller. */
  outputs: readonly string[];
  parameters: readonly Slot[];
  accumulators: readonly (Slot & { output: string; parts: readonly string[] })[];
  /** Rows [R, width] that are added to a gradient at `ids` [R]. */
  sparse: readonly { rows: string; ids: string; offset: number; weight: string }[];
}

/** An input over a part of a flat buffer. */
export interface Slot {
  input: string;
  offset: number;
  size: number;
  shape: readonly number[];
}

export interface Weight {
  name: string;
  offset: number;
  size: number;
  rows: number;
}

export interface Job {
  session: number;
  feeds: Feeds;
}

/** What a thread is to run, and the sessions among them that it does not know yet. */
export interface Load {
  jobs: readonly Job[];
  plans: readonly SessionPlan[];
}

export type Request =
  /** Always the first. `trains`: there will be steps, so what they need can be made ready. */
  | { type: 'begin'; shared: Shared; weights: readonly Weight[]; trains: boolean }
  | ({ type: 'run' } & Load)
  /** Replaces this thread's gradient by the sum over the jobs. */
  | ({ type: 'accumulate' } & Load)
  /** Sums the gradients of these threads into the first one's, in a range; answers the sum of squares. */
  | { type: 'combine'; threads: readonly number[]; range: Range }
  | { type: 'update'; parts: readonly UpdatePart[] }
  | { type: 'write'; writing: Writing }
  | { type: 'forget'; session: number }
  /** Releases everything; the thread then ends by itself. */
  | { type: 'end' };

/** An AdamW step over a range, by the scalars of `adamWScalars`. */
export interface UpdatePart {
  scalars: Readonly<Record<string, number>>;
  range: Range;
}

/** Elements `start` up to `end` of the flat buffers. */
export interface Range {
  start: number;
  end: number;
}

/** A session of a step to be. Its weights are frozen into it, or fed where they are too large for that. */
export interface StepPlan extends Omit<Step, 'graph' | 'merges'> {
  /** Without its constants, and without its weights where they are to be frozen. */
  bytes: Uint8Array;
  parameters: readonly StepParameter[];
  frozen: boolean;
}

/** A parameter and the pieces of the flat buffer that it is made of. */
export interface StepParameter {
  name: string;
  shape: readonly number[];
  parts: readonly Part[];
}

/** A weight in the flat buffer, and what is added to it. */
export interface Part {
  offset: number;
  size: number;
  merge?: Record<'weight' | 'up' | 'down', Place> & { scale: number };
}

/** Prompts that are read in one run. */
export interface WriteReading {
  job: Job;
  prompts: readonly WritePrompt[];
}

export interface WritePrompt extends Omit<Prompt, 'number'> {
  /** Its sequences, each with what its random numbers are seeded by. */
  sequences: readonly { sequence: number; stream: readonly number[] }[];
}

/** What a thread is to write. Every thread is told all readings; who does one is settled by `control`. */
export interface Writing extends Pick<WriteRequest, 'draw' | 'ends'> {
  session: number;
  /** For a thread that does not know the session. */
  step?: StepPlan;
  plans: readonly SessionPlan[];
  /** Of the weights. */
  version: number;
  readings: readonly WriteReading[];
  /** Threads of onnxruntime's own: all, where one of ours writes for all. */
  threads: number;
  /** Sequences at a time. */
  rows: number;
  /** Length of a distribution. */
  vocab: number;
  /** Int32 words by `controlWords`. */
  control: SharedArrayBuffer;
  /** Somebody listens to each step's tokens. */
  tell: boolean;
}

/**
 * Places in `Writing.control`: 1 where all shall stop; the next reading to take; how many sequences are
 * written; from here, 1 a sequence to end.
 */
export const controlWords = { aborted: 0, nextReading: 1, written: 2, ended: 3 } as const;

export interface WrittenSequence extends Written {
  sequence: number;
}

export interface Reply {
  outputs?: Record<string, Value>[];
  squares?: number;
  written?: WrittenSequence[];
  /** Not the answer yet: tokens of the writing under way. */
  tokens?: readonly Token[];
  error?: Error;
}

/** The memory that all threads share. */
export interface Shared {
  weights: SharedArrayBuffer;
  /** One a thread. */
  gradients: readonly SharedArrayBuffer[];
  first: SharedArrayBuffer;
  second: SharedArrayBuffer;
}

export interface ThreadStart {
  index: number;
}
