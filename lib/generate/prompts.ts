/**
 * Prompts as work for an executor. Short ones are read several at a time, so that products have more rows;
 * what is computed of one has the same bits whatever is read with it.
 */
import { availableParallelism } from 'node:os';
import { UserError } from '../errors.ts';
import type { Executor, Parameters, Program, Reading } from '../graph/executor.ts';
import type { ModelConfig } from '../model/config.ts';
import { promptGraph } from '../model/decode.ts';
import { feedsOf, structureOf, type Sequence } from '../model/layout.ts';
import type { Sampling } from '../recipe/recipe.ts';

export interface NamedPrompt {
  ids: readonly number[];
  /** Seeds its completions. */
  number: number;
  /** For refusals. */
  name: string;
}

export interface Prompts {
  /** Throws a `UserError` that calls a prompt by its name where it cannot be continued. */
  prepare(prompts: readonly NamedPrompt[], sampling: Sampling): Promise<Reading[]>;
  close(): Promise<void>;
}

/** Most prompts, and most tokens of them, that are read together. */
const mostPrompts = 4;
const mostTokens = 512;

/** Programs are compiled on first need, one for each way in which prompts lie together. */
export function createPrompts(
  executor: Executor,
  parameters: Parameters,
  config: ModelConfig,
): Prompts {
  const programs = new Map<string, Promise<Program>>();
  const compile = (sequences: readonly Sequence[]): Promise<Program> => {
    const structure = structureOf(sequences);
    const known = programs.get(structure.key);
    const program = known ?? executor.compile(promptGraph(config, structure), parameters);
    programs.set(structure.key, program);
    return program;
  };
  const read = async (
    prompts: readonly NamedPrompt[],
    { maxTokens, temperature }: Sampling,
  ): Promise<Reading> => {
    const sequences = prompts.map(({ ids }) => sequenceOf(ids));
    const inverse = Float32Array.of(1 / (temperature || 1));
    const inverseTemperature = { data: inverse, shape: [] };
    let [from, rows] = [0, 0];
    return {
      program: await compile(sequences),
      feeds: { ...feedsOf(config, sequences, 1), inverseTemperature },
      prompts: prompts.map(({ ids, number }, i) => {
        from += ids.length;
        rows += sequences[i]!.reads.length;
        const most = Math.min(maxTokens, config.maxPositions - ids.length);
        return { number, most, from: from - ids.length, tokens: ids.length, row: rows - 1 };
      }),
    };
  };
  return {
    prepare(prompts, sampling) {
      for (const prompt of prompts) check(prompt, config);
      return Promise.all(together(prompts).map((some) => read(some, sampling)));
    },
    async close() {
      for (const program of programs.values()) await (await program).close();
      programs.clear();
    },
  };
}

/** Refuses what cannot be continued, and a prompt that fills the model's positions. */
function check({ ids, name }: NamedPrompt, { maxPositions, vocab }: ModelConfig): void {
  if (ids.length === 0) throw new UserError(`${name} is empty: there is nothing to continue`);
  const strange = ids.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocab));
  if (strange !== undefined)
    throw new UserError(`${name} has the token ${strange}; the model knows 0 to ${vocab - 1}`);
  if (ids.length >= maxPositions)
    throw new UserError(
      `${name} has ${ids.length} tokens; the model has ${maxPositions} positions, for the prompt and what follows`,
    );
}

/**
 * Neighbours by ones, twos or fours, in so many parts that every processor has some. A prompt of one token is
 * read alone: a product of one row has other bits than the same row among more.
 */
function together(prompts: readonly NamedPrompt[]): NamedPrompt[][] {
  const even = Math.floor(prompts.length / (2 * availableParallelism()));
  const most = Math.min(mostPrompts, 2 ** Math.floor(Math.log2(Math.max(even, 1))));
  const parts: NamedPrompt[][] = [];
  for (let at = 0; at < prompts.length;) {
    let count = 1;
    while (2 * count <= most && fits(prompts.slice(at, at + 2 * count), 2 * count)) count *= 2;
    parts.push(prompts.slice(at, at + count));
    at += count;
  }
  return parts;
}

function fits(prompts: readonly NamedPrompt[], count: number): boolean {
  const tokens = prompts.reduce((sum, { ids }) => sum + ids.length, 0);
  return (
    prompts.length === count && tokens <= mostTokens && prompts.every(({ ids }) => ids.length > 1)
  );
}

/** Read at its last two tokens, where it has two, for the same reason. */
function sequenceOf(ids: readonly number[]): Sequence {
  const offsets = ids.length > 1 ? [ids.length - 2, ids.length - 1] : [0];
  const reads = offsets.map((offset) => ({ segment: 0, offset }));
  return { segments: [{ ids, parent: -1 }], reads, data: {} };
}
