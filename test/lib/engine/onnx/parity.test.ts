/**
 * Forward, gradients and twenty AdamW steps against PyTorch (test/fixtures/parity says which), on both
 * model families, by one thread and by two.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOnnxExecutor } from '../../../../lib/engine/onnx/executor.ts';
import type { Parameters, Value } from '../../../../lib/graph/executor.ts';
import * as ops from '../../../../lib/graph/ops/index.ts';
import { readConfig } from '../../../../lib/model/config.ts';
import type { ModelConfig } from '../../../../lib/model/config.ts';
import type { Objective } from '../../../../lib/model/decoder.ts';
import { loadWeights } from '../../../../lib/model/weights.ts';
import { pairExample } from '../../../../lib/recipe/pair.ts';
import type { Example } from '../../../../lib/recipe/recipe.ts';
import { createPacker } from '../../../../lib/train/packing.ts';

type Pair = [chosen: number[], rejected: number[]];
interface Gradients {
  grad_norms: Record<string, number>;
  total_grad_norm: number;
}
interface Expected {
  lm: { ids: number[]; loss: number; logprob_sum: number } & Gradients;
  logits: { columns: number[]; first8: number[][]; last: number[] };
  bt: {
    pairs: Pair[];
    chosen_rewards: number[];
    rejected_rewards: number[];
    loss: number;
  } & Gradients;
  train20: {
    pairs: Pair[];
    lr: number;
    curve: { loss: number; grad_norm: number; margin: number }[];
    final_param_norms: Record<string, number>;
  };
}

const bradleyTerry: Objective = (model, batch) => {
  const rewards = model.rewards(batch);
  const pairs = ops.reshape(rewards, [batch.examples, 2]);
  const margins = ops.sub(ops.slice(pairs, 1, 0, 1), ops.slice(pairs, 1, 1, 2));
  const loss = ops.mul(ops.sum(ops.softplus(ops.neg(margins))), batch.scale);
  return { loss, margin: ops.mul(ops.sum(margins), batch.scale) };
};
const nextToken: Objective = (model, batch) => {
  const logProbs = model.logProbs(batch, batch.data.targets!);
  return { loss: ops.mul(ops.neg(ops.sum(logProbs)), batch.scale) };
};

for (const threads of [1, 2])
  for (const family of ['qwen2-micro', 'qwen3-micro'])
    describe(`${family}, ${threads} threads`, () => compare(family, threads));

function compare(family: string, threads: number): void {
  const folder = join(import.meta.dirname, '../../../fixtures/parity', family);
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected;
  const executor = createOnnxExecutor({ threads });
  let config: ModelConfig;
  let weights: Map<string, Value>;
  let parameters: Parameters;
  beforeAll(async () => {
    config = await readConfig(folder);
    weights = await loadWeights(folder, config);
    parameters = await executor.parameters(weights);
  });
  afterAll(() => parameters.close());
  const packer = (objective: Objective, gradients: boolean) =>
    createPacker({ executor, parameters, config, objective, gradients, microBatchTokens: 1024 });

  test('logits', async () => {
    const { columns, first8, last } = expected.logits;
    const { ids } = expected.lm;
    const inference = packer((model, batch) => ({ logits: model.logits(batch) }), false);
    const offsets = [...first8.keys(), ids.length - 1];
    const reads = offsets.map((offset) => ({ segment: 0, offset }));
    const [logits] = await evaluate(
      inference,
      [{ ...conversation(ids), reads, data: {} }],
      'logits',
    );
    [...first8, last].forEach((row, r) =>
      row.forEach((value, i) => near(logits![r * config.vocab + columns[i]!]!, value, 1e-4)),
    );
    await inference.close();
  });

  test('next-token loss and its gradient', async () => {
    const { lm } = expected;
    const training = packer(nextToken, true);
    const work = (await training.pack([conversation(lm.ids)], 1 / (lm.ids.length - 1))).map(
      (m) => m.work,
    );
    const [output] = await parameters.accumulate(work);
    near(output!.loss!.data[0] as number, lm.loss, 1e-5);
    checkGradients(await parameters.gradients(), lm);
    await training.close();
  });

  test('rewards', async () => {
    const { bt } = expected;
    const inference = packer((model, batch) => ({ rewards: model.rewards(batch) }), false);
    const rewards = await evaluate(
      inference,
      bt.pairs.map((pair, i) => pairExample(pair, i, {})),
      'rewards',
    );
    rewards.forEach((pair, i) => {
      near(pair[0]!, bt.chosen_rewards[i]!, 1e-5);
      near(pair[1]!, bt.rejected_rewards[i]!, 1e-5);
    });
    await inference.close();
  });

  test('Bradley–Terry loss and its gradient', async () => {
    const { bt } = expected;
    const training = packer(bradleyTerry, true);
    const batches = await training.pack(
      bt.pairs.map((pair, i) => pairExample(pair, i, {})),
      1 / bt.pairs.length,
    );
    const outputs = await parameters.accumulate(batches.map(({ work }) => work));
    near(total(outputs, 'loss'), bt.loss, 1e-5);
    checkGradients(await parameters.gradients(), bt);
    await training.close();
  });

  test('twenty steps of AdamW', async () => {
    const { pairs, lr, curve, final_param_norms: norms } = expected.train20;
    const training = packer(bradleyTerry, true);
    for (const [step, point] of curve.entries()) {
      const batch = [0, 1, 2, 3].map((i) =>
        pairExample(pairs[(step * 4 + i) % pairs.length]!, i, {}),
      );
      const packed = await training.pack(batch, 1 / batch.length);
      const outputs = await parameters.accumulate(packed.map(({ work }) => work));
      const learningRate = (lr * (curve.length - step)) / curve.length;
      const rule = { betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01, maxGradNorm: 1 } as const;
      const { gradNorm } = await parameters.update({ ...rule, learningRate });
      near(total(outputs, 'loss'), point.loss, step < 5 ? 1e-4 : 1e-3);
      near(total(outputs, 'margin'), point.margin, 1e-3);
      near(gradNorm / point.grad_norm, 1, 1e-3);
    }
    for (const [name, value] of await parameters.read())
      near(norm(value) / norms[name]!, 1, 1e-4, name);
    await training.close();
  });

  async function evaluate(
    inference: ReturnType<typeof packer>,
    examples: Example[],
    name: string,
  ): Promise<Float32Array[]> {
    const packed = await inference.pack(examples, 1);
    const outputs = await parameters.evaluate(packed.map(({ work }) => work));
    const byExample: Float32Array[] = [];
    packed.forEach(({ examples: own, indices }, i) => {
      const data = outputs[i]![name]!.data as Float32Array;
      const each = data.length / own.length;
      indices.forEach((index, k) => (byExample[index] = data.slice(k * each, (k + 1) * each)));
    });
    return byExample;
  }
}

function conversation(ids: readonly number[]): Example {
  const reads = ids.slice(1).map((_, offset) => ({ segment: 0, offset }));
  const data = { targets: ids.slice(1) };
  return { segments: [{ ids, parent: -1 }], reads, data, weight: reads.length, row: 0 };
}

function checkGradients(
  found: Map<string, Value>,
  { grad_norms, total_grad_norm }: Gradients,
): void {
  const norms = Object.entries(grad_norms);
  expect(norms.length).toBeGreaterThan(20);
  for (const [name, value] of norms) near(norm(found.get(name)!) / value, 1, 1e-4, name);
  const all = Math.hypot(...norms.map(([name]) => norm(found.get(name)!)));
  near(all / total_grad_norm, 1, 1e-4);
}

function total(outputs: readonly Record<string, Value>[], name: string): number {
  return outputs.reduce((sum, output) => sum + (output[name]!.data[0] as number), 0);
}

function norm({ data }: Value): number {
  return Math.sqrt((data as Float32Array).reduce((sum, x) => sum + x * x, 0));
}

function near(found: number, wanted: number, tolerance: number, name?: string): void {
  expect(Math.abs(found - wanted), `${name ?? ''} ${found}, expected ${wanted}`).toBeLessThan(
    tolerance,
  );
}
