/**
 * A transformer as a graph over a structure of segments. Knows nothing of losses: a
 * recipe's loss asks for rewards, logits or log-probabilities at the positions that are read.
 */
import { differentiate } from '../graph/gradient.ts';
import type { Graph } from '../graph/graph.ts';
import { linear } from '../graph/ops/linear.ts';
import { gather, reshape } from '../graph/ops/shape.ts';
import { nextToken, type NextToken } from '../graph/ops/transformer.ts';
import { input } from '../graph/tensor.ts';
import type { Dim, Tensor } from '../graph/tensor.ts';
import { layer } from './layer.ts';
import type { ModelConfig } from './config.ts';
import type { Structure } from './layout.ts';
import { readsDim, surroundings } from './surroundings.ts';
import { createWeights } from './weight-tensors.ts';
import type { WeightTensors } from './weight-tensors.ts';
import { embedded, finished, logitsOf, scaled } from './vocabulary.ts';

/** A micro-batch as a loss sees it: its examples laid end to end. */
export interface SymbolicBatch {
  /**
   * `Example.data` by name, float32 [n] with the examples' numbers laid end to end. n is `reads` where every
   * example has as many numbers as reads, else `examples` where every example has one, else a name of its own.
   */
  readonly data: Readonly<Record<string, Tensor>>;
  /** 1 / the step's total weight: float32 []. */
  readonly scale: Tensor;
  readonly examples: number;
  /** How many positions are read, all examples together. */
  readonly reads: Dim;
}

/** The model, asked at the positions that the examples read, in their order. */
export interface Decoder {
  /** The score head's output: [reads]. */
  rewards(batch: SymbolicBatch): Tensor;
  /** [reads, V]. */
  logits(batch: SymbolicBatch): Tensor;
  /**
   * log p(targets[i] | everything up to read i): [reads], with logits divided by `temperature`. Targets are
   * token ids [reads], int or float32.
   */
  logProbs(batch: SymbolicBatch, targets: Tensor, temperature?: number): Tensor;
  /** The same, and at which reads no other token is likelier than the target (1, else 0). */
  nextTokens(batch: SymbolicBatch, targets: Tensor, temperature?: number): NextToken;
}

/** What a graph computes of a micro-batch; all scalars for training, any shape otherwise. */
export type Objective = (model: Decoder, batch: SymbolicBatch) => Record<string, Tensor>;

/** A graph of an objective's outputs, without gradients: scoring, validation. */
export function inferenceGraph(
  config: ModelConfig,
  structure: Structure,
  objective: Objective,
): Graph {
  const weights = createWeights(config);
  return { outputs: objective(decoder(config, structure, weights), symbolicBatch(structure)) };
}

/** The same with gradients of the output named `loss` by every weight that is trained. */
export function trainingGraph(
  config: ModelConfig,
  structure: Structure,
  objective: Objective,
): Graph {
  const weights = createWeights(config);
  const outputs = objective(decoder(config, structure, weights), symbolicBatch(structure));
  if (!outputs.loss) throw new Error("an objective to train by has an output 'loss'");
  return { outputs, gradients: differentiate(outputs.loss, weights.trained()) };
}

/** What a loss sees of a micro-batch of this structure. */
export function symbolicBatch({
  examples,
  data,
}: Pick<Structure, 'examples' | 'data'>): SymbolicBatch {
  const lengths = { reads: readsDim, examples };
  const entries = Object.entries(data).map(([name, counted]) => {
    const length = counted === 'other' ? `data.${name}` : lengths[counted];
    return [name, input(`data.${name}`, 'float32', [length])] as const;
  });
  return {
    data: Object.fromEntries(entries),
    scale: input('scale', 'float32', []),
    examples,
    reads: readsDim,
  };
}

function decoder(config: ModelConfig, structure: Structure, weights: WeightTensors): Decoder {
  let known: Tensor | undefined;
  const hidden = (): Tensor => (known ??= hiddenAtReads(config, structure, weights));
  const logits = (): Tensor => logitsOf(hidden(), config, weights);
  const nextTokens: Decoder['nextTokens'] = (_, targets, temperature = 1) => {
    const { logitScale, logitCap: cap } = config;
    if (cap === undefined)
      return nextToken(scaled(hidden(), logitScale / temperature), weights.head(), targets);
    return nextToken(
      scaled(hidden(), logitScale / cap),
      weights.head(),
      targets,
      cap / temperature,
    );
  };
  return {
    rewards: () =>
      reshape(linear(hidden(), weights.get('score.weight', 1, config.hidden)), [readsDim]),
    logits,
    nextTokens,
    logProbs: (...asked) => nextTokens(...asked).logProbs,
  };
}

/** Last hidden states [reads, D]. The last layer computes the read rows alone. */
function hiddenAtReads(config: ModelConfig, structure: Structure, weights: WeightTensors): Tensor {
  const around = surroundings(config, structure);
  let x = embedded(around.ids, config, weights); // [T, D]
  for (let index = 0; index < config.layers; index++)
    x = layer(x, {
      config,
      around,
      weights: weights.layer(index),
      index,
      last: index === config.layers - 1,
    });
  return gather(finished(x, config, weights), around.picks);
}
