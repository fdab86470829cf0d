/** A step's updates of the weights: one over all of its examples, or several over parts of them. */
import type { AdamW } from '../graph/executor.ts';
import type { Batch } from '../recipe/recipe.ts';
import { totalWeight, type Learner, type Metrics } from './learner.ts';
import { weightedMeans } from './measure.ts';

export interface Updated {
  /** Means over the updates of the objective's outputs, by what their examples count for. */
  metrics: Metrics;
  /** Mean over the updates. */
  gradNorm: number;
}

/** Takes every update of a batch, with one rule. */
export async function applyUpdates(
  learner: Pick<Learner, 'accumulate' | 'update'>,
  { examples, updates }: Pick<Batch, 'examples' | 'updates'>,
  rule: AdamW,
): Promise<Updated> {
  const parts = updates?.map((places) => places.map((place) => examples[place]!)) ?? [examples];
  if (parts.length === 1) {
    const metrics = await learner.accumulate(parts[0]!);
    const { gradNorm } = await learner.update(rule);
    return { metrics, gradNorm };
  }
  const means = weightedMeans();
  const norms: number[] = [];
  for (const part of parts) {
    means.add(await learner.accumulate(part), totalWeight(part));
    norms.push((await learner.update(rule)).gradNorm);
  }
  return { metrics: means.values(), gradNorm: norms.reduce((a, b) => a + b) / norms.length };
}
