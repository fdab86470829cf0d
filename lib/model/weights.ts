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
import type { Head, ModelConfig } from './config.ts';
import { openTensors } from './safetensors.ts';
import type { Entry, TensorFile } from './safetensors.ts';
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
 */
export async function loadWeights(
  folder: string,
  config: ModelConfig,
  options: LoadOptions = {},
): Promise<Map<string, Value>> {
  const head = options.head ?? config.head;
  const expected = expectedShapes(config, head);
  const files = await openFiles(folder);
  try {
    const found = new Map(
      files.flatMap((file) => file.entries.map((entry) => [entry.name, { file, entry }])),
    );
    const newHead = head === 'reward' && config.head === 'causal' && !found.has('score.weight');
    if (newHead) expected.delete('score.weight');
    refuseMismatch(
      folder,
      expected,
      [...found.values()].map(({ entry }) => entry),
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

/** Tensors that a folder may have beyond what its model needs. */
const unneeded = /^(lm_head\.weight|score\.weight|.*\.rotary_emb\.inv_freq)$/;
const shownProblems = 10;

function refuseMismatch(
  folder: string,
  expected: ReadonlyMap<string, readonly number[]>,
  found: readonly Entry[],
): void {
  const shapes = new Map(found.map(({ name, shape }) => [name, shape]));
  const problems = [...expected].flatMap(([name, shape]) => {
    const have = shapes.get(name);
    if (!have) return `${name}: expected ${shapeText(shape)}, found nothing`;
    return shapeText(have) === shapeText(shape)
      ? []
      : `${name}: expected ${shapeText(shape)}, found ${shapeText(have)}`;
  });
  for (const { name, shape } of found)
    if (!expected.has(name) && !unneeded.test(name))
      problems.push(`${name}: expected nothing, found ${shapeText(shape)}`);
  if (problems.length === 0) return;
  const more = problems.length - shownProblems;
  const lines = problems.slice(0, shownProblems).concat(more > 0 ? `and ${more} more` : []);
  throw new UserError(
    `weights of '${folder}' do not match its config.json\n${lines.map((line) => `  ${line}`).join('\n')}`,
  );
}

function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

function makeHead(folder: string, config: ModelConfig, options: LoadOptions): Value {
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
