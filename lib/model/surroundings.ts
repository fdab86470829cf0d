/** What every layer of the decoder sees beside its input: positions, masks, which rows are read. */
import { gather } from '../graph/ops/shape.ts';
import { input } from '../graph/tensor.ts';
import type { Tensor } from '../graph/tensor.ts';
import { forestOf, masksOf, totals } from './attention.ts';
import type { Forest, Queries } from './attention.ts';
import type { ModelConfig } from './config.ts';
import type { Structure } from './layout.ts';

/** The name of the number of reads. */
export const readsDim = 'reads';

/** Rows that ask, with their angles and their masks. */
export interface Asking {
  queries: Queries;
  masks: readonly Tensor[];
  cos: Tensor;
  sin: Tensor;
}

export interface Surroundings {
  ids: Tensor;
  /** Rows that are read, among all tokens. */
  rows: Tensor;
  /** The reads, among these rows. */
  picks: Tensor;
  forest: Forest;
  tokens: Asking;
  reads: Asking;
}

/** The graph's inputs; `feedsOf` says what they hold. */
export function surroundings(config: ModelConfig, structure: Structure): Surroundings {
  const total = totals(structure);
  const half = config.headDim / 2;
  const segments = structure.parents.length;
  const rows = input('rows', 'int64', [total.rows]);
  const counts = structure.read.filter(Boolean).length;
  const forest = forestOf(structure, {
    positions: input('positions', 'float32', [total.tokens]),
    lengths: input('lengths', 'int64', [segments]),
    rows,
    rowCounts: input('rowCounts', 'int64', [counts]),
  });
  const cos = input('cos', 'float32', [total.tokens, half]);
  const sin = input('sin', 'float32', [total.tokens, half]);
  const asking = (queries: Queries, at: (table: Tensor) => Tensor): Asking => ({
    queries,
    masks: masksOf(forest, queries, config),
    cos: at(cos),
    sin: at(sin),
  });
  return {
    ids: input('ids', 'int32', [total.tokens]),
    rows,
    picks: input('picks', 'int64', [readsDim]),
    forest,
    tokens: asking(forest.tokens, (table) => table),
    reads: asking(forest.reads, (table) => gather(table, rows)),
  };
}
