/** A model's weights as parameters of a graph, by their Hugging Face names, each made once. */
import { add } from '../graph/ops/elementwise.ts';
import { slice } from '../graph/ops/shape.ts';
import { parameter, stackedParameters } from '../graph/tensor.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { ModelConfig } from './config.ts';

export interface WeightTensors {
  get(name: string, ...shape: number[]): Tensor;
  /** Of a norm: what it multiplies by. */
  gain(name: string, width: number): Tensor;
  embeddings(): Tensor;
  /** The output embedding, which may be the input embedding. */
  head(): Tensor;
  layer(index: number): LayerWeights;
  /** Those asked for so far. */
  all(): Tensor[];
}

export interface LayerWeights {
  get(name: string, ...shape: number[]): Tensor;
  gain(name: string, width: number): Tensor;
  /** Projections of these as one, e.g. `['q', 'k', 'v']`. */
  projection(which: readonly ('q' | 'k' | 'v')[]): { weight: Tensor; bias?: Tensor };
}

export function createWeights(config: ModelConfig): WeightTensors {
  const made = new Map<string, Tensor>();
  const once = (key: string, make: () => Tensor): Tensor => {
    const known = made.get(key) ?? make();
    made.set(key, known);
    return known;
  };
  const get = (name: string, ...shape: number[]): Tensor =>
    once(name, () => parameter(name, shape));
  const gain = (name: string, width: number): Tensor => {
    const stored = get(`${name}.weight`, width);
    return config.gainFromOne ? add(stored, 1) : stored;
  };
  const embeddings = (): Tensor => get('model.embed_tokens.weight', config.vocab, config.hidden);
  const rows = { q: config.heads, k: config.kvHeads, v: config.kvHeads };
  return {
    get,
    gain,
    embeddings,
    head: () =>
      config.tieWordEmbeddings ? embeddings() : get('lm_head.weight', config.vocab, config.hidden),
    all: () => [...made.values()],
    layer(index) {
      const prefix = `model.layers.${index}.`;
      const stack = (
        which: readonly ('q' | 'k' | 'v')[],
        kind: string,
        ...rest: number[]
      ): Tensor =>
        once(`${prefix}${which.join('')}.${kind}`, () =>
          stackedParameters(
            which.map((name) => ({
              name: `${prefix}self_attn.${name}_proj.${kind}`,
              shape: [rows[name] * config.headDim, ...rest],
            })),
          ),
        );
      /** Of the one weight; all of it, or neighbours in it. */
      const part = (which: readonly ('q' | 'k' | 'v')[]): Tensor => {
        const sum = (names: readonly ('q' | 'k' | 'v')[]): number =>
          names.reduce((total, name) => total + rows[name], 0) * config.headDim;
        const all = ['q', 'k', 'v'] as const;
        const whole = get(`${prefix}self_attn.qkv_proj.weight`, sum(all), config.hidden);
        const start = sum(all.slice(0, all.indexOf(which[0]!)));
        return which.length === 3 ? whole : slice(whole, 0, start, start + sum(which));
      };
      return {
        get: (name, ...shape) => get(prefix + name, ...shape),
        gain: (name, width) => gain(prefix + name, width),
        projection: (which) => ({
          weight: config.fused ? part(which) : stack(which, 'weight', config.hidden),
          ...(config.attentionBias && { bias: stack(which, 'bias') }),
        }),
      };
    },
  };
}
