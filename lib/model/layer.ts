/** One layer of the transformer: attention and a gated MLP, each added to its input. */
import { geglu, swiglu } from '../graph/ops/elementwise.ts';
import { gather, reshape, split, transpose } from '../graph/ops/shape.ts';
import { rope } from '../graph/ops/transformer.ts';
import type { Tensor } from '../graph/tensor.ts';
import { attention } from './attention.ts';
import type { ModelConfig } from './config.ts';
import { attentionInputs, gateAndUp, qkNormed } from './projections.ts';
import { added, normed } from './sublayer.ts';
import type { Projection, SublayerParts } from './sublayer.ts';
import type { Asking, Surroundings } from './surroundings.ts';
import type { LayerWeights, Which } from './weight-tensors.ts';

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

type Last = Projection & { norm: string | undefined };

/** [T, D] to [T, D]. */
export function layer(x: Tensor, parts: LayerParts): Tensor {
  const { config, around, last } = parts;
  const { heads, headDim } = config;
  const input = normed(x, config.norms.beforeAttention, parts);
  const [q, k, v] = last ? lastProjections(input, parts) : projections(input, parts);
  const { tokens, reads } = around.sights[config.sightOf[parts.index]!]!;
  const asking = last ? reads : tokens;
  const turned = (y: Tensor, which: Which, { cos, sin }: Asking): Tensor =>
    rope(config.qkNorm === 'head' ? qkNormed(y, which, parts) : y, cos, sin);
  const keys = turned(k, 'k', tokens);
  parts.keep?.(keys, v);
  const attended = attention(
    [turned(q, 'q', asking), keys, v],
    { forest: around.forest, ...asking },
    config,
  ); // [H, R, d]
  const rows = attended.shape[1]!;
  const joined = reshape(transpose(attended, [1, 0, 2]), [rows, heads * headDim]);
  const rest = last ? gather(x, around.rows) : x;
  return mlp(added(rest, joined, attentionOutput(config), parts), parts);
}

/** The last projection of attention. */
export function attentionOutput({ hidden, outputBias, norms }: ModelConfig): Last {
  const bias = outputBias;
  return { name: 'self_attn.o_proj', width: hidden, bias, norm: norms.afterAttention };
}

/** x + down(act(gate) · up), of the normalised x [T, D]. */
export function mlp(x: Tensor, parts: SublayerParts): Tensor {
  const { hidden: width, mlpBias: bias, norms, activation } = parts.config;
  const [gate, up] = gateAndUp(normed(x, norms.beforeMlp, parts), parts);
  const y = activation === 'gelu_pytorch_tanh' ? geglu(gate, up) : swiglu(gate, up);
  return added(x, y, { name: 'mlp.down_proj', width, bias, norm: norms.afterMlp }, parts);
}

type Projections = readonly [Tensor, Tensor, Tensor];

/** q, k and v by one product: [heads, T, d] and [kvHeads, T, d] twice. */
function projections(x: Tensor, parts: LayerParts): Projections {
  const { heads, kvHeads, headDim } = parts.config;
  const y = byHead(attentionInputs(x, ['q', 'k', 'v'], parts), headDim);
  return split(y, [heads, kvHeads, kvHeads], 0) as unknown as Projections;
}

/** q of the read rows; k and v of all. */
function lastProjections(x: Tensor, parts: LayerParts): Projections {
  const { kvHeads, headDim } = parts.config;
  const q = attentionInputs(gather(x, parts.around.rows), ['q'], parts);
  const y = byHead(attentionInputs(x, ['k', 'v'], parts), headDim);
  const [k, v] = split(y, [kvHeads, kvHeads], 0);
  return [byHead(q, headDim), k!, v!];
}

/** [T, heads · d] to [heads, T, d]. */
function byHead(x: Tensor, headDim: number): Tensor {
  const [rows, width] = x.shape as [string, number];
  return transpose(reshape(x, [rows, width / headDim, headDim]), [1, 0, 2]);
}
