/**
 * A model that writes, as two graphs: a prompt is read once, and then every step adds one token to each
 * of many sequences, over keys and values kept from before. Knows nothing of sampling.
 */
import type { FloatValue } from '../graph/executor.ts';
import type { Graph } from '../graph/graph.ts';
import { add, mul, softCap } from '../graph/ops/elementwise.ts';
import { matmul } from '../graph/ops/linear.ts';
import { concat, largest, pick, reshape, split } from '../graph/ops/shape.ts';
import { ropeAt, softmax } from '../graph/ops/transformer.ts';
import type { Angles } from '../graph/ops/transformer.ts';
import { input } from '../graph/tensor.ts';
import type { Tensor } from '../graph/tensor.ts';
import { withoutAdapter } from './adapter.ts';
import type { ModelConfig, Sight } from './config.ts';
import { attentionOutput, layer, mlp } from './layer.ts';
import type { Structure } from './layout.ts';
import { attentionInputs, qkNormed } from './projections.ts';
import { angles, tableName } from './rotary.ts';
import { added, normed } from './sublayer.ts';
import { surroundings } from './surroundings.ts';
import { embedded, finished, logitsOf } from './vocabulary.ts';
import { createWeights } from './weight-tensors.ts';
import type { LayerWeights, WeightTensors } from './weight-tensors.ts';

/**
 * Reads prompts: for each position that is read, R of them, the next token's `scores` and `probs` [R, V],
 * `best` and `bestProb` [R, 1], and for every layer l `keys.l` and `values.l` [kvHeads, T, d] of all tokens.
 */
export function promptGraph(config: ModelConfig, structure: Structure): Graph {
  const weights = createWeights(config);
  const around = surroundings(config, structure);
  const kept: Record<string, Tensor> = {};
  let x = embedded(around.ids, config, weights); // [T, D]
  for (let index = 0; index < config.layers; index++)
    x = layer(x, {
      ...{ config, around, weights: weights.layer(index), index },
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
 * layer l the past as `keys.l` and `values.l` [B, kvHeads, 1, N, d], of N places of which `mask`
 * [B, 1, 1, 1, N + 1] hides by −1e9 those that are empty (the last place is the new token's own), and for
 * every window w `mask.w` those too that lie w or more tokens back; `lengths` = [N, 1]; the tables of
 * `stepTables`. Outputs: of the token after `scores` and `probs` [B, V], `best` and `bestProb` [B, 1], and
 * `fresh` [B, layers · 2 · kvHeads, 1, d]: each layer's new keys, then its new values.
 *
 * Weights are those of the base, to which the adapter's are to be added beforehand (`mergesOf`).
 * Where prompts are `shared`, the past begins after them, and they are fed as `Step.shared` says.
 */
export function stepGraph(model: ModelConfig, shared = false): Graph {
  const config = withoutAdapter(model);
  const weights = createWeights(config);
  const around = stepInputs(config, shared);
  const fresh: Tensor[] = [];
  let x = embedded(input('ids', 'int32', ['B']), config, weights); // [B, D]
  for (let index = 0; index < config.layers; index++) {
    const parts = { config, around, weights: weights.layer(index), index, fresh };
    x = mlp(attentionStep(x, parts, pastOf(config, index, shared)), parts);
  }
  return { outputs: { ...nextToken(x, config, weights), fresh: concat(fresh, 1) } };
}

/** How many tokens the layers see, where that is not all. */
export function windowsOf({ sights }: ModelConfig): number[] {
  return [...new Set(sights.flatMap(({ window }) => window ?? []))];
}

/** The tables of a step: angles for keys, and for queries with the scale of attention in them. */
export function stepTables(config: ModelConfig): Record<string, FloatValue> {
  const positions = Array.from({ length: config.maxPositions }, (_, i) => i);
  const scaled = ({ data, shape }: FloatValue): FloatValue => ({
    data: data.map((x) => x * config.attentionScale),
    shape,
  });
  const tables = config.sights.flatMap(({ rope }, sight) => {
    const { cos, sin } = angles(rope, config.headDim, positions);
    return Object.entries({ cos, sin, 'cos.q': scaled(cos), 'sin.q': scaled(sin) }).map(
      ([name, value]) => [tableName(name, sight), value] as const,
    );
  });
  return Object.fromEntries(tables);
}

/**
 * What comes next: logits times `inverseTemperature` (float32 []), their softmax, and the likeliest token
 * with its probability.
 */
function nextToken(
  x: Tensor,
  config: ModelConfig,
  weights: WeightTensors,
): Record<'scores' | 'probs' | 'best' | 'bestProb', Tensor> {
  const rows = finished(x, config, weights);
  const inverse = input('inverseTemperature', 'float32', []);
  // A row of D is shorter than one of V, but a cap is on the logits themselves.
  const scores =
    config.logitCap === undefined
      ? logitsOf(mul(rows, inverse), config, weights)
      : mul(logitsOf(rows, config, weights), inverse);
  const probs = softmax(scores);
  const { value, place } = largest(probs);
  return { scores, probs, best: place, bestProb: value };
}

interface Past {
  keys: Tensor;
  values: Tensor;
  prompts?: { keys: Tensor; values: Tensor };
}

function pastOf({ kvHeads, headDim }: ModelConfig, index: number, shared: boolean): Past {
  const own = {
    keys: input(`keys.${index}`, 'float32', ['B', kvHeads, 1, 'N', headDim]),
    values: input(`values.${index}`, 'float32', ['B', kvHeads, 1, 'N', headDim]),
  };
  if (!shared) return own;
  const prompts = {
    keys: input(`prompts.keys.${index}`, 'float32', ['G', kvHeads, headDim, 'P']),
    values: input(`prompts.values.${index}`, 'float32', ['G', kvHeads, 'P', headDim]),
  };
  return { ...own, prompts };
}

/** What every layer of a step sees beside its input. */
interface StepInputs {
  positions: Tensor;
  /** For each of the config's sights. */
  sights: readonly { angles: { q: Angles; k: Angles }; mask: Tensor }[];
  lengths: Tensor;
  /** Between rows and the prompts that they share. */
  places?: { into: Tensor; outOf: Tensor };
}

function stepInputs(config: ModelConfig, shared: boolean): StepInputs {
  const { heads, kvHeads, headDim } = config;
  const masks = new Map<string, Tensor>();
  const maskOf = ({ window }: Sight): Tensor => {
    const name = window === undefined ? 'mask' : `mask.${window}`;
    const mask =
      masks.get(name) ?? input(name, 'float32', ['B', 1, 1, 1, shared ? 'N+P+1' : 'N+1']);
    masks.set(name, mask);
    return mask;
  };
  const tablesOf = (index: number): Record<'q' | 'k', Angles> => {
    const table = (name: string): Tensor =>
      input(tableName(name, index), 'float32', ['P', headDim / 2]);
    return {
      q: { cos: table('cos.q'), sin: table('sin.q') },
      k: { cos: table('cos'), sin: table('sin') },
    };
  };
  return {
    positions: input('positions', 'int64', ['B', 1]),
    sights: config.sights.map((sight, i) => ({ angles: tablesOf(i), mask: maskOf(sight) })),
    lengths: input('lengths', 'int64', [shared ? 3 : 2]),
    ...(shared && {
      places: {
        into: input('into', 'int64', ['G', kvHeads, 'Q', 3]),
        outOf: input('outOf', 'int64', ['B', kvHeads, heads / kvHeads, 3]),
      },
    }),
  };
}

interface StepParts {
  config: ModelConfig;
  around: StepInputs;
  weights: LayerWeights;
  /** Which layer it is. */
  index: number;
  /** Every layer adds its new keys and its new values. */
  fresh: Tensor[];
}

/**
 * x [B, D] plus the attention of each row to its past and itself. The new key and value are joined to the
 * past as scores and as products, so that the past is read where it lies; and every query head asks by
 * itself, as onnxruntime reads a matrix in place where one row is multiplied. Of a shared prompt all heads
 * and rows ask together.
 */
function attentionStep(x: Tensor, parts: StepParts, past: Past): Tensor {
  const { config, around } = parts;
  const { heads, kvHeads, headDim } = config;
  const [q, k, v] = newest(x, parts);
  parts.fresh.push(k, v);
  const asked = reshape(q, ['B', kvHeads, heads / kvHeads, 1, headDim]);
  const own = (y: Tensor): Tensor => reshape(y, ['B', kvHeads, 1, 1, headDim]);
  const before = matmul(asked, past.keys, { transB: true }); // [B, kvHeads, group, 1, N]
  const itself = matmul(asked, own(k), { transB: true });
  const ofPrompt = promptOf(parts, past);
  const scores = concat([...(ofPrompt ? [ofPrompt.scores(asked)] : []), before, itself], 4);
  const cap = config.attentionCap;
  const capped = cap === undefined ? scores : softCap(scores, cap);
  const probs = softmax(add(capped, sightOf(parts).mask));
  const pieces = split(probs, [...(ofPrompt ? ['P'] : []), 'N', 1], 4, around.lengths);
  const [self, seen, shared] = pieces.toReversed();
  const alone = add(matmul(seen!, past.values), mul(self!, own(v)));
  const attended = ofPrompt ? add(ofPrompt.read(shared!), alone) : alone;
  const joined = reshape(attended, ['B', heads * headDim]);
  return added(x, joined, attentionOutput(config), parts);
}

function sightOf({ config, around, index }: StepParts): StepInputs['sights'][number] {
  return around.sights[config.sightOf[index]!]!;
}

/** How rows [B, kvHeads, group, 1, …] ask the prompts that they share, if they do. */
function promptOf(
  { config, around }: StepParts,
  { prompts }: Past,
): Record<'scores' | 'read', (x: Tensor) => Tensor> | undefined {
  if (!prompts || !around.places) return undefined;
  const { into, outOf } = around.places;
  const { heads, kvHeads } = config;
  const through = (x: Tensor, matrix: Tensor): Tensor => {
    const flat = reshape(x, ['B', kvHeads, heads / kvHeads, x.shape[4]!]);
    const product = matmul(pick(flat, into), matrix); // [G, kvHeads, Q, …]
    return reshape(pick(product, outOf), ['B', kvHeads, heads / kvHeads, 1, product.shape[3]!]);
  };
  return {
    scores: (asked) => through(asked, prompts.keys),
    read: (probs) => through(probs, prompts.values),
  };
}

/** The new token's q [B, heads, 1, d], k and v [B, kvHeads, 1, d], q and k rotated. */
function newest(x: Tensor, parts: StepParts): readonly [Tensor, Tensor, Tensor] {
  const { config, around } = parts;
  const { heads, kvHeads, headDim } = config;
  const sight = sightOf(parts);
  const input = normed(x, config.norms.beforeAttention, parts);
  const y = attentionInputs(input, ['q', 'k', 'v'], parts);
  const all = reshape(y, ['B', heads + 2 * kvHeads, 1, headDim]);
  const [q, k, v] = split(all, [heads, kvHeads, kvHeads], 1);
  const turned = (rows: Tensor, which: 'q' | 'k'): Tensor => {
    const scaled = config.qkNorm === 'head' ? qkNormed(rows, which, parts) : rows;
    return ropeAt(scaled, around.positions, sight.angles[which]);
  };
  return [turned(q!, 'q'), turned(k!, 'k'), v!];
}
