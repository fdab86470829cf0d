/** How tokens come into a model, and what it says of the next one. */
import { mul, softCap } from '../graph/ops/elementwise.ts';
import { linear } from '../graph/ops/linear.ts';
import { gather } from '../graph/ops/shape.ts';
import { rmsNorm } from '../graph/ops/transformer.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { ModelConfig } from './config.ts';
import type { WeightTensors } from './weight-tensors.ts';

/** Ids [T] to rows [T, D]. */
export function embedded(ids: Tensor, config: ModelConfig, weights: WeightTensors): Tensor {
  return scaled(gather(weights.embeddings(), ids), config.embeddingScale);
}

/** The last layer's rows as heads take them. */
export function finished(x: Tensor, config: ModelConfig, weights: WeightTensors): Tensor {
  return rmsNorm(x, weights.gain('model.norm', config.hidden), config.rmsEps);
}

/** Finished rows [R, D] to logits [R, V]. */
export function logitsOf(rows: Tensor, config: ModelConfig, weights: WeightTensors): Tensor {
  const logits = linear(scaled(rows, config.logitScale), weights.head());
  return config.logitCap === undefined ? logits : softCap(logits, config.logitCap);
}

export function scaled(x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : mul(x, factor);
}
