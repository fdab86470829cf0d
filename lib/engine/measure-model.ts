/** A model measured by a recipe's objective on rows, the same bits as a validation in training. */
import { UserError } from '../errors.ts';
import type { Executor } from '../graph/executor.ts';
import { readEnds } from '../model/ends.ts';
import { loadWeights } from '../model/weights.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Job } from '../train/job.ts';
import { createLearner } from '../train/learner.ts';
import { meanMetrics } from '../train/measure.ts';
import { prepareSplit } from '../train/plan.ts';
import { createPolicy } from './policy.ts';

export interface Measurement {
  /** Means of the recipe's loss and metrics. */
  metrics: Record<string, number>;
  rows: number;
  /** Reason to number of rows that were left out. */
  dropped: Record<string, number>;
}

/** Measures `job.model` on the files of `job.validation`; tells how many rows are done. */
export async function measureModel(
  { job, recipe }: { job: Job; recipe: Recipe },
  executor: Executor,
  progress: (done: number, rows: number) => void,
): Promise<Measurement> {
  const { config, text, recipeOptions, split } = await prepareSplit(job, recipe, 'validation');
  if (config.head !== recipe.head)
    throw new UserError(
      `'${job.model}' has a ${config.head} head; ${recipe.name} measures models with a ${recipe.head} head`,
      'name the final folder of a run',
    );
  const weights = await loadWeights(job.model, config, { head: recipe.head, seed: job.seed });
  const learner = await createLearner({
    ...{ executor, config, weights },
    objective: (model, batch) => {
      const { loss, metrics } = recipe.loss(model, batch, recipeOptions);
      return { loss, ...metrics };
    },
    microBatchTokens: Number(job.options.micro_batch_tokens),
  });
  const ends = await readEnds(job.model, config);
  const policy = createPolicy({
    ...(ends.length > 0 && { ends }),
    ...{ executor, config, text, head: recipe.head, parameters: learner.parameters },
    microBatchTokens: Number(job.options.micro_batch_tokens),
    signal: new AbortController().signal,
  });
  try {
    const { kept, dropped } = split.survey;
    const batches = recipe.batches({ ...split.selection, kept, policy });
    const metrics = await meanMetrics(batches, learner, (done) => progress(done, kept.length));
    return { metrics, rows: kept.length, dropped };
  } finally {
    await policy.close();
    await learner.close();
  }
}
