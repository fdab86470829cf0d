/**
 * A Qwen2 or Qwen3 transformer as a graph over a structure of segments. Knows nothing of losses: a
 * recipe's loss asks for rewards, logits or log-probabilities at the positions that are read.
 */
import type { Graph } from '../graph/graph.ts';
import type { Dim, Tensor } from '../graph/tensor.ts';
import type { ModelConfig } from './config.ts';
import type { Structure } from './layout.ts';

/** A micro-batch as a loss sees it: its examples laid end to end. */
export interface SymbolicBatch {
  /**
   * `Example.data` by name, float32 [n] with the examples' numbers laid end to end. n is `reads` where every
   * example has as many numbers as reads, else `examples` where every example has one, else a name of its own.
   */
  readonly data: Readonly<Record<string, Tensor>>;
  /** 1 / the step's total weight: float32 []. */
  readonly scale: Tensor;
  readonly examples: number;
  /** How many positions are read, all examples together. */
  readonly reads: Dim;
}

/** The model, asked at the positions that the examples read, in their order. */
export interface Decoder {
  /** The score head's output: [reads]. */
  rewards(batch: SymbolicBatch): Tensor;
  /** [reads, V]. */
  logits(batch: SymbolicBatch): Tensor;
  /** log p(targets[i] | everything up to read i): [reads]. Targets are token ids [reads], int or float32. */
  logProbs(batch: SymbolicBatch, targets: Tensor): Tensor;
}

/** What a graph computes of a micro-batch; all scalars for training, any shape otherwise. */
export type Objective = (model: Decoder, batch: SymbolicBatch) => Record<string, Tensor>;

/** A graph of an objective's outputs, without gradients: scoring, validation. */
export function inferenceGraph(
  config: ModelConfig,
  structure: Structure,
  objective: Objective,
): Graph {
  void [config, structure, objective];
  throw new Error('not built yet');
}

/** The same with gradients of the output named `loss` by every weight. */
export function trainingGraph(
  config: ModelConfig,
  structure: Structure,
  objective: Objective,
): Graph {
  void [config, structure, objective];
  throw new Error('not built yet');
}
