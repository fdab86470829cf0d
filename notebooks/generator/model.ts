/**
 * The small model before it has learned anything: its sizes, its chat template, its first weights.
 */
import { expectedShapes } from '../../lib/model/weights.ts';
import type { ModelConfig } from '../../lib/model/config.ts';
import type { Value } from '../../lib/graph/executor.ts';
import { seeded } from './random.ts';

/** The contents of `config.json`: a Qwen3 of some 0.7 million parameters. */
export function modelConfig(vocabulary: readonly string[]): object {
  const layers = 3;
  return {
    architectures: ['Qwen3ForCausalLM'],
    model_type: 'qwen3',
    vocab_size: vocabulary.length,
    hidden_size: 128,
    intermediate_size: 352,
    num_hidden_layers: layers,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 32,
    hidden_act: 'silu',
    max_position_embeddings: maxLength,
    rms_norm_eps: 1e-6,
    rope_parameters: { rope_type: 'default', rope_theta: 10_000 },
    attention_bias: false,
    attention_dropout: 0,
    initializer_range: 0.02,
    tie_word_embeddings: true,
    use_cache: true,
    use_sliding_window: false,
    sliding_window: null,
    layer_types: Array<string>(layers).fill('full_attention'),
    bos_token_id: null,
    eos_token_id: vocabulary.indexOf('<|im_end|>'),
    pad_token_id: vocabulary.indexOf('<|endoftext|>'),
    dtype: 'float16',
  };
}

export const maxLength = 256;

/** Each turn between markers, in the manner of ChatML. */
export const chatTemplate = `{%- for message in messages -%}
  {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}
  {{- '<|im_start|>assistant\\n' -}}
{%- endif -%}
`;

/** Matrices are normal(0, initializer_range), gains are 1, as transformers begins. */
export function firstWeights(config: ModelConfig, seed: number): Map<string, Value> {
  const random = seeded(seed);
  const value = (shape: readonly number[]): Value => {
    const length = shape.reduce((a, b) => a * b);
    const draw = shape.length === 1 ? () => 1 : () => config.initializerRange * random.normal();
    return { data: Float32Array.from({ length }, draw), shape };
  };
  const shapes = [...expectedShapes(config, 'causal')];
  return new Map(shapes.map(([name, shape]) => [name, value(shape)]));
}
