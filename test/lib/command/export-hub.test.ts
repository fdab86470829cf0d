/** Data sets of the hub, packed as HelpSteer's are, named by an address or by data_config.yaml. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { exportData } from '../../../lib/command/export-data.ts';
import { readExport } from '../../../lib/command/export.ts';
import { startHub, type FakeHub } from '../hub/fake-hub.ts';
import { commits } from '../hub/shelf.ts';
import { temporaryFolder } from '../temporary.ts';

const cwd = temporaryFolder();
let hub: FakeHub;

beforeAll(async () => {
  const pair = { response_1: 'a', response_2: 'b', preference_strength: 1 };
  const lines = (...prompts: string[]): Buffer =>
    gzipSync(prompts.map((prompt) => `${JSON.stringify({ prompt, ...pair })}\n`).join(''));
  const files = {
    'README.md': Buffer.from('# pairs'),
    'pairs/train.jsonl.gz': lines('one', 'two'),
    'pairs/validation.jsonl.gz': lines('three'),
  };
  const refs = { main: commits.first };
  hub = await startHub([
    { kind: 'dataset', id: 'desk/pairs', refs, commits: { [commits.first]: files } },
  ]);
  vi.stubEnv('HF_ENDPOINT', hub.url);
  vi.stubEnv('HF_HUB_CACHE', join(cwd, 'cache'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await hub.close();
});

test('an address: its splits stay apart, its files keep their folders', async () => {
  const data = 'hf://datasets/desk/pairs/pairs/*.jsonl.gz';
  const { parts } = await exportData({ data, outputDir: cwd, preserveStructure: true });
  expect(parts.map(({ part, prompts, files }) => [part, prompts, files])).toEqual([
    ['train', 2, [join(cwd, 'pairs/train.parquet')]],
    ['validation', 1, [join(cwd, 'pairs/validation.parquet')]],
  ]);
});

test('data_config.yaml of type huggingface', async () => {
  const configs = 'configs: { type: huggingface, source: "*", huggingface_split: train }';
  writeFileSync(join(cwd, 'hub.yaml'), `dataset:\n  name: desk/pairs\n  ${configs}\n`);
  const { plan } = await readExport(['hub.yaml'], cwd);
  expect(plan.name).toBe('desk_pairs');
  expect(plan.tables.map(({ place, count }) => [place, count])).toEqual([
    ['pairs/train.jsonl.gz', 2],
  ]);
});
