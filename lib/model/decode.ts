/**
 * A model that writes, as two graphs: a prompt is read once, and then every step adds one token to each
 * of many sequences, over keys and values kept from before. Knows nothing of sampling.
 */
import type { Graph } from '../graph/graph.ts';
import { add, mul } from '../graph/ops/elementwise.ts';
import { linear, matmul } from '../graph/ops/linear.ts';
import { concat, gather, reshape, split } from '../graph/ops/shape.ts';
import { logSoftmax, rmsNorm, ropeAt, softmax } from '../graph/ops/transformer.ts';
import { input } from '../graph/tensor.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { ModelConfig } from './config.ts';
import { layer, mlp } from './layer.ts';
import type { Structure } from './layout.ts';
import { surroundings } from './surroundings.ts';
import { createWeights } from './weight-tensors.ts';
import type { LayerWeights, WeightTensors } from './weight-tensors.ts';

/**
 * Reads one prompt, a conversation whose last token is read: `logProbs` and `probs` [1, V] of the next
 * token, and for every layer l `keys.l` and `values.l` [kvHeads, T, d].
 */
export function promptGraph(config: ModelConfig, structure: Structure): Graph {
  const weights = createWeights(config);
  const around = surroundings(config, structure);
  const kept: Record<string, Tensor> = {};
  let x = gather(weights.embeddings(), around.ids); // [T, D]
  for (let index = 0; index < config.layers; index++)
    x = layer(x, {
      ...{ config, around, weights: weights.layer(index) },
      last: index === config.layers - 1,
      keep(keys, values) {
        kept[`keys.${index}`] = keys;
        kept[`values.${index}`] = values;
      },
    });
  return { outputs: { ...nextToken(x, config, weights), ...kept } };
}

/**
 * One more token for each of B sequences. Inputs: token `ids` [B] and their `positions` [B, 1]; for every
 * layer l the past as `keys.l` [B, kvHeads, d, N] and `values.l` [B, kvHeads, N, d], of N places of which
 * `mask` [B, 1, 1, N + 1] hides by −1e9 those that are empty (the last place is the new token's own);
 * `lengths` = [N, 1]; tables `cos` and `sin` [P, d / 2]. Outputs: `logProbs` and `probs` [B, V] of the
 * token after, and `fresh` [B, layers · 2 · kvHeads, 1, d]: each layer's new keys, then its new values.
 */
export function stepGraph(config: ModelConfig): Graph {
  const weights = createWeights(config);
  const around = stepInputs(config);
  const fresh: Tensor[] = [];
  let x = gather(weights.embeddings(), input('ids', 'int32', ['B'])); // [B, D]
  for (let index = 0; index < config.layers; index++) {
    const parts = { config, around, weights: weights.layer(index), fresh };
    x = mlp(attentionStep(x, parts, pastOf(config, index)), parts);
  }
  return { outputs: { ...nextToken(x, config, weights), fresh: concat(fresh, 1) } };
}

/** Distributions over what comes next: of the model itself, and at `inverseTemperature` (float32 []). */
function nextToken(
  x: Tensor,
  config: ModelConfig,
  weights: WeightTensors,
): { logProbs: Tensor; probs: Tensor } {
  const normed = rmsNorm(x, weights.get('model.norm.weight', config.hidden), config.rmsEps);
  const logProbs = logSoftmax(linear(normed, weights.head()));
  return { logProbs, probs: softmax(mul(logProbs, input('inverseTemperature', 'float32', []))) };
}

interface Past {
  keys: Tensor;
  values: Tensor;
}

function pastOf({ kvHeads, headDim }: ModelConfig, index: number): Past {
  return {
    keys: input(`keys.${index}`, 'float32', ['B', kvHeads, headDim, 'N']),
    values: input(`values.${index}`, 'float32', ['B', kvHeads, 'N', headDim]),
  };
}

/** What every layer of a step sees beside its input. */
interface StepInputs {
  positions: Tensor;
  cos: Tensor;
  sin: Tensor;
  mask: Tensor;
  lengths: Tensor;
}

function stepInputs({ headDim }: ModelConfig): StepInputs {
  return {
    positions: input('positions', 'int64', ['B', 1]),
    cos: input('cos', 'float32', ['P', headDim / 2]),
    sin: input('sin', 'float32', ['P', headDim / 2]),
    mask: input('mask', 'float32', ['B', 1, 1, 'N+1']),
    lengths: input('lengths', 'int64', [2]),
  };
}

interface StepParts {
  config: ModelConfig;
  around: StepInputs;
  weights: LayerWeights;
  /** Every layer adds its new keys and its new values. */
  fresh: Tensor[];
}

/**
 * x [B, D] plus the attention of each row to its past and itself. The new key and value are joined to the
 * past as scores and as products, so that the past is read where it lies.
 */
function attentionStep(x: Tensor, parts: StepParts, past: Past): Tensor {
  const { config, weights, around } = parts;
  const { hidden, heads, kvHeads, headDim } = config;
  const [q, k, v] = newest(x, parts);
  parts.fresh.push(k, v);
  const asked = reshape(q, ['B', kvHeads, heads / kvHeads, headDim]);
  const alpha = headDim ** -0.5;
  const before = matmul(asked, past.keys, { alpha }); // [B, kvHeads, group, N]
  const own = matmul(asked, k, { transB: true, alpha });
  const scores = add(concat([before, own], 3), around.mask);
  const [seen, self] = split(softmax(scores), ['N', 1], 3, around.lengths);
  const attended = add(matmul(seen!, past.values), mul(self!, v));
  return linear(
    reshape(attended, ['B', heads * headDim]),
    weights.get('self_attn.o_proj.weight', hidden, heads * headDim),
    {
      residual: x,
      bias: config.outputBias ? weights.get('self_attn.o_proj.bias', hidden) : undefined,
    },
  );
}

/** The new token's q [B, heads, 1, d], k and v [B, kvHeads, 1, d], q and k rotated. */
function newest(
  x: Tensor,
  { config, weights, around }: StepParts,
): readonly [Tensor, Tensor, Tensor] {
  const { heads, kvHeads, headDim, rmsEps } = config;
  const normed = rmsNorm(x, weights.get('input_layernorm.weight', config.hidden), rmsEps);
  const { weight, bias } = weights.projection(['q', 'k', 'v']);
  const all = reshape(linear(normed, weight, { bias }), ['B', heads + 2 * kvHeads, 1, headDim]);
  const [q, k, v] = split(all, [heads, kvHeads, kvHeads], 1);
  const turned = (y: Tensor, which: 'q' | 'k'): Tensor => {
    const gain = (): Tensor => weights.get(`self_attn.${which}_norm.weight`, headDim);
    const scaled = config.qkNorm ? rmsNorm(y, gain(), rmsEps) : y;
    return ropeAt(scaled, around.positions, around);
  };
  return [turned(q!, 'q'), turned(k!, 'k'), v!];
}
