/**
 * How the examples of a micro-batch lie in memory: all tokens end to end, a forest of segments. The
 * graph depends only on the structure; lengths are fed.
 */
import type { Feeds } from '../graph/executor.ts';
import type { ModelConfig } from './config.ts';

/** What a layout needs of a recipe's example. */
export interface Sequence {
  readonly segments: readonly { readonly ids: readonly number[]; readonly parent: number }[];
  readonly reads: readonly { readonly segment: number; readonly offset: number }[];
  readonly data: Readonly<Record<string, readonly number[]>>;
}

/** What examples must share to be run by one graph. Equal `key`s mean equal structures. */
export interface Structure {
  readonly key: string;
  readonly examples: number;
  /** Parent of every segment, all examples together; -1 for a beginning. */
  readonly parents: readonly number[];
  /** Which segments have reads. */
  readonly read: readonly boolean[];
  /** How the numbers of each `data` name are counted: one a read, one an example, or otherwise. */
  readonly data: Readonly<Record<string, 'reads' | 'examples' | 'other'>>;
}

export function structureOf(examples: readonly Sequence[]): Structure {
  void examples;
  throw new Error('not built yet');
}

/** What to feed a graph of `structureOf(examples)`. */
export function feedsOf(config: ModelConfig, examples: readonly Sequence[], scale: number): Feeds {
  void [config, examples, scale];
  throw new Error('not built yet');
}
