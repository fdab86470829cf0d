import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Example } from '../../../lib/recipe/recipe.ts';
import { divide } from '../../../lib/train/packing.ts';

function conversation(tokens: number): Example {
  const ids = new Array<number>(tokens).fill(1);
  const reads = [{ segment: 0, offset: 0 }];
  return { segments: [{ ids, parent: -1 }], reads, data: {}, weight: 1, row: 0 };
}

test('every example runs once, within the budget, in powers of two', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 60 }), (lengths) => {
      const examples = lengths.map(conversation);
      const parts = divide(examples, 1024);
      expect(parts.flat().sort((a, b) => a - b)).toEqual([...examples.keys()]);
      for (const part of parts) {
        expect(Math.log2(part.length) % 1).toBe(0);
        const tokens = part.reduce((sum, i) => sum + lengths[i]!, 0);
        if (part.length > 1) expect(tokens).toBeLessThanOrEqual(1024);
      }
    }),
  );
});

test('the longest come first; different forms run apart', () => {
  const pair: Example = {
    segments: [
      { ids: [1], parent: -1 },
      { ids: [2], parent: 0 },
      { ids: [3], parent: 0 },
    ],
    reads: [{ segment: 1, offset: 0 }],
    data: {},
    weight: 1,
    row: 0,
  };
  const sixteen = Array.from({ length: 16 }, (_, i) => conversation(i + 1));
  const parts = divide([...sixteen, pair], 64);
  expect(parts.slice(0, 2)).toEqual([
    [15, 14],
    [13, 12],
  ]);
  expect(parts.at(-1)).toEqual([16]);
});
