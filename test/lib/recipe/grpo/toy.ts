/** A small language model, prompts, and a judge that counts letters: all that GRPO needs to run. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeParquet } from '../../../../lib/data/write.ts';
import { parseConfig } from '../../../../lib/model/config.ts';
import { expectedShapes } from '../../../../lib/model/shapes.ts';
import { writeTensors } from '../../../../lib/model/write-safetensors.ts';
import { grpoRecipe } from '../../../../lib/recipe/grpo/recipe.ts';
import { qwen3 } from '../../model/micro-model.ts';
import { writeMicroTokenizer } from '../../text/micro-tokenizer.ts';
import { randomWeights } from '../../train/micro-run.ts';

export interface Toy {
  model: string;
  train: string;
  validation: string;
}

const config = {
  ...{ ...qwen3, dtype: 'float32', hidden_size: 32, head_dim: 8, intermediate_size: 48 },
  max_position_embeddings: 128,
};

/** Writes a model of two layers, 12 prompts to train on and 3 to validate on. */
export async function writeToy(folder: string): Promise<Toy> {
  const model = join(folder, 'toy-model');
  await mkdir(model, { recursive: true });
  await writeMicroTokenizer(model);
  await writeFile(join(model, 'config.json'), JSON.stringify(config));
  const shapes = expectedShapes(parseConfig(JSON.stringify(config), 'config.json'), 'causal');
  await writeTensors(join(model, 'model.safetensors'), randomWeights(shapes));
  const toy = {
    model,
    train: join(folder, 'prompts-train.parquet'),
    validation: join(folder, 'prompts-validation.parquet'),
  };
  const prompts = (count: number, from: number) =>
    Array.from({ length: count }, (_, i) => ({ prompt: `hello ${from + i} world` }));
  await writeParquet(toy.train, prompts(12, 0));
  await writeParquet(toy.validation, prompts(3, 50));
  return toy;
}

/** Digits of a completion, as a share of its letters. */
export const digits = grpoRecipe<{ thinking: 'off'; reward: string }>({
  name: 'digits',
  summary: 'writes digits',
  columns: { prompt: 'what to continue' },
  rewards: ['exact'],
  options: z.object({
    thinking: z.enum(['off']).default('off'),
    reward: z.string().default('exact'),
  }),
  judge: () => ({
    columns: () => ['prompt'],
    read: ({ prompt }) => ({
      messages: [{ role: 'user', content: prompt }],
      ...{ truth: 'digits', source: 'toy' },
    }),
    reward(text) {
      const score = (text.match(/\d/g) ?? []).length / Math.max(1, text.length);
      const status = text === '' ? 'missing' : 'ok';
      return { score, accuracy: score > 0.5 ? 1 : 0, predicted: text.slice(0, 4), status };
    },
  }),
});
