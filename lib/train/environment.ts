/** environment.json: what a run was made with, so that another can be compared with it. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { version } from '../version.ts';
import type { Job } from './job.ts';

/** Writes environment.json: versions, the machine, hashes of data and model files, seed and threads. */
export async function writeEnvironment(job: Job): Promise<void> {
  const files = [
    ...job.train,
    ...job.validation,
    join(job.model, 'config.json'),
    join(job.model, 'tokenizer.json'),
  ];
  const hashes: Record<string, string> = {};
  for (const file of files) hashes[file] = await sha256(file);
  const environment = {
    rewardlab: version,
    node: process.version,
    packages: versions(['onnxruntime-node', '@duckdb/node-api', '@huggingface/tokenizers']),
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    threads: job.threads,
    seed: job.seed,
    sha256: hashes,
  };
  await writeFile(
    join(job.output, 'environment.json'),
    JSON.stringify(environment, null, 2) + '\n',
  );
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** A package that hides its package.json, or is absent, is left out. */
function versions(names: readonly string[]): Record<string, string> {
  const require = createRequire(import.meta.url);
  return Object.fromEntries(
    names.flatMap((name) => {
      try {
        const manifest = require(`${name}/package.json`) as { version: string };
        return [[name, manifest.version]];
      } catch {
        return [];
      }
    }),
  );
}
