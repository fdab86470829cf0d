/** Gradients of elementwise operations and sums. */
import { add, cast, div, less, mul, neg, sigmoid, square, sub, where } from '../ops/elementwise.ts';
import { sumTo } from '../ops/reduce.ts';
import { expandLike, reshape } from '../ops/shape.ts';
import { scalar } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import * as gelu from '../gelu.ts';
import { only } from './rule.ts';
import type { Rules } from './rule.ts';

type Pair = readonly [Tensor, Tensor];

export const elementwiseGradients = {
  add: (node, grads) => binary(node.inputs, only('add', grads), (dy) => [dy, dy]),
  sub: (node, grads) => binary(node.inputs, only('sub', grads), (dy) => [dy, neg(dy)]),
  mul: (node, grads) =>
    binary(node.inputs, only('mul', grads), (dy, a, b) => [mul(dy, b), mul(dy, a)]),
  div: (node, grads) =>
    binary(node.inputs, only('div', grads), (dy, _, b) => {
      const da = div(dy, b);
      return [da, neg(mul(da, node.outputs[0]!))];
    }),
  min: (node, grads) =>
    binary(node.inputs, only('min', grads), (dy, a, b) => choose(less(a, b), dy)),
  max: (node, grads) =>
    binary(node.inputs, only('max', grads), (dy, a, b) => choose(less(b, a), dy)),
  neg: (_, grads) => [neg(only('neg', grads))],
  exp: (node, grads) => [mul(only('exp', grads), node.outputs[0]!)],
  log: (node, grads) => [div(only('log', grads), node.inputs[0]!)],
  sqrt: (node, grads) => [div(only('sqrt', grads), mul(node.outputs[0]!, 2))],
  square: (node, grads) => [mul(only('square', grads), mul(node.inputs[0]!, 2))],
  sigmoid: (node, grads) => {
    const y = node.outputs[0]!;
    return [mul(only('sigmoid', grads), mul(y, sub(1, y)))];
  },
  tanh: (node, grads) => [mul(only('tanh', grads), sub(1, square(node.outputs[0]!)))],
  softplus: (node, grads) => [mul(only('softplus', grads), sigmoid(node.inputs[0]!))],
  less: () => [],
  equal: () => [],
  where: (node, grads) => {
    const [condition, a, b] = node.inputs;
    const [da, db] = choose(condition!, only('where', grads));
    return [undefined, sumTo(da, a!.shape), sumTo(db, b!.shape)];
  },
  cast: (node, grads) =>
    node.outputs[0]!.dtype === 'float32' ? [cast(grads[0]!, node.inputs[0]!.dtype)] : [],
  stopGradient: () => [],
  /** With h = silu(g)·u and s = sigmoid(g): dh/dg = s·(u − h) + h. */
  swiglu: (node, grads) => {
    const dy = only('swiglu', grads);
    const up = node.inputs[1]!;
    const [y, gate, activated] = node.outputs as [Tensor, Tensor, Tensor];
    return [mul(dy, add(mul(sub(up, y), gate), y)), mul(dy, activated)];
  },
  /** With gelu(g) = g·s and s = sigmoid(u): gelu' = s + gelu·(1 − s)·u', and u' = √(8/π)·(1 + 3·0.044715·g²). */
  geglu: (node, grads) => {
    const dy = only('geglu', grads);
    const [gate, up] = node.inputs as [Tensor, Tensor];
    const [, s, activated] = node.outputs as [Tensor, Tensor, Tensor];
    const inner = add(mul(square(gate), 3 * gelu.cubic), gelu.linear);
    const slope = add(s, mul(mul(activated, sub(1, s)), inner));
    return [mul(mul(dy, up), slope), mul(dy, activated)];
  },
  sum: (node, grads) => {
    const x = node.inputs[0]!;
    const kept = x.shape.map((dim, i) => (node.attributes.axes.includes(i) ? 1 : dim));
    return [expandLike(reshape(only('sum', grads), kept), x)];
  },
  count: () => [],
} satisfies Partial<Rules>;

function binary(
  inputs: readonly Tensor[],
  dy: Tensor,
  rule: (dy: Tensor, a: Tensor, b: Tensor) => Pair,
): Tensor[] {
  const [a, b] = inputs as Pair;
  const [da, db] = rule(dy, a, b);
  return [sumTo(da, a.shape), sumTo(db, b.shape)];
}

function choose(condition: Tensor, dy: Tensor): Pair {
  const zero = scalar(0);
  return [where(condition, dy, zero), where(condition, zero, dy)];
}
