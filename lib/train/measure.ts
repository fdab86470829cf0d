/** What a model is worth on rows that it does not learn from. */
import type { Batch } from '../recipe/recipe.ts';
import { totalWeight, type Learner, type Metrics } from './learner.ts';

/** The means of the objective's outputs over all batches. */
export async function meanMetrics(
  batches: AsyncIterable<Batch>,
  learner: Pick<Learner, 'measure'>,
  progress?: (examples: number) => void,
): Promise<Metrics> {
  const sums: Metrics = {};
  let weight = 0;
  let done = 0;
  for await (const { examples } of batches) {
    for (const [name, sum] of Object.entries(await learner.measure(examples)))
      sums[name] = (sums[name] ?? 0) + sum;
    weight += totalWeight(examples);
    done += examples.length;
    progress?.(done);
  }
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / weight]));
}
