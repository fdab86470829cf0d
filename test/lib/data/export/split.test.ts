/** Groups go to parts whole, parts have their shares, and a seed decides; what cannot be split is said. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partsOf } from '../../../../lib/data/export/parts.ts';
import { readShares, shareProblem, splitGroups } from '../../../../lib/data/export/split.ts';
import { refusal } from '../../refusal.ts';

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 40, maxLength: 200 });
const shares = fc
  .array(fc.integer({ min: 2, max: 9 }), { minLength: 2, maxLength: 4 })
  .map((weights) => {
    const sum = weights.reduce((a, b) => a + b);
    return Object.fromEntries(weights.map((weight, i) => [`part${i}`, weight / sum]));
  });

test('a part has its share, give or take one group', () => {
  fc.assert(
    fc.property(sizes, shares, fc.nat(), (groups, parts, seed) => {
      const chosen = splitGroups(groups, parts, seed);
      expect(chosen).toHaveLength(groups.length);
      const total = groups.reduce((a, b) => a + b);
      for (const [name, share] of Object.entries(parts)) {
        const rows = groups.filter((_, i) => chosen[i] === name).reduce((a, b) => a + b, 0);
        expect(Math.abs(rows - share * total)).toBeLessThan(Math.max(...groups));
      }
    }),
  );
});

test('no prompt is in two parts, and every row is in one', () => {
  const groups = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 150, maxLength: 300 });
  fc.assert(
    fc.property(groups, shares, fc.nat(), (numbers, parts, seed) => {
      const rows = numbers.map((group) => ({ group, label: '', table: 0, official: undefined }));
      const found = partsOf(rows, parts, seed).parts;
      expect(found.flatMap((part) => part.rows).sort((a, b) => a - b)).toEqual(
        rows.map((_, i) => i),
      );
      const prompts = found.flatMap((part) => [
        ...new Set(part.rows.map((row) => rows[row]!.group)),
      ]);
      expect(prompts).toHaveLength(new Set(numbers).size);
    }),
  );
});

test('a seed decides, and another one decides otherwise', () => {
  const groups = Array.from({ length: 100 }, () => 1);
  const half = { a: 0.5, b: 0.5 };
  expect(splitGroups(groups, half, 1)).toEqual(splitGroups(groups, half, 1));
  expect(splitGroups(groups, half, 1)).not.toEqual(splitGroups(groups, half, 2));
});

test('a part that would be empty is refused', async () => {
  expect(await refusal(() => splitGroups([1, 4], { train: 0.8, val: 0.1, test: 0.1 }, 0))).toBe(
    "no row would be in part 'test' (0.1): there are 5 rows of 2 different prompts, and a prompt is never in two parts\n  give it a larger share, or export more rows",
  );
});

test.each([
  [{ train: 0.8, test: 0.2 }, undefined],
  [{ train: 0.7, validation: 0.1, test: 0.2 }, undefined],
  [{ all: 1 }, undefined],
  [{ train: 0.8, test: 0.1 }, 'shares that sum to 1 (these sum to 0.9)'],
  [{ train: 1, test: 0 }, 'shares above 0 and of at most 1'],
  [{ '../train': 1 }, 'names of letters, digits, - and _'],
  [{}, 'at least one part'],
])('%j: %s', (parts, problem) => {
  expect(shareProblem(parts)).toBe(problem);
});

test('shares as they are typed', () => {
  expect(readShares('train=.8, test=0.2')).toEqual({ train: 0.8, test: 0.2 });
  for (const text of ['', 'train', '0.8', 'train=80%', 'a=0.5,a=0.5', 'train=0.8;test=0.2'])
    expect(readShares(text)).toBeUndefined();
});
