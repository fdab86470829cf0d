/** environment.json: what a run was made with, so that another can be compared with it. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { baseFolder } from '../model/hub.ts';
import { version } from '../version.ts';
import { writeWhole } from '../write-whole.ts';
import type { Job } from './job.ts';
import { machine, packageVersion } from './machine.ts';
import { fileOptions } from './options.ts';

/** Writes environment.json: versions, the machine, hashes of data and model files, seed and threads. */
export async function writeEnvironment(job: Job): Promise<void> {
  const environment = {
    rewardlab: version,
    node: process.version,
    packages: Object.fromEntries(packages.map((name) => [name, packageVersion(name)])),
    ...machine(),
    threads: job.threads,
    seed: job.seed,
    sha256: await hashes(job),
  };
  const text = JSON.stringify(environment, null, 2) + '\n';
  await writeWhole(join(job.output, 'environment.json'), text);
}

/** What figures depend on besides our own code: arithmetic, token ids, prompts, rows and draws. */
const packages = [
  'onnxruntime-node',
  '@huggingface/tokenizers',
  '@huggingface/jinja',
  '@duckdb/node-api',
  'pure-rand',
];

/** Files of a model's folder that say what it reads and writes; some models lack some. */
const modelFiles = [
  'config.json',
  'adapter_config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'chat_template.jinja',
];

async function hashes(job: Job): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const named = fileOptions.map((name) => job.options[name]);
  const others = named.filter((path) => typeof path === 'string');
  for (const path of [...job.train, ...job.validation, ...others]) found[path] = await sha256(path);
  const folders = new Set([job.model, await baseFolder(job.model)]);
  const models = [...folders].flatMap((folder) => modelFiles.map((name) => join(folder, name)));
  for (const path of models)
    if (await stat(path).catch(() => undefined)) found[path] = await sha256(path);
  return found;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
