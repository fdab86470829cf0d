/**
 * A model folder's weights as float32 tensors by their Hugging Face names, checked against its config.
 */
import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import type { Value } from '../graph/executor.ts';
import { adapterShapes } from './adapter.ts';
import { makeAdapter, readAdapter } from './adapter-weights.ts';
import type { Head, ModelConfig } from './config.ts';
import { refuseMismatch } from './mismatch.ts';
import { openTensors } from './safetensors.ts';
import type { TensorFile } from './safetensors.ts';
import { expectedShapes } from './shapes.ts';

export { expectedShapes } from './shapes.ts';

export interface LoadOptions {
  /** What the model shall end in. Default: what the folder's config says. */
  head?: Head;
  /** Seeds a reward head that the folder does not have. Default 0. */
  seed?: number;
  /** Told, in a sentence, when a head was made. */
  notice?: (sentence: string) => void;
}

/**
 * Reads every tensor that a model of this config has. Refuses, all at once, names and shapes that do not
 * match. A reward head that is missing is made: normal(0, initializer_range), as transformers makes it.
 * Of a model with an adapter the base is read, and the adapter from this folder, or made where the folder
 * holds none.
 */
export async function loadWeights(
  folder: string,
  config: ModelConfig,
  options: LoadOptions = {},
): Promise<Map<string, Value>> {
  const { adapter } = config;
  if (!adapter) return loadFolder(folder, config, options);
  const head = options.head ?? config.head;
  const held = await readAdapter(folder, config, head);
  const own = held ?? makeAdapter(config, options.seed ?? 0);
  const all = new Map([...(await loadFolder(adapter.base, config, options, own)), ...own]);
  // In one order whatever came from where: sums over all of them are taken in it.
  const names = [...expectedShapes(config, head).keys(), ...adapterShapes(config).keys()];
  return new Map(names.map((name) => [name, all.get(name)!]));
}

/** All but what is `given`. */
async function loadFolder(
  folder: string,
  config: ModelConfig,
  options: LoadOptions,
  given: ReadonlyMap<string, Value> = new Map(),
): Promise<Map<string, Value>> {
  const head = options.head ?? config.head;
  const expected = expectedShapes(config, head);
  for (const name of given.keys()) expected.delete(name);
  const files = await openFiles(folder);
  try {
    const found = new Map(
      files.flatMap((file) => file.entries.map((entry) => [entry.name, { file, entry }])),
    );
    const newHead =
      expected.has('score.weight') && config.head === 'causal' && !found.has('score.weight');
    if (newHead) expected.delete('score.weight');
    const entries = [...found.values()].map(({ entry }) => entry);
    refuseMismatch(
      `weights of '${folder}' do not match its config.json`,
      expected,
      entries.filter(({ name }) => expected.has(name) || !unneeded.test(name)),
    );
    const weights = new Map<string, Value>();
    for (const name of expected.keys()) {
      const { file, entry } = found.get(name)!;
      weights.set(name, await file.read(entry));
    }
    if (newHead) weights.set('score.weight', makeHead(folder, config, options));
    return weights;
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}

/** Tensors that a folder may have beyond what its model needs. */
const unneeded = /^(lm_head\.weight|score\.weight|.*\.rotary_emb\.inv_freq)$/;

const shardIndex = z.object({ weight_map: z.record(z.string(), z.string()) });

/** The one file, or the shards that an index names. */
async function openFiles(folder: string): Promise<TensorFile[]> {
  const names = await readdir(folder).catch(() => undefined);
  if (!names) throw new UserError(`no such model folder '${folder}'`);
  if (names.includes('model.safetensors'))
    return [await openTensors(join(folder, 'model.safetensors'))];
  const index = 'model.safetensors.index.json';
  if (!names.includes(index)) throw noWeights(folder, names);
  const parsed = shardIndex.safeParse(JSON.parse(await readFile(join(folder, index), 'utf8')));
  if (!parsed.success) throw new UserError(`${join(folder, index)} should hold a weight_map`);
  const shards = [...new Set(Object.values(parsed.data.weight_map))].map((name) => basename(name));
  const absent = shards.filter((shard) => !names.includes(shard));
  if (absent.length > 0)
    throw new UserError(
      `model folder '${folder}' lacks weight files that ${index} names: ${absent.join(', ')}`,
    );
  return openAll(shards.map((shard) => join(folder, shard)));
}

async function openAll(paths: readonly string[]): Promise<TensorFile[]> {
  const files: TensorFile[] = [];
  try {
    for (const path of paths) files.push(await openTensors(path));
    return files;
  } catch (error) {
    await Promise.all(files.map((file) => file.close()));
    throw error;
  }
}

function noWeights(folder: string, names: readonly string[]): UserError {
  const pickles = names.filter((name) => /\.(bin|pt|pth)$/.test(name));
  return new UserError(
    `model folder '${folder}' has no weights: expected model.safetensors, found ${[...names].sort().join(', ') || 'nothing'}`,
    pickles.length > 0
      ? `${pickles[0]!} is not read; save it again with model.save_pretrained(folder, safe_serialization=True)`
      : undefined,
  );
}

export function makeHead(folder: string, config: ModelConfig, options: LoadOptions): Value {
  const { seed = 0, notice } = options;
  const std = config.initializerRange;
  notice?.(
    `'${folder}' has no reward head: made score.weight [1, ${config.hidden}] from normal(0, ${std}), seed ${seed}`,
  );
  return { data: normals(config.hidden, std, seed), shape: [1, config.hidden] };
}

/** Normal numbers by Box and Muller (1958), the same ones for a seed on every machine. */
function normals(count: number, std: number, seed: number): Float32Array {
  const random = xoroshiro128plus(seed);
  return Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(random)));
    return std * radius * Math.cos(2 * Math.PI * uniformFloat64(random));
  });
}
