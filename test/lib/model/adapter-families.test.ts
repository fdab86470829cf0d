/**
 * An adapter over every family is its merged model: the same loss and continuations, and by the chain rule
 * dB = scale · dW Aᵀ and dA = scale · Bᵀ dW of every weight W that it is merged into.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createOnnxExecutor } from '../../../lib/engine/onnx/executor.ts';
import { createGenerator, defaultSampling } from '../../../lib/generate/generator.ts';
import type { Value } from '../../../lib/graph/executor.ts';
import * as ops from '../../../lib/graph/ops/index.ts';
import { mergesOf, modulesOf, withAdapter } from '../../../lib/model/adapter.ts';
import { readConfig, type ModelConfig } from '../../../lib/model/config.ts';
import { mergeAdapter } from '../../../lib/model/merge.ts';
import { loadWeights } from '../../../lib/model/weights.ts';
import { createLearner } from '../../../lib/train/learner.ts';
import { letters } from '../generate/open-model.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/families');
const folders = readdirSync(fixtures).filter((name) => !name.includes('.'));
const executor = createOnnxExecutor({ threads: 2 });
const ids = Array.from({ length: 20 }, (_, i) => (i * 7 + 3) % 60);

test.each(folders)('%s', async (name) => {
  const folder = join(fixtures, name);
  const base = await readConfig(folder);
  const lowRank = { r: 2, alpha: 3, targets: modulesOf(base) };
  const config = withAdapter(base, lowRank, folder);
  const weights = await loadWeights(folder, config, { head: 'causal', seed: 4 });
  for (const [name, { data }] of weights)
    if (name.endsWith('.lora_B.weight'))
      data.forEach((_, i) => (data[i] = Math.sin(i + name.length) / 20));
  const merged = mergeAdapter(config, weights);
  const own = await asked(config, weights);
  const plain = await asked(merged.config, merged.weights);
  expect(own.loss).toBeCloseTo(plain.loss, 5);
  expect(own.written).toEqual(plain.written);
  expect([...own.gradients.keys()].every((name) => name.includes('.lora_'))).toBe(true);
  const merges = mergesOf(config);
  expect(merges).toHaveLength(base.layers * lowRank.targets.length);
  for (const { weight, up, down, scale } of merges) {
    const slope = matrix(plain.gradients.get(weight)!);
    const [a, b] = [matrix(weights.get(down)!), matrix(weights.get(up)!)];
    same(matrix(own.gradients.get(up)!), product(slope, transposed(a), scale), up);
    same(matrix(own.gradients.get(down)!), product(transposed(b), slope, scale), down);
  }
});

async function asked(config: ModelConfig, weights: ReadonlyMap<string, Value>) {
  const learner = await createLearner({
    ...{ executor, config, weights, microBatchTokens: 1024 },
    objective: (model, batch) => {
      const logProbs = model.logProbs(batch, batch.data.targets!);
      return { loss: ops.mul(ops.neg(ops.sum(logProbs)), batch.scale) };
    },
  });
  // Not the first nor the last token alone: the last layer asks for some rows.
  const reads = [3, 4, 9, 17].map((offset) => ({ segment: 0, offset }));
  const data = { targets: reads.map(({ offset }) => ids[offset + 1]!) };
  const example = { segments: [{ ids, parent: -1 }], reads, data, weight: 4, row: 0 };
  const { loss } = await learner.accumulate([example]);
  const { parameters } = learner;
  const generator = createGenerator({ executor, config, parameters, text: letters, ends: [] });
  const sampling = { ...defaultSampling, maxTokens: 8, temperature: 0, n: 2 };
  const [written] = await generator.generate([ids.slice(0, 9)], sampling);
  const found = {
    ...{ loss: loss!, gradients: await parameters.gradients() },
    written: written!.map((completion) => completion.ids),
  };
  await generator.close();
  await learner.close();
  return found;
}

type Matrix = number[][];

function matrix({ data, shape: [rows, width] }: Value): Matrix {
  return Array.from({ length: rows! }, (_, r) =>
    Array.from(data.subarray(r * width!, (r + 1) * width!), Number),
  );
}

function transposed(x: Matrix): Matrix {
  return x[0]!.map((_, c) => x.map((row) => row[c]!));
}

function product(x: Matrix, y: Matrix, scale: number): Matrix {
  const columns = transposed(y);
  const dot = (a: number[], b: number[]): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
  return x.map((row) => columns.map((column) => scale * dot(row, column)));
}

function same(found: Matrix, wanted: Matrix, name: string): void {
  const size = Math.max(...wanted.flat().map(Math.abs));
  const off = Math.max(
    ...wanted.flatMap((row, r) => row.map((v, c) => Math.abs(v - found[r]![c]!))),
  );
  expect(off / (size + 1e-9), name).toBeLessThan(1e-4);
  expect(size, name).toBeGreaterThan(0);
}
