/** The weights of a low-rank adapter, as peft begins them and as peft's file has them. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { UserError } from '../errors.ts';
import type { Value } from '../graph/executor.ts';
import { adapterConfigFile, adapterWeightsFile } from './adapter-config.ts';
import { adapterShapes } from './adapter.ts';
import type { Head, ModelConfig } from './config.ts';
import { refuseMismatch } from './mismatch.ts';
import { openTensors } from './safetensors.ts';

/** What peft calls a tensor of the model it wraps. */
const prefix = 'base_model.model.';

/** Tensors under peft's names. */
export function named(weights: ReadonlyMap<string, Value>): Map<string, Value> {
  return new Map([...weights].map(([name, value]) => [prefix + name, value]));
}

/**
 * The adapter of a folder, and the score head that came with it where the model ends in one; undefined
 * where the folder holds no adapter. Refuses, all at once, names and shapes that do not fit the base.
 */
export async function readAdapter(
  folder: string,
  config: ModelConfig,
  head: Head,
): Promise<Map<string, Value> | undefined> {
  const names = await readdir(folder);
  if (!names.includes(adapterConfigFile)) return undefined;
  if (!names.includes(adapterWeightsFile))
    throw new UserError(
      `adapter '${folder}' has no weights: expected ${adapterWeightsFile}, found ${[...names].sort().join(', ')}`,
      names.includes('adapter_model.bin')
        ? 'save it again with model.save_pretrained(folder, safe_serialization=True)'
        : undefined,
    );
  const file = await openTensors(join(folder, adapterWeightsFile));
  try {
    const found = new Map(file.entries.map((entry) => [entry.name.replace(prefix, ''), entry]));
    const expected = adapterShapes(config);
    const score = found.has('score.weight') && head === 'reward';
    if (score) expected.set('score.weight', [1, config.hidden]);
    const shapes = [...found].map(([name, { shape }]) => ({ name, shape }));
    const others = shapes.filter(({ name }) => score || name !== 'score.weight');
    const title = `adapter '${folder}' does not fit its base '${config.adapter?.base}'`;
    refuseMismatch(title, expected, others);
    const weights = new Map<string, Value>();
    for (const name of expected.keys()) weights.set(name, await file.read(found.get(name)!));
    return weights;
  } finally {
    await file.close();
  }
}

/**
 * A new adapter: A uniform within ±1/√in (Kaiming's with a = √5, as peft has it), B zero, so that the model
 * begins as its base.
 */
export function makeAdapter(config: ModelConfig, seed: number): Map<string, Value> {
  // Not the stream that a new score head is drawn from.
  const random = xoroshiro128plus(~seed);
  return new Map(
    [...adapterShapes(config)].map(([name, shape]) => {
      const [rows, width] = shape as [number, number];
      const data = new Float32Array(rows * width);
      const bound = 1 / Math.sqrt(width);
      if (name.endsWith('.lora_A.weight'))
        for (let i = 0; i < data.length; i++) data[i] = (2 * uniformFloat64(random) - 1) * bound;
      return [name, { data, shape }];
    }),
  );
}
