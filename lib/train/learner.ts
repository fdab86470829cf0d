/** A model on a device with an objective: what the loop asks for steps and measurements. */
import type {
  AdamW,
  Executor,
  OptimizerState,
  Parameters,
  Value,
  Work,
} from '../graph/executor.ts';
import { trainedOf } from '../model/adapter.ts';
import type { ModelConfig } from '../model/config.ts';
import type { Objective } from '../model/decoder.ts';
import type { Example } from '../recipe/recipe.ts';
import { createPacker, type Packer } from './packing.ts';

export type Metrics = Record<string, number>;

export interface Learner {
  /** The weights on the device, for those who compile other graphs over them. */
  readonly parameters: Parameters;
  /** The gradient of the examples' mean loss; returns the means of the objective's outputs. */
  accumulate(examples: readonly Example[]): Promise<Metrics>;
  /** Sums, not means, of the objective's outputs, without gradients. */
  measure(examples: readonly Example[]): Promise<Metrics>;
  update(rule: AdamW): Promise<{ gradNorm: number }>;
  /** Those that are trained. */
  weights(): Promise<Map<string, Value>>;
  optimizer(): Promise<OptimizerState>;
  restore(state: OptimizerState): Promise<void>;
  close(): Promise<void>;
}

export interface LearnerOptions {
  executor: Executor;
  config: ModelConfig;
  weights: ReadonlyMap<string, Value>;
  /** Its `loss` is what is minimised. */
  objective: Objective;
  microBatchTokens: number;
}

/** Puts the weights on the executor's device. Programs are compiled on first need. */
export async function createLearner(options: LearnerOptions): Promise<Learner> {
  const { executor, weights, config } = options;
  const parameters = await executor.parameters(weights, trainedOf(config, weights.keys()));
  const training = createPacker({ ...options, parameters, gradients: true });
  const inference = createPacker({ ...options, parameters, gradients: false });
  return {
    parameters,
    accumulate: (examples) =>
      run(training, { examples, scale: 1 / totalWeight(examples) }, (work) =>
        parameters.accumulate(work),
      ),
    measure: (examples) =>
      run(inference, { examples, scale: 1 }, (work) => parameters.evaluate(work)),
    update: (rule) => parameters.update(rule),
    weights: () => parameters.read(),
    optimizer: () => parameters.optimizer(),
    restore: (state) => parameters.restore(state),
    close: () => closeAll(training, inference, parameters),
  };
}

/** What the examples count for together. */
export function totalWeight(examples: readonly Example[]): number {
  return examples.reduce((sum, { weight }) => sum + weight, 0);
}

/** Packs, runs, and adds up scalar outputs in the order of the micro-batches. */
async function run(
  packer: Packer,
  { examples, scale }: { examples: readonly Example[]; scale: number },
  execute: (work: readonly Work[]) => Promise<Record<string, Value>[]>,
): Promise<Metrics> {
  const packed = await packer.pack(examples, scale);
  const outputs = await execute(packed.map(({ work }) => work));
  const sums: Metrics = {};
  for (const output of outputs)
    for (const [name, { data }] of Object.entries(output))
      sums[name] = (sums[name] ?? 0) + Number(data[0]);
  return sums;
}

async function closeAll(
  training: Packer,
  inference: Packer,
  parameters: Parameters,
): Promise<void> {
  await training.close();
  await inference.close();
  await parameters.close();
}
