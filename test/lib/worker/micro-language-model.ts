/** A micro language model in a folder of a test's own: it knows bytes, and says nothing of sense. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { microRun } from '../train/micro-run.ts';

export async function microLanguageModel(folder: string): Promise<string> {
  const { model } = await microRun(folder);
  const path = join(model, 'config.json');
  const config = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  delete config.id2label;
  await writeFile(path, JSON.stringify({ ...config, architectures: ['Qwen3ForCausalLM'] }));
  return model;
}
