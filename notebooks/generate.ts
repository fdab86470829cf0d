/**
 * Writes the tutorials' data and their models' tokenizers, templates and configs beside this file, or
 * into the folder that is named. The weights come from `pretrain.ts` and `teach-reader.ts`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeParquet } from '../lib/data/write.ts';
import type { Schema } from '../lib/data/write.ts';
import { chatTemplate, maxLength, modelConfig } from './generator/model.ts';
import { makeDesk } from './generator/desk/world.ts';
import { tokenizerConfig, tokenizerJson } from './generator/tokenizer.ts';
import type { Bpe } from './generator/tokenizer.ts';
import { makeTutorial } from './generator/tutorial.ts';

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

/** Writes `data/` and all of `model/` and `reader/` but the weights. */
export async function generate(folder: string): Promise<void> {
  const [tutorial, desk] = [makeTutorial(seed), makeDesk(seed)];
  for (const name of ['data', 'model', 'reader'])
    await mkdir(join(folder, name), { recursive: true });
  const write = (name: string, rows: readonly object[], schema?: Schema) =>
    writeParquet(
      join(folder, 'data', `${name}.parquet`),
      rows.map((row) => ({ ...row })),
      schema,
    );
  for (const split of ['train', 'validation'] as const) {
    await write(`preferences-${split}`, tutorial[split], schema);
    await write(`pairs-${split}`, desk.pairs[split]);
    await write(`scores-${split}`, desk.scores[split]);
  }
  await write('careless-preferences', desk.verdicts.pairs);
  await write('careless-scores', desk.verdicts.scores);
  await writeModel(join(folder, 'model'), tutorial.tokenizer);
  await writeModel(join(folder, 'reader'), desk.tokenizer);
}

async function writeModel(folder: string, tokenizer: Bpe): Promise<void> {
  const json = (value: object) => `${JSON.stringify(value, null, 1)}\n`;
  const files = {
    'config.json': json(modelConfig(tokenizer.vocabulary)),
    'tokenizer.json': json(tokenizerJson(tokenizer)),
    'tokenizer_config.json': json(tokenizerConfig(maxLength)),
    'chat_template.jinja': chatTemplate,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

if (import.meta.main) await generate(process.argv[2] ?? import.meta.dirname);
