/**
 * What a Hugging Face `config.json` says of a model, in our own names. Refuses what the decoder does not
 * compute (other activations, other kinds of rope scaling) instead of ignoring it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { readKeys, type ConfigFile } from './config-file.ts';
import { families, familyOf } from './families.ts';
import type { Design, Family, FamilyName, Head } from './families.ts';
import { ropeOf, type Rope } from './rope.ts';

export type { Head } from './families.ts';
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
  maxPositions: number;
  /** Standard deviation of a newly made head. */
  initializerRange: number;
  padId?: number;
  eosIds: readonly number[];
  /** The file as it was, to be written back with a checkpoint. */
  raw: Readonly<Record<string, unknown>>;
}

/** What a layer's attention sees of the tokens before, and how it knows where they are. */
export interface Sight {
  rope: Rope;
  /** A token sees itself and those before it, this many together; absent: all. */
  window?: number;
}

/** The `architectures` entry of a family with a head. */
export function architectureName(family: FamilyName, head: Head): string {
  return families[family].architectures[head];
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
  const { file, problems } = readKeys(raw, families[family], head);
  const rope = readRope(raw, file);
  problems.push(...rope.problems);
  if (!file || !rope.rope || problems.length > 0)
    throw new UserError(`cannot use ${path}\n${problems.map((line) => `  ${line}`).join('\n')}`);
  return toConfig(file, rope.rope, { family, head, raw });
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

/** transformers 4 says `rope_scaling` and `rope_theta`, transformers 5 `rope_parameters`. */
function readRope(
  raw: Readonly<Record<string, unknown>>,
  file: ConfigFile | undefined,
): { rope?: Rope; problems: string[] } {
  const key = raw.rope_scaling ? 'rope_scaling' : 'rope_parameters';
  const rope = ropeOf(raw[key], key, {
    theta: file?.rope_theta ?? 10000,
    maxPositions: file?.max_position_embeddings ?? 1,
  });
  return 'problems' in rope ? rope : { rope, problems: [] };
}

type Known = Pick<ModelConfig, 'family' | 'head' | 'raw'>;

function toConfig(file: ConfigFile, rope: Rope, known: Known): ModelConfig {
  const heads = file.num_attention_heads;
  const { design, qkvBias = false }: Family = families[known.family];
  const { sliding_window: window } = file;
  const eos = file.eos_token_id ?? [];
  return {
    ...known,
    ...design,
    hidden: file.hidden_size,
    layers: file.num_hidden_layers,
    heads,
    kvHeads: file.num_key_value_heads ?? heads,
    headDim: file.head_dim ?? file.hidden_size / heads,
    intermediate: file.intermediate_size,
    vocab: file.vocab_size,
    rmsEps: file.rms_norm_eps,
    sights: [{ rope, ...(window !== null && { window }) }],
    sightOf: new Array<number>(file.num_hidden_layers).fill(0),
    dtype: file.dtype ?? file.torch_dtype ?? 'float32',
    tieWordEmbeddings: file.tie_word_embeddings,
    attentionBias: qkvBias || file.attention_bias,
    outputBias: file.attention_bias,
    mlpBias: file.mlp_bias,
    maxPositions: file.max_position_embeddings,
    initializerRange: file.initializer_range,
    ...(file.pad_token_id != null && { padId: file.pad_token_id }),
    eosIds: typeof eos === 'number' ? [eos] : eos,
  };
}
