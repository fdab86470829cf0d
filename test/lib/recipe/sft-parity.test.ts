/** The recipe from rows to twenty AdamW steps against PyTorch, on both model families. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { rowsOf, type Row } from '../../../lib/data/rows.ts';
import { createOnnxExecutor } from '../../../lib/engine/onnx/executor.ts';
import type { Value } from '../../../lib/graph/executor.ts';
import { readConfig, type ModelConfig } from '../../../lib/model/config.ts';
import { loadWeights } from '../../../lib/model/weights.ts';
import type { Batch, Policy } from '../../../lib/recipe/recipe.ts';
import { sft } from '../../../lib/recipe/sft.ts';
import type { TextEncoder } from '../../../lib/text/encoder.ts';
import { createPacker } from '../../../lib/train/packing.ts';

interface Expected {
  rows: { input_ids: number[]; mask_runs: number[] }[];
  curve: { loss: number; grad_norm: number; lr: number; tokens: number }[];
  first_grad_norms: Record<string, number>;
  final_param_norms: Record<string, number>;
}

const executor = createOnnxExecutor({ threads: 2 });
const options = sft.options.parse({});

for (const family of ['qwen2-micro', 'qwen3-micro']) describe(family, () => compare(family));

function compare(family: string): void {
  const folder = join(import.meta.dirname, '../../fixtures/parity', family);
  const expected = JSON.parse(readFileSync(join(folder, 'sft.json'), 'utf8')) as Expected;
  const rows = expected.rows.map(({ input_ids, mask_runs }): Row => ({
    input_ids,
    loss_mask: mask_runs.flatMap((length, i) => new Array<number>(length).fill(i % 2)),
  }));
  let config: ModelConfig;
  let weights: Map<string, Value>;
  beforeAll(async () => {
    config = await readConfig(folder);
    weights = await loadWeights(folder, config, { head: 'causal' });
  });

  test('twenty steps', async () => {
    const parameters = await executor.parameters(weights);
    const packer = createPacker({
      ...{ executor, parameters, config, gradients: true, microBatchTokens: 1024 },
      objective: (model, batch) => {
        const { loss, metrics } = sft.loss(model, batch, options);
        return { loss, ...metrics };
      },
    });
    let step = 0;
    for await (const { examples } of batches(rows)) {
      const point = expected.curve[step]!;
      const weight = examples.reduce((sum, example) => sum + example.weight, 0);
      expect(weight).toBe(point.tokens);
      const packed = await packer.pack(examples, 1 / weight);
      const outputs = await parameters.accumulate(packed.map(({ work }) => work));
      if (step === 0) checkGradients(await parameters.gradients(), expected.first_grad_norms);
      const { gradNorm } = await parameters.update({
        ...{ learningRate: point.lr, betas: [0.9, 0.95], eps: 1e-8, weightDecay: 0.01 },
        maxGradNorm: 1,
      });
      const loss = outputs.reduce((sum, output) => sum + Number(output.loss!.data[0]), 0);
      near(loss, point.loss, step < 5 ? 1e-4 : 1e-3);
      near(gradNorm / point.grad_norm, 1, 1e-3);
      if (++step === expected.curve.length) break;
    }
    for (const [name, value] of await parameters.read())
      near(norm(value) / expected.final_param_norms[name]!, 1, 1e-4, name);
    await packer.close();
    await parameters.close();
  });
}

/** Four rows at a time, in the file's order, over and over. */
function batches(rows: readonly Row[]): AsyncIterable<Batch> {
  return sft.batches({
    ...{ rows: rowsOf(rows), options, seed: 0, split: 'train', policy: {} as Policy },
    text: { vocab: 4096 } as TextEncoder,
    kept: Int32Array.from(rows.keys()),
    batching: { batchSize: 4, shuffle: false, maxLength: 1024, truncation: 'left' },
  });
}

function checkGradients(found: Map<string, Value>, wanted: Record<string, number>): void {
  expect(Object.keys(wanted).length).toBeGreaterThan(20);
  for (const [name, value] of Object.entries(wanted))
    near(norm(found.get(name)!) / value, 1, 1e-4, name);
}

function norm({ data }: Value): number {
  return Math.sqrt((data as Float32Array).reduce((sum, x) => sum + x * x, 0));
}

function near(found: number, wanted: number, tolerance: number, name?: string): void {
  expect(Math.abs(found - wanted), `${name ?? ''} ${found}, expected ${wanted}`).toBeLessThan(
    tolerance,
  );
}
