/**
 * Writes completions of prompts with the weights as they are: the learner's own where it is given the
 * learner's parameters. Knows text only to end at a text and to tell what was written.
 */
import { UserError } from '../errors.ts';
import type { Executor, Parameters, Program, Prompt, Step, Writer } from '../graph/executor.ts';
import type { ModelConfig } from '../model/config.ts';
import { promptGraph, stepGraph, stepTables } from '../model/decode.ts';
import { feedsOf, structureOf, type Sequence } from '../model/layout.ts';
import type { Completion, Sampling } from '../recipe/recipe.ts';
import { createTranscript, type PlainText, type WrittenToken } from './transcript.ts';

export type { PlainText, WrittenToken } from './transcript.ts';

export interface GeneratorOptions {
  executor: Executor;
  parameters: Parameters;
  config: ModelConfig;
  text: PlainText;
  /** Tokens that end a completion; those of the config, else the tokenizer's, where absent. */
  ends?: readonly number[];
}

export interface GenerateOptions {
  /** Aborted: rejects with its reason at once; the generator remains usable. */
  signal?: AbortSignal;
  onToken?: (token: WrittenToken) => void;
}

export interface Generator {
  /** `sampling.n` completions of every prompt of token ids, in the order of the prompts. */
  generate(
    prompts: readonly (readonly number[])[],
    sampling: Sampling,
    options?: GenerateOptions,
  ): Promise<Completion[][]>;
  /** Lets go of what it compiled; parameters are their owner's. */
  close(): Promise<void>;
}

/** Sampling where nothing else is said. */
export const defaultSampling: Sampling = {
  ...{ maxTokens: 256, temperature: 1, topP: 1, topK: 0, n: 1, seed: 0, stop: [] },
};

/** Makes a generator. Programs are compiled on first need. */
export function createGenerator(options: GeneratorOptions): Generator {
  const { executor, parameters, config, text } = options;
  const ends = options.ends ?? endsOf(config, text);
  const programs = new Map<string, Promise<Program>>();
  let writer: Promise<Writer> | undefined;
  const prepare = async (
    ids: readonly number[],
    row: number,
    { maxTokens, temperature }: Sampling,
  ): Promise<Prompt> => {
    const most = Math.min(maxTokens, room(ids, row, config));
    const example = promptOf(ids);
    const structure = structureOf([example]);
    const known = programs.get(structure.key);
    const program = known ?? executor.compile(promptGraph(config, structure), parameters);
    programs.set(structure.key, program);
    const feeds = {
      ...feedsOf(config, [example], 1),
      inverseTemperature: { data: Float32Array.of(1 / (temperature || 1)), shape: [] },
    };
    return { program: await program, feeds, tokens: ids.length, most };
  };
  return {
    async generate(prompts, sampling, { signal, onToken } = {}) {
      if (prompts.length === 0 || sampling.n < 1) return prompts.map(() => []);
      const { temperature, topP, topK, seed, n } = sampling;
      const prepared = await Promise.all(prompts.map((ids, i) => prepare(ids, i, sampling)));
      if (!executor.writer) throw new UserError(`executor ${executor.name} cannot generate`);
      writer ??= executor.writer(stepOf(config), parameters);
      const transcript = createTranscript({ text, sampling, ends, onToken });
      const request = { prompts: prepared, n, draw: { temperature, topP, topK, seed } };
      const written = await (
        await writer
      ).write(
        { ...request, ends: transcript.ends },
        { ...(signal && { signal }), ...(transcript.take && { onTokens: transcript.take }) },
      );
      return prompts.map((_, i) =>
        Array.from({ length: n }, (_, j) => transcript.completion(i * n + j, written[i * n + j]!)),
      );
    },
    async close() {
      await (await writer)?.close();
      writer = undefined;
      for (const program of programs.values()) await (await program).close();
      programs.clear();
    },
  };
}

/** How many tokens may follow a prompt. Refuses one that fills the model's positions. */
function room(ids: readonly number[], row: number, { maxPositions, vocab }: ModelConfig): number {
  if (ids.length === 0) throw new UserError(`prompt ${row} is empty: there is nothing to continue`);
  const strange = ids.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocab));
  if (strange !== undefined)
    throw new UserError(
      `prompt ${row} has the token ${strange}; the model knows 0 to ${vocab - 1}`,
    );
  if (ids.length >= maxPositions)
    throw new UserError(
      `prompt ${row} has ${ids.length} tokens; the model has ${maxPositions} positions, for the prompt and what follows`,
    );
  return maxPositions - ids.length;
}

function promptOf(ids: readonly number[]): Sequence {
  return {
    segments: [{ ids, parent: -1 }],
    reads: [{ segment: 0, offset: ids.length - 1 }],
    data: {},
  };
}

function stepOf(config: ModelConfig): Step {
  const { layers, kvHeads, headDim } = config;
  const constants = stepTables(config);
  return { graph: stepGraph(config), layers, heads: kvHeads, width: headDim, constants };
}

function endsOf({ eosIds }: ModelConfig, { special }: PlainText): readonly number[] {
  if (eosIds.length > 0) return eosIds;
  return special.eos === undefined ? [] : [special.eos];
}
