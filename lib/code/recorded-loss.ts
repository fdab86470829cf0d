/**
 * A recipe's loss as plain data: recorded with a model that only notes what it is asked, and built again
 * over a real one, node for node, so that it trains to the same bits.
 */
import { UserError } from '../errors.ts';
import { apply, type Kind, type Tensor } from '../graph/tensor.ts';
import { readGraph, writeGraph, type WrittenGraph } from '../graph/written.ts';
import type { Decoder, SymbolicBatch } from '../model/decoder.ts';
import type { Recipe } from '../recipe/recipe.ts';

type Loss = ReturnType<Recipe['loss']>;

/** Equal for batches whose losses are the same graph. */
export function formOf({ examples, data }: SymbolicBatch): string {
  return JSON.stringify([
    examples,
    Object.entries(data).map(([name, { shape }]) => [name, ...shape]),
  ]);
}

/** Records the loss of a batch; `vocab` is the model's. Its metrics come after it, under their names. */
export function recordLoss(
  loss: (model: Decoder, batch: SymbolicBatch) => Loss,
  batch: SymbolicBatch,
  vocab: number,
): WrittenGraph {
  const { loss: value, metrics } = loss(notingModel(batch, vocab), batch);
  const outputs = { loss: value, ...metrics };
  for (const [name, tensor] of Object.entries(outputs)) requireScalar(name, tensor);
  return writeGraph(outputs);
}

function requireScalar(name: string, tensor: unknown): void {
  const { dtype, shape } = (tensor ?? {}) as Partial<Tensor>;
  if (dtype === 'float32' && shape?.length === 0) return;
  const found = shape ? `${dtype!} [${shape.join(', ')}]` : String(tensor);
  const what = name === 'loss' ? 'the loss' : `the metric '${name}'`;
  throw new UserError(
    `${what} is ${found}, expected a float32 scalar`,
    'add it up over the examples and multiply by batch.scale: ops.mul(ops.sum(x), batch.scale)',
  );
}

/** Builds a recorded loss over a model and a batch of the same form. */
export function replayLoss(graph: WrittenGraph, model: Decoder, batch: SymbolicBatch): Loss {
  const { loss, ...metrics } = readGraph(graph, (name, inputs) => {
    if (name === 'scale') return [batch.scale];
    if (name.startsWith('data.')) return [batch.data[name.slice('data.'.length)]!];
    return answer(JSON.parse(name) as Question, inputs, { model, batch });
  });
  return { loss: loss!, metrics };
}

/** What a model was asked besides tensors, and the how-manieth question it was. */
type Question = [method: keyof Decoder, temperature: number | null, number: number];

/** Every answer is an input named by its question, made from the tensors that were asked with. */
function notingModel({ reads }: SymbolicBatch, vocab: number): Decoder {
  let asked = 0;
  const one: Kind = { dtype: 'float32', shape: [reads] };
  const note = (
    kinds: readonly Kind[],
    method: keyof Decoder,
    inputs: readonly Tensor[] = [],
    temperature: number | null = null,
  ): readonly Tensor[] => {
    const question: Question = [method, temperature, asked++];
    return apply('input', inputs, { name: JSON.stringify(question) }, kinds);
  };
  return {
    rewards: () => note([one], 'rewards')[0]!,
    logits: () => note([{ dtype: 'float32', shape: [reads, vocab] }], 'logits')[0]!,
    logProbs: (_, targets, temperature) => note([one], 'logProbs', [targets], temperature)[0]!,
    nextTokens: (_, targets, temperature) => {
      const [logProbs, hits] = note([one, one], 'nextTokens', [targets], temperature);
      return { logProbs: logProbs!, hits: hits! };
    },
  };
}

function answer(
  [method, temperature]: Question,
  [targets]: readonly Tensor[],
  { model, batch }: { model: Decoder; batch: SymbolicBatch },
): readonly Tensor[] {
  const heat = temperature ?? undefined;
  switch (method) {
    case 'rewards':
      return [model.rewards(batch)];
    case 'logits':
      return [model.logits(batch)];
    case 'logProbs':
      return [model.logProbs(batch, targets!, heat)];
    case 'nextTokens': {
      const { logProbs, hits } = model.nextTokens(batch, targets!, heat);
      return [logProbs, hits];
    }
  }
}
