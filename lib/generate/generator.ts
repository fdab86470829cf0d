/**
 * Writes completions of prompts with the weights as they are: the learner's own where it is given the
 * learner's parameters. Knows text only to end at a text and to tell what was written.
 */
import { UserError } from '../errors.ts';
import type { Executor, Parameters, Step, Writer } from '../graph/executor.ts';
import { mergesOf } from '../model/adapter.ts';
import type { ModelConfig } from '../model/config.ts';
import { stepGraph, stepTables, windowsOf } from '../model/decode.ts';
import type { Completion, Sampling } from '../recipe/recipe.ts';
import { samplingOf, samplingOptions } from './options.ts';
import { createPrompts } from './prompts.ts';
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
  /** Told now and then how many of how many completions are written. */
  onProgress?: (done: number, completions: number) => void;
  /** The first prompt's number, where they are a part of more: it seeds samples and is said in refusals. */
  first?: number;
  /** What a prompt is called in refusals, with its number unless it is alone. */
  called?: string;
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
export const defaultSampling: Sampling = samplingOf(samplingOptions.parse({}));

/** Makes a generator. Programs are compiled on first need. */
export function createGenerator(options: GeneratorOptions): Generator {
  const { executor, parameters, config, text } = options;
  const ends = options.ends ?? endsOf(config, text);
  const reader = createPrompts(executor, parameters, config);
  /** For prompts with one sequence each, and for those that several share. */
  const writers = new Map<boolean, Promise<Writer>>();
  const writerFor = (shared: boolean): Promise<Writer> => {
    const known = writers.get(shared);
    const writer = known ?? executor.writer!(stepOf(config, shared), parameters);
    writers.set(shared, writer);
    return writer;
  };
  return {
    async generate(prompts, sampling, options = {}) {
      const { signal, onToken, onProgress, first, called = 'prompt' } = options;
      if (prompts.length === 0 || sampling.n < 1) return prompts.map(() => []);
      if (!executor.writer) throw new UserError(`executor ${executor.name} cannot generate`);
      const { temperature, topP, topK, seed, n } = sampling;
      const lone = prompts.length === 1 && first === undefined;
      const named = prompts.map((ids, i) => {
        const number = (first ?? 0) + i;
        return { ids, number, name: lone ? `the ${called}` : `${called} ${number}` };
      });
      const readings = await reader.prepare(named, sampling);
      const mosts = readings.flatMap((reading) => reading.prompts.map(({ most }) => most));
      const writer = await writerFor(n > 1);
      const transcript = createTranscript({
        ...{ text, sampling, ends, onToken },
        most: (sequence) => mosts[Math.floor(sequence / n)]!,
      });
      const written = await writer.write(
        { readings, n, draw: { temperature, topP, topK, seed }, ends: transcript.ends },
        {
          ...(signal && { signal }),
          ...(transcript.take && { onTokens: transcript.take }),
          ...(onProgress && { onProgress }),
        },
      );
      return prompts.map((_, i) =>
        Array.from({ length: n }, (_, j) => transcript.completion(i * n + j, written[i * n + j]!)),
      );
    },
    async close() {
      for (const writer of writers.values()) await (await writer).close();
      writers.clear();
      await reader.close();
    },
  };
}

function stepOf(config: ModelConfig, shared: boolean): Step {
  const { layers, heads, kvHeads, headDim } = config;
  return {
    ...{ graph: stepGraph(config, shared), layers, heads: kvHeads, width: headDim, shared },
    ...{ group: heads / kvHeads, constants: stepTables(config) },
    ...{ windows: windowsOf(config), merges: mergesOf(config) },
  };
}

function endsOf({ eosIds }: ModelConfig, { special }: PlainText): readonly number[] {
  if (eosIds.length > 0) return eosIds;
  return special.eos === undefined ? [] : [special.eos];
}
