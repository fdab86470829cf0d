/** Conversations laid end to end: the same loss and gradients as one at a time, and none sees another. */
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOnnxExecutor } from '../../../lib/engine/onnx/executor.ts';
import type { Parameters, Value } from '../../../lib/graph/executor.ts';
import { readConfig, type ModelConfig } from '../../../lib/model/config.ts';
import type { Objective } from '../../../lib/model/decoder.ts';
import { loadWeights } from '../../../lib/model/weights.ts';
import type { Example } from '../../../lib/recipe/recipe.ts';
import { sft } from '../../../lib/recipe/sft.ts';
import { createPacker, type Packer } from '../../../lib/train/packing.ts';

const folder = join(import.meta.dirname, '../../fixtures/parity/qwen3-micro');
const executor = createOnnxExecutor({ threads: 1 });
let config: ModelConfig;
let parameters: Parameters;
beforeAll(async () => {
  config = await readConfig(folder);
  parameters = await executor.parameters(await loadWeights(folder, config, { head: 'causal' }));
});
afterAll(() => parameters.close());

const objective: Objective = (model, batch) => {
  const { loss, metrics } = sft.loss(model, batch, { samples: 0 });
  return { loss, ...metrics, logProbs: model.logProbs(batch, batch.data.targets!) };
};

function packer(microBatchTokens: number, gradients: boolean): Packer {
  const common = { executor, parameters, config, objective, microBatchTokens };
  return createPacker({ ...common, gradients });
}

/** Every second token is learnt. */
function conversation(ids: readonly number[], row: number): Example {
  const places = ids.flatMap((_, i) => (i % 2 === 1 ? [i] : []));
  return {
    segments: [{ ids, parent: -1 }],
    reads: places.map((place) => ({ segment: 0, offset: place - 1 })),
    data: { targets: places.map((place) => ids[place]!) },
    weight: places.length,
    row,
  };
}

test('packed and one at a time: loss, accuracy and every gradient', async () => {
  const examples = Array.from({ length: 32 }, (_, n) =>
    conversation(
      Array.from({ length: 6 + ((n * 7) % 23) }, (_, i) => (n * 131 + i * i * 17) % 4096),
      n,
    ),
  );
  const weight = examples.reduce((sum, example) => sum + example.weight, 0);
  const measured = async (microBatchTokens: number) => {
    const training = packer(microBatchTokens, true);
    const packed = await training.pack(examples, 1 / weight);
    const outputs = await parameters.accumulate(packed.map(({ work }) => work));
    const total = (name: string): number =>
      outputs.reduce((sum, output) => sum + Number(output[name]!.data[0]), 0);
    const found = {
      sizes: packed.map(({ examples }) => examples.length),
      loss: total('loss'),
      accuracy: total('token_accuracy'),
      gradients: await parameters.gradients(),
    };
    await training.close();
    return found;
  };
  const packed = await measured(1024);
  const apart = await measured(1);
  expect(Math.max(...packed.sizes)).toBeGreaterThan(1);
  expect(apart.sizes).toEqual(examples.map(() => 1));
  expect(Math.abs(packed.loss - apart.loss)).toBeLessThan(1e-5);
  expect(Math.abs(packed.accuracy - apart.accuracy)).toBeLessThan(1e-5);
  for (const [name, { data }] of packed.gradients)
    expect(largestDifference(data, apart.gradients.get(name)!.data), name).toBeLessThan(1e-5);
});

const ids = fc.array(fc.nat(4095), { minLength: 2, maxLength: 12 });

test('another conversation changes nothing', async () => {
  const inference = packer(1024, false);
  const logProbs = async (conversations: readonly number[][]): Promise<Float32Array[]> => {
    // Eight times as many, so that neighbours lie in one micro-batch.
    const filler = Array.from({ length: 14 }, (_, i) => conversation([i + 1, i + 2], i + 2));
    const packed = await inference.pack([...conversations.map(conversation), ...filler], 1);
    const outputs = await parameters.evaluate(packed.map(({ work }) => work));
    const found: Float32Array[] = [];
    packed.forEach(({ examples, indices }, at) => {
      let from = 0;
      examples.forEach(({ weight }, i) => {
        const all = outputs[at]!.logProbs!.data as Float32Array;
        found[indices[i]!] = all.slice(from, (from += weight));
      });
    });
    const together = packed.some(({ indices }) => indices.includes(0) && indices.includes(1));
    expect(together).toBe(true);
    return found;
  };
  await fc.assert(
    fc.asyncProperty(ids, ids, ids, async (kept, one, other) => {
      const [before] = await logProbs([kept, [...one, 0, 0, 0]]);
      const [after] = await logProbs([kept, [...other, 0, 0, 0]]);
      expect(largestDifference(before!, after!)).toBeLessThan(1e-5);
    }),
    { numRuns: 30 },
  );
  await inference.close();
});

function largestDifference(a: Value['data'], b: Value['data']): number {
  expect(a.length).toBe(b.length);
  return [...a].reduce<number>(
    (most, x, i) => Math.max(most, Math.abs(Number(x) - Number(b[i]))),
    0,
  );
}
