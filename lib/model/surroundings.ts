/** What every layer of the decoder sees beside its input: positions, masks, which rows are read. */
import { gather } from '../graph/ops/shape.ts';
import { input } from '../graph/tensor.ts';
import type { Tensor } from '../graph/tensor.ts';
import { forestOf, masksOf, totals } from './attention.ts';
import type { Forest, Queries } from './attention.ts';
import type { ModelConfig, Sight } from './config.ts';
import type { Structure } from './layout.ts';
import { tableName } from './rotary.ts';

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
  /** For each of the config's sights. */
  sights: readonly { tokens: Asking; reads: Asking }[];
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
  const seen = ({ window }: Sight, index: number): Surroundings['sights'][number] => {
    const table = (name: string): Tensor =>
      input(tableName(name, index), 'float32', [total.tokens, half]);
    const [cos, sin] = [table('cos'), table('sin')];
    const asking = (queries: Queries, at: (table: Tensor) => Tensor): Asking => ({
      queries,
      masks: masksOf(forest, queries, config, window),
      cos: at(cos),
      sin: at(sin),
    });
    return {
      tokens: asking(forest.tokens, (rows) => rows),
      reads: asking(forest.reads, (all) => gather(all, rows)),
    };
  };
  return {
    ids: input('ids', 'int32', [total.tokens]),
    rows,
    picks: input('picks', 'int64', [readsDim]),
    forest,
    sights: config.sights.map(seen),
  };
}
