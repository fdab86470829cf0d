/**
 * Every family against transformers (test/fixtures/families/make.py): forward, gradients, twenty AdamW steps,
 * and greedy continuations through the cache, each prompt once by itself and once shared.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOnnxExecutor } from '../../../lib/engine/onnx/executor.ts';
import { createGenerator, defaultSampling } from '../../../lib/generate/generator.ts';
import type { Parameters, Value } from '../../../lib/graph/executor.ts';
import * as ops from '../../../lib/graph/ops/index.ts';
import { readConfig } from '../../../lib/model/config.ts';
import type { Head, ModelConfig } from '../../../lib/model/config.ts';
import type { Objective } from '../../../lib/model/decoder.ts';
import { families, type Family } from '../../../lib/model/families.ts';
import { loadWeights } from '../../../lib/model/weights.ts';
import { pairExample } from '../../../lib/recipe/pair.ts';
import type { Example } from '../../../lib/recipe/recipe.ts';
import { createPacker, type MicroBatch } from '../../../lib/train/packing.ts';
import { letters } from '../generate/open-model.ts';
import { refusal } from '../refusal.ts';

interface Gradients {
  loss: number;
  grad_norms: Record<string, number>;
  total_grad_norm: number;
}
interface Expected {
  logits: { columns: number[]; rows: number[][] };
  lm: { ids: number[] } & Gradients;
  /** What follows is absent where transformers has no class for reward models. */
  pairs?: [chosen: number[], rejected: number[]][];
  bt?: { chosen_rewards: number[]; rejected_rewards: number[] } & Gradients;
  train20?: {
    lr: number;
    curve: { loss: number; grad_norm: number; margin: number }[];
    final_param_norms: Record<string, number>;
  };
  greedy: { prompt: number[]; out: number[]; logprobs: number[] }[];
}

const fixtures = join(import.meta.dirname, '../../fixtures/families');
const folders = readdirSync(fixtures).filter((name) => !name.includes('.'));
const executor = createOnnxExecutor({ threads: 2 });

test('every family has a folder, here or under parity', () => {
  const types = [...folders, 'qwen2', 'qwen3'].map(typeOf);
  expect(new Set(types)).toEqual(new Set(Object.keys(families)));
});

function typeOf(folder: string): string {
  return folder.replace(/-.*/, '');
}

const nextToken: Objective = (model, batch) => {
  const { logProbs, hits } = model.nextTokens(batch, batch.data.targets!);
  const loss = ops.mul(ops.neg(ops.sum(logProbs)), batch.scale);
  const cool = model.logProbs(batch, batch.data.targets!, 0.7);
  return { loss, hits, cool, logits: model.logits(batch) };
};
const bradleyTerry: Objective = (model, batch) => {
  const rewards = model.rewards(batch);
  const pairs = ops.reshape(rewards, [batch.examples, 2]);
  const margins = ops.sub(ops.slice(pairs, 1, 0, 1), ops.slice(pairs, 1, 1, 2));
  const loss = ops.mul(ops.sum(ops.softplus(ops.neg(margins))), batch.scale);
  return { loss, margin: ops.mul(ops.sum(margins), batch.scale), rewards };
};

describe.each(folders)('%s', (name) => {
  const folder = join(fixtures, name);
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected;
  const { lm, bt, train20, pairs } = expected;
  const reward = (families as Record<string, Family>)[typeOf(name)]!.architectures.reward;

  describe('a language model', () => {
    const { opened, packer } = openModel(folder, 'causal');

    test('logits, loss and gradients', async () => {
      const training = packer(nextToken);
      const [packed] = await training.pack([conversation(lm.ids)], 1 / (lm.ids.length - 1));
      const [output] = await opened().parameters.accumulate([packed!.work]);
      const { logits, loss, hits, cool } = output!;
      const { columns, rows } = expected.logits;
      const { vocab } = opened().config;
      rows.slice(0, -1).forEach((row, r) => {
        const own = (logits!.data as Float32Array).subarray(r * vocab, (r + 1) * vocab);
        columns.forEach((column, i) => near(own[column]!, row[i]!, 1e-4));
        const likeliest = own.indexOf(Math.max(...own));
        const target = lm.ids[r + 1]!;
        expect(hits!.data[r]).toBe(Number(likeliest === target));
        const all = own.reduce((sum, logit) => sum + Math.exp(logit / 0.7), 0);
        near(cool!.data[r] as number, own[target]! / 0.7 - Math.log(all), 1e-4);
      });
      near(loss!.data[0] as number, lm.loss, 1e-5);
      checkGradients(await opened().parameters.gradients(), lm);
      await training.close();
    });

    test.each([1, 2])('greedy continuations, %d of a prompt', async (n) => {
      const generator = createGenerator({ executor, ...opened(), text: letters, ends: [] });
      const sampling = { ...defaultSampling, maxTokens: 24, temperature: 0, n };
      const prompts = expected.greedy.map(({ prompt }) => prompt);
      const written = await generator.generate(prompts, sampling);
      expected.greedy.forEach(({ out, logprobs }, i) =>
        written[i]!.forEach(({ ids, logProbs }) => {
          expect(ids).toEqual(out);
          logProbs.forEach((value, k) => near(value, logprobs[k]!, 1e-4));
        }),
      );
      await generator.close();
    });
  });

  if (!reward || !bt || !train20 || !pairs) {
    test('has no reward model', async () => {
      const config = await readConfig(folder);
      expect([bt, reward]).toEqual([undefined, undefined]);
      expect(await refusal(() => loadWeights(folder, config, { head: 'reward' }), folder)).toBe(
        `the family '${name}' has no reward models: transformers has no class for them\n` +
          '  a judge that writes can be trained of it (sft, pairwise, pointwise), or a reward model of another family',
      );
    });
    return;
  }

  describe('a reward model', () => {
    const { opened, packer } = openModel(folder, 'reward');

    test('rewards, loss and gradients, then twenty steps', async () => {
      const { parameters } = opened();
      const training = packer(bradleyTerry);
      const examples = pairs.map((pair, i) => pairExample(pair, i, {}));
      const work = (packed: readonly MicroBatch[]) => packed.map((part) => part.work);
      const first = await training.pack(examples.slice(0, 4), 1 / 4);
      const outputs = await parameters.accumulate(work(first));
      near(total(outputs, 'loss'), bt.loss, 1e-5);
      first.forEach(({ indices }, b) =>
        indices.forEach((index, i) => {
          const rewards = outputs[b]!.rewards!.data;
          near(rewards[2 * i] as number, bt.chosen_rewards[index]!, 1e-4);
          near(rewards[2 * i + 1] as number, bt.rejected_rewards[index]!, 1e-4);
        }),
      );
      checkGradients(await parameters.gradients(), bt);
      for (const [step, point] of train20.curve.entries()) {
        const batch = [0, 1, 2, 3].map((i) => examples[(step * 4 + i) % examples.length]!);
        const found = await parameters.accumulate(work(await training.pack(batch, 1 / 4)));
        const learningRate = (train20.lr * (20 - step)) / 20;
        const rule = { betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01, maxGradNorm: 1 } as const;
        const { gradNorm } = await parameters.update({ ...rule, learningRate });
        near(total(found, 'loss'), point.loss, 1e-4);
        near(total(found, 'margin'), point.margin, 1e-3);
        near(gradNorm / point.grad_norm, 1, 2e-3);
      }
      for (const [key, value] of await parameters.read())
        near(norm(value) / train20.final_param_norms[key]!, 1, 1e-4, key);
      await training.close();
    });
  });
});

/** Open while the tests of a suite run. */
function openModel(folder: string, head: Head) {
  let model: { config: ModelConfig; parameters: Parameters } | undefined;
  const opened = (): NonNullable<typeof model> => model!;
  beforeAll(async () => {
    const config = await readConfig(folder);
    const parameters = await executor.parameters(await loadWeights(folder, config, { head }));
    model = { config, parameters };
  });
  afterAll(() => opened().parameters.close());
  return {
    opened,
    packer: (objective: Objective) =>
      createPacker({ executor, ...opened(), objective, gradients: true, microBatchTokens: 96 }),
  };
}

function conversation(ids: readonly number[]): Example {
  const reads = ids.slice(1).map((_, offset) => ({ segment: 0, offset }));
  const data = { targets: ids.slice(1) };
  return { segments: [{ ids, parent: -1 }], reads, data, weight: reads.length, row: 0 };
}

/** A gradient that is zero but for rounding has no relative error. */
function checkGradients(
  found: ReadonlyMap<string, Value>,
  { grad_norms: norms, total_grad_norm: all }: Gradients,
): void {
  expect([...found.keys()].sort()).toEqual(Object.keys(norms).sort());
  for (const [name, value] of Object.entries(norms))
    near(norm(found.get(name)!), value, 1e-4 * Math.max(value, 1e-4 * all), name);
}

function total(outputs: readonly Record<string, Value>[], name: string): number {
  return outputs.reduce((sum, output) => sum + (output[name]!.data[0] as number), 0);
}

function norm({ data }: Value): number {
  return Math.sqrt((data as Float32Array).reduce((sum, x) => sum + x * x, 0));
}

function near(found: number, wanted: number, tolerance: number, name = ''): void {
  expect(Math.abs(found - wanted), `${name} ${found}, expected ${wanted}`).toBeLessThan(tolerance);
}
