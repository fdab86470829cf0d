/** What config.json may hold: types, defaults, and a sentence for each thing that is not as it should be. */
import { z } from 'zod';
import { neutral, type Family, type Head } from './families.ts';

const whole = z
  .int({ error: expected('a whole number above 0') })
  .positive({ error: expected('a whole number above 0') });
const positive = z
  .number({ error: expected('a number above 0') })
  .positive({ error: expected('a number above 0') });
const id = z.int({ error: expected('a token id') }).min(0, { error: expected('a token id') });
const flag = z.boolean({ error: expected('true or false') });
const dtypes = z.enum(['float32', 'float16', 'bfloat16'], {
  error: expected('float32, float16 or bfloat16'),
});

const layerType = z.enum(['full_attention', 'sliding_attention'], {
  error: expected('"full_attention" or "sliding_attention"'),
});

const schema = z.object({
  hidden_size: whole,
  num_hidden_layers: whole,
  num_attention_heads: whole,
  num_key_value_heads: whole.nullish(),
  head_dim: whole.nullable(),
  intermediate_size: whole,
  vocab_size: whole,
  rms_norm_eps: positive,
  rope_theta: positive.optional(),
  dtype: dtypes.nullish(),
  torch_dtype: dtypes.nullish(),
  tie_word_embeddings: flag,
  attention_bias: flag,
  mlp_bias: flag,
  sliding_window: whole.nullable(),
  sliding_window_pattern: whole.nullable(),
  layer_types: z.array(layerType).nullable(),
  use_bidirectional_attention: z
    .literal(false, { error: expected('false: a token sees none that come after it') })
    .nullable(),
  rope_local_base_freq: positive.nullable(),
  query_pre_attn_scalar: positive.nullable(),
  attn_logit_softcapping: positive.nullable(),
  final_logit_softcapping: positive.nullable(),
  attention_multiplier: positive.nullable(),
  embedding_multiplier: positive,
  residual_multiplier: positive,
  logits_scaling: positive,
  max_position_embeddings: whole,
  initializer_range: positive,
  pad_token_id: id.nullish(),
  eos_token_id: z
    .union([id, z.array(id)], { error: expected('a token id or a list of them') })
    .nullish(),
});

export type ConfigFile = z.infer<typeof schema>;

/** Alike in the config classes of transformers, but for what a family says. */
const defaults = { rms_norm_eps: 1e-6, tie_word_embeddings: false, initializer_range: 0.02 };

/** Reads the keys that a family has; or says everything that is wrong with them. */
export function readKeys(
  raw: Readonly<Record<string, unknown>>,
  family: Family,
  head: Head,
): { file?: ConfigFile; problems: string[] } {
  const read = Object.entries(raw).filter(
    ([key]) => !Object.hasOwn(neutral, key) || Object.hasOwn(family.defaults, key),
  );
  const parsed = schema.safeParse({
    ...neutral,
    ...defaults,
    ...family.defaults,
    ...Object.fromEntries(read),
  });
  const problems = [
    ...(parsed.error?.issues.map(sentence) ?? []),
    ...unsupported(raw, family, head),
    ...(parsed.success ? contradictions(parsed.data) : []),
  ];
  return { ...(parsed.success && { file: parsed.data }), problems };
}

function expected(what: string) {
  return ({ input }: { input?: unknown }): string =>
    `expected ${what}, ${input === undefined ? 'found nothing' : `found ${JSON.stringify(input)}`}`;
}

function sentence(issue: z.core.$ZodIssue): string {
  return `${issue.path.join('.')}: ${issue.message}`;
}

/** Settings that change what the model computes and that the decoder does not have. */
function unsupported(
  raw: Readonly<Record<string, unknown>>,
  { design, defaults }: Family,
  head: Head,
): string[] {
  const problems: string[] = [];
  const wanted = design.activation ?? 'silu';
  const key = wanted === 'silu' ? 'hidden_act' : 'hidden_activation';
  const act = raw[key] ?? wanted;
  if (act !== wanted) problems.push(`${key}: expected "${wanted}", found ${JSON.stringify(act)}`);
  const types = Array.isArray(raw.layer_types) ? (raw.layer_types as unknown[]) : [];
  const slides = !('layer_types' in defaults) && types.some((type) => type !== 'full_attention');
  if (raw.use_sliding_window === true || slides)
    problems.push(
      'use_sliding_window: layers of this family that see a window are not supported; supported: full attention',
    );
  if (head === 'reward' && labels(raw) !== 1)
    problems.push(`num_labels: a reward model has 1 label, found ${labels(raw)}`);
  return problems;
}

/** transformers writes `id2label` and leaves `num_labels` out; its default is two labels. */
function labels(raw: Readonly<Record<string, unknown>>): number {
  if (typeof raw.num_labels === 'number') return raw.num_labels;
  const { id2label } = raw;
  return typeof id2label === 'object' && id2label !== null ? Object.keys(id2label).length : 2;
}

function contradictions(file: ConfigFile): string[] {
  const { num_attention_heads: heads, hidden_size: hidden, head_dim: headDim } = file;
  const kvHeads = file.num_key_value_heads ?? heads;
  const problems: string[] = [];
  if (heads % kvHeads !== 0)
    problems.push(
      `num_key_value_heads: expected a divisor of num_attention_heads (${heads}), found ${kvHeads}`,
    );
  if (file.layer_types && file.layer_types.length !== file.num_hidden_layers)
    problems.push(
      `layer_types: expected one for each of ${file.num_hidden_layers} layers, found ${file.layer_types.length}`,
    );
  if (headDim === null && hidden % heads !== 0)
    problems.push(
      `head_dim: missing, and hidden_size ${hidden} is not a multiple of ${heads} heads`,
    );
  return problems;
}
