/** A model on an executor of this process, to be asked for rewards. */
import { UserError } from '../errors.ts';
import type { Executor } from '../graph/executor.ts';
import { readConfig } from '../model/config.ts';
import { loadWeights } from '../model/weights.ts';
import { encodeConversation, encodeText, fit } from '../recipe/encode.ts';
import type { Batching, Example } from '../recipe/recipe.ts';
import { loadEncoder, type ChatMessage, type TextEncoder } from '../text/encoder.ts';
import { createPacker } from '../train/packing.ts';

/** What a reward model scores: text, a conversation, or token ids of its own tokenizer. */
export type Scorable =
  | string
  | readonly ChatMessage[]
  | { messages: readonly ChatMessage[] }
  | { ids: readonly number[] };

export interface ServedModel {
  /** Rewards, in the order of what was given. */
  score(items: readonly Scorable[]): Promise<number[]>;
  close(): Promise<void>;
}

export interface ServeOptions extends Pick<Batching, 'maxLength' | 'truncation'> {
  microBatchTokens: number;
}

/** Loads a reward model. Throws a `UserError` where the folder holds none. */
export async function serveModel(
  folder: string,
  executor: Executor,
  options: ServeOptions,
): Promise<ServedModel> {
  const [config, text] = await Promise.all([readConfig(folder), loadEncoder(folder)]);
  if (config.head !== 'reward')
    throw new UserError(
      `'${folder}' is a language model: it has no reward head to score with`,
      'train one with bradley-terry, and name its final folder',
    );
  const parameters = await executor.parameters(await loadWeights(folder, config));
  const { microBatchTokens } = options;
  const packer = createPacker({
    ...{ executor, parameters, config, microBatchTokens },
    objective: (model, batch) => ({ rewards: model.rewards(batch) }),
    gradients: false,
  });
  return {
    async score(items) {
      const examples = items.map((item, row) => exampleOf(encode(item, text), row, options));
      const rewards = new Array<number>(items.length);
      const packed = await packer.pack(examples, 1);
      const outputs = await parameters.evaluate(packed.map(({ work }) => work));
      packed.forEach(({ indices }, batch) =>
        indices.forEach((index, i) => {
          rewards[index] = Number(outputs[batch]!.rewards!.data[i]);
        }),
      );
      return rewards;
    },
    async close() {
      await packer.close();
      await parameters.close();
    },
  };
}

function encode(item: Scorable, text: TextEncoder): readonly number[] {
  if (typeof item === 'string') return encodeText(item, text);
  if ('ids' in item) return item.ids;
  return encodeConversation('messages' in item ? item.messages : item, text);
}

function exampleOf(ids: readonly number[], row: number, options: ServeOptions): Example {
  if (ids.length === 0) throw new UserError(`item ${row} is empty: there is nothing to score`);
  const fitted = fit(ids, options) ?? ids.slice(-options.maxLength);
  return {
    segments: [{ ids: fitted, parent: -1 }],
    reads: [{ segment: 0, offset: fitted.length - 1 }],
    data: {},
    weight: 1,
    row,
  };
}
