/**
 * What a place that runs graphs must do. Parameters live on the device and are shared by the train,
 * score and decode programs compiled over them. Knows nothing of transformers or files.
 */
import type { Graph } from './graph.ts';

export interface Value {
  data: Float32Array | Int32Array | BigInt64Array;
  shape: readonly number[];
}
export interface FloatValue extends Value {
  data: Float32Array;
}
export type Feeds = Record<string, Value>;

export interface Executor {
  readonly name: string;
  /** Why it cannot run here, in a sentence; undefined when it can. */
  unavailable(): Promise<string | undefined>;
  /**
   * Puts float32 weights on the device. Those named by `trained` (all where absent) have gradients and AdamW
   * moments, made on first need; the others stay as they are.
   */
  parameters(
    weights: ReadonlyMap<string, Value>,
    trained?: ReadonlySet<string>,
  ): Promise<Parameters>;
  /** Compiles a graph over these parameters. A graph with gradients also adds them up in `parameters`. */
  compile(graph: Graph, parameters: Parameters): Promise<Program>;
  /** Compiles a step to write sequences with; absent where this executor cannot. */
  writer?(step: Step, parameters: Parameters): Promise<Writer>;
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
  /** The trained weights as they are now. */
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

/**
 * A graph that adds one token to each of B sequences. It is fed `ids` [B], `positions` [B, 1], the past of
 * every layer l as `keys.l` and `values.l` [B, heads, 1, N, width], `mask` [B, 1, 1, 1, N + 1] and `lengths`
 * = [N, 1]; it gives `scores` [B, V], the logits times `inverseTemperature`, their softmax `probs`, the
 * likeliest token `best` [B, 1] (int64) with its probability `bestProb` [B, 1], and `fresh`
 * [B, layers · 2 · heads, 1, width]: each layer's new keys, then its new values.
 */
export interface Step {
  graph: Graph;
  layers: number;
  /** Of keys and values, and their width. */
  heads: number;
  width: number;
  /** Query heads that share a head of keys. */
  group: number;
  /**
   * The past begins after the prompt, whose keys and values lie apart, once for all sequences of the prompt.
   * Of G prompts with P places each, the graph is then also fed `prompts.keys.l` [G, heads, width, P] and
   * `prompts.values.l` [G, heads, P, width]; `into` [G, heads, Q, 3], which of the queries [B, heads, group]
   * ask a prompt, and `outOf` [B, heads, group, 3], where among [G, heads, Q] each does. `mask` has the
   * prompt's places before the others, [B, 1, 1, 1, P + N + 1], and `lengths` is [P, N, 1].
   */
  shared: boolean;
  /**
   * The graph may also be fed, for each of these numbers of tokens w, `mask.w`, which hides besides what
   * `mask` does what lies w or more tokens before the new one.
   */
  windows: readonly number[];
  /** Inputs that are the same at every step. */
  constants: Readonly<Record<string, FloatValue>>;
  /** Parameters that the graph has with low-rank products added to them, as if they were one weight. */
  merges: readonly Merge[];
}

/** `weight` [out, in] + scale · `up` [out, r] · `down` [r, in], by the names of parameters. */
export interface Merge {
  weight: string;
  down: string;
  up: string;
  scale: number;
}

/**
 * Prompts that are read in one run, laid end to end in T tokens: a program that gives what a step gives of R
 * rows, and `keys.l` and `values.l` [heads, T, width].
 */
export interface Reading {
  program: Program;
  feeds: Feeds;
  prompts: readonly Prompt[];
}

export interface Prompt {
  /** Its first token among all, and how many it has. */
  from: number;
  tokens: number;
  /** The row that tells what comes after it. */
  row: number;
  /** Most tokens that may follow. */
  most: number;
  /** Seeds its sequences. */
  number: number;
}

export interface WriteRequest {
  readings: readonly Reading[];
  /** Sequences of each prompt; sequence i · n + j is the j-th of the i-th prompt of all. */
  n: number;
  /** How a token is drawn: 0 temperature takes the likeliest, 1 and 0 are no limits of `topP` and `topK`. */
  draw: { temperature: number; topP: number; topK: number; seed: number };
  /** Tokens that end a sequence and belong to it. */
  ends: readonly number[];
}

export interface Token {
  sequence: number;
  id: number;
  /** log p of it under the model itself, before temperature and limits. */
  logProb: number;
}

export interface Written {
  ids: number[];
  logProbs: number[];
  /** It came to one of `ends`; otherwise it is as long as it may be, or was ended by the caller. */
  ended: boolean;
}

export interface WriteControl {
  /** Aborted: rejects with its reason at once. */
  signal?: AbortSignal;
  /** Told each step's tokens as they come; returns the sequences to end, which may go on for some tokens. */
  onTokens?: (tokens: readonly Token[]) => readonly number[];
  /** Told now and then how many of how many sequences are written. */
  onProgress?: (done: number, sequences: number) => void;
}

/** Writes with the weights as they are when it is asked. */
export interface Writer {
  write(request: WriteRequest, control?: WriteControl): Promise<Written[]>;
  close(): Promise<void>;
}
