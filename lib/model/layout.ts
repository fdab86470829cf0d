/**
 * How the examples of a micro-batch lie in memory: all tokens end to end, a forest of segments. The
 * graph depends only on the structure; lengths are fed.
 */
import type { Feeds, Value } from '../graph/executor.ts';
import type { ModelConfig } from './config.ts';
import { chop } from './chop.ts';
import type { Chopped, Laid, Read } from './chop.ts';
import { angles, tableName } from './rotary.ts';

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
  const { segments } = layOut(examples);
  const parents = segments.map(({ parent }) => parent);
  const read = segments.map(({ rows }) => rows.length > 0);
  if (!read.includes(true)) throw new Error('the examples read no position, so there is no loss');
  const names = Object.keys(examples[0]?.data ?? {}).sort();
  const data = Object.fromEntries(names.map((name) => [name, counting(examples, name)]));
  const key = JSON.stringify([parents, read.map(Number), data]);
  return { key, examples: examples.length, parents, read, data };
}

/** Tokens that the model computes: those of shared segments once. */
export function tokensOf({ segments }: Sequence): number {
  return segments.reduce((sum, { ids }) => sum + ids.length, 0);
}

/**
 * What to feed a graph of `structureOf(examples)`: token `ids` [T] and `position`s [T] with the `cos` and
 * `sin` of their angles [T, headDim / 2], `lengths` of the segments, `rows` [R] that are read, segment by
 * segment, and `rowCounts` of them, `picks` into these rows [reads], `scale`, and `data.<name>`.
 */
export function feedsOf(config: ModelConfig, examples: readonly Sequence[], scale: number): Feeds {
  const { segments, picks } = layOut(examples);
  const starts = runningSum(segments.map(({ ids }) => ids.length));
  const positions = segments.flatMap(({ ids, from }) => ids.map((_, i) => from + i));
  const rows = segments.flatMap((segment, s) => segment.rows.map((row) => starts[s]! + row));
  const counts = segments.flatMap((segment) =>
    segment.rows.length > 0 ? segment.rows.length : [],
  );
  const names = Object.keys(examples[0]?.data ?? {});
  const data = names.map((name): [string, Value] => [
    `data.${name}`,
    floats(examples.flatMap((example) => example.data[name]!)),
  ]);
  const tables = config.sights.flatMap(({ rope }, i) => {
    const { cos, sin } = angles(rope, config.headDim, positions);
    return [
      [tableName('cos', i), cos],
      [tableName('sin', i), sin],
    ] as const;
  });
  return {
    ids: { data: Int32Array.from(segments.flatMap(({ ids }) => ids)), shape: [positions.length] },
    positions: floats(positions),
    ...Object.fromEntries(tables),
    lengths: longs(segments.map(({ ids }) => ids.length)),
    rows: longs(rows),
    rowCounts: longs(counts),
    picks: longs(picks),
    scale: { data: Float32Array.of(scale), shape: [] },
    ...Object.fromEntries(data),
  };
}

interface Layout {
  segments: Laid[];
  /** Each read's place among the rows of all segments, in the order of the reads. */
  picks: number[];
}

function layOut(examples: readonly Sequence[]): Layout {
  const segments: Laid[] = [];
  const reads: Read[] = [];
  for (const example of examples) {
    const places = place(example, segments);
    for (const { segment, offset } of example.reads) {
      const at = places[segment]!;
      if (!(offset >= 0 && offset < example.segments[segment]!.ids.length))
        throw new Error(`a read lies outside its segment: offset ${offset}`);
      reads.push({ segment: at.segment, offset: at.shift + offset });
    }
  }
  return withRows(chop(segments, reads));
}

function withRows({ segments, reads }: Chopped): Layout {
  segments.forEach((segment, s) => {
    const offsets = reads.filter((read) => read.segment === s).map((read) => read.offset);
    segment.rows = [...new Set(offsets)].sort((a, b) => a - b);
  });
  const starts = runningSum(segments.map(({ rows }) => rows.length));
  const ranks = segments.map(({ rows }) => new Map(rows.map((row, i) => [row, i])));
  const picks = reads.map(({ segment, offset }) => starts[segment]! + ranks[segment]!.get(offset)!);
  return { segments, picks };
}

interface Spot {
  /** Index among the laid segments, -1 for an empty beginning. */
  segment: number;
  /** Tokens before it in the laid segment. */
  shift: number;
}

/**
 * Adds an example's segments. An empty one disappears, and an only child is joined to its parent: fewer
 * structures, longer products.
 */
function place({ segments }: Sequence, laid: Laid[]): Spot[] {
  const spots: Spot[] = [];
  const origin = segments.map(({ parent }) => {
    let at = parent;
    while (at >= 0 && segments[at]!.ids.length === 0) at = segments[at]!.parent;
    return at;
  });
  const children = (parent: number): number =>
    origin.filter((at, i) => at === parent && segments[i]!.ids.length > 0).length;
  segments.forEach(({ ids, parent }, i) => {
    if (parent >= i) throw new Error(`segment ${i} continues a later one`);
    const before = spots[origin[i]!];
    if (ids.length === 0) return spots.push(before ?? { segment: -1, shift: 0 });
    if (before && children(origin[i]!) === 1) {
      const joined = laid[before.segment]!;
      spots.push({ segment: before.segment, shift: joined.ids.length });
      return joined.ids.push(...ids);
    }
    const above = before ? laid[before.segment]! : undefined;
    const from = above ? above.from + above.ids.length : 0;
    spots.push({ segment: laid.length, shift: 0 });
    return laid.push({ ids: [...ids], parent: before?.segment ?? -1, from, rows: [] });
  });
  return spots;
}

function counting(examples: readonly Sequence[], name: string): 'reads' | 'examples' | 'other' {
  const all = (count: (example: Sequence) => number): boolean =>
    examples.every((example) => example.data[name]?.length === count(example));
  if (all(({ reads }) => reads.length)) return 'reads';
  return all(() => 1) ? 'examples' : 'other';
}

/** Sum of all before each. */
function runningSum(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => (sum += value) - value);
}

function floats(values: readonly number[]): Value {
  return { data: Float32Array.from(values), shape: [values.length] };
}

function longs(values: readonly number[]): Value {
  return { data: BigInt64Array.from(values, BigInt), shape: [values.length] };
}
