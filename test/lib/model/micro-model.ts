/** The smallest models that have every part: config.json files, and weights counted up from -1. */
import type { Value } from '../../../lib/graph/executor.ts';

export const qwen3 = {
  architectures: ['Qwen3ForCausalLM'],
  attention_bias: false,
  dtype: 'bfloat16',
  eos_token_id: 272,
  head_dim: 4,
  hidden_act: 'silu',
  hidden_size: 8,
  initializer_range: 0.02,
  intermediate_size: 12,
  layer_types: ['full_attention', 'full_attention'],
  max_position_embeddings: 128,
  model_type: 'qwen3',
  num_attention_heads: 4,
  num_hidden_layers: 2,
  num_key_value_heads: 2,
  pad_token_id: 270,
  rms_norm_eps: 1e-6,
  rope_parameters: { rope_theta: 1000000, rope_type: 'default' },
  tie_word_embeddings: true,
  use_sliding_window: false,
  vocab_size: 274,
};

export const qwen2 = {
  architectures: ['Qwen2ForSequenceClassification'],
  eos_token_id: [272, 270],
  hidden_size: 8,
  id2label: { 0: 'LABEL_0' },
  intermediate_size: 12,
  model_type: 'qwen2',
  num_attention_heads: 4,
  num_hidden_layers: 1,
  num_key_value_heads: 2,
  rope_scaling: null,
  rope_theta: 10000,
  torch_dtype: 'float16',
  vocab_size: 274,
};

/** Tensors of these shapes; every element is a multiple of 1/64, exact in half precision. */
export function countedWeights(shapes: ReadonlyMap<string, readonly number[]>): Map<string, Value> {
  let n = 0;
  return new Map(
    [...shapes].map(([name, shape]) => {
      const length = shape.reduce((a, b) => a * b, 1);
      const data = Float32Array.from({ length }, () => ((n++ % 128) - 64) / 64);
      return [name, { data, shape }];
    }),
  );
}
