/** Intervals and rank correlations against SciPy 1.17.1. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bootstrap, wilson } from '../../../lib/evaluate/interval.ts';
import { correlations } from '../../../lib/evaluate/rank-correlation.ts';

test.each([
  [0, 10, 0, 0.27753279986288926],
  [7, 10, 0.39677814746114526, 0.892208732593699],
  [10, 10, 0.7224672001371109, 1],
  [613, 1000, 0.5824343266729659, 0.6427008259092986],
])('Wilson of %i in %i', (successes, n, low, high) => {
  const [a, b] = wilson(successes / n, n);
  expect(a).toBeCloseTo(low, 12);
  expect(b).toBeCloseTo(high, 12);
});

const zipped = (x: number[], y: number[]): [number, number][] =>
  x.map((value, i) => [value, y[i]!]);

test.each([
  [
    zipped([0, 1, 2, 3, 4, 4, 2, 1, 0, 3, 3, 2], [1, 1, 2, 4, 4, 3, 2, 0, 0, 3, 2, 2]),
    0.9067778059176421,
    0.8141911742155069,
  ],
  [zipped([1.5, 2, -3, 7, 7, 0], [4, 4, 4, 1, 2, 9]), -0.8008534347238067, -0.6943650748294137],
])('rank correlations of %j', (pairs, spearman, kendall) => {
  const found = correlations(pairs)!;
  expect(found.spearman).toBeCloseTo(spearman, 12);
  expect(found.kendall).toBeCloseTo(kendall, 12);
});

test('order alone counts, and a constant has none', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer(), { minLength: 2, maxLength: 20 }), (x) => {
      const same = correlations(x.map((value) => [value, 2 * value + 1]))!;
      const opposite = correlations(x.map((value) => [value, -3 * value]))!;
      expect(same.spearman).toBeCloseTo(1, 9);
      expect(same.kendall).toBeCloseTo(1, 9);
      expect(opposite.spearman).toBeCloseTo(-1, 9);
      expect(opposite.kendall).toBeCloseTo(-1, 9);
    }),
    { seed: 4 },
  );
  expect(correlations([])).toBeUndefined();
  expect(correlations(zipped([1, 2], [3, 3]))).toBeUndefined();
});

test('the bootstrap is seeded and near the normal interval of a mean', () => {
  const values = Array.from({ length: 400 }, (_, i) => i % 5);
  const mean = (rows: Int32Array): number =>
    rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length;
  const [low, high] = bootstrap(values.length, mean)!;
  expect(bootstrap(values.length, mean)).toEqual([low, high]);
  expect(bootstrap(values.length, mean, 1)).not.toEqual([low, high]);
  const half = 1.96 * Math.sqrt(2 / values.length);
  expect(low).toBeCloseTo(2 - half, 1);
  expect(high).toBeCloseTo(2 + half, 1);
  expect(bootstrap(3, () => undefined)).toBeUndefined();
});
