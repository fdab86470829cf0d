/** A micro language model with random weights, in a folder of a test's own. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseConfig } from '../../../lib/model/config.ts';
import { expectedShapes } from '../../../lib/model/shapes.ts';
import { writeTensors } from '../../../lib/model/write-safetensors.ts';
import { qwen3 } from '../model/micro-model.ts';
import { writeMicroTokenizer } from '../text/micro-tokenizer.ts';
import { randomWeights } from './micro-run.ts';

/** Two layers and a tokenizer; returns the model's folder. */
export async function microLanguageModel(folder: string): Promise<string> {
  const model = join(folder, 'model');
  await mkdir(model, { recursive: true });
  await writeMicroTokenizer(model);
  const config = JSON.stringify({ ...qwen3, dtype: 'float32' });
  await writeFile(join(model, 'config.json'), config);
  const shapes = expectedShapes(parseConfig(config, 'config.json'), 'causal');
  await writeTensors(join(model, 'model.safetensors'), randomWeights(shapes));
  return model;
}
