/** Products of matrices. */
import { applyOne, rank, shapeError } from '../tensor.ts';
import type { Dim, Tensor } from '../tensor.ts';
import { add } from './elementwise.ts';
import { productDim, reshape, sameShape } from './shape.ts';

export interface MatmulOptions {
  transA?: boolean;
  transB?: boolean;
  /** Factor of the product. */
  alpha?: number;
}

/** Over the last two axes; leading axes are equal or 1, or `b` has none. */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  const { transA = false, transB = false, alpha = 1 } = options;
  const [m, n] = product('matmul', [a, b], { transA, transB });
  const other = b.shape.slice(0, -2);
  const lead = a.shape.slice(0, -2).map((dim, i) => (dim === 1 ? (other[i] ?? 1) : dim));
  if (
    other.length > 0 &&
    !sameShape(
      lead,
      other.map((dim, i) => (dim === 1 ? lead[i]! : dim)),
    )
  )
    throw shapeError('matmul', 'leading axes differ', a, b);
  const shape = [...lead, m, n];
  return applyOne('matmul', [a, b], { transA, transB, alpha }, { dtype: a.dtype, shape });
}

export interface GemmOptions {
  transA?: boolean;
  transB?: boolean;
  /** Added to the product; broadcasts. */
  plus?: Tensor;
}

/** Of two matrices. */
export function gemm(a: Tensor, b: Tensor, options: GemmOptions = {}): Tensor {
  const { transA = false, transB = false, plus } = options;
  if (rank(a) !== 2 || rank(b) !== 2) throw shapeError('gemm', 'expected two matrices', a, b);
  const shape = product('gemm', [a, b], { transA, transB });
  const inputs = plus ? [a, b, plus] : [a, b];
  return applyOne('gemm', inputs, { transA, transB }, { dtype: a.dtype, shape });
}

/** x [T, in] times weight [out, in] transposed, plus bias [out] and residual [T, out]. */
export function linear(
  x: Tensor,
  weight: Tensor,
  { bias, residual }: { bias?: Tensor | undefined; residual?: Tensor | undefined } = {},
): Tensor {
  const plus = residual ?? bias;
  const rows = rank(x) === 2 ? x : reshape(x, [productDim(x.shape.slice(0, -1)), x.shape.at(-1)!]);
  const y = gemm(rows, weight, { transB: true, ...(plus && { plus }) });
  const biased = residual && bias ? add(y, bias) : y;
  return rank(x) === 2 ? biased : reshape(biased, [...x.shape.slice(0, -1), weight.shape[0]!]);
}

function product(
  op: string,
  [a, b]: readonly [Tensor, Tensor],
  { transA, transB }: { transA: boolean; transB: boolean },
): [Dim, Dim] {
  const [m, k] = lastTwo(a, transA);
  const [l, n] = lastTwo(b, transB);
  if (k !== l) throw shapeError(op, 'inner axes differ', a, b);
  return [m, n];
}

function lastTwo(x: Tensor, swap: boolean): [Dim, Dim] {
  const [m, n] = [x.shape.at(-2)!, x.shape.at(-1)!];
  return swap ? [n, m] : [m, n];
}
