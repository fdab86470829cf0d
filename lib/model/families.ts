/**
 * The families of models that the decoder computes, by the `model_type` of config.json. A family is data: how
 * its layers are built, and what it reads of config.json. How each was checked: docs/models.md.
 */

/** What a model ends in: a vocabulary (`…ForCausalLM`) or a score (`…ForSequenceClassification`). */
export type Head = 'causal' | 'reward';

/** How the layers of a family are built. */
export interface Design {
  readonly norms: Norms;
  /** RMSNorm of q and k: of each head by itself, or of all heads as one. */
  readonly qkNorm?: 'head' | 'all';
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
};

export interface Family {
  /** Names in `architectures`. */
  readonly architectures: Readonly<Record<Head, string>>;
  readonly design: Design;
  /** Biases on q, k and v whatever `attention_bias` says. */
  readonly qkvBias?: boolean;
  /**
   * What transformers takes where config.json lacks a key. Of the keys of `neutral`, those that are not here
   * are not read at all.
   */
  readonly defaults: Readonly<Record<string, unknown>>;
}

/** Each sublayer normalises what it reads. */
const before: Norms = { beforeAttention: 'input_layernorm', beforeMlp: 'post_attention_layernorm' };

export const families = {
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
    defaults: {
      head_dim: null,
      num_key_value_heads: 8,
      sliding_window: 4096,
      max_position_embeddings: 131072,
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
  for (const [family, { architectures }] of Object.entries(families))
    for (const head of ['causal', 'reward'] as const)
      if (architectures[head] === architecture) return { family: family as FamilyName, head };
  return undefined;
}
