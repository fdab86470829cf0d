/** What a run says it was made with. */
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseJob } from '../../../lib/command/job.ts';
import { writeEnvironment } from '../../../lib/train/environment.ts';
import { machine, vectorFlags } from '../../../lib/train/machine.ts';
import { temporaryFolder } from '../temporary.ts';
import { microRun, microWords } from './micro-run.ts';

const folder = temporaryFolder();

test('versions of what figures depend on, the machine, and hashes of what was read', async () => {
  const micro = await microRun(folder);
  const output = join(folder, 'run');
  await mkdir(output);
  const job = await parseJob(microWords(micro, '--output-dir', output), { cwd: folder });
  await writeEnvironment(job);
  const found = JSON.parse(await readFile(join(output, 'environment.json'), 'utf8')) as {
    packages: Record<string, string>;
    sha256: Record<string, string>;
  };
  expect(found).toMatchObject({ node: process.version, threads: 2, seed: 0, ...machine() });
  const names = ['onnxruntime-node', '@huggingface/tokenizers', '@huggingface/jinja'];
  expect(Object.keys(found.packages)).toEqual([...names, '@duckdb/node-api', 'pure-rand']);
  for (const version of Object.values(found.packages)) expect(version).toMatch(/^\d+\.\d+\.\d+/);
  const files = [micro.train, micro.validation, join(micro.model, 'config.json')];
  for (const path of files) {
    const hash = createHash('sha256').update(await readFile(path));
    expect(found.sha256[path]).toBe(hash.digest('hex'));
  }
  expect(found.sha256).toHaveProperty([join(micro.model, 'tokenizer.json')]);
});

test.each([
  [
    'processor\t: 0\nflags\t\t: fpu sse2 sse4_2 avx avx2 fma f16c sha_ni avx512f\n',
    'sse4_2 avx avx2 fma f16c avx512f',
  ],
  ['processor\t: 0\nFeatures\t: fp asimd evtstrm asimddp sve\n', 'asimd asimddp sve'],
  ['', ''],
])('what a processor computes with: %j', (text, flags) => {
  expect(vectorFlags(text).join(' ')).toBe(flags);
});
