/**
 * Adapters against PyTorch and peft (test/fixtures/parity/make_lora.py): rewards, losses, the gradient of
 * every tensor that trains, twenty AdamW steps, GRPO beside its base, and what is written, on folders that
 * peft has made.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createOnnxExecutor } from '../../../lib/engine/onnx/executor.ts';
import { createPolicy } from '../../../lib/engine/policy.ts';
import { createGenerator, defaultSampling } from '../../../lib/generate/generator.ts';
import type { Value } from '../../../lib/graph/executor.ts';
import { readConfig } from '../../../lib/model/config.ts';
import type { Objective } from '../../../lib/model/decoder.ts';
import { mergeAdapter } from '../../../lib/model/merge.ts';
import { loadWeights } from '../../../lib/model/weights.ts';
import { bradleyTerry } from '../../../lib/recipe/bradley-terry.ts';
import { groupAdvantages } from '../../../lib/recipe/grpo/advantage.ts';
import { groupExample } from '../../../lib/recipe/grpo/example.ts';
import { grpoLoss } from '../../../lib/recipe/grpo/loss.ts';
import { pairExample } from '../../../lib/recipe/pair.ts';
import type { Example } from '../../../lib/recipe/recipe.ts';
import { sft } from '../../../lib/recipe/sft.ts';
import type { TextEncoder } from '../../../lib/text/encoder.ts';
import { createLearner, type Learner } from '../../../lib/train/learner.ts';
import { createPacker } from '../../../lib/train/packing.ts';
import { letters } from '../generate/open-model.ts';

interface Twenty {
  lr: number;
  curve: { loss: number; grad_norm: number }[];
  first_grad_norms: Record<string, number>;
  final_norms: Record<string, number>;
}

const executor = createOnnxExecutor({ threads: 2 });

describe.each(['qwen2-micro', 'qwen3-micro'])('Bradley–Terry, %s', (family) => {
  const expected = read(family, 'lora.json') as { rewards: [number, number][]; train20: Twenty };
  const { pairs } = (
    read(family, 'expected.json') as { train20: { pairs: [number[], number[]][] } }
  ).train20;
  const examples = pairs.map((pair, row) => pairExample(pair, row, {}));
  const options = bradleyTerry.options.parse({});
  const objective: Objective = (model, batch) => {
    const { loss, metrics } = bradleyTerry.loss(model, batch, options);
    return { loss, ...metrics };
  };

  test('rewards', async () => {
    const learner = await learnerOf(family, objective);
    const { mean_reward: mean } = await learner.measure(examples.slice(0, 4));
    near(mean! / 4, expected.rewards.flat().reduce((a, b) => a + b, 0) / 8, 1e-5);
    await learner.close();
  });

  test('twenty steps', () =>
    twentySteps(expected.train20, {
      ...{ family, objective, betas: [0.9, 0.999] },
      batch: (step) => [0, 1, 2, 3].map((i) => examples[(step * 4 + i) % examples.length]!),
    }));
});

describe.each(['qwen2-micro-sft', 'qwen3-micro-sft'])('language model, %s', (family) => {
  const expected = read(family, 'lora.json') as {
    grpo: {
      log_probs: number[][];
      ref_log_probs: number[][];
      pg_loss: number;
      kl: number;
      loss: number;
      grad_norms: Record<string, number>;
    };
    ids: number[];
    logits: number[][];
    greedy: number[];
    train20: Twenty;
  };

  test('what it writes, its weights merged, is what it scores', async () => {
    const config = await readConfig(adapterOf(family));
    const parameters = await executor.parameters(await loadWeights(adapterOf(family), config));
    const generator = createGenerator({ executor, parameters, config, text: letters, ends: [] });
    const sampling = { ...defaultSampling, maxTokens: 24, temperature: 0 };
    const [written] = await generator.generate([expected.ids], sampling);
    expect(written![0]!.ids).toEqual(expected.greedy);
    const drawn = await generator.generate([expected.ids], { ...sampling, temperature: 1, n: 3 });
    const packer = createPacker({
      ...{ executor, parameters, config, gradients: false, microBatchTokens: 1024 },
      objective: (model, batch) => ({ logProbs: model.logProbs(batch, batch.data.targets!) }),
    });
    for (const { ids, logProbs } of [...written!, ...drawn[0]!]) {
      const reads = ids.map((_, i) => ({ segment: 0, offset: expected.ids.length - 1 + i }));
      const segments = [{ ids: [...expected.ids, ...ids], parent: -1 }];
      const example = { segments, reads, data: { targets: ids }, weight: 1, row: 0 };
      const work = (await packer.pack([example], 1)).map((batch) => batch.work);
      const [output] = await parameters.evaluate(work);
      allNear(logProbs, [...(output!.logProbs!.data as Float32Array)], 1e-4);
    }
    await packer.close();
    await generator.close();
    await parameters.close();
  });

  test('its logits, as it is and merged', async () => {
    const config = await readConfig(adapterOf(family));
    const weights = await loadWeights(adapterOf(family), config);
    for (const model of [{ config, weights }, mergeAdapter(config, weights)]) {
      const parameters = await executor.parameters(model.weights);
      const reads = expected.ids.map((_, offset) => ({ segment: 0, offset }));
      const segments = [{ ids: expected.ids, parent: -1 }];
      const packer = createPacker({
        ...{ executor, parameters, config: model.config, gradients: false, microBatchTokens: 1024 },
        objective: (model, batch) => ({ logits: model.logits(batch) }),
      });
      const packed = await packer.pack([{ segments, reads, data: {}, weight: 1, row: 0 }], 1);
      const [output] = await parameters.evaluate(packed.map(({ work }) => work));
      const logits = output!.logits!.data as Float32Array;
      expected.logits.forEach((row, r) => allNear(logits.subarray(r * config.vocab), row, 1e-5));
      await packer.close();
      await parameters.close();
    }
  });

  test('twenty steps of supervised fine-tuning', () => {
    const { rows } = read(family.replace('-sft', ''), 'sft.json') as {
      rows: { input_ids: number[]; mask_runs: number[] }[];
    };
    const options = sft.options.parse({});
    const examples = rows.map(({ input_ids: ids, mask_runs }, row): Example => {
      const learnt = mask_runs.flatMap((length, i) => new Array<number>(length).fill(i % 2));
      const places = ids.flatMap((_, i) => (i > 0 && learnt[i] ? [i] : []));
      const reads = places.map((i) => ({ segment: 0, offset: i - 1 }));
      const data = { targets: places.map((i) => ids[i]!) };
      return { segments: [{ ids, parent: -1 }], reads, data, weight: reads.length, row };
    });
    return twentySteps(expected.train20, {
      ...{ family, betas: [0.9, 0.95] },
      objective: (model, batch) => {
        const { loss, metrics } = sft.loss(model, batch, options);
        return { loss, ...metrics };
      },
      batch: (step) => [0, 1, 2, 3].map((i) => examples[(step * 4 + i) % examples.length]!),
    });
  });

  test('a policy update whose reference is the base', async () => {
    const given = read(family, 'grpo.json') as {
      prompts: number[][];
      completions: number[][];
      group: number[];
      rewards: number[][];
    };
    const learner = await learnerOf(family, (model, batch) => {
      const { loss, metrics } = grpoLoss(model, batch, {
        ...{ temperature: 1, entropy_coeff: 0 },
        ...{ clip_ratio_low: 0.2, clip_ratio_high: 0.2, clip_ratio_c: 3 },
        ...{ use_kl_loss: true, kl_loss_coef: 0.05, kl_loss_type: 'low_var_kl' },
      });
      return { loss, ...metrics };
    });
    const policy = createPolicy({
      ...{ executor, config: await readConfig(adapterOf(family)), parameters: learner.parameters },
      ...{ microBatchTokens: 1024, head: 'causal', text: {} as TextEncoder },
      signal: new AbortController().signal,
    });
    const groups = given.prompts.map((prompt, p) => {
      const places = given.group.flatMap((group, i) => (group === p ? [i] : []));
      const completions = places.map((i) => given.completions[i]!);
      return { places, completions, example: groupExample(prompt, completions, p) };
    });
    const examples = groups.map(({ example }) => example);
    const current = await policy.logProbs(examples, 'current');
    const reference = await policy.logProbs(examples, 'reference');
    groups.forEach(({ places }, g) => {
      const pick = (list: number[][]): number[] => places.flatMap((i) => list[i]!);
      allNear(current[g]!, pick(expected.grpo.log_probs), 1e-4);
      allNear(reference[g]!, pick(expected.grpo.ref_log_probs), 1e-4);
    });
    const whole = groups.map(({ example, completions }, g): Example => {
      const advantages = groupAdvantages(given.rewards[g]!, true);
      const spread = (numbers: readonly number[]): number[] =>
        completions.flatMap((ids, c) => ids.map(() => numbers[c]!));
      const own = { advantages: spread(advantages), weights: spread(completions.map(() => 1)) };
      const before = { old: [...reference[g]!], reference: [...reference[g]!] };
      return { ...example, data: { ...example.data, ...own, ...before } };
    });
    const metrics = await learner.accumulate(whole);
    for (const name of ['pg_loss', 'kl', 'loss'] as const)
      near(metrics[name]!, expected.grpo[name], 1e-5, name);
    checkNorms(await learner.parameters.gradients(), expected.grpo.grad_norms, 1e-4);
    await policy.close();
    await learner.close();
  });
});

interface Steps {
  family: string;
  objective: Objective;
  betas: readonly [number, number];
  batch: (step: number) => Example[];
}

async function twentySteps(
  expected: Twenty,
  { family, objective, betas, batch }: Steps,
): Promise<void> {
  const learner = await learnerOf(family, objective);
  for (const [step, point] of expected.curve.entries()) {
    const { loss } = await learner.accumulate(batch(step));
    if (step === 0)
      checkNorms(await learner.parameters.gradients(), expected.first_grad_norms, 1e-4);
    const { gradNorm } = await learner.update({
      ...{ learningRate: (expected.lr * (20 - step)) / 20, betas, eps: 1e-8 },
      ...{ weightDecay: 0.01, maxGradNorm: 1 },
    });
    near(loss!, point.loss, step < 5 ? 1e-4 : 1e-3, `step ${step}`);
    near(gradNorm / point.grad_norm, 1, 1e-3);
  }
  checkNorms(await learner.weights(), expected.final_norms, 1e-4);
  await learner.close();
}

async function learnerOf(family: string, objective: Objective): Promise<Learner> {
  const folder = adapterOf(family);
  const config = await readConfig(folder);
  const weights = await loadWeights(folder, config);
  return createLearner({ executor, config, weights, objective, microBatchTokens: 1024 });
}

function adapterOf(family: string): string {
  return join('test/fixtures/parity', family, 'lora');
}

function read(family: string, file: string): unknown {
  return JSON.parse(readFileSync(join('test/fixtures/parity', family, file), 'utf8'));
}

/** These tensors and no others. */
function checkNorms(
  found: ReadonlyMap<string, Value>,
  wanted: Readonly<Record<string, number>>,
  tolerance: number,
): void {
  expect([...found.keys()].sort()).toEqual(Object.keys(wanted).sort());
  for (const [name, value] of Object.entries(wanted))
    near(norm(found.get(name)!) / value, 1, tolerance, name);
}

function norm({ data }: Value): number {
  return Math.sqrt((data as Float32Array).reduce((sum, x) => sum + x * x, 0));
}

function allNear(found: ArrayLike<number>, wanted: readonly number[], tolerance: number): void {
  wanted.forEach((value, i) => near(found[i]!, value, tolerance, String(i)));
}

function near(found: number, wanted: number, tolerance: number, name = ''): void {
  expect(Math.abs(found - wanted), `${name} ${found}, expected ${wanted}`).toBeLessThan(tolerance);
}
