/** A model's weights as parameters of a graph, by their Hugging Face names, each made once. */
import { add } from '../graph/ops/elementwise.ts';
import { slice } from '../graph/ops/shape.ts';
import { parameter, stackedParameters } from '../graph/tensor.ts';
import type { Tensor } from '../graph/tensor.ts';
import { isTrained } from './adapter.ts';
import type { ModelConfig } from './config.ts';

export type Which = 'q' | 'k' | 'v';

export interface WeightTensors {
  get(name: string, ...shape: number[]): Tensor;
  /** Of a norm: what it multiplies by. */
  gain(name: string, width: number): Tensor;
  embeddings(): Tensor;
  /** The output embedding, which may be the input embedding. */
  head(): Tensor;
  layer(index: number): LayerWeights;
  /** Those asked for so far that are trained. */
  trained(): Tensor[];
}

export interface LayerWeights {
  get(name: string, ...shape: number[]): Tensor;
  gain(name: string, width: number): Tensor;
  /** Projections of these as one, e.g. `['q', 'k', 'v']`. */
  projection(which: readonly Which[]): { weight: Tensor; bias?: Tensor };
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
  return {
    get,
    gain,
    embeddings,
    head: () =>
      config.tieWordEmbeddings ? embeddings() : get('lm_head.weight', config.vocab, config.hidden),
    trained: () =>
      [...made].filter(([name]) => !config.adapter || isTrained(name)).map(([, made]) => made),
    layer(index) {
      const prefix = `model.layers.${index}.`;
      const stack = (which: readonly Which[], kind: string, ...rest: number[]): Tensor =>
        once(`${prefix}${which.join('')}.${kind}`, () =>
          stackedParameters(
            which.map((name) => ({
              name: `${prefix}self_attn.${name}_proj.${kind}`,
              shape: [inputWidth([name], config), ...rest],
            })),
          ),
        );
      const part = (which: readonly Which[]): Tensor => {
        const width = inputWidth(['q', 'k', 'v'], config);
        const whole = get(`${prefix}self_attn.qkv_proj.weight`, width, config.hidden);
        return partOf(whole, which, config);
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

/** Of these together: heads · d. */
export function inputWidth(
  which: readonly Which[],
  { heads, kvHeads, headDim }: ModelConfig,
): number {
  return which.reduce((sum, name) => sum + (name === 'q' ? heads : kvHeads) * headDim, 0);
}

/** Rows of what q, k and v have as one: all of them, or those of neighbours. */
export function partOf(whole: Tensor, which: readonly Which[], config: ModelConfig): Tensor {
  if (which.length === 3) return whole;
  const all: Which[] = ['q', 'k', 'v'];
  const start = inputWidth(all.slice(0, all.indexOf(which[0]!)), config);
  return slice(whole, 0, start, start + inputWidth(which, config));
}
