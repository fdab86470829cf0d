/**
 * What a place that runs graphs must do. Parameters live on the device and are shared by the train,
 * score and decode programs compiled over them. Knows nothing of transformers or files.
 */
import type { Graph } from './graph.ts';

export interface Value {
  data: Float32Array | Int32Array | BigInt64Array;
  shape: readonly number[];
}
export type Feeds = Record<string, Value>;

export interface Executor {
  readonly name: string;
  /** Why it cannot run here, in a sentence; undefined when it can. */
  unavailable(): Promise<string | undefined>;
  /** Puts float32 weights on the device. Gradients and AdamW moments are made on first need. */
  parameters(weights: ReadonlyMap<string, Value>): Promise<Parameters>;
  /** Compiles a graph over these parameters. A graph with gradients also adds them up in `parameters`. */
  compile(graph: Graph, parameters: Parameters): Promise<Program>;
}

export interface Program {
  /** Runs once, without gradients, and returns the graph's named outputs. */
  run(feeds: Feeds): Promise<Record<string, Value>>;
  close(): Promise<void>;
}

/** One micro-batch: a program with gradients, what to feed it, and its size for even sharing. */
export interface Work {
  program: Program;
  feeds: Feeds;
  /** Cost estimate (tokens): work is given to threads by a fixed rule over these. */
  tokens: number;
}

/** One AdamW step (Loshchilov & Hutter 2019, decoupled weight decay) after clipping the global norm. */
export interface AdamW {
  learningRate: number;
  betas: readonly [number, number];
  eps: number;
  /** On tensors of two and more dimensions; vectors (norms, biases) are not decayed. */
  weightDecay: number;
  /** Infinity leaves the gradient as it is. */
  maxGradNorm: number;
}

export interface Parameters {
  /** Replaces the accumulated gradient by the sum over all work; outputs in the order of `work`. */
  accumulate(work: readonly Work[]): Promise<Record<string, Value>[]>;
  /** The same outputs without gradients, work shared over the threads: validation, scoring. */
  evaluate(work: readonly Work[]): Promise<Record<string, Value>[]>;
  /** Applies one AdamW step to the accumulated gradient; returns its norm before clipping. */
  update(rule: AdamW): Promise<{ gradNorm: number }>;
  /** The accumulated gradient, by parameter name (for tests and inspection). */
  gradients(): Promise<Map<string, Value>>;
  /** The weights as they are now. */
  read(): Promise<Map<string, Value>>;
  /** AdamW's moments and step count, and their return on resume. */
  optimizer(): Promise<OptimizerState>;
  restore(state: OptimizerState): Promise<void>;
  close(): Promise<void>;
}

export interface OptimizerState {
  step: number;
  /** First and second moments, by parameter name. */
  moments: Map<string, { first: Value; second: Value }>;
}
