/** Gradients of a transformer's larger pieces, written to save passes over memory. */
import { add, exp, mul, neg, square, sub } from '../ops/elementwise.ts';
import { gemm, matmul } from '../ops/linear.ts';
import { sum } from '../ops/reduce.ts';
import {
  concat,
  gather,
  oneHot,
  pad,
  productDim,
  reshape,
  scatterRows,
  takeAlong,
} from '../ops/shape.ts';
import { rope, ropeAt, softmax } from '../ops/transformer.ts';
import type { Tensor } from '../tensor.ts';
import { only } from './rule.ts';
import type { Rules } from './rule.ts';

export const transformerGradients = {
  softmax: (node, grads) => {
    const y = node.outputs[0]!;
    const dy = only('softmax', grads);
    return [mul(sub(dy, sum(mul(dy, y), [-1], true)), y)];
  },
  logSoftmax: (node, grads) => {
    const dy = only('logSoftmax', grads);
    return [sub(dy, mul(exp(node.outputs[0]!), sum(dy, [-1], true)))];
  },
  logProb: (node, grads) => {
    const [logits, ids] = node.inputs as [Tensor, Tensor];
    const dy = only('logProb', grads);
    const ones = oneHot(ids, logits.shape[1] as number);
    return [mul(sub(ones, softmax(logits)), reshape(dy, [dy.shape[0]!, 1]))];
  },
  /**
   * By the logits it is dy·(one-hot − p). The one-hot part takes and adds rows of W, and dy is multiplied
   * into rows of width D, so that nothing but p is as large as the logits. A cap multiplies both parts by its
   * slope there, cap·(1 − tanh²).
   */
  nextToken: (node, grads) => {
    const [h, weights, ids] = node.inputs as [Tensor, Tensor, Tensor];
    const [, p, , t] = node.outputs as [Tensor, Tensor, Tensor, Tensor?];
    const dy = only('nextToken', grads);
    const column = reshape(dy, [dy.shape[0]!, 1]);
    const pulled = mul(h, column);
    const slope = (y: Tensor): Tensor => mul(sub(1, square(y)), node.attributes.cap!);
    const all = t ? mul(p, slope(t)) : p;
    const own = (rows: Tensor): Tensor =>
      t ? mul(rows, reshape(slope(takeAlong(t, ids)), column.shape)) : rows;
    return [
      mul(sub(own(gather(weights, ids)), gemm(all, weights)), column),
      add(scatterRows(own(pulled), ids, weights), gemm(all, neg(pulled), { transA: true })),
    ];
  },
  rmsNorm: (node, grads) => rmsNormGradient(node.inputs, node.outputs[1]!, only('rmsNorm', grads)),
  rope: (node, grads) => {
    const [, cos, sin] = node.inputs as [Tensor, Tensor, Tensor];
    return [rope(only('rope', grads), cos, neg(sin))];
  },
  ropeAt: (node, grads) => {
    const [, positions, cos, sin] = node.inputs as [Tensor, Tensor, Tensor, Tensor];
    return [ropeAt(only('ropeAt', grads), positions, { cos, sin: neg(sin) })];
  },
  /**
   * dS = P ∘ (dO vᵀ − rowsum(dO ∘ O)). The row sum rides along as one more column of dO against a column
   * of −1 in v, so that no pass over [R, N] is spent on subtracting it. A cap passes on 1 − tanh² of it.
   */
  attend: (node, grads) => {
    const [q, k, v] = node.inputs as [Tensor, Tensor, Tensor];
    const [o, p, t] = node.outputs as [Tensor, Tensor, Tensor?];
    const alpha = node.attributes.scale;
    const dy = only('attend', grads);
    const rowSums = sum(mul(dy, o), [-1], true);
    const padded = pad(v, 2, { before: 0, after: 1, value: -1 });
    const ds = mul(matmul(concat([dy, rowSums], 2), padded, { transB: true }), p);
    const inner = t ? mul(ds, sub(1, square(t))) : ds;
    return [
      matmul(inner, k, { alpha }),
      matmul(inner, q, { transA: true, alpha }),
      matmul(p, dy, { transA: true }),
      node.inputs[3] && sum(ds, [0]),
    ];
  },
} satisfies Partial<Rules>;

/**
 * For y = x·r·g with r = 1/sqrt(mean(x²) + eps): dx = (dy·g − x·r²·mean(dy·x·g))·r, dg = Σ_rows dy·x·r. Both
 * sums are products of matrices over one tensor dy·x.
 */
function rmsNormGradient(
  [x, gain]: readonly Tensor[],
  r: Tensor,
  dy: Tensor,
): readonly (Tensor | undefined)[] {
  const width = x!.shape.at(-1) as number;
  const rows = productDim(x!.shape.slice(0, -1));
  const dyx = reshape(mul(dy, x!), [rows, width]);
  const means = matmul(dyx, reshape(gain!, [width, 1]), { alpha: 1 / width });
  const pull = mul(mul(r, r), reshape(means, r.shape));
  const dx = mul(sub(mul(dy, gain!), mul(x!, pull)), r);
  const dgain = gemm(reshape(r, [1, rows]), dyx);
  return [dx, reshape(dgain, [width])];
}
