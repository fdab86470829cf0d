/** Products of matrices and the larger pieces of a transformer as ONNX nodes. */
import { contrib, dataTypes } from './builder.ts';
import type { Builder } from './builder.ts';
import { takeAlong } from './shape.ts';
import type { Writings } from './writing.ts';

export const transformerWritings = {
  matmul: (builder, [a, b], { attributes }) => multiply(builder, a!, b!, attributes),
  /** onnxruntime's own transposition of the first matrix is slow, and done anew for every 128 columns. */
  gemm: (builder, [a, b, ...plus], { attributes: { transA, transB } }) => {
    const left = transA
      ? builder.emit('Transpose', [a!], { attributes: { perm: [1, 0] } })[0]!
      : a!;
    return builder.emit('Gemm', [left, b!, ...plus], { attributes: { transB: Number(transB) } });
  },
  softmax: (builder, inputs) => builder.emit('Softmax', inputs, { attributes: { axis: -1 } }),
  logSoftmax: (builder, inputs) => builder.emit('LogSoftmax', inputs, { attributes: { axis: -1 } }),
  logProb: (builder, [logits, ids]) => {
    const [logs] = builder.emit('LogSoftmax', [logits!], { attributes: { axis: -1 } });
    return takeAlong(builder, logs!, ids!);
  },
  /**
   * log Σ exp(l) = max l − log max p: exact where p[id] would underflow, and two short reads of what is
   * there anyway.
   */
  nextToken: (builder, [h, weights, ids], { attributes: { cap } }) => {
    const [product] = builder.emit('Gemm', [h!, weights!], { attributes: { transB: 1 } });
    const [t, logits] = capped(builder, product!, cap);
    const [p] = builder.emit('Softmax', [logits], { attributes: { axis: -1 } });
    const largest = (x: string): string =>
      builder.emit('ReduceMax', [x, builder.ints(1)], { attributes: { keepdims: 0 } })[0]!;
    const top = largest(logits);
    const own = takeAlong(builder, logits, ids!)[0]!;
    const [logOfTop] = builder.emit('Log', [largest(p!)]);
    const [below] = builder.emit('Sub', [own, top]);
    const [first] = builder.emit('Equal', [own, top]);
    const [hits] = builder.emit('Cast', [first!], { attributes: { to: dataTypes.float32 } });
    return [builder.emit('Add', [below!, logOfTop!])[0]!, p!, hits!, ...(t ? [t] : [])];
  },
  /** onnxruntime's name for RMSNorm; its second output is 1/sqrt(mean(x²) + eps). */
  rmsNorm: (builder, inputs, { attributes: { eps } }, used) =>
    builder.emit('SimplifiedLayerNormalization', inputs, {
      attributes: { axis: -1, epsilon: { float: eps }, stash_type: 1 },
      outputs: used,
    }),
  /** The tables hold one row a position of `x`, so positions count from 0. */
  rope: (builder, [x, cos, sin]) => {
    const batch = builder.ints(0);
    const [wide] = builder.emit('Unsqueeze', [x!, batch]);
    const [turned] = builder.emit('RotaryEmbedding', [wide!, batch, cos!, sin!], {
      domain: contrib,
    });
    return builder.emit('Squeeze', [turned!, batch]);
  },
  ropeAt: (builder, inputs) => builder.emit('RotaryEmbedding', inputs, { domain: contrib }),
  attend: (builder, [q, k, v, mask], { attributes: { scale, cap } }) => {
    const product = { transA: false, transB: true, alpha: scale / (cap ?? 1) };
    const [inner] = multiply(builder, q!, k!, product);
    const [t, scores] = capped(builder, inner!, cap);
    const masked = mask ? builder.emit('Add', [scores, mask])[0]! : scores;
    const [p] = builder.emit('Softmax', [masked], { attributes: { axis: -1 } });
    const [o] = builder.emit('MatMul', [p!, v!]);
    return t ? [o!, p!, t] : [o!, p!];
  },
} satisfies Partial<Writings>;

/** tanh(x), and cap times it; without a cap x itself. */
function capped(
  builder: Builder,
  x: string,
  cap: number | undefined,
): readonly [t: string | undefined, y: string] {
  if (cap === undefined) return [undefined, x];
  const [t] = builder.emit('Tanh', [x]);
  const [y] = builder.emit('Mul', [t!, builder.constant([cap], [], 'float32')]);
  return [t!, y!];
}

interface Product {
  transA: boolean;
  transB: boolean;
  alpha: number;
}

function multiply(
  builder: Builder,
  a: string,
  b: string,
  { transA, transB, alpha }: Product,
): string[] {
  if (!transA && !transB && alpha === 1) return builder.emit('MatMul', [a, b]);
  return builder.emit('FusedMatMul', [a, b], {
    attributes: { transA: Number(transA), transB: Number(transB), alpha: { float: alpha } },
    domain: contrib,
  });
}
