/** The loss as a graph against its formula in double precision, over rewards of the same model. */
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { rowsOf } from '../../../lib/data/rows.ts';
import { createOnnxExecutor } from '../../../lib/engine/onnx/executor.ts';
import { serveModel } from '../../../lib/engine/served-model.ts';
import { readConfig } from '../../../lib/model/config.ts';
import { loadWeights } from '../../../lib/model/weights.ts';
import { bradleyTerry } from '../../../lib/recipe/bradley-terry.ts';
import type { Policy } from '../../../lib/recipe/recipe.ts';
import { loadEncoder } from '../../../lib/text/encoder.ts';
import { createLearner } from '../../../lib/train/learner.ts';
import { meanMetrics } from '../../../lib/train/measure.ts';
import { temporaryFolder } from '../temporary.ts';
import { microPairs, microRun } from '../train/micro-run.ts';

const folder = temporaryFolder();
const model = join(folder, 'model');
const pairs = microPairs(5, 3).map((pair, i) => ({
  ...(pair as { chosen: string; rejected: string }),
  margin: 0.3 * i,
  preference_strength: i - 2,
}));
const executor = createOnnxExecutor({ threads: 1 });
const limits = { maxLength: 64, truncation: 'left' as const, microBatchTokens: 256 };
let chosen: number[];
let rejected: number[];

beforeAll(async () => {
  await microRun(folder);
  const served = await serveModel(model, executor, limits);
  chosen = await served.score(pairs.map((pair) => pair.chosen));
  rejected = await served.score(pairs.map((pair) => pair.rejected));
  await served.close();
});

async function measured(given: Record<string, unknown>): Promise<Record<string, number>> {
  const options = bradleyTerry.options.parse(given);
  const config = await readConfig(model);
  const learner = await createLearner({
    ...{ executor, config, weights: await loadWeights(model, config), microBatchTokens: 256 },
    objective: (decoder, batch) => {
      const { loss, metrics } = bradleyTerry.loss(decoder, batch, options);
      return { loss, ...metrics };
    },
  });
  const batches = bradleyTerry.batches({
    ...{ rows: rowsOf(pairs), text: await loadEncoder(model), options, seed: 0 },
    ...{ split: 'validation', policy: {} as Policy, kept: Int32Array.of(0, 1, 2, 3, 4) },
    batching: { batchSize: 2, shuffle: false, ...limits },
  });
  try {
    return await meanMetrics(batches, learner);
  } finally {
    await learner.close();
  }
}

/** −log σ(z). */
const negLogSigmoid = (z: number): number => Math.log1p(Math.exp(-z));
const mean = (each: (c: number, r: number, i: number) => number): number =>
  chosen.reduce((sum, c, i) => sum + each(c, rejected[i]!, i), 0) / chosen.length;

test('plain: loss, accuracy, margin, mean reward', async () => {
  const metrics = await measured({ use_margin: false });
  expect(metrics.loss).toBeCloseTo(
    mean((c, r) => negLogSigmoid(c - r)),
    5,
  );
  expect(metrics.accuracy).toBeCloseTo(
    mean((c, r) => (c > r ? 1 : 0)),
    6,
  );
  expect(metrics.margin).toBeCloseTo(
    mean((c, r) => c - r),
    5,
  );
  expect(metrics.mean_reward).toBeCloseTo(
    mean((c, r) => (c + r) / 2),
    5,
  );
});

const strength = (i: number): number => Math.abs(pairs[i]!.preference_strength);
test.each<[string, Record<string, unknown>, (c: number, r: number, i: number) => number]>([
  ['margin', {}, (c, r, i) => negLogSigmoid(c - r - 0.3 * i)],
  [
    'label smoothing',
    { use_margin: false, label_smoothing: 0.1 },
    (c, r) => 0.9 * negLogSigmoid(c - r) + 0.1 * negLogSigmoid(r - c),
  ],
  [
    'centred rewards',
    { use_margin: false, center_rewards_coefficient: 0.5 },
    (c, r) => negLogSigmoid(c - r) + 0.5 * (c + r) ** 2,
  ],
  [
    'strength as a margin',
    { use_margin: false, strength: 'margin' },
    (c, r, i) => negLogSigmoid(c - r - strength(i)),
  ],
  [
    'strength as a factor',
    { use_margin: false, strength: 'scale' },
    (c, r, i) => strength(i) * negLogSigmoid(c - r),
  ],
])('%s', async (_name, options, formula) => {
  expect((await measured(options)).loss).toBeCloseTo(mean(formula), 5);
});
