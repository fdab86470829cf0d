/**
 * Teaches a small model from nothing: next-token loss on the tokens that its examples read, a weight for
 * each. Its weights are written beside its tokenizer.
 */
import { createOnnxExecutor } from '../../lib/engine/onnx/executor.ts';
import { mul, neg } from '../../lib/graph/ops/elementwise.ts';
import { sum } from '../../lib/graph/ops/reduce.ts';
import { readConfig } from '../../lib/model/config.ts';
import type { Objective } from '../../lib/model/decoder.ts';
import { saveModel } from '../../lib/model/save.ts';
import type { Example } from '../../lib/recipe/recipe.ts';
import { createPacker } from '../../lib/train/packing.ts';
import { learningRateFactor } from '../../lib/train/schedule.ts';
import { firstWeights } from './model.ts';

export interface Course {
  steps: number;
  /** Highest learning rate. */
  peak: number;
  /** Tokens that one run of the graph takes. */
  microBatchTokens: number;
  seed: number;
  threads: number;
}

const rule = { betas: [0.9, 0.98], eps: 1e-8, weightDecay: 0, maxGradNorm: 1 } as const;

/** Minus the weighted mean log-probability of `data.targets`; `data.weights` are the weights. */
const objective: Objective = (model, batch) => {
  const logProbs = model.logProbs(batch, batch.data.targets!);
  return { loss: neg(mul(sum(mul(logProbs, batch.data.weights!)), batch.scale)) };
};

/** Trains on a list of examples a step and writes the weights. */
export async function teach(
  folder: string,
  draw: () => Example[],
  { steps, peak, microBatchTokens, seed, threads }: Course,
): Promise<void> {
  const config = await readConfig(folder);
  const executor = createOnnxExecutor({ threads });
  const parameters = await executor.parameters(firstWeights(config, seed));
  const micro = { microBatchTokens, gradients: true };
  const packer = createPacker({ executor, parameters, config, objective, ...micro });
  for (let step = 0; step < steps; step++) {
    const examples = draw();
    const weight = examples.reduce((total, { weight }) => total + weight, 0);
    const batches = await packer.pack(examples, 1 / weight);
    const results = await parameters.accumulate(batches.map(({ work }) => work));
    const course = { scheduler: 'linear', steps, warmupRatio: 0.05 } as const;
    await parameters.update({ ...rule, learningRate: peak * learningRateFactor(step, course) });
    if (step % 100 === 99) {
      const loss = results.reduce((total, { loss }) => total + Number(loss!.data[0]!), 0);
      console.log(`step ${step + 1} of ${steps}, loss ${loss.toFixed(4)}`);
    }
  }
  const weights = await parameters.read();
  await saveModel(folder, { config, weights, from: folder, dtype: config.dtype });
  await packer.close();
  await parameters.close();
}
