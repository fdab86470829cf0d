/**
 * The families of models that the decoder computes, by the `model_type` of config.json. A family is data: how
 * its layers are built, and what it reads of config.json. How each was checked: docs/models.md.
 */

/** What a model ends in: a vocabulary (`…ForCausalLM`) or a score (`…ForSequenceClassification`). */
export type Head = 'causal' | 'reward';

/** How the layers of a family are built. */
export interface Design {
  readonly norms: Norms;
  /** Gains of norms are stored as what they are more than 1. */
  readonly gainFromOne?: boolean;
  /** RMSNorm of q and k: of each head by itself, or of all heads as one. */
  readonly qkNorm?: 'head' | 'all';
  /** What the MLP's gate goes through, by the name in config.json; absent: `silu`. */
  readonly activation?: 'gelu_pytorch_tanh';
  /** q, k and v are one weight, and gate and up are. */
  readonly fused?: boolean;
}

/** Names of a layer's norms of width `hidden`, by where they stand. */
export interface Norms {
  readonly beforeAttention?: string;
  readonly afterAttention?: string;
  readonly beforeMlp?: string;
  readonly afterMlp?: string;
}

/** Keys of config.json that only some families read, with the values that change nothing. */
export const neutral = {
  attention_bias: false,
  mlp_bias: false,
  head_dim: null,
  sliding_window: null,
  sliding_window_pattern: null,
  layer_types: null,
  use_bidirectional_attention: null,
  rope_local_base_freq: null,
  query_pre_attn_scalar: null,
  attn_logit_softcapping: null,
  final_logit_softcapping: null,
  attention_multiplier: null,
  embedding_multiplier: 1,
  residual_multiplier: 1,
  logits_scaling: 1,
};

export interface Family {
  /** Names in `architectures`; no reward where transformers has no class for it. */
  readonly architectures: { readonly causal: string; readonly reward?: string };
  readonly design: Design;
  /** Biases on q, k and v whatever `attention_bias` says. */
  readonly qkvBias?: boolean;
  /** Embeddings are multiplied by the square root of their width. */
  readonly embeddingByWidth?: boolean;
  /** Where `layer_types` says nothing, every so many layers one sees all; the others `sliding_window`. Default 1. */
  readonly fullEvery?: number;
  /** Kinds of rope scaling that transformers has for it; default: all that we have. */
  readonly ropeKinds?: readonly string[];
  /**
   * What transformers takes where config.json lacks a key. Of the keys of `neutral`, those that are not here
   * are not read at all.
   */
  readonly defaults: Readonly<Record<string, unknown>>;
}

/** Each sublayer normalises what it reads. */
const before: Norms = { beforeAttention: 'input_layernorm', beforeMlp: 'post_attention_layernorm' };
/** What it gives. */
const after: Norms = {
  afterAttention: 'post_attention_layernorm',
  afterMlp: 'post_feedforward_layernorm',
};
const both: Norms = {
  beforeAttention: 'input_layernorm',
  afterAttention: 'post_attention_layernorm',
  beforeMlp: 'pre_feedforward_layernorm',
  afterMlp: 'post_feedforward_layernorm',
};
const gemma: Design = { norms: both, gainFromOne: true, activation: 'gelu_pytorch_tanh' };

export const families = {
  gemma2: {
    architectures: named('Gemma2'),
    design: gemma,
    embeddingByWidth: true,
    fullEvery: 2,
    defaults: {
      tie_word_embeddings: true,
      attention_bias: false,
      head_dim: 256,
      num_key_value_heads: 4,
      sliding_window: 4096,
      layer_types: null,
      use_bidirectional_attention: null,
      query_pre_attn_scalar: 256,
      attn_logit_softcapping: 50,
      final_logit_softcapping: 30,
      max_position_embeddings: 8192,
    },
  },
  gemma3_text: {
    architectures: { ...named('Gemma3'), reward: 'Gemma3TextForSequenceClassification' },
    design: { ...gemma, qkNorm: 'head' },
    embeddingByWidth: true,
    fullEvery: 6,
    defaults: {
      tie_word_embeddings: true,
      attention_bias: false,
      head_dim: 256,
      num_key_value_heads: 4,
      sliding_window: 4096,
      sliding_window_pattern: null,
      layer_types: null,
      use_bidirectional_attention: null,
      rope_theta: 1000000,
      rope_local_base_freq: 10000,
      query_pre_attn_scalar: 256,
      final_logit_softcapping: null,
      max_position_embeddings: 131072,
    },
  },
  granite: {
    architectures: { causal: 'GraniteForCausalLM' },
    design: { norms: before },
    defaults: {
      attention_bias: false,
      mlp_bias: false,
      head_dim: null,
      attention_multiplier: 1,
      embedding_multiplier: 1,
      residual_multiplier: 1,
      logits_scaling: 1,
      max_position_embeddings: 2048,
    },
  },
  llama: {
    architectures: named('Llama'),
    design: { norms: before },
    defaults: {
      attention_bias: false,
      mlp_bias: false,
      head_dim: null,
      max_position_embeddings: 2048,
    },
  },
  mistral: {
    architectures: named('Mistral'),
    design: { norms: before },
    fullEvery: Infinity,
    defaults: {
      head_dim: null,
      num_key_value_heads: 8,
      sliding_window: 4096,
      max_position_embeddings: 131072,
    },
  },
  olmo2: {
    architectures: named('Olmo2'),
    design: { norms: after, qkNorm: 'all' },
    defaults: {
      attention_bias: false,
      head_dim: null,
      rms_norm_eps: 1e-5,
      max_position_embeddings: 2048,
    },
  },
  phi3: {
    architectures: named('Phi3'),
    design: { norms: before, fused: true },
    fullEvery: Infinity,
    ropeKinds: ['default'],
    defaults: {
      head_dim: null,
      sliding_window: null,
      rms_norm_eps: 1e-5,
      max_position_embeddings: 4096,
    },
  },
  qwen2: {
    architectures: named('Qwen2'),
    design: { norms: before },
    qkvBias: true,
    defaults: { head_dim: null, max_position_embeddings: 32768 },
  },
  qwen3: {
    architectures: named('Qwen3'),
    design: { norms: before, qkNorm: 'head' },
    defaults: { head_dim: 128, attention_bias: false, max_position_embeddings: 32768 },
  },
} satisfies Record<string, Family>;

export type FamilyName = keyof typeof families;

function named(name: string): Record<Head, string> {
  return { causal: `${name}ForCausalLM`, reward: `${name}ForSequenceClassification` };
}

/** The family and the head of an architecture's name; undefined where we do not have it. */
export function familyOf(architecture: string): { family: FamilyName; head: Head } | undefined {
  for (const [name, { architectures }] of Object.entries<Family>(families))
    for (const head of ['causal', 'reward'] as const)
      if (architectures[head] === architecture) return { family: name as FamilyName, head };
  return undefined;
}
