/** What surrounds attention and MLP in a layer: how each is given its input, and how it is added to it. */
import { add, mul } from '../graph/ops/elementwise.ts';
import { linear } from '../graph/ops/linear.ts';
import { rmsNorm } from '../graph/ops/transformer.ts';
import type { Tensor } from '../graph/tensor.ts';
import { adapted } from './adapted.ts';
import type { ModelConfig } from './config.ts';
import type { LayerWeights } from './weight-tensors.ts';

export interface SublayerParts {
  config: ModelConfig;
  weights: LayerWeights;
}

/** x by the norm of this name; as it is where the family has none there. */
export function normed(x: Tensor, name: string | undefined, parts: SublayerParts): Tensor {
  if (name === undefined) return x;
  const { config, weights } = parts;
  return rmsNorm(x, weights.gain(name, config.hidden), config.rmsEps);
}

/** y through a projection of this name to [T, width], which may have a bias and an adapter. */
export function projected(
  y: Tensor,
  { name, width, bias }: Projection,
  parts: SublayerParts,
  residual?: Tensor,
): Tensor {
  const { weights } = parts;
  const product = linear(y, weights.get(`${name}.weight`, width, y.shape.at(-1) as number), {
    residual,
    bias: bias ? weights.get(`${name}.bias`, width) : undefined,
  });
  return adapted(product, y, name, parts);
}

/** x plus what a sublayer gives through its last projection, by the norm after it and the scale of what is added. */
export function added(
  x: Tensor,
  y: Tensor,
  { norm, ...projection }: Projection & { norm: string | undefined },
  parts: SublayerParts,
): Tensor {
  const { residualScale } = parts.config;
  if (norm === undefined && residualScale === 1) return projected(y, projection, parts, x);
  const given = normed(projected(y, projection, parts), norm, parts);
  return add(x, residualScale === 1 ? given : mul(given, residualScale));
}

export interface Projection {
  name: string;
  /** Of what it gives. */
  width: number;
  bias: boolean;
}
