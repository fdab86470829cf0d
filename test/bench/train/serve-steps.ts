/** Our side of a comparison: one whole training step for every batch's number that comes in. */
import { createInterface } from 'node:readline';
import { createOnnxExecutor } from '../../../lib/engine/onnx/executor.ts';
import { readConfig } from '../../../lib/model/config.ts';
import { loadWeights } from '../../../lib/model/weights.ts';
import type { Example, Recipe } from '../../../lib/recipe/recipe.ts';
import { createLearner } from '../../../lib/train/learner.ts';

export interface Stepping {
  model: string;
  threads: number;
  recipe: Recipe;
  batches: readonly (readonly Example[])[];
  /** Tokens of a micro-batch; 1: every example runs alone. */
  microBatchTokens?: number;
}

/** Prints a line of JSON when it is ready, and one a step. */
export async function serveSteps(stepping: Stepping): Promise<void> {
  const { model, threads, recipe, batches, microBatchTokens = 1024 } = stepping;
  const config = await readConfig(model);
  const options = recipe.options.parse({});
  const learner = await createLearner({
    ...{ executor: createOnnxExecutor({ threads }), config, microBatchTokens },
    weights: await loadWeights(model, config, { head: recipe.head }),
    objective: (decoder, batch) => {
      const { loss, metrics } = recipe.loss(decoder, batch, options);
      return { loss, ...metrics };
    },
  });
  console.log(JSON.stringify({ ready: true }));
  for await (const line of createInterface({ input: process.stdin })) {
    const start = performance.now();
    const { loss } = await learner.accumulate(batches[Number(line)]!);
    await learner.update({
      learningRate: 1e-3,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weightDecay: 0,
      maxGradNorm: 1,
    });
    const ms = performance.now() - start;
    console.log(JSON.stringify({ ms, loss, rss: process.resourceUsage().maxRSS / 1024 }));
  }
  await learner.close();
}
