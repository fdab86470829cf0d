/**
 * Writes the tutorial's data and its model's tokenizer, template and config beside this file, or into
 * the folder that is named. The weights come from `pretrain.ts`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeParquet } from '../lib/data/write.ts';
import { chatTemplate, maxLength, modelConfig } from './generator/model.ts';
import { tokenizerConfig, tokenizerJson } from './generator/tokenizer.ts';
import { makeTutorial } from './generator/tutorial.ts';
import type { Tutorial } from './generator/tutorial.ts';

export const seed = 4;

const schema = {
  prompt: 'STRUCT("role" VARCHAR, "content" VARCHAR)[]',
  chosen: 'VARCHAR',
  rejected: 'VARCHAR',
  topic: 'VARCHAR',
  chosen_kind: 'VARCHAR',
  rejected_kind: 'VARCHAR',
  flipped: 'BOOLEAN',
};

/** Writes `data/` and all of `model/` but the weights. */
export async function generate(folder: string): Promise<void> {
  const tutorial = makeTutorial(seed);
  await mkdir(join(folder, 'data'), { recursive: true });
  await mkdir(join(folder, 'model'), { recursive: true });
  for (const split of ['train', 'validation'] as const) {
    const rows = tutorial[split].map((pair) => ({ ...pair }));
    await writeParquet(join(folder, 'data', `preferences-${split}.parquet`), rows, schema);
  }
  for (const [name, text] of Object.entries(modelFiles(tutorial)))
    await writeFile(join(folder, 'model', name), text);
}

function modelFiles({ tokenizer }: Tutorial): Record<string, string> {
  const json = (value: object) => `${JSON.stringify(value, null, 1)}\n`;
  return {
    'config.json': json(modelConfig(tokenizer.vocabulary)),
    'tokenizer.json': json(tokenizerJson(tokenizer)),
    'tokenizer_config.json': json(tokenizerConfig(maxLength)),
    'chat_template.jinja': chatTemplate,
  };
}

if (import.meta.main) await generate(process.argv[2] ?? import.meta.dirname);
