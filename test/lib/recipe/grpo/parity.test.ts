/**
 * One policy update against PyTorch (the ids and numbers beside the weights in test/fixtures/parity), on
 * both model families: log-probabilities, loss, KL, clipping, every gradient, and the weights after it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOnnxExecutor } from '../../../../lib/engine/onnx/executor.ts';
import { createPolicy } from '../../../../lib/engine/policy.ts';
import type { Value } from '../../../../lib/graph/executor.ts';
import { readConfig } from '../../../../lib/model/config.ts';
import { loadWeights } from '../../../../lib/model/weights.ts';
import { groupAdvantages } from '../../../../lib/recipe/grpo/advantage.ts';
import { tokenWeights, type Aggregation } from '../../../../lib/recipe/grpo/aggregation.ts';
import { groupExample } from '../../../../lib/recipe/grpo/example.ts';
import type { KlLossType } from '../../../../lib/recipe/grpo/kl.ts';
import { grpoLoss, type LossOptions } from '../../../../lib/recipe/grpo/loss.ts';
import type { Example } from '../../../../lib/recipe/recipe.ts';
import type { TextEncoder } from '../../../../lib/text/encoder.ts';
import { createLearner, type Learner } from '../../../../lib/train/learner.ts';

interface Expected {
  prompts: number[][];
  completions: number[][];
  group: number[];
  rewards: number[][];
  advantages: number[];
  log_probs: number[][];
  old_log_probs: number[][];
  ref_log_probs: number[][];
  pg_loss: number;
  kl: number;
  loss: number;
  clip_fraction: number;
  grad_norm: number;
  grad_norms: Record<string, number>;
  param_norms_after: Record<string, number>;
}

/** The same update under other options (variants.py). */
interface Variant {
  options: Record<'temperature' | 'low' | 'high' | 'c' | 'klCoef' | 'entropyCoef', number> & {
    kl: KlLossType;
    mode: Aggregation;
    horizon: number;
  };
  pg_loss: number;
  kl: number;
  loss: number;
  entropy: number;
  grad_norms: Record<string, number>;
}

const options = {
  ...{ temperature: 1, entropy_coeff: 0 },
  ...{ clip_ratio_low: 0.2, clip_ratio_high: 0.2, clip_ratio_c: 3 },
  ...{ use_kl_loss: true, kl_loss_coef: 0.05, kl_loss_type: 'low_var_kl' as const },
};

describe.each(['qwen2-micro-sft', 'qwen3-micro-sft'])('%s', (family) => {
  const folder = join(import.meta.dirname, '../../../fixtures/parity', family);
  const expected = JSON.parse(readFileSync(join(folder, 'grpo.json'), 'utf8')) as Expected;
  const groups = expected.prompts.map((prompt, p) => {
    const places = expected.group.flatMap((group, i) => (group === p ? [i] : []));
    const pick = <T>(list: readonly T[]): T[] => places.map((i) => list[i]!);
    const completions = pick(expected.completions);
    const example = groupExample(prompt, completions, p);
    const advantages = groupAdvantages(expected.rewards[p]!, true);
    const data = {
      ...example.data,
      advantages: spread(completions, advantages),
      weights: spread(
        completions,
        completions.map(() => 1),
      ),
      old: pick(expected.old_log_probs).flat(),
      reference: pick(expected.ref_log_probs).flat(),
    };
    return {
      example,
      whole: { ...example, data },
      places,
      advantages,
      logProbs: pick(expected.log_probs),
    };
  });
  const executor = createOnnxExecutor({ threads: 2 });
  const learnerOf = async (given: LossOptions): Promise<Learner> => {
    const config = await readConfig(folder);
    return createLearner({
      ...{ executor, config, weights: await loadWeights(folder, config), microBatchTokens: 1024 },
      objective: (model, batch) => {
        const { loss, metrics } = grpoLoss(model, batch, given);
        return { loss, ...metrics };
      },
    });
  };
  let learner: Learner;
  beforeAll(async () => {
    learner = await learnerOf(options);
  });
  afterAll(() => learner.close());

  test('advantages', () => {
    groups
      .flatMap(({ advantages }) => advantages)
      .forEach((value, i) => near(value, expected.advantages[i]!, 1e-6));
  });

  test('log-probabilities', async () => {
    const config = await readConfig(folder);
    const policy = createPolicy({
      executor,
      config,
      parameters: learner.parameters,
      microBatchTokens: 1024,
      head: 'causal',
      text: {} as TextEncoder, // It is not asked to write.
      signal: new AbortController().signal,
    });
    const found = await policy.logProbs(
      groups.map(({ example }) => example),
      'current',
    );
    groups.forEach(({ logProbs }, g) =>
      logProbs.flat().forEach((value, i) => near(found[g]![i]!, value, 1e-4)),
    );
    await policy.close();
  });

  test('loss, KL, clipping, gradients, and the weights after the update', async () => {
    const examples: Example[] = groups.map(({ whole }) => whole);
    const metrics = await learner.accumulate(examples);
    near(metrics.pg_loss!, expected.pg_loss, 1e-5);
    near(metrics.kl!, expected.kl, 1e-5);
    near(metrics.loss!, expected.loss, 1e-5);
    near(metrics.clip_fraction!, expected.clip_fraction, 1e-6);
    const gradients = await learner.parameters.gradients();
    for (const [name, value] of Object.entries(expected.grad_norms))
      near(norm(gradients.get(name)!) / value, 1, 1e-4, name);
    const { gradNorm } = await learner.update({
      ...{ learningRate: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01, maxGradNorm: 1 },
    });
    near(gradNorm / expected.grad_norm, 1, 1e-4);
    const weights = await learner.weights();
    for (const [name, value] of Object.entries(expected.param_norms_after))
      near(norm(weights.get(name)!) / value, 1, 1e-5, name);
  });

  const variants = JSON.parse(readFileSync(join(folder, 'variants.json'), 'utf8')) as Variant[];
  test.each(variants)('$options.mode, $options.kl, at $options.temperature', async (variant) => {
    const { temperature, low, high, c, kl, klCoef, entropyCoef, mode, horizon } = variant.options;
    const other = await learnerOf({
      ...{ temperature, entropy_coeff: entropyCoef },
      ...{ clip_ratio_low: low, clip_ratio_high: high, clip_ratio_c: c },
      ...{ use_kl_loss: true, kl_loss_coef: klCoef, kl_loss_type: kl },
    });
    const lengths = expected.completions.map((ids) => ids.length);
    const weights = tokenWeights(mode, lengths, horizon);
    const examples = groups.map(({ whole, places }) => {
      const ids = places.map((i) => expected.completions[i]!);
      const own = places.map((i) => weights[i]!);
      return { ...whole, data: { ...whole.data, weights: spread(ids, own) } };
    });
    const metrics = await other.accumulate(examples);
    for (const name of ['pg_loss', 'kl', 'loss', 'entropy'] as const)
      near(metrics[name]! / variant[name], 1, 1e-4, name);
    const gradients = await other.parameters.gradients();
    for (const [name, value] of Object.entries(variant.grad_norms))
      near(norm(gradients.get(name)!) / value, 1, 1e-4, name);
    await other.close();
  });
});

/** One number a completion given to each of its tokens. */
function spread(completions: readonly number[][], numbers: readonly number[]): number[] {
  return completions.flatMap((ids, c) => ids.map(() => numbers[c]!));
}

function norm({ data }: Value): number {
  return Math.sqrt((data as Float32Array).reduce((sum, x) => sum + x * x, 0));
}

function near(found: number, wanted: number, tolerance: number, name = ''): void {
  expect(Math.abs(found - wanted), `${name} ${found}, expected ${wanted}`).toBeLessThan(tolerance);
}
