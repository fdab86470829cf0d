/**
 * A step's examples as micro-batches: which examples run together, and as what work. The split depends
 * on the examples alone, so a step is the same bits wherever it runs.
 */
import type { Executor, Parameters, Program, Work } from '../graph/executor.ts';
import type { ModelConfig } from '../model/config.ts';
import { inferenceGraph, trainingGraph } from '../model/decoder.ts';
import type { Objective } from '../model/decoder.ts';
import { feedsOf, structureOf, tokensOf } from '../model/layout.ts';
import type { Structure } from '../model/layout.ts';
import type { Example } from '../recipe/recipe.ts';

export interface MicroBatch {
  /** In the order in which the graph sees them. */
  examples: readonly Example[];
  /** Places of these examples in the list that was packed. */
  indices: readonly number[];
  work: Work;
}

/** Compiles an objective once per structure of examples and lays examples out for it. */
export interface Packer {
  /** `scale` becomes `SymbolicBatch.scale`. The micro-batches' order is fixed by the examples. */
  pack(examples: readonly Example[], scale: number): Promise<MicroBatch[]>;
  close(): Promise<void>;
}

export interface PackerOptions {
  executor: Executor;
  parameters: Parameters;
  config: ModelConfig;
  /** Its `loss` is differentiated when `gradients` is true. */
  objective: Objective;
  gradients: boolean;
  /** Most tokens of a micro-batch, if it has more than one example. */
  microBatchTokens: number;
}

/** Segments of the largest structure: the time to make a session grows with it. */
const mostSegments = 12;
/** A step is cut into at least so many micro-batches where it can be, so that threads share it evenly. */
const fewestMicroBatches = 8;

export function createPacker(options: PackerOptions): Packer {
  const { executor, parameters, config, objective, gradients, microBatchTokens } = options;
  const programs = new Map<string, Promise<Program>>();
  const compile = (structure: Structure): Promise<Program> => {
    const build = gradients ? trainingGraph : inferenceGraph;
    const known = programs.get(structure.key);
    const program = known ?? executor.compile(build(config, structure, objective), parameters);
    programs.set(structure.key, program);
    return program;
  };
  const toMicroBatch = async (
    examples: readonly Example[],
    indices: readonly number[],
    scale: number,
  ): Promise<MicroBatch> => {
    const own = indices.map((i) => examples[i]!);
    const program = await compile(structureOf(own));
    const tokens = own.reduce((sum, example) => sum + tokensOf(example), 0);
    return {
      examples: own,
      indices,
      work: { program, feeds: feedsOf(config, own, scale), tokens },
    };
  };
  return {
    pack: (examples, scale) =>
      Promise.all(
        divide(examples, microBatchTokens).map((indices) => toMicroBatch(examples, indices, scale)),
      ),
    async close() {
      for (const program of programs.values())
        await program.then(
          (compiled) => compiled.close(),
          () => undefined, // It was thrown where it was to run.
        );
      programs.clear();
    },
  };
}

/**
 * Which examples run together: those of one form, the longest first, 1, 2, 4 or 8 at a time, so that there
 * are few structures to compile.
 */
export function divide(examples: readonly Example[], mostTokens: number): number[][] {
  const forms = new Map<string, number[]>();
  examples.forEach((example, i) => {
    const { parents, read } = structureOf([example]);
    const form = JSON.stringify([parents, read]);
    forms.set(form, [...(forms.get(form) ?? []), i]);
  });
  const tokens = examples.map(tokensOf);
  const most = Math.max(1, Math.floor(examples.length / fewestMicroBatches));
  return [...forms].flatMap(([form, members]) => {
    const [parents] = JSON.parse(form) as [unknown[]];
    const limit = Math.min(most, Math.max(1, Math.floor(mostSegments / parents.length)));
    const order = members.sort((a, b) => tokens[b]! - tokens[a]! || a - b);
    return cut(order, (at, count) => {
      const sum = order.slice(at, at + count).reduce((total, i) => total + tokens[i]!, 0);
      return count <= limit && sum <= mostTokens;
    });
  });
}

/** Into pieces of the largest power of two that fits, 1 at least. */
function cut(order: readonly number[], fits: (at: number, count: number) => boolean): number[][] {
  const pieces: number[][] = [];
  for (let at = 0; at < order.length;) {
    let count = 1;
    while (at + 2 * count <= order.length && fits(at, 2 * count)) count *= 2;
    pieces.push(order.slice(at, at + count));
    at += count;
  }
  return pieces;
}
