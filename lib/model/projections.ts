/** The products that a layer begins with: q, k and v of attention, gate and up of the MLP. */
import { linear } from '../graph/ops/linear.ts';
import { concat, split } from '../graph/ops/shape.ts';
import { rmsNorm } from '../graph/ops/transformer.ts';
import type { Tensor } from '../graph/tensor.ts';
import { adaptedInputs } from './adapted.ts';
import { projected, type SublayerParts } from './sublayer.ts';
import type { Which } from './weight-tensors.ts';

/** Some of q, k and v of x [T, D], by one product, end to end: [T, heads · d]. */
export function attentionInputs(x: Tensor, which: readonly Which[], parts: SublayerParts): Tensor {
  const { heads, kvHeads, headDim, qkNorm } = parts.config;
  const { weight, bias } = parts.weights.projection(which);
  const y = adaptedInputs(linear(x, weight, { bias }), x, which, parts);
  if (qkNorm !== 'all') return y;
  const widths = which.map((name) => (name === 'q' ? heads : kvHeads) * headDim);
  const pieces = which.length === 1 ? [y] : split(y, widths, 1);
  return concat(
    pieces.map((piece, i) => (which[i] === 'v' ? piece : qkNormed(piece, which[i]!, parts))),
    1,
  );
}

/** RMSNorm of q or k over the last axis. */
export function qkNormed(y: Tensor, which: Which, { config, weights }: SublayerParts): Tensor {
  const width = y.shape.at(-1) as number;
  return rmsNorm(y, weights.gain(`self_attn.${which}_norm`, width), config.rmsEps);
}

/** Of x [T, D]: both [T, intermediate]. */
export function gateAndUp(x: Tensor, parts: SublayerParts): readonly [Tensor, Tensor] {
  const { intermediate: width, mlpBias: bias, fused } = parts.config;
  const wide = (name: string, times = 1): Tensor =>
    projected(x, { name: `mlp.${name}_proj`, width: times * width, bias }, parts);
  if (!fused) return [wide('gate'), wide('up')];
  return split(wide('gate_up', 2), [width, width], 1) as unknown as readonly [Tensor, Tensor];
}
