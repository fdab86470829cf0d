/** A job of whose rows none can be used: why, and what to do about it. */
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parseJob } from '../../../lib/command/job.ts';
import { writeParquet } from '../../../lib/data/write.ts';
import { recipes } from '../../../lib/recipe/index.ts';
import { prepare } from '../../../lib/train/plan.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { microLanguageModel } from './micro-language-model.ts';
import { microRun, microWords, type MicroRun } from './micro-run.ts';

const folder = temporaryFolder();
let pairs: MicroRun;
let judged: string[];

beforeAll(async () => {
  pairs = await microRun(folder);
  const model = await microLanguageModel(join(folder, 'writer'));
  const train = join(folder, 'judged.parquet');
  const row = { prompt: 'a', response_a: 'b', response_b: 'c', preferred: 'A' };
  await writeParquet(train, [row]);
  judged = ['pairwise', '--model', model, '--train', train, '--threads', '2'];
});

async function refused(words: string[]): Promise<string> {
  const job = await parseJob(words, { cwd: folder });
  const recipe = recipes.find(({ name }) => name === job.recipe)!;
  return refusal(() => prepare(job, recipe, false), folder);
}

test('pairs that are all too long', async () => {
  const words = microWords(pairs, '--max-length', '1', '--truncation', 'drop');
  expect(await refused(words)).toBe(
    'no row of train.parquet can be used for training: longer than 1 tokens (20 rows)\n' +
      '  raise --max-length',
  );
});

test('prompts that are all longer than they may be', async () => {
  expect(await refused([...judged, '--max-prompt-length', '4', '--max-response-length', '4'])).toBe(
    'no row of judged.parquet can be used for training: prompt longer than 4 tokens (1 row)\n' +
      '  raise --max-prompt-length',
  );
});

test('prompts that are all longer than the model reads', async () => {
  const sentence = await refused([...judged, '--max-response-length', '4']);
  expect(sentence).toMatch(/prompt longer than \d+ tokens \(1 row\)\n {2}the model reads no more/);
});
