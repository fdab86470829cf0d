/**
 * A step's examples as micro-batches: which examples run together, and as what work. The split depends
 * on the examples alone, so a step is the same bits wherever it runs.
 */
import type { Executor, Parameters, Work } from '../graph/executor.ts';
import type { ModelConfig } from '../model/config.ts';
import type { Objective } from '../model/decoder.ts';
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

export function createPacker(options: PackerOptions): Packer {
  void options;
  throw new Error('not built yet');
}

/** Length of the common beginning of two token lists that leaves at least one token to each. */
export function sharePrefix(a: readonly number[], b: readonly number[]): number {
  const most = Math.min(a.length, b.length) - 1;
  let shared = 0;
  while (shared < most && a[shared] === b[shared]) shared++;
  return Math.max(shared, 0);
}
