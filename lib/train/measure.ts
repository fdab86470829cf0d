/** What a model is worth on rows that it does not learn from. */
import type { Batch } from '../recipe/recipe.ts';
import { totalWeight, type Learner, type Metrics } from './learner.ts';

/** The means over all batches of the objective's outputs, and of what the batches themselves know. */
export async function meanMetrics(
  batches: AsyncIterable<Batch>,
  learner: Pick<Learner, 'measure'>,
  progress?: (examples: number) => void,
): Promise<Metrics> {
  const sums: Metrics = {};
  let weight = 0;
  let done = 0;
  const means = weightedMeans();
  for await (const { examples, metrics = {}, rows = examples.length } of batches) {
    if (examples.length > 0) {
      for (const [name, sum] of Object.entries(await learner.measure(examples)))
        sums[name] = (sums[name] ?? 0) + sum;
      weight += totalWeight(examples);
    }
    means.add(metrics, rows);
    done += rows;
    progress?.(done);
  }
  const measured = Object.entries(sums).map(([name, sum]) => [name, sum / weight] as const);
  return { ...Object.fromEntries(measured), ...means.values() };
}

export interface Means {
  add(metrics: Metrics, weight: number): void;
  /** Each over what it was added with. */
  values(): Metrics;
}

/** Collects metrics that count for different amounts. */
export function weightedMeans(): Means {
  const sums = new Map<string, { sum: number; weight: number }>();
  return {
    add(metrics, weight) {
      for (const [name, value] of Object.entries(metrics)) {
        const { sum, weight: before } = sums.get(name) ?? { sum: 0, weight: 0 };
        sums.set(name, { sum: sum + value * weight, weight: before + weight });
      }
    },
    values: () =>
      Object.fromEntries([...sums].map(([name, { sum, weight }]) => [name, sum / weight])),
  };
}
