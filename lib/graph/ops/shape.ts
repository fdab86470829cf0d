/** Operations that move elements and compute none: reshape, transpose, join, cut, select. */
import { apply, applyOne, constant, rank, shapeError } from '../tensor.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';

/** At most one axis of the result may be a name that does not stand at the same place in `x`. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const open = shape.filter((dim, i) => typeof dim === 'string' && dim !== x.shape[i]);
  if (open.length > 1) throw shapeError('reshape', `cannot tell ${open.join(' from ')}`, x);
  if (productDim(shape) !== productDim(x.shape) && [...shape, ...x.shape].every(isNumber))
    throw shapeError('reshape', `cannot become [${shape.join(', ')}]`, x);
  return sameShape(x.shape, shape) ? x : applyOne('reshape', [x], { shape }, { ...x, shape });
}

/** Swaps the last two axes, or orders all axes by `perm`. */
export function transpose(x: Tensor, perm: readonly number[] = swapLast(rank(x))): Tensor {
  return applyOne('transpose', [x], { perm }, { ...x, shape: perm.map((axis) => x.shape[axis]!) });
}

export function expandLike(x: Tensor, like: Tensor): Tensor {
  if (sameShape(x.shape, like.shape)) return x;
  return applyOne('expandLike', [x, like], {}, { dtype: x.dtype, shape: like.shape });
}

/** `lengths` (int64) spares the gradient from measuring pieces whose length is not known here. */
export function concat(xs: readonly Tensor[], axis: number, lengths?: Tensor): Tensor {
  const first = xs[0]!;
  if (xs.length === 1) return first;
  if (xs.some((x) => rank(x) !== rank(first))) throw shapeError('concat', 'ranks differ', ...xs);
  const at = place(axis, first);
  const shape = first.shape.with(at, sumDims(xs.map((x) => x.shape[at]!)));
  return applyOne(
    'concat',
    [...xs, lengths ?? lengthsOf(xs, at)],
    { axis: at },
    { ...first, shape },
  );
}

/** The inputs' lengths along an axis: int64 [n]. */
export function lengthsOf(xs: readonly Tensor[], axis: number): Tensor {
  const lengths = xs.map((x) => x.shape[axis]!);
  if (lengths.every(isNumber)) return constant(lengths, [lengths.length], 'int64');
  return applyOne('lengths', xs, { axis }, { dtype: 'int64', shape: [xs.length] });
}

/** Into pieces of these lengths; where one is a name, `lengths` (int64) holds them at run time. */
export function split(x: Tensor, dims: Shape, axis: number, lengths?: Tensor): readonly Tensor[] {
  const at = place(axis, x);
  if (dims.length === 1) return [x];
  if (!lengths && !dims.every(isNumber)) throw shapeError('split', 'lengths are not known', x);
  const sizes = lengths ?? constant(dims.filter(isNumber), [dims.length], 'int64');
  const kinds = dims.map((dim) => ({ dtype: x.dtype, shape: x.shape.with(at, dim) }));
  return apply('split', [x, sizes], { axis: at }, kinds);
}

/** Elements `start` up to `end` of an axis of known length. */
export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  const at = place(axis, x);
  const length = x.shape[at]!;
  if (!isNumber(length) || start < 0 || end > length || start > end)
    throw shapeError('slice', `cannot take ${start} to ${end} of axis ${axis}`, x);
  const shape = x.shape.with(at, end - start);
  return applyOne('slice', [x], { axis: at, start, end }, { ...x, shape });
}

export interface Padding {
  before: number;
  after: number;
  value?: number;
}
export function pad(x: Tensor, axis: number, { before, after, value = 0 }: Padding): Tensor {
  const at = place(axis, x);
  const shape = x.shape.with(at, sumDims([x.shape[at]!, before + after]));
  return applyOne('pad', [x], { axis: at, before, after, value }, { ...x, shape });
}

/** Rows of a table [N, …] by ids [R]: [R, …]. Ids may repeat. */
export function gather(table: Tensor, ids: Tensor): Tensor {
  if (rank(ids) !== 1 || ids.dtype === 'float32' || ids.dtype === 'bool')
    throw shapeError('gather', 'expected a table and int ids [R]', table, ids);
  const shape = [ids.shape[0]!, ...table.shape.slice(1)];
  return applyOne('gather', [table, ids], {}, { dtype: table.dtype, shape });
}

/** Sums rows [R, …] by ids [R] into the shape of `table` [N, …]; zeros elsewhere. */
export function scatterRows(rows: Tensor, ids: Tensor, table: Tensor): Tensor {
  return applyOne('scatterRows', [rows, ids, table], {}, { ...table, dtype: rows.dtype });
}

/**
 * Vectors of x [a, b, …, W] at `places` [Q…, n] (int64), each of the n indices into x's axes but the last:
 * [Q…, W]. Has no gradient.
 */
export function pick(x: Tensor, places: Tensor): Tensor {
  if (places.dtype !== 'int64' || places.shape.at(-1) !== rank(x) - 1)
    throw shapeError('pick', 'expected int64 places of all axes but the last', x, places);
  const shape = [...places.shape.slice(0, -1), x.shape.at(-1)!];
  return applyOne('pick', [x, places], {}, { dtype: x.dtype, shape });
}

/** x [R, V] and int ids [R] to x[r, ids[r]]: [R]. */
export function takeAlong(x: Tensor, ids: Tensor): Tensor {
  if (rank(x) !== 2 || rank(ids) !== 1)
    throw shapeError('takeAlong', 'expected [R, V] and [R]', x, ids);
  return applyOne('takeAlong', [x, ids], {}, { dtype: x.dtype, shape: ids.shape });
}

/** x [R, V] to the largest value of each row and its place (int64), the first of equals: [R, 1] each. */
export function largest(x: Tensor): { value: Tensor; place: Tensor } {
  if (rank(x) !== 2) throw shapeError('largest', 'expected [R, V]', x);
  const shape = [x.shape[0]!, 1];
  const kinds = [{ dtype: x.dtype, shape }, { dtype: 'int64', shape } as const];
  const [value, place] = apply('largest', [x], {}, kinds);
  return { value: value!, place: place! };
}

/** Ids [R] to float32 rows [R, depth] of zeros with a one. */
export function oneHot(ids: Tensor, depth: number): Tensor {
  const shape = [...ids.shape, depth];
  return applyOne('oneHot', [ids], { depth }, { dtype: 'float32', shape });
}

export function isNumber(dim: Dim): dim is number {
  return typeof dim === 'number';
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** `3` and `'T'` and `'U'` make `'T+U+3'`, whatever their order. */
export function sumDims(dims: Shape): Dim {
  const numbers = dims.filter(isNumber).reduce((a, b) => a + b, 0);
  const names = dims.filter((dim) => !isNumber(dim)).sort();
  if (names.length === 0) return numbers;
  return numbers === 0 ? names.join('+') : [...names, numbers].join('+');
}

export function productDim(dims: Shape): Dim {
  const numbers = dims.filter(isNumber).reduce((a, b) => a * b, 1);
  const names = dims.filter((dim) => !isNumber(dim)).sort();
  if (names.length === 0 || numbers === 0) return numbers;
  return numbers === 1 ? names.join('*') : `${numbers}*${names.join('*')}`;
}

/** The axis counted from the front. */
export function place(axis: number, x: Tensor): number {
  return axis < 0 ? axis + rank(x) : axis;
}

function swapLast(n: number): number[] {
  const perm = Array.from({ length: n }, (_, i) => i);
  return [...perm.slice(0, -2), n - 1, n - 2];
}
