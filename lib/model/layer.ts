/** One layer of the transformer: attention and a gated MLP, each normalised before and added to its input. */
import { swiglu } from '../graph/ops/elementwise.ts';
import { linear } from '../graph/ops/linear.ts';
import { gather, reshape, split, transpose } from '../graph/ops/shape.ts';
import { rmsNorm, rope } from '../graph/ops/transformer.ts';
import type { Tensor } from '../graph/tensor.ts';
import { attention } from './attention.ts';
import type { ModelConfig } from './config.ts';
import { normed, projected } from './sublayer.ts';
import type { Asking, Surroundings } from './surroundings.ts';
import type { LayerWeights } from './weight-tensors.ts';

export interface LayerParts {
  config: ModelConfig;
  around: Surroundings;
  weights: LayerWeights;
  /** Which layer it is. */
  index: number;
  /** Only the read rows are asked for: [T, D] to [R, D]. */
  last: boolean;
  /** Told the layer's keys, rotated, and values: [kvHeads, T, d] each. */
  keep?: (keys: Tensor, values: Tensor) => void;
}

/** [T, D] to [T, D]. */
export function layer(x: Tensor, parts: LayerParts): Tensor {
  const { config, around, weights, last } = parts;
  const { hidden, heads, headDim } = config;
  const input = normed(x, config.norms.beforeAttention, parts);
  const [q, k, v] = last ? lastProjections(input, parts) : projections(input, parts);
  const { tokens, reads } = around.sights[config.sightOf[parts.index]!]!;
  const asking = last ? reads : tokens;
  const turned = (y: Tensor, which: 'q' | 'k', { cos, sin }: Asking): Tensor => {
    const { qkNorm, rmsEps } = config;
    const gain = `self_attn.${which}_norm.weight`;
    const scaled = qkNorm ? rmsNorm(y, weights.get(gain, headDim), rmsEps) : y;
    return rope(scaled, cos, sin);
  };
  const keys = turned(k, 'k', tokens);
  parts.keep?.(keys, v);
  const attended = attention(
    [turned(q, 'q', asking), keys, v],
    { forest: around.forest, ...asking },
    config,
  ); // [H, R, d]
  const rows = attended.shape[1]!;
  const joined = reshape(transpose(attended, [1, 0, 2]), [rows, heads * headDim]);
  const output = { name: 'self_attn.o_proj', width: hidden, bias: config.outputBias };
  return mlp(projected(joined, output, parts, last ? gather(x, around.rows) : x), parts);
}

/** x + down(silu(gate) · up), of the normalised x [T, D]. */
export function mlp(
  x: Tensor,
  { config, weights }: Pick<LayerParts, 'config' | 'weights'>,
): Tensor {
  const { hidden, intermediate, mlpBias: bias, norms } = config;
  const input = normed(x, norms.beforeMlp, { config, weights });
  const wide = (name: string): Tensor =>
    projected(input, { name: `mlp.${name}_proj`, width: intermediate, bias }, { weights });
  const y = swiglu(wide('gate'), wide('up'));
  return projected(y, { name: 'mlp.down_proj', width: hidden, bias }, { weights }, x);
}

type Projections = readonly [Tensor, Tensor, Tensor];

/** q, k and v by one product: [heads, T, d] and [kvHeads, T, d] twice. */
function projections(x: Tensor, { config, weights }: LayerParts): Projections {
  const { heads, kvHeads } = config;
  const { weight, bias } = weights.projection(['q', 'k', 'v']);
  const y = byHead(linear(x, weight, { bias }), config.headDim);
  return split(y, [heads, kvHeads, kvHeads], 0) as unknown as Projections;
}

/** q of the read rows; k and v of all. */
function lastProjections(x: Tensor, { config, weights, around }: LayerParts): Projections {
  const { kvHeads, headDim } = config;
  const asked = weights.projection(['q']);
  const q = linear(gather(x, around.rows), asked.weight, { bias: asked.bias });
  const { weight, bias } = weights.projection(['k', 'v']);
  const [k, v] = split(byHead(linear(x, weight, { bias }), headDim), [kvHeads, kvHeads], 0);
  return [byHead(q, headDim), k!, v!];
}

/** [T, heads · d] to [heads, T, d]. */
function byHead(x: Tensor, headDim: number): Tensor {
  const [rows, width] = x.shape as [string, number];
  return transpose(reshape(x, [rows, width / headDim, headDim]), [1, 0, 2]);
}
