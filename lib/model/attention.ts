/**
 * Attention over a forest of segments: each attends causally to itself and fully to its ancestors. Query
 * heads that share a key head are folded into rows, so that one product serves them all.
 */
import { add, less, where } from '../graph/ops/elementwise.ts';
import { concat, gather, productDim, reshape, split, sumDims } from '../graph/ops/shape.ts';
import { attend } from '../graph/ops/transformer.ts';
import { constant } from '../graph/tensor.ts';
import type { Shape, Tensor } from '../graph/tensor.ts';
import type { ModelConfig } from './config.ts';
import type { Structure } from './layout.ts';

type Heads = Pick<ModelConfig, 'heads' | 'kvHeads' | 'headDim' | 'attentionScale' | 'attentionCap'>;

/** Which rows ask: every token, or those that are read. */
export interface Queries {
  /** Rows of each segment that asks, and the same as a tensor (int64). */
  readonly dims: Shape;
  readonly counts: Tensor;
  /** Segments that ask, by index. */
  readonly segments: readonly number[];
  /** Float positions [rows, 1]. */
  readonly positions: Tensor;
}

export interface Forest {
  /** Every segment's ancestors from the beginning, and itself; the same's lengths (int64). */
  readonly paths: readonly { readonly segments: readonly number[]; readonly lengths: Tensor }[];
  readonly dims: Shape;
  readonly lengths: Tensor;
  /** Float positions of all tokens [T]. */
  readonly positions: Tensor;
  readonly tokens: Queries;
  readonly reads: Queries;
}

export function forestOf(structure: Structure, inputs: ForestInputs): Forest {
  const { parents, read } = structure;
  const dims = parents.map((_, s) => `s${s}`);
  const all = parents.map((_, s) => s);
  const segments = all.filter((s) => read[s]);
  const { positions, lengths, rows, rowCounts } = inputs;
  const column = (x: Tensor): Tensor => reshape(x, [x.shape[0]!, 1]);
  return {
    paths: all.map((s) => {
      const path = pathTo(parents, s);
      const lengthsOnPath = gather(lengths, constant(path, [path.length], 'int64'));
      return { segments: path, lengths: lengthsOnPath };
    }),
    dims,
    lengths,
    positions,
    tokens: { dims, counts: lengths, segments: all, positions: column(positions) },
    reads: {
      dims: segments.map((s) => `r${s}`),
      counts: rowCounts,
      segments,
      positions: column(gather(positions, rows)),
    },
  };
}

export interface ForestInputs {
  positions: Tensor;
  lengths: Tensor;
  rows: Tensor;
  rowCounts: Tensor;
}

/** How many tokens there are, and how many rows are read. */
export function totals({ parents, read }: Structure): { tokens: string; rows: string } {
  const names = (letter: string, which: (s: number) => boolean): string =>
    String(sumDims(parents.flatMap((_, s) => (which(s) ? [`${letter}${s}`] : []))));
  return { tokens: names('s', () => true), rows: names('r', (s) => read[s]!) };
}

/**
 * What every layer's blocks share: [G · rows, keys] of 0 where a row may look and −1e9 where not, which is
 * at what comes after it and at what lies `window` or more before it.
 */
export function masksOf(
  forest: Forest,
  queries: Queries,
  { heads, kvHeads }: Heads,
  window?: number,
): Tensor[] {
  const keys = split(forest.positions, forest.dims, 0, forest.lengths);
  const rows = split(queries.positions, queries.dims, 0, queries.counts);
  return queries.segments.map((segment, i) => {
    const seen = along(forest, segment, keys, 0);
    const places = reshape(seen, [1, seen.shape[0]!]);
    const near = window === undefined ? 0 : where(less(add(places, window - 1), rows[i]!), -1e9, 0);
    const mask = where(less(rows[i]!, places), -1e9, near);
    return concat(new Array<Tensor>(heads / kvHeads).fill(mask), 0);
  });
}

/** q [heads, rows, d], k and v [kvHeads, T, d] to [heads, rows, d]. */
export function attention(
  [q, k, v]: readonly [Tensor, Tensor, Tensor],
  { forest, queries, masks }: { forest: Forest; queries: Queries; masks: readonly Tensor[] },
  { heads, kvHeads, headDim, attentionScale: scale, attentionCap: cap }: Heads,
): Tensor {
  const group = heads / kvHeads;
  const grouped = reshape(q, [kvHeads, group, q.shape[1]!, headDim]);
  const asked = split(grouped, queries.dims, 2, queries.counts);
  const keys = split(k, forest.dims, 1, forest.lengths);
  const values = split(v, forest.dims, 1, forest.lengths);
  const answers = queries.segments.map((segment, i) => {
    const seen = (pieces: readonly Tensor[]): Tensor => along(forest, segment, pieces, 1);
    const rows = queries.dims[i]!;
    const flat = reshape(asked[i]!, [kvHeads, productDim([group, rows]), headDim]);
    const o = attend([flat, seen(keys), seen(values)], { scale, cap, mask: masks[i] });
    return reshape(o, [kvHeads, group, rows, headDim]);
  });
  return reshape(concat(answers, 2, queries.counts), [heads, q.shape[1]!, headDim]);
}

/** The pieces of a segment's path, end to end. */
function along(forest: Forest, segment: number, pieces: readonly Tensor[], axis: number): Tensor {
  const { segments, lengths } = forest.paths[segment]!;
  const path = segments.map((s) => pieces[s]!);
  return concat(path, axis, lengths);
}

function pathTo(parents: readonly number[], segment: number): number[] {
  const parent = parents[segment]!;
  return parent < 0 ? [segment] : [...pathTo(parents, parent), segment];
}
