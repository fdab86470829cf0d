/** Sums over axes. */
import { applyOne, rank } from '../tensor.ts';
import type { Shape, Tensor } from '../tensor.ts';
import { place, reshape, sameShape } from './shape.ts';

/** Over these axes, all by default; `keep` leaves them with length 1. */
export function sum(x: Tensor, axes: readonly number[] = allAxes(x), keep = false): Tensor {
  const places = axes.map((axis) => place(axis, x));
  if (places.length === 0) return x;
  const shape = keep
    ? x.shape.map((dim, i) => (places.includes(i) ? 1 : dim))
    : x.shape.filter((_, i) => !places.includes(i));
  return applyOne('sum', [x], { axes: places, keep }, { dtype: x.dtype, shape });
}

/** How many elements these axes have together: a float scalar. */
export function count(x: Tensor, axes: readonly number[] = allAxes(x)): Tensor {
  const places = axes.map((axis) => place(axis, x));
  return applyOne('count', [x], { axes: places }, { dtype: 'float32', shape: [] });
}

/** Undoes broadcasting: sums `x` down to a shape that broadcasts to it. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = rank(x) - shape.length;
  const axes = x.shape.flatMap((dim, i) =>
    i < lead || (shape[i - lead] === 1 && dim !== 1) ? [i] : [],
  );
  return reshape(sum(x, axes, true), shape);
}

function allAxes(x: Tensor): number[] {
  return x.shape.map((_, i) => i);
}
