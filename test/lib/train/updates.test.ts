/** The means of a step's updates, by what their examples count for. */
import { expect, test } from 'vitest';
import type { Example } from '../../../lib/recipe/recipe.ts';
import { applyUpdates } from '../../../lib/train/updates.ts';
import { weightedMeans } from '../../../lib/train/measure.ts';

const rule = {
  learningRate: 1,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  maxGradNorm: 1,
} as const;
const examples = [1, 2, 5].map((weight, row): Example => {
  return { segments: [], reads: [], data: {}, weight, row };
});

/** Its loss is the sum of the rows, its gradient norm the number of updates so far. */
function learner() {
  const seen: number[][] = [];
  return {
    seen,
    accumulate: (part: readonly Example[]) => {
      seen.push(part.map(({ row }) => row));
      return Promise.resolve({ loss: part.reduce((sum, { row }) => sum + row, 0) });
    },
    update: () => Promise.resolve({ gradNorm: seen.length }),
  };
}

test('one update takes every example', async () => {
  const one = learner();
  expect(await applyUpdates(one, { examples }, rule)).toEqual({
    metrics: { loss: 3 },
    gradNorm: 1,
  });
  expect(one.seen).toEqual([[0, 1, 2]]);
});

test('several take theirs in their order', async () => {
  const one = learner();
  const updates = [[0, 1], [2], [1]];
  expect(await applyUpdates(one, { examples, updates }, rule)).toEqual({
    metrics: { loss: (1 * 3 + 2 * 5 + 1 * 2) / 10 },
    gradNorm: 2,
  });
  expect(one.seen).toEqual(updates);
});

test('a mean is over what it was added with', () => {
  const means = weightedMeans();
  means.add({ a: 1, b: 4 }, 1);
  means.add({ a: 3 }, 3);
  expect(means.values()).toEqual({ a: 2.5, b: 4 });
});
