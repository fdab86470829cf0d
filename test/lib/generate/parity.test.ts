/**
 * What is written against transformers (greedy.json) and against the graph that trains: the same tokens,
 * log-probabilities within 1e-4.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultSampling } from '../../../lib/generate/generator.ts';
import type { Example } from '../../../lib/recipe/recipe.ts';
import { createPacker } from '../../../lib/train/packing.ts';
import { greedyCases, openModel, type OpenModel } from './open-model.ts';

for (const threads of [1, 2])
  for (const family of ['qwen2-micro-sft', 'qwen3-micro-sft'])
    describe(`${family}, ${threads} threads`, () => compare(family, threads));

function compare(family: string, threads: number): void {
  const cases = greedyCases(family);
  const prompts = cases.map(({ prompt }) => prompt);
  let model: OpenModel;
  beforeAll(async () => {
    model = await openModel(family, { threads });
  });
  afterAll(() => model.close());

  test('greedy continuations', async () => {
    const sampling = { ...defaultSampling, maxTokens: 32, temperature: 0 };
    const written = await model.generator.generate(prompts, sampling);
    expect(written.map(([first]) => first!.ids)).toEqual(cases.map(({ out }) => out));
    cases.forEach(({ logprobs }, i) => near(written[i]![0]!.logProbs, logprobs));
  });

  test.each([1, 0.7])(
    'sampled at temperature %d, as the training graph sees it',
    async (temperature) => {
      const sampling = {
        ...defaultSampling,
        maxTokens: 20,
        temperature,
        topP: 0.95,
        n: 3,
        seed: 5,
      };
      const written = (await model.generator.generate(prompts, sampling)).flat();
      const examples = written.map(({ ids }, i) => exampleOf(prompts[Math.floor(i / 3)]!, ids));
      const recomputed = await logProbs(model, examples);
      expect(new Set(written.map(({ ids }) => ids.join())).size).toBeGreaterThan(12);
      written.forEach((completion, i) => near(completion.logProbs, recomputed[i]!));
    },
  );
}

function exampleOf(prompt: readonly number[], ids: readonly number[]): Example {
  const reads = ids.map((_, i) => ({ segment: 0, offset: prompt.length - 1 + i }));
  const segments = [{ ids: [...prompt, ...ids], parent: -1 }];
  return { segments, reads, data: { targets: ids }, weight: 1, row: 0 };
}

async function logProbs(
  { executor, parameters, config }: OpenModel,
  examples: readonly Example[],
): Promise<Float32Array[]> {
  const packer = createPacker({
    ...{ executor, parameters, config, gradients: false, microBatchTokens: 1024 },
    objective: (model, batch) => ({ logProbs: model.logProbs(batch, batch.data.targets!) }),
  });
  const packed = await packer.pack(examples, 1);
  const outputs = await parameters.evaluate(packed.map(({ work }) => work));
  const found: Float32Array[] = [];
  packed.forEach(({ indices }, b) => {
    const all = outputs[b]!.logProbs!.data as Float32Array;
    let from = 0;
    for (const index of indices) {
      const { length } = examples[index]!.reads;
      found[index] = all.slice(from, (from += length));
    }
  });
  await packer.close();
  return found;
}

function near(found: readonly number[], wanted: ArrayLike<number>): void {
  expect(found).toHaveLength(wanted.length);
  found.forEach((value, i) => expect(Math.abs(value - wanted[i]!)).toBeLessThan(1e-4));
}
