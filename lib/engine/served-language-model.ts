/** A language model on an executor of this process, to write and to be asked for log-probabilities. */
import { UserError } from '../errors.ts';
import { createGenerator, type GenerateOptions } from '../generate/generator.ts';
import type { Executor } from '../graph/executor.ts';
import { readConfig } from '../model/config.ts';
import { readEnds } from '../model/ends.ts';
import { loadWeights } from '../model/weights.ts';
import type { Completion, Example, Sampling } from '../recipe/recipe.ts';
import { loadEncoder, type ChatMessage, type TextEncoder } from '../text/encoder.ts';
import { createPacker } from '../train/packing.ts';

/** What is continued: text as it is, a conversation whose next turn is the model's, or token ids. */
export type Promptable =
  | string
  | readonly ChatMessage[]
  | { messages: readonly ChatMessage[] }
  | { ids: readonly number[] };

/** Values for the chat template, such as `{ enable_thinking: false }`. */
export type TemplateValues = Readonly<Record<string, unknown>>;

export interface Continued {
  prompt: Promptable;
  /** What follows it: text, or token ids. */
  completion: string | readonly number[];
}

export interface ServedLanguageModel {
  generate(
    prompts: readonly Promptable[],
    sampling: Sampling,
    options: GenerateOptions & { template?: TemplateValues },
  ): Promise<Completion[][]>;
  /** log p of every token of every completion. */
  logProbs(items: readonly Continued[], template?: TemplateValues): Promise<number[][]>;
  close(): Promise<void>;
}

/** Tokens of several sequences that one run of the graph takes. */
const microBatchTokens = 1024;

/** Loads a language model. Throws a `UserError` where the folder holds none. */
export async function serveLanguageModel(
  folder: string,
  executor: Executor,
): Promise<ServedLanguageModel> {
  const [config, text] = await Promise.all([readConfig(folder), loadEncoder(folder)]);
  if (config.head !== 'causal')
    throw new UserError(
      `'${folder}' is a reward model: it scores and cannot write`,
      'RewardModel.load opens it',
    );
  const ends = await readEnds(folder, config);
  const parameters = await executor.parameters(await loadWeights(folder, config));
  const place = { executor, parameters, config };
  const generator = createGenerator({ ...place, text, ...(ends.length > 0 && { ends }) });
  const packer = createPacker({
    ...{ ...place, microBatchTokens, gradients: false },
    objective: (model, batch) => ({ logProbs: model.logProbs(batch, batch.data.targets!) }),
  });
  return {
    generate: (prompts, sampling, { template, ...options }) =>
      generator.generate(
        prompts.map((prompt) => encode(prompt, text, template)),
        sampling,
        options,
      ),
    async logProbs(items, template) {
      const examples = items.map((item, row) => exampleOf(item, row, { text, template }));
      const packed = await packer.pack(examples, 1);
      const outputs = await parameters.evaluate(packed.map(({ work }) => work));
      const found: number[][] = [];
      packed.forEach(({ examples: own, indices }, batch) => {
        const all = [...(outputs[batch]!.logProbs!.data as Float32Array)];
        own.forEach(({ reads }, i) => (found[indices[i]!] = all.splice(0, reads.length)));
      });
      return found;
    },
    async close() {
      await packer.close();
      await generator.close();
      await parameters.close();
    },
  };
}

function encode(
  prompt: Promptable,
  text: TextEncoder,
  template: TemplateValues | undefined,
): readonly number[] {
  if (typeof prompt === 'string') return text.encodeAlone(prompt);
  if ('ids' in prompt) return prompt.ids;
  const messages = 'messages' in prompt ? prompt.messages : prompt;
  return text.encodeChat(messages, { addGenerationPrompt: true, ...(template && { template }) });
}

function exampleOf(
  { prompt, completion }: Continued,
  row: number,
  { text, template }: { text: TextEncoder; template: TemplateValues | undefined },
): Example {
  const before = encode(prompt, text, template);
  const targets = typeof completion === 'string' ? text.encode(completion) : [...completion];
  if (before.length === 0 || targets.length === 0)
    throw new UserError(`item ${row} needs a prompt and a completion of a token at least`);
  const reads = targets.map((_, i) => ({ segment: 0, offset: before.length - 1 + i }));
  const segments = [{ ids: [...before, ...targets], parent: -1 }];
  return { segments, reads, data: { targets }, weight: 1, row };
}
