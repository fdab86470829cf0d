/** Operations on each element by itself; shapes broadcast as in NumPy, names only with themselves. */
import type { OpName } from '../ops.ts';
import { apply, applyOne, scalar, shapeError } from '../tensor.ts';
import type { DType, Dim, Shape, Tensor } from '../tensor.ts';
import { count, sum } from './reduce.ts';

type Operand = Tensor | number;
type Binary = OpName & ('add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'less' | 'equal');
type Unary = OpName & ('neg' | 'exp' | 'log' | 'sqrt' | 'square' | 'sigmoid' | 'tanh' | 'softplus');

export const add = (a: Operand, b: Operand): Tensor => binary('add', a, b);
export const sub = (a: Operand, b: Operand): Tensor => binary('sub', a, b);
export const mul = (a: Operand, b: Operand): Tensor => binary('mul', a, b);
export const div = (a: Operand, b: Operand): Tensor => binary('div', a, b);
export const min = (a: Operand, b: Operand): Tensor => binary('min', a, b);
export const max = (a: Operand, b: Operand): Tensor => binary('max', a, b);
/** Whether a < b, as bool. */
export const less = (a: Operand, b: Operand): Tensor => binary('less', a, b);
/** Whether a = b, as bool. */
export const equal = (a: Operand, b: Operand): Tensor => binary('equal', a, b);

export const neg = (x: Tensor): Tensor => unary('neg', x);
export const exp = (x: Tensor): Tensor => unary('exp', x);
export const log = (x: Tensor): Tensor => unary('log', x);
export const sqrt = (x: Tensor): Tensor => unary('sqrt', x);
export const square = (x: Tensor): Tensor => unary('square', x);
export const sigmoid = (x: Tensor): Tensor => unary('sigmoid', x);
export const tanh = (x: Tensor): Tensor => unary('tanh', x);
/** log(1 + exp(x)); −log sigmoid(x) is softplus(−x). */
export const softplus = (x: Tensor): Tensor => unary('softplus', x);

export function clip(x: Tensor, low: number, high: number): Tensor {
  return min(max(x, low), high);
}

/** `yes` where the condition (bool) holds, `no` elsewhere. */
export function where(condition: Tensor, yes: Operand, no: Operand): Tensor {
  const [a, b] = [tensor(yes), tensor(no)];
  const shape = broadcast('where', condition, a, b);
  return applyOne('where', [condition, a, b], {}, { dtype: a.dtype, shape });
}

export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : applyOne('cast', [x], {}, { dtype, shape: x.shape });
}

/** The same values; gradients end here. */
export function stopGradient(x: Tensor): Tensor {
  return applyOne('stopGradient', [x], {}, x);
}

export function mean(x: Tensor, axes?: readonly number[], keep = false): Tensor {
  return div(sum(x, axes, keep), count(x, axes));
}

/** x · sigmoid(x). */
export function silu(x: Tensor): Tensor {
  return mul(x, sigmoid(x));
}

/** silu(gate) · up, elementwise (Shazeer 2020). */
export function swiglu(gate: Tensor, up: Tensor): Tensor {
  broadcast('swiglu', gate, up);
  return apply('swiglu', [gate, up], {}, [gate, gate, gate])[0]!;
}

/** gelu(gate) · up, elementwise (Shazeer 2020), gelu by its tanh form (Hendrycks & Gimpel 2016). */
export function geglu(gate: Tensor, up: Tensor): Tensor {
  broadcast('geglu', gate, up);
  return apply('geglu', [gate, up], {}, [gate, gate, gate])[0]!;
}

/** cap · tanh(x / cap): x near 0, and never beyond the cap. */
export function softCap(x: Tensor, cap: number): Tensor {
  return mul(tanh(mul(x, 1 / cap)), cap);
}

function binary(op: Binary, left: Operand, right: Operand): Tensor {
  const [a, b] = [tensor(left, right), tensor(right, left)];
  if (a.dtype !== b.dtype) throw shapeError(op, 'types differ', a, b);
  const dtype = op === 'less' || op === 'equal' ? 'bool' : a.dtype;
  return applyOne(op, [a, b], {}, { dtype, shape: broadcast(op, a, b) });
}

function unary(op: Unary, x: Tensor): Tensor {
  return applyOne(op, [x], {}, x);
}

/** A number becomes a scalar of its partner's type. */
function tensor(x: Operand, partner: Operand = 0): Tensor {
  if (typeof x !== 'number') return x;
  return scalar(x, typeof partner === 'number' ? 'float32' : partner.dtype);
}

function broadcast(op: string, ...tensors: readonly Tensor[]): Shape {
  const length = Math.max(...tensors.map((t) => t.shape.length));
  return Array.from({ length }, (_, i) => {
    const dims = tensors.map((t): Dim => t.shape[t.shape.length - length + i] ?? 1);
    const dim = dims.find((d) => d !== 1) ?? 1;
    if (dims.some((d) => d !== 1 && d !== dim)) throw shapeError(op, 'shapes differ', ...tensors);
    return dim;
  });
}
