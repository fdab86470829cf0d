/** The model of a run as a policy: asked for log-probabilities here, and to write by a generator. */
import { UserError } from '../errors.ts';
import type { Executor, Parameters, Value } from '../graph/executor.ts';
import { createGenerator } from '../generate/generator.ts';
import { withoutAdapter } from '../model/adapter.ts';
import type { Head, ModelConfig } from '../model/config.ts';
import type { Objective } from '../model/decoder.ts';
import type { Example, Policy } from '../recipe/recipe.ts';
import type { TextEncoder } from '../text/encoder.ts';
import { createPacker, type Packer } from '../train/packing.ts';

export interface PolicyOptions {
  executor: Executor;
  config: ModelConfig;
  /** What the weights end in: a model that ends in a score cannot write. */
  head: Head;
  /** The weights that are being trained. */
  parameters: Parameters;
  text: TextEncoder;
  /** Tokens that end what it writes; those of the config, else the tokenizer's, where absent. */
  ends?: readonly number[];
  microBatchTokens: number;
  /** Aborted: what is being written is given up. */
  signal: AbortSignal;
  /** The weights that the run began from, loaded when first asked for. Of an adapter it is the base alone. */
  reference?: () => Promise<ReadonlyMap<string, Value>>;
}

export interface LocalPolicy extends Policy {
  /** Lets go of the reference and of compiled programs; the trained weights are their owner's. */
  close(): Promise<void>;
}

export function createPolicy(options: PolicyOptions): LocalPolicy {
  const { executor, config, parameters, head, signal } = options;
  const generator = createGenerator(options);
  const current = readers(options, () => Promise.resolve(parameters));
  let loaded: Promise<Parameters> | undefined;
  const base = { ...options, config: withoutAdapter(config) };
  const reference = readers(base, () => {
    if (config.adapter) return Promise.resolve(parameters);
    if (!options.reference) throw new Error('this policy was given no reference');
    return (loaded ??= options.reference().then((weights) => executor.parameters(weights)));
  });
  return {
    generate: (prompts, sampling) =>
      head === 'reward'
        ? Promise.reject(new UserError('a model that ends in a score cannot write'))
        : generator.generate(prompts, sampling, { signal }),
    logProbs: (examples, which, temperature = 1) =>
      (which === 'current' ? current : reference).read(examples, temperature),
    async close() {
      await generator.close();
      await current.close();
      await reference.close();
      await (await loaded)?.close();
    },
  };
}

interface Readers {
  read(examples: readonly Example[], temperature: number): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/** Log-probabilities under one set of weights; a packer for each temperature, compiled on first need. */
function readers(options: PolicyOptions, weights: () => Promise<Parameters>): Readers {
  const packers = new Map<number, Packer>();
  return {
    async read(examples, temperature) {
      options.signal.throwIfAborted();
      const parameters = await weights();
      const known = packers.get(temperature);
      const objective = logProbsAt(temperature);
      const packer = known ?? createPacker({ ...options, parameters, objective, gradients: false });
      packers.set(temperature, packer);
      return evaluate(packer, parameters, examples.map(targetsAlone));
    },
    async close() {
      for (const packer of packers.values()) await packer.close();
    },
  };
}

function logProbsAt(temperature: number): Objective {
  return (model, batch) => ({
    logProbs: model.logProbs(batch, batch.data.targets!, temperature),
  });
}

/** Other numbers would make other structures of the same example. */
function targetsAlone(example: Example): Example {
  return { ...example, data: { targets: example.data.targets! } };
}

/** The output [reads] of every example, in their order. */
async function evaluate(
  packer: Packer,
  parameters: Parameters,
  examples: readonly Example[],
): Promise<Float32Array[]> {
  const packed = await packer.pack(examples, 1);
  const outputs = await parameters.evaluate(packed.map(({ work }) => work));
  const found: Float32Array[] = [];
  packed.forEach(({ examples: own, indices }, m) => {
    const data = outputs[m]!.logProbs!.data as Float32Array;
    let at = 0;
    own.forEach(({ reads }, i) => {
      found[indices[i]!] = data.slice(at, at + reads.length);
      at += reads.length;
    });
  });
  return found;
}
