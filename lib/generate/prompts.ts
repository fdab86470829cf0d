/** Prompts as work for an executor: one program for each way of cutting a prompt into pieces. */
import { UserError } from '../errors.ts';
import type { Executor, Parameters, Program, Prompt } from '../graph/executor.ts';
import type { ModelConfig } from '../model/config.ts';
import { promptGraph } from '../model/decode.ts';
import { feedsOf, structureOf, type Sequence } from '../model/layout.ts';
import type { Sampling } from '../recipe/recipe.ts';

export interface Prompts {
  /** Throws a `UserError` that calls the prompt by `name` where it cannot be continued. */
  prepare(
    ids: readonly number[],
    sampling: Sampling,
    who: { number: number; name: string },
  ): Promise<Prompt>;
  close(): Promise<void>;
}

export function createPrompts(
  executor: Executor,
  parameters: Parameters,
  config: ModelConfig,
): Prompts {
  const programs = new Map<string, Promise<Program>>();
  return {
    async prepare(ids, { maxTokens, temperature }, { number, name }) {
      const most = Math.min(maxTokens, room(ids, name, config));
      const example = sequenceOf(ids);
      const structure = structureOf([example]);
      const known = programs.get(structure.key);
      const program = known ?? executor.compile(promptGraph(config, structure), parameters);
      programs.set(structure.key, program);
      const inverse = Float32Array.of(1 / (temperature || 1));
      const inverseTemperature = { data: inverse, shape: [] };
      const feeds = { ...feedsOf(config, [example], 1), inverseTemperature };
      return { program: await program, feeds, tokens: ids.length, most, number };
    },
    async close() {
      for (const program of programs.values()) await (await program).close();
      programs.clear();
    },
  };
}

/** How many tokens may follow a prompt. Refuses one that fills the model's positions. */
function room(ids: readonly number[], name: string, { maxPositions, vocab }: ModelConfig): number {
  if (ids.length === 0) throw new UserError(`${name} is empty: there is nothing to continue`);
  const strange = ids.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocab));
  if (strange !== undefined)
    throw new UserError(`${name} has the token ${strange}; the model knows 0 to ${vocab - 1}`);
  if (ids.length >= maxPositions)
    throw new UserError(
      `${name} has ${ids.length} tokens; the model has ${maxPositions} positions, for the prompt and what follows`,
    );
  return maxPositions - ids.length;
}

function sequenceOf(ids: readonly number[]): Sequence {
  return {
    segments: [{ ids, parent: -1 }],
    reads: [{ segment: 0, offset: ids.length - 1 }],
    data: {},
  };
}
