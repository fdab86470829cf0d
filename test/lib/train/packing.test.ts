import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Example } from '../../../lib/recipe/recipe.ts';
import { sum } from '../../../lib/graph/ops/reduce.ts';
import { parseConfig } from '../../../lib/model/config.ts';
import { createPacker, divide } from '../../../lib/train/packing.ts';
import { qwen3 } from '../model/micro-model.ts';
import { fakeExecutor } from './fake-executor.ts';

const weight = { data: Float32Array.of(1, 2), shape: [2] };

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

test('a graph that cannot be compiled is said once, and does not stand in the way of the end', async () => {
  const executor = {
    ...fakeExecutor(),
    compile: () => Promise.reject(new Error('no such operator')),
  };
  const config = parseConfig(JSON.stringify(qwen3), 'config.json');
  const packer = createPacker({
    ...{ executor, config, parameters: await executor.parameters(new Map([['w', weight]])) },
    ...{ gradients: false, microBatchTokens: 64 },
    objective: (model, batch) => ({ loss: sum(model.logits(batch)) }),
  });
  await expect(packer.pack([conversation(3)], 1)).rejects.toThrow('no such operator');
  await expect(packer.close()).resolves.toBeUndefined();
});
