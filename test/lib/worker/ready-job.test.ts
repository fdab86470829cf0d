/** What a job that did not begin takes away of its run folder. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { resolveJob } from '../../../lib/command/job.ts';
import { readyJob } from '../../../lib/worker/ready-job.ts';
import { temporaryFolder } from '../temporary.ts';
import { microPairs, microRun, microWords, type MicroRun } from '../train/micro-run.ts';

const folder = temporaryFolder();
let micro: MicroRun;
beforeAll(async () => {
  micro = await microRun(folder);
});

async function ready(output: string) {
  const [recipe, ...words] = microWords(micro, '--output-dir', output, '--dataset', 'rows');
  const rows = microPairs(4, 3);
  const scope = { names: () => Promise.resolve(['rows']), value: () => Promise.resolve(rows) };
  const others = words.filter((word) => word !== '--train' && word !== micro.train);
  const { job, live } = await resolveJob([recipe!, ...others], { cwd: folder, scope });
  return readyJob(job, { live });
}

test('all that it wrote', async () => {
  const output = join(folder, 'alone');
  const { undo } = await ready(output);
  expect(existsSync(join(output, 'train.parquet'))).toBe(true);
  await undo();
  expect(existsSync(output)).toBe(false);
});

test('nothing where another began meanwhile', async () => {
  const output = join(folder, 'shared');
  const { undo } = await ready(output);
  writeFileSync(join(output, 'job.yaml'), '');
  await undo();
  expect(existsSync(join(output, 'train.parquet'))).toBe(true);
});
