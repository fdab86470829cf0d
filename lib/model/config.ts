/**
 * What a Hugging Face `config.json` says of a Qwen2 or Qwen3 model, in our own names. Refuses what the
 * decoder does not compute (rope scaling, sliding windows, other activations) instead of ignoring it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors.ts';

export type Head = 'causal' | 'reward';
export type Dtype = 'float32' | 'float16' | 'bfloat16';

/** Sizes and switches of a decoder-only transformer. */
export interface ModelConfig {
  family: 'qwen2' | 'qwen3';
  /** What the folder's model ends in: a vocabulary (`…ForCausalLM`) or a score. */
  head: Head;
  hidden: number;
  layers: number;
  /** Query heads. */
  heads: number;
  /** Key and value heads; divides `heads`. */
  kvHeads: number;
  /** Width of one head; `heads * headDim` need not be `hidden`. */
  headDim: number;
  /** Width of the gated MLP. */
  intermediate: number;
  vocab: number;
  rmsEps: number;
  ropeTheta: number;
  /** How the folder stores its weights; computation is float32. */
  dtype: Dtype;
  /** The output embedding is the input embedding. */
  tieWordEmbeddings: boolean;
  /** Biases on q, k and v. */
  attentionBias: boolean;
  /** A bias on the attention's output projection too (Qwen3 with `attention_bias`). */
  outputBias: boolean;
  /** RMSNorm over each head of q and k (Qwen3). */
  qkNorm: boolean;
  maxPositions: number;
  /** Standard deviation of a newly made head. */
  initializerRange: number;
  padId?: number;
  eosIds: readonly number[];
  /** The file as it was, to be written back with a checkpoint. */
  raw: Readonly<Record<string, unknown>>;
}

const architectures: Record<string, { family: ModelConfig['family']; head: Head }> = {
  Qwen2ForCausalLM: { family: 'qwen2', head: 'causal' },
  Qwen2ForSequenceClassification: { family: 'qwen2', head: 'reward' },
  Qwen3ForCausalLM: { family: 'qwen3', head: 'causal' },
  Qwen3ForSequenceClassification: { family: 'qwen3', head: 'reward' },
};

/** The `architectures` entry of a family with a head. */
export function architectureName(family: ModelConfig['family'], head: Head): string {
  const entry = Object.entries(architectures).find(
    ([, known]) => known.family === family && known.head === head,
  );
  return entry![0];
}

/** Reads `config.json` of a model folder. Refuses it with every problem at once. */
export async function readConfig(folder: string): Promise<ModelConfig> {
  const path = join(folder, 'config.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new UserError(
      `no config.json in model folder '${folder}'`,
      'a model is a Hugging Face folder: config.json, model.safetensors, tokenizer.json',
      { cause },
    );
  }
  return parseConfig(text, path);
}

/** Turns the text of a `config.json` into a `ModelConfig`; `path` is for messages. */
export function parseConfig(text: string, path: string): ModelConfig {
  const raw = parseObject(text, path);
  const { family, head } = architectureOf(raw, path);
  const parsed = schema.safeParse(raw);
  const problems = [
    ...(parsed.error?.issues.map(sentence) ?? []),
    ...unsupported(raw, head),
    ...(parsed.success ? contradictions(parsed.data) : []),
  ];
  if (!parsed.success || problems.length > 0)
    throw new UserError(`cannot use ${path}\n${problems.map((line) => `  ${line}`).join('\n')}`);
  return toConfig(parsed.data, { family, head, raw });
}

function parseObject(text: string, path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${path} is not JSON: ${(cause as Error).message}`, undefined, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UserError(
      `${path} should hold one JSON object, found ${JSON.stringify(value).slice(0, 40)}`,
    );
  return value as Record<string, unknown>;
}

function architectureOf(raw: Record<string, unknown>, path: string) {
  const listed: unknown = Array.isArray(raw.architectures) ? raw.architectures[0] : undefined;
  const name = typeof listed === 'string' ? listed : '';
  const known = Object.hasOwn(architectures, name) ? architectures[name] : undefined;
  if (known) return known;
  const found = name || (typeof raw.model_type === 'string' ? raw.model_type : 'none');
  throw new UserError(
    `unsupported architecture '${found}' in ${path}; supported: ${Object.keys(architectures).join(', ')}`,
  );
}

const whole = z
  .int({ error: expected('a whole number above 0') })
  .positive({ error: expected('a whole number above 0') });
const positive = z
  .number({ error: expected('a number above 0') })
  .positive({ error: expected('a number above 0') });
const id = z.int({ error: expected('a token id') }).min(0, { error: expected('a token id') });
const flag = z.boolean({ error: expected('true or false') });
const rope = z.object({ rope_theta: positive.optional() });
const dtypes = z.enum(['float32', 'float16', 'bfloat16'], {
  error: expected('float32, float16 or bfloat16'),
});

/** Defaults are those of transformers' Qwen2Config and Qwen3Config. */
const schema = z.object({
  hidden_size: whole,
  num_hidden_layers: whole,
  num_attention_heads: whole,
  num_key_value_heads: whole.nullish(),
  head_dim: whole.nullish(),
  intermediate_size: whole,
  vocab_size: whole,
  rms_norm_eps: positive.default(1e-6),
  rope_theta: positive.optional(),
  rope_parameters: rope.nullish(),
  dtype: dtypes.nullish(),
  torch_dtype: dtypes.nullish(),
  tie_word_embeddings: flag.default(false),
  attention_bias: flag.default(false),
  max_position_embeddings: whole.default(32768),
  initializer_range: positive.default(0.02),
  pad_token_id: id.nullish(),
  eos_token_id: z
    .union([id, z.array(id)], { error: expected('a token id or a list of them') })
    .nullish(),
});
type Parsed = z.infer<typeof schema>;

function expected(what: string) {
  return ({ input }: { input?: unknown }): string =>
    `expected ${what}, ${input === undefined ? 'found nothing' : `found ${JSON.stringify(input)}`}`;
}

function sentence(issue: z.core.$ZodIssue): string {
  return `${issue.path.join('.')}: ${issue.message}`;
}

/** Settings that change what the model computes and that the decoder does not have. */
function unsupported(raw: Record<string, unknown>, head: Head): string[] {
  const problems: string[] = [];
  for (const key of ['rope_scaling', 'rope_parameters']) {
    const value = raw[key];
    if (typeof value !== 'object' || value === null) continue;
    const { rope_type, type } = value as { rope_type?: unknown; type?: unknown };
    const kind = rope_type ?? type ?? 'default';
    if (kind !== 'default')
      problems.push(
        `${key}: rope scaling ${JSON.stringify(kind)} is not supported; supported: "default" (none)`,
      );
  }
  const act = raw.hidden_act ?? 'silu';
  if (act !== 'silu') problems.push(`hidden_act: expected "silu", found ${JSON.stringify(act)}`);
  const types = Array.isArray(raw.layer_types) ? (raw.layer_types as unknown[]) : [];
  if (raw.use_sliding_window === true || types.some((type) => type !== 'full_attention'))
    problems.push(
      'use_sliding_window: sliding-window attention is not supported; supported: full attention',
    );
  if (head === 'reward' && labels(raw) !== 1)
    problems.push(`num_labels: a reward model has 1 label, found ${labels(raw)}`);
  return problems;
}

/** transformers writes `id2label` and leaves `num_labels` out; its default is two labels. */
function labels(raw: Record<string, unknown>): number {
  if (typeof raw.num_labels === 'number') return raw.num_labels;
  const { id2label } = raw;
  return typeof id2label === 'object' && id2label !== null ? Object.keys(id2label).length : 2;
}

function contradictions(parsed: Parsed): string[] {
  const { num_attention_heads: heads, hidden_size: hidden, head_dim: headDim } = parsed;
  const kvHeads = parsed.num_key_value_heads ?? heads;
  const problems: string[] = [];
  if (heads % kvHeads !== 0)
    problems.push(
      `num_key_value_heads: expected a divisor of num_attention_heads (${heads}), found ${kvHeads}`,
    );
  if (headDim == null && hidden % heads !== 0)
    problems.push(
      `head_dim: missing, and hidden_size ${hidden} is not a multiple of ${heads} heads`,
    );
  return problems;
}

type Known = Pick<ModelConfig, 'family' | 'head' | 'raw'>;

function toConfig(parsed: Parsed, known: Known): ModelConfig {
  const heads = parsed.num_attention_heads;
  const qwen3 = known.family === 'qwen3';
  const eos = parsed.eos_token_id ?? [];
  return {
    ...known,
    hidden: parsed.hidden_size,
    layers: parsed.num_hidden_layers,
    heads,
    kvHeads: parsed.num_key_value_heads ?? heads,
    headDim: parsed.head_dim ?? (qwen3 ? 128 : parsed.hidden_size / heads),
    intermediate: parsed.intermediate_size,
    vocab: parsed.vocab_size,
    rmsEps: parsed.rms_norm_eps,
    ropeTheta: parsed.rope_theta ?? parsed.rope_parameters?.rope_theta ?? 10000,
    dtype: parsed.dtype ?? parsed.torch_dtype ?? 'float32',
    tieWordEmbeddings: parsed.tie_word_embeddings,
    attentionBias: qwen3 ? parsed.attention_bias : true,
    outputBias: qwen3 && parsed.attention_bias,
    qkNorm: qwen3,
    maxPositions: parsed.max_position_embeddings,
    initializerRange: parsed.initializer_range,
    ...(parsed.pad_token_id != null && { padId: parsed.pad_token_id }),
    eosIds: typeof eos === 'number' ? [eos] : eos,
  };
}
