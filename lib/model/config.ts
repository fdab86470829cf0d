/**
 * What a Hugging Face `config.json` says of a model, in our own names. Refuses what the decoder does not
 * compute (other activations, other kinds of rope scaling) instead of ignoring it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { readAdapterFile, type LowRank } from './adapter-config.ts';
import { readKeys, type ConfigFile } from './config-file.ts';
import { families, familyOf } from './families.ts';
import type { Design, Family, FamilyName, Head } from './families.ts';
import { baseFolder } from './hub.ts';
import { readRopes, sightsOf, type Ropes, type Sight } from './sights.ts';

export type { Head } from './families.ts';
export type { Sight } from './sights.ts';
export type Dtype = 'float32' | 'float16' | 'bfloat16';

/** Sizes and switches of a decoder-only transformer. */
export interface ModelConfig extends Design {
  family: FamilyName;
  /** What the folder's model ends in. */
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
  /** How layers look back: one way for all, or several. */
  sights: readonly Sight[];
  /** Which of `sights` each layer has. */
  sightOf: readonly number[];
  /** How the folder stores its weights; computation is float32. */
  dtype: Dtype;
  /** The output embedding is the input embedding. */
  tieWordEmbeddings: boolean;
  /** Biases on q, k and v. */
  attentionBias: boolean;
  /** A bias on the attention's output projection. */
  outputBias: boolean;
  /** Biases on the three projections of the MLP. */
  mlpBias: boolean;
  /** What embeddings are multiplied by. */
  embeddingScale: number;
  /** What the products of q and k are multiplied by. */
  attentionScale: number;
  /** Scores of attention are kept below this, softly. */
  attentionCap?: number;
  /** What a sublayer adds is multiplied by this. */
  residualScale: number;
  /** What logits are multiplied by. */
  logitScale: number;
  /** Logits are kept below this, softly. */
  logitCap?: number;
  maxPositions: number;
  /** Standard deviation of a newly made head. */
  initializerRange: number;
  padId?: number;
  eosIds: readonly number[];
  /** What the model has beside the weights of its `base`, a folder. */
  adapter?: LowRank & { base: string };
  /** The file as it was, to be written back with a checkpoint. */
  raw: Readonly<Record<string, unknown>>;
}

/** The `architectures` entry of a family with a head. Refuses a head that transformers could not load. */
export function architectureName(family: FamilyName, head: Head): string {
  const { architectures }: Family = families[family];
  const name = architectures[head];
  if (name !== undefined) return name;
  throw new UserError(
    `the family '${family}' has no reward models: transformers has no class for them`,
    `a judge that writes can be trained of it (sft, pairwise, pointwise), or a reward model of another family`,
  );
}

/** Reads `config.json` of a model folder, an adapter's base and the adapter. Refuses it with every problem at once. */
export async function readConfig(folder: string): Promise<ModelConfig> {
  const file = await readAdapterFile(folder);
  if (!file) return readPlain(folder);
  const base = await baseFolder(folder);
  const config = await readPlain(base);
  return { ...config, head: file.head ?? config.head, adapter: { ...file.lowRank, base } };
}

async function readPlain(folder: string): Promise<ModelConfig> {
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
  const { file, problems } = readKeys(raw, families[family], head);
  const ropes = readRopes(raw, families[family], file);
  problems.push(...ropes.problems);
  if (!file || problems.length > 0)
    throw new UserError(`cannot use ${path}\n${problems.map((line) => `  ${line}`).join('\n')}`);
  return toConfig(file, ropes, { family, head, raw });
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
  const known = familyOf(name);
  if (known) return known;
  const quoted = name === '' ? '' : ` '${name}'`;
  const type = typeof raw.model_type === 'string' ? ` (model_type '${raw.model_type}')` : '';
  throw new UserError(
    `unsupported model${quoted}${type} in ${path}; supported: ${Object.keys(families).join(', ')}, each as …ForCausalLM or …ForSequenceClassification`,
  );
}

type Known = Pick<ModelConfig, 'family' | 'head' | 'raw'>;

function toConfig(file: ConfigFile, ropes: Ropes, known: Known): ModelConfig {
  const heads = file.num_attention_heads;
  const family: Family = families[known.family];
  const headDim = file.head_dim ?? file.hidden_size / heads;
  const eos = file.eos_token_id ?? [];
  const { attn_logit_softcapping: attentionCap, final_logit_softcapping: logitCap } = file;
  const width = family.embeddingByWidth ? Math.sqrt(file.hidden_size) : 1;
  return {
    ...known,
    ...family.design,
    hidden: file.hidden_size,
    layers: file.num_hidden_layers,
    heads,
    kvHeads: file.num_key_value_heads ?? heads,
    headDim,
    intermediate: file.intermediate_size,
    vocab: file.vocab_size,
    rmsEps: file.rms_norm_eps,
    ...sightsOf(file, family, ropes),
    dtype: file.dtype ?? file.torch_dtype ?? 'float32',
    tieWordEmbeddings: file.tie_word_embeddings,
    attentionBias: family.qkvBias === true || file.attention_bias,
    outputBias: file.attention_bias,
    mlpBias: file.mlp_bias,
    embeddingScale: width * file.embedding_multiplier,
    attentionScale: file.attention_multiplier ?? (file.query_pre_attn_scalar ?? headDim) ** -0.5,
    ...(attentionCap !== null && { attentionCap }),
    residualScale: file.residual_multiplier,
    logitScale: 1 / file.logits_scaling,
    ...(logitCap !== null && { logitCap }),
    maxPositions: file.max_position_embeddings,
    initializerRange: file.initializer_range,
    ...(file.pad_token_id != null && { padId: file.pad_token_id }),
    eosIds: typeof eos === 'number' ? [eos] : eos,
  };
}
