/** A local policy writes with the weights that train, and says what it and its beginning think of it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOnnxExecutor } from '../../../lib/engine/onnx/executor.ts';
import { createPolicy, type LocalPolicy } from '../../../lib/engine/policy.ts';
import { mul, neg } from '../../../lib/graph/ops/elementwise.ts';
import { sum } from '../../../lib/graph/ops/reduce.ts';
import type { Head, ModelConfig } from '../../../lib/model/config.ts';
import { readConfig } from '../../../lib/model/config.ts';
import { loadWeights } from '../../../lib/model/weights.ts';
import { groupExample } from '../../../lib/recipe/grpo/example.ts';
import type { Completion, Sampling } from '../../../lib/recipe/recipe.ts';
import { loadEncoder, type TextEncoder } from '../../../lib/text/encoder.ts';
import { createLearner, type Learner } from '../../../lib/train/learner.ts';
import { writeToy, type Toy } from '../recipe/grpo/toy.ts';
import { temporaryFolder } from '../temporary.ts';

const folder = temporaryFolder();
const executor = createOnnxExecutor({ threads: 2 });
const microBatchTokens = 256;
let toy: Toy;
let config: ModelConfig;
let text: TextEncoder;
let learner: Learner;
let policy: LocalPolicy;

const sampling: Sampling = {
  ...{ maxTokens: 10, temperature: 0.8, topP: 0.95, topK: 0, n: 3, seed: 4, stop: [] },
};
const prompts = [
  [5, 6, 7],
  [8, 9, 10, 11, 12],
];

beforeAll(async () => {
  toy = await writeToy(folder);
  config = await readConfig(toy.model);
  text = await loadEncoder(toy.model);
  learner = await createLearner({
    ...{ executor, config, microBatchTokens, weights: await loadWeights(toy.model, config) },
    objective: (model, batch) => ({
      loss: neg(mul(sum(model.logProbs(batch, batch.data.targets!)), batch.scale)),
    }),
  });
  policy = make('causal');
});
afterAll(async () => {
  await policy.close();
  await learner.close();
});

function make(head: Head, signal = new AbortController().signal): LocalPolicy {
  return createPolicy({
    ...{ executor, config, head, text, microBatchTokens, signal, parameters: learner.parameters },
    reference: () => loadWeights(toy.model, config),
  });
}

const examplesOf = (written: readonly Completion[][]) =>
  written.map((group, i) =>
    groupExample(
      prompts[i]!,
      group.map(({ ids }) => ids),
      i,
    ),
  );

/** The largest difference between what the policy thinks and what was said when it wrote. */
function farthest(written: readonly Completion[][], found: readonly Float32Array[]): number {
  const differences = written.flatMap((group, i) =>
    group.flatMap(({ logProbs }) => logProbs).map((value, k) => Math.abs(value - found[i]![k]!)),
  );
  return Math.max(...differences);
}

test('what it thinks of what it wrote is what it thought when it wrote it', async () => {
  const written = await policy.generate(prompts, sampling);
  expect(written.map((group) => group.length)).toEqual([3, 3]);
  const examples = examplesOf(written);
  const current = await policy.logProbs(examples, 'current');
  expect(farthest(written, current)).toBeLessThan(1e-4);
  expect(await policy.logProbs(examples, 'reference')).toEqual(current);
  const cooler = await policy.logProbs(examples, 'current', 0.8);
  expect(farthest(written, cooler)).toBeGreaterThan(1e-2);
});

test('it goes with the weights; its reference stays', async () => {
  const written = await policy.generate(prompts, sampling);
  const examples = examplesOf(written);
  const before = await policy.logProbs(examples, 'reference');
  await learner.accumulate(examples);
  const rule = { betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, maxGradNorm: 1 } as const;
  await learner.update({ ...rule, learningRate: 1e-2 });
  const after = await policy.logProbs(examples, 'current');
  expect(farthest(written, after)).toBeGreaterThan(1e-2);
  expect(await policy.logProbs(examples, 'reference')).toEqual(before);
  const again = await policy.generate(prompts, sampling);
  expect(farthest(again, await policy.logProbs(examplesOf(again), 'current'))).toBeLessThan(1e-4);
});

test('it gives up what it writes when it is told to', async () => {
  const controller = new AbortController();
  const told = make('causal', controller.signal);
  const writing = told.generate(prompts, { ...sampling, maxTokens: 100 });
  controller.abort(new Error('enough'));
  await expect(writing).rejects.toThrow('enough');
  await told.close();
});

test('a model that ends in a score cannot write', async () => {
  await expect(make('reward').generate(prompts, sampling)).rejects.toThrow(
    'a model that ends in a score cannot write',
  );
});
