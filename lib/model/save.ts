/**
 * Writes a model as a Hugging Face folder, which transformers, TRL and this library load alike.
 */
import { copyFile, mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Value } from '../graph/executor.ts';
import { nameInHub } from '../hub/cache.ts';
import { hubCache } from '../hub/settings.ts';
import { writeWhole } from '../write-whole.ts';
import { adapterConfigFile, adapterText, adapterWeightsFile } from './adapter-config.ts';
import { named } from './adapter-weights.ts';
import { architectureName } from './config.ts';
import type { Dtype, Head, ModelConfig } from './config.ts';
import type { StoredType } from './dtype.ts';
import { baseFolder, textFolder } from './hub.ts';
import { writeTensors } from './write-safetensors.ts';

export interface SavedModel {
  config: ModelConfig;
  weights: ReadonlyMap<string, Value>;
  /** The folder whose tokenizer and chat template are copied. */
  from: string;
  /** Default: what the config says. */
  head?: Head;
  /** How the weights are stored. Default float32. */
  dtype?: Dtype;
  /** Written as `pad_token_id` where the config has none: transformers scores batches by it. */
  padId?: number;
}

const storedTypes: Record<Dtype, StoredType> = { float32: 'F32', float16: 'F16', bfloat16: 'BF16' };

/** Files that go along with the weights as they are. */
const companions = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
  'chat_template.jinja',
];

/**
 * Writes config.json, model.safetensors, tokenizer and chat template into `folder`, making it if need be. Of
 * a model with an adapter it writes that alone, as peft does: adapter_config.json, adapter_model.safetensors.
 */
export async function saveModel(folder: string, model: SavedModel): Promise<void> {
  const { config, weights, from, head = config.head, dtype = 'float32' } = model;
  await mkdir(folder, { recursive: true });
  await copyFiles(await textFolder(from), folder, companions);
  if (config.adapter) {
    await writeTensors(join(folder, adapterWeightsFile), named(weights));
    const { base, ...lowRank } = config.adapter;
    const text = adapterText({ lowRank, ...baseName(base), head });
    await writeWhole(join(folder, adapterConfigFile), text);
    return;
  }
  const base = await baseFolder(from);
  if (head === 'causal') await copyFiles(base, folder, ['generation_config.json']);
  await writeTensors(join(folder, 'model.safetensors'), weights, { type: storedTypes[dtype] });
  await writeWhole(join(folder, 'config.json'), await configText(base, { ...model, head, dtype }));
}

/** The config that goes along with weights of this head and dtype, as the base's folder writes numbers. */
export async function configText(
  base: string,
  {
    config,
    head,
    dtype,
    padId,
  }: Pick<Required<SavedModel>, 'config' | 'head' | 'dtype'> & Pick<SavedModel, 'padId'>,
): Promise<string> {
  const source = await readFile(join(base, 'config.json'), 'utf8').catch(() => '');
  return withFloats(configFile(config, head, dtype, padId), source);
}

async function copyFiles(from: string, folder: string, wanted: readonly string[]): Promise<void> {
  const names = await readdir(from);
  for (const name of wanted)
    if (names.includes(name) && from !== folder)
      await copyFile(join(from, name), join(folder, name));
}

/** What an adapter calls its base: a repository of the hub at a commit, or a folder. */
function baseName(folder: string): { base: string; revision?: string } {
  const [base = folder, revision] = nameInHub(folder, hubCache())?.split('@') ?? [];
  return { base, ...(revision !== undefined && { revision }) };
}

/** Keys that say what a classifier's labels are; transformers takes their number from `id2label`. */
const labelKeys = new Set(['id2label', 'label2id', 'num_labels']);

/** The config as it was read, with this head and dtype. */
function configFile(
  config: ModelConfig,
  head: Head,
  dtype: Dtype,
  padId: number | undefined,
): Record<string, unknown> {
  const raw = Object.fromEntries(Object.entries(config.raw).filter(([key]) => !labelKeys.has(key)));
  const pad = config.padId ?? padId;
  return {
    ...raw,
    architectures: [architectureName(config.family, head)],
    ['torch_dtype' in raw && !('dtype' in raw) ? 'torch_dtype' : 'dtype']: dtype,
    ...(pad !== undefined && { pad_token_id: pad }),
    ...(head === 'reward' && { id2label: { 0: 'LABEL_0' }, label2id: { LABEL_0: 0 } }),
  };
}

/** Writes 1000000.0 where the source did: Python tells it from 1000000, JavaScript does not. */
function withFloats(config: Record<string, unknown>, source: string): string {
  const floats = new Map(
    [...source.matchAll(/"(\w+)"\s*:\s*(-?\d+\.0+)(?=[\s,}])/g)].map(([, key, text]) => [
      key!,
      text!,
    ]),
  );
  const text = JSON.stringify(config, null, 2).replace(
    /"(\w+)": (-?\d+)(?=[,\n])/g,
    (whole, key: string, value: string) => {
      const float = floats.get(key);
      return float !== undefined && Number(float) === Number(value) ? `"${key}": ${float}` : whole;
    },
  );
  return `${text}\n`;
}
