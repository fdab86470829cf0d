/** What the executor and its threads say to each other. */
import type { Feeds, Value } from '../../graph/executor.ts';

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
  | ({ type: 'run' } & Load)
  /** Replaces this thread's gradient by the sum over the jobs. */
  | ({ type: 'accumulate' } & Load)
  /** Sums the gradients of these threads into the first one's, in a range; answers the sum of squares. */
  | { type: 'combine'; threads: readonly number[]; range: Range }
  | { type: 'update'; parts: readonly UpdatePart[] }
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

export interface Reply {
  outputs?: Record<string, Value>[];
  squares?: number;
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
  device: string;
  shared: Shared;
  weights: readonly Weight[];
}
