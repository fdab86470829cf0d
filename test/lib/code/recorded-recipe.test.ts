/** A recipe of this process trains from its record: the same bits as one that ships, here and resumed elsewhere. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { parseJob } from '../../../lib/command/job.ts';
import * as t from '../../../lib/graph/ops/index.ts';
import type { Tensor } from '../../../lib/graph/tensor.ts';
import { readTensors } from '../../../lib/model/safetensors.ts';
import { defineRecipe } from '../../../lib/recipe/define-recipe.ts';
import { recipes } from '../../../lib/recipe/index.ts';
import { pairRewards, pairRows } from '../../../lib/recipe/pair-rows.ts';
import type { Recipe } from '../../../lib/recipe/recipe.ts';
import type { TrainEvent } from '../../../lib/train/job.ts';
import { runJob, type RunOptions } from '../../../lib/worker/run-job.ts';
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

const jobOf = (recipe: string, output: string, ...more: string[]) =>
  parseJob([recipe, ...microWords(micro, '--output-dir', output, ...more).slice(1)], {
    cwd: folder,
    recipes: [...recipes, own as Recipe],
  });
const epochs = ['--epochs', '2', '--eval-steps', '3'];
const place = (name: string): string => join(folder, name);
const final = (output: string) => readTensors(join(output, 'final', 'model.safetensors'));

async function run(recipe: string, output: string, options: RunOptions = {}, ...more: string[]) {
  return collect(runJob(await jobOf(recipe, output, ...epochs, ...more), options));
}

test('the same loss in a cell trains to the same bits', async () => {
  const shipped = await run('bradley-terry', place('shipped'));
  const recorded = await run('own', place('own'), { live: { recipe: own as Recipe } });
  expect(lasting(recorded)).toEqual(lasting(shipped));
  expect(await final(place('own'))).toEqual(await final(place('shipped')));
});
