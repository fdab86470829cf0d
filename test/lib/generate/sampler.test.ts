/** Drawing tokens: frequencies follow the distribution, limits leave the likeliest, streams repeat. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSampler, likeliest, randomStream } from '../../../lib/generate/sampler.ts';

const draws = 40_000;

/** Shares of what was drawn. */
function shares(row: readonly number[], limits: { topP: number; topK: number }): number[] {
  const sample = createSampler(limits);
  const random = randomStream(3, 0, 0);
  const counts = new Array<number>(row.length).fill(0);
  const probabilities = Float32Array.from(row);
  for (let i = 0; i < draws; i++) counts[sample(probabilities, random)]!++;
  return counts.map((count) => count / draws);
}

test.each([
  [{ topP: 1, topK: 0 }, [0.5, 0.25, 0.15, 0.1]],
  [{ topP: 1, topK: 2 }, [2 / 3, 1 / 3, 0, 0]],
  [{ topP: 0.8, topK: 0 }, [5 / 9, 2.5 / 9, 1.5 / 9, 0]],
  [{ topP: 0.6, topK: 3 }, [2 / 3, 1 / 3, 0, 0]],
  [{ topP: 0.5, topK: 9 }, [1, 0, 0, 0]],
])('%o', (limits, expected) => {
  shares([0.5, 0.25, 0.15, 0.1], limits).forEach((share, i) =>
    expect(Math.abs(share - expected[i]!)).toBeLessThan(0.012),
  );
});

test('limits keep what a full sort would keep', () => {
  const weights = fc.array(fc.nat(20), { minLength: 2, maxLength: 60 });
  fc.assert(
    fc.property(
      weights,
      fc.nat(70),
      fc.double({ min: 0.05, max: 1, noNaN: true }),
      (raw, topK, topP) => {
        const total = raw.reduce((a, b) => a + b, 0);
        fc.pre(total > 0);
        const row = Float32Array.from(raw, (weight) => weight / total);
        const kept = sorted(row, topK, topP);
        const sample = createSampler({ topK, topP });
        const random = randomStream(topK, raw.length);
        for (let i = 0; i < 20; i++) expect(kept).toContain(sample(row, random));
      },
    ),
  );
});

/** The ids that may be drawn, by sorting them all; a little more mass than asked, for rounding. */
function sorted(row: Float32Array, topK: number, topP: number): number[] {
  const order = [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b);
  const most = topK > 0 ? order.slice(0, topK) : order;
  const mass = most.reduce((sum, id) => sum + row[id]!, 0);
  const kept: number[] = [];
  let sum = 0;
  for (const id of most) {
    if (kept.length > 0 && sum >= topP * mass + 1e-6) break;
    kept.push(id);
    sum += row[id]!;
  }
  return kept.filter((id) => row[id]! > 0);
}

test('the likeliest is the first of equals', () => {
  expect(likeliest(Float32Array.of(-3, -1, -2, -1))).toBe(1);
});

test('a stream is its key alone', () => {
  const take = (...key: number[]): number[] => {
    const random = randomStream(...key);
    return Array.from({ length: 5 }, random);
  };
  expect(take(1, 2, 3)).toEqual(take(1, 2, 3));
  const streams = [
    [1, 2, 3],
    [1, 3, 2],
    [2, 1, 3],
    [1, 2, 4],
    [2 ** 40 + 1, 2, 3],
    [-1, 2, 3],
  ];
  expect(new Set(streams.map((key) => take(...key).join())).size).toBe(streams.length);
  expect(take(0, 0, 0).every((value) => value >= 0 && value < 1)).toBe(true);
});
