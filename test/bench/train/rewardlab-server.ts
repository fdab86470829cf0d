/** Our side of the comparison. Arguments: model folder, batches file, threads. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createOnnxExecutor } from '../../../lib/engine/onnx/executor.ts';
import { mul, neg, reshape, slice, softplus, sub, sum } from '../../../lib/graph/ops/index.ts';
import { readConfig } from '../../../lib/model/config.ts';
import type { Objective } from '../../../lib/model/decoder.ts';
import { loadWeights } from '../../../lib/model/weights.ts';
import { pairExample } from '../../../lib/recipe/pair.ts';
import { createPacker } from '../../../lib/train/packing.ts';

type Pair = [chosen: number[], rejected: number[]];
const [folder, file, threads] = process.argv.slice(2) as [string, string, string];
const batches = JSON.parse(readFileSync(file, 'utf8')) as Pair[][];

const objective: Objective = (model, batch) => {
  const rewards = reshape(model.rewards(batch), [batch.examples, 2]);
  const margins = sub(slice(rewards, 1, 0, 1), slice(rewards, 1, 1, 2));
  return { loss: mul(sum(softplus(neg(margins))), batch.scale) };
};

const config = await readConfig(folder);
const executor = createOnnxExecutor({ threads: Number(threads) });
const parameters = await executor.parameters(await loadWeights(folder, config));
const common = { executor, parameters, config, objective };
const packer = createPacker({ ...common, gradients: true, microBatchTokens: 1024 });
console.log(JSON.stringify({ ready: true }));

for await (const line of createInterface({ input: process.stdin })) {
  const start = performance.now();
  const batch = batches[Number(line)]!;
  const packed = await packer.pack(
    batch.map((pair, row) => pairExample(pair, row, {})),
    1 / batch.length,
  );
  const outputs = await parameters.accumulate(packed.map(({ work }) => work));
  await parameters.update({
    learningRate: 1e-3,
    betas: [0.9, 0.999],
    eps: 1e-8,
    weightDecay: 0,
    maxGradNorm: 1,
  });
  const loss = outputs.reduce((total, output) => total + Number(output.loss!.data[0]), 0);
  const ms = performance.now() - start;
  console.log(JSON.stringify({ ms, loss, rss: process.resourceUsage().maxRSS / 1024 }));
}
await parameters.close();
