/** A recipe of this process trains from its record: the same bits as one that ships. */
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { recordRecipe } from '../../../lib/code/record-recipe.ts';
import { parseJob } from '../../../lib/command/job.ts';
import { writeParquet } from '../../../lib/data/write.ts';
import * as t from '../../../lib/graph/ops/index.ts';
import type { Tensor } from '../../../lib/graph/tensor.ts';
import { readTensors } from '../../../lib/model/safetensors.ts';
import { defineRecipe, eachRow } from '../../../lib/recipe/define-recipe.ts';
import { encodeText } from '../../../lib/recipe/encode.ts';
import { recipes } from '../../../lib/recipe/index.ts';
import { pairRewards, pairRows } from '../../../lib/recipe/pair-rows.ts';
import type { Recipe } from '../../../lib/recipe/recipe.ts';
import { sft } from '../../../lib/recipe/sft.ts';
import { runJob, type RunOptions } from '../../../lib/worker/run-job.ts';
import { digits, writeToy } from '../recipe/grpo/toy.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { collect, lasting, microRun, microWords, type MicroRun } from '../train/micro-run.ts';

const folder = temporaryFolder();
let micro: MicroRun;
beforeAll(async () => {
  micro = await microRun(folder);
});

/** Bradley–Terry as a person would write it in a cell; `sharpness` is only there to be an option. */
const own = defineRecipe({
  name: 'own',
  rows: pairRows,
  options: z.object({ sharpness: z.number().positive().default(1).describe('how sharp') }),
  loss(model, batch, { sharpness }) {
    const [chosen, rejected] = pairRewards(model, batch);
    const difference = t.sub(chosen, rejected);
    const mean = (x: Tensor) => t.mul(t.sum(x), batch.scale);
    const wanted = t.sub(difference, batch.data.margin!);
    const sharp = sharpness === 1 ? wanted : t.mul(wanted, sharpness);
    return {
      loss: mean(t.softplus(t.neg(sharp))),
      metrics: {
        accuracy: mean(t.cast(t.less(rejected, chosen), 'float32')),
        margin: mean(difference),
        mean_reward: t.mul(mean(t.add(chosen, rejected)), 0.5),
      },
    };
  },
});

const place = (name: string): string => join(folder, name);
const final = (name: string) => readTensors(join(place(name), 'final', 'model.safetensors'));

interface Own {
  /** Of the job; its recipe is `recipe`, of this process unless it ships. */
  words?: readonly string[];
  options?: RunOptions;
}

async function run(recipe: Recipe, output: string, { words, options }: Own = {}) {
  const [, ...data] = words ?? microWords(micro, '--epochs', '2', '--eval-steps', '3');
  const job = await parseJob([recipe.name, ...data, '--output-dir', place(output)], {
    cwd: folder,
    recipes: [...recipes, recipe],
  });
  const live = recipes.includes(recipe) ? {} : { live: { recipe } };
  return collect(runJob(job, { ...live, ...options }));
}

test('the same loss in a cell trains to the same bits', async () => {
  const shipped = await run(recipes[0]!, 'shipped');
  const recorded = await run(own, 'own');
  expect(lasting(recorded)).toEqual(lasting(shipped));
  expect(await final('own')).toEqual(await final('shipped'));
});

test('a recording says how far it is', async () => {
  const said: string[] = [];
  let clock = 0;
  const told = { notice: (sentence: string) => said.push(sentence), now: () => (clock += 3_000) };
  const job = await parseJob(['own', ...microWords(micro, '--epochs', '2').slice(1)], {
    ...{ cwd: folder, recipes: [own] },
  });
  await recordRecipe(job, { recipe: own, folder: place('told'), ...told });
  expect(said).toEqual([
    'recording own: 4 of 47 rows, 32 s left',
    'recording own: 20 of 47 rows, 20 s left',
    'recording own: 36 of 47 rows, 8 s left',
  ]);
});

test('a loss over a vocabulary, of examples that differ in form', async () => {
  const { model } = await writeToy(folder);
  const turn = (role: string, content: string) => ({ role, content });
  const rows = Array.from({ length: 9 }, (_, i) => ({
    messages: Array.from({ length: 1 + (i % 3) }, (_, k) => [
      turn('user', `hello ${i}`),
      turn('assistant', `world ${k} `.repeat(1 + (i % 4))),
    ]).flat(),
  }));
  const train = place('conversations.parquet');
  await writeParquet(train, rows);
  const words = ['sft', '--model', model, '--train', train, '--batch-size', '4', '--epochs', '2'];
  await run(sft, 'sft', { words: [...words, '--threads', '2'] });
  await run({ ...(sft as Recipe), name: 'mine' }, 'mine', { words: [...words, '--threads', '2'] });
  expect(await final('mine')).toEqual(await final('sft'));
});

test('examples of rows one by one, cut and dropped as the options say', async () => {
  const single = defineRecipe({
    name: 'single',
    rows: eachRow(['chosen'], ({ chosen }, { text, index, fit }) => {
      const ids = fit(encodeText(chosen as string, text));
      if (!ids) return 'too long';
      const reads = [{ segment: 0, offset: ids.length - 1 }];
      return { segments: [{ ids, parent: -1 }], reads, data: { goal: [1] }, weight: 1, row: index };
    }),
    loss: (model, batch) => ({
      loss: t.mul(t.sum(t.square(t.sub(model.rewards(batch), batch.data.goal!))), batch.scale),
      metrics: {},
    }),
  });
  const words = microWords(micro, '--max-length', '40');
  const [plan, ...steps] = await run(single, 'cut', { words });
  expect(plan).toMatchObject({ plan: { rows: { train: 20 }, cut: expect.any(Number) as number } });
  expect(plan).not.toMatchObject({ plan: { cut: 0 } });
  expect(steps.filter(({ type }) => type === 'step')).toHaveLength(5);
  const [dropping] = await run(single, 'dropped', { words: [...words, '--truncation', 'drop'] });
  expect(dropping).toMatchObject({
    plan: { dropped: { 'too long': expect.any(Number) as number } },
  });
});

test('a recipe that lets the model write trains in this process, and says so', async () => {
  const toy = await writeToy(folder);
  const words = ['own-digits', '--model', toy.model, '--train', toy.train, '--max-steps', '1'];
  const more = ['--batch-size', '2', '--n', '2', '--max-response-length', '4', '--threads', '2'];
  const said: string[] = [];
  const events = await run({ ...(digits as Recipe), name: 'own-digits' }, 'digits', {
    words: [...words, ...more],
    options: { notice: (sentence) => said.push(sentence) },
  });
  expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'done', step: 1 });
  expect(said).toEqual([
    'own-digits lets the model write, so it trains in this process; only where own-digits is defined can the run go on',
  ]);
});

test('what cannot be recorded leaves nothing behind', async () => {
  const broken = (part: Partial<Recipe>) =>
    refusal(() => run({ ...own, name: 'broken', ...part }, 'broken'), folder);
  const batches: Recipe['batches'] = async function* (source) {
    for await (const batch of (own as Recipe).batches(source)) {
      for (const example of batch.examples) example.data = { margin: [Infinity] };
      yield batch;
    }
  };
  expect(await broken({ batches })).toMatchInlineSnapshot(`
    "row 16: its number 'margin' for the loss is Infinity
      give every example finite numbers"
  `);
  const withLoss = (loss: (rewards: Tensor) => ReturnType<Recipe['loss']>) =>
    broken({ loss: (model, batch) => loss(model.rewards(batch)) });
  expect(await withLoss((loss) => ({ loss, metrics: {} }))).toMatchInlineSnapshot(`
    "the loss is float32 [reads], expected a float32 scalar
      add it up over the examples and multiply by batch.scale: ops.mul(ops.sum(x), batch.scale)"
  `);
  const margin = undefined as unknown as Tensor;
  expect(await withLoss((x) => ({ loss: t.sum(x), metrics: { margin } }))).toMatchInlineSnapshot(`
    "the metric 'margin' is undefined, expected a float32 scalar
      add it up over the examples and multiply by batch.scale: ops.mul(ops.sum(x), batch.scale)"
  `);
  const throwing: Recipe['loss'] = () => {
    throw new RangeError('no such column of numbers');
  };
  await expect(run({ ...own, name: 'broken', loss: throwing }, 'broken')).rejects.toThrow(
    'no such column of numbers',
  );
  const stopped = AbortSignal.abort(new Error('stopped'));
  const options = { signal: stopped };
  await expect(run({ ...own, name: 'broken' }, 'broken', { options })).rejects.toThrow('stopped');
  await expect(readFile(place('broken'))).rejects.toThrow('ENOENT');
});

test('a record that was changed is refused', async () => {
  await appendFile(join(place('own'), 'recipe', 'recipe.json'), ' ');
  const attempt = parseJob([join(place('own'), 'job.yaml'), '--resume'], { cwd: folder });
  expect(await refusal(() => attempt, folder)).toMatchInlineSnapshot(`
    "'own/recipe/recipe.json' is not the record that this job was made with
      run the recipe again from the cell that defines it"
  `);
});
