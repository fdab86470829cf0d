/** Gradients of products of matrices. */
import { gemm, matmul } from '../ops/linear.ts';
import { sumTo } from '../ops/reduce.ts';
import type { Tensor } from '../tensor.ts';
import { only } from './rule.ts';
import type { Rules } from './rule.ts';

interface Product {
  transA: boolean;
  transB: boolean;
}
type Multiply = (a: Tensor, b: Tensor, trans: Product) => Tensor;

export const linearGradients = {
  matmul: (node, grads) => {
    const [a, b] = node.inputs as [Tensor, Tensor];
    const { alpha } = node.attributes;
    const multiply: Multiply = (x, y, trans) => matmul(x, y, { ...trans, alpha });
    const [da, db] = product([a, b, only('matmul', grads)], node.attributes, multiply);
    return [da, db];
  },
  gemm: (node, grads) => {
    const [a, b, plus] = node.inputs as [Tensor, Tensor, Tensor | undefined];
    const dy = only('gemm', grads);
    return [...product([a, b, dy], node.attributes, gemm), plus && sumTo(dy, plus.shape)];
  },
} satisfies Partial<Rules>;

/** For y = A B, where A and B may stand transposed in memory: dA = dy Bᵀ and dB = Aᵀ dy. */
function product(
  [a, b, dy]: readonly [Tensor, Tensor, Tensor],
  { transA, transB }: Product,
  multiply: Multiply,
): [Tensor, Tensor] {
  const da = transA
    ? multiply(b, dy, { transA: transB, transB: true })
    : multiply(dy, b, { transA: false, transB: !transB });
  const db = transB
    ? multiply(dy, a, { transA: true, transB: transA })
    : multiply(a, dy, { transA: !transA, transB: false });
  return [sumTo(da, a.shape), sumTo(db, b.shape)];
}
