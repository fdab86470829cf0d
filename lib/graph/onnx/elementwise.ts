/** Elementwise operations and sums as ONNX nodes. */
import * as gelu from '../gelu.ts';
import { contrib, dataTypes } from './builder.ts';
import type { Builder } from './builder.ts';
import { plain } from './writing.ts';
import type { Writings } from './writing.ts';

export const elementwiseWritings = {
  add: plain('Add'),
  sub: plain('Sub'),
  mul: plain('Mul'),
  div: plain('Div'),
  min: plain('Min'),
  max: plain('Max'),
  neg: plain('Neg'),
  exp: plain('Exp'),
  log: plain('Log'),
  sqrt: plain('Sqrt'),
  square: (builder, [x]) => builder.emit('Mul', [x!, x!]),
  sigmoid: plain('Sigmoid'),
  tanh: plain('Tanh'),
  softplus: plain('Softplus'),
  less: plain('Less'),
  equal: plain('Equal'),
  where: plain('Where'),
  cast: (builder, inputs, node) =>
    builder.emit('Cast', inputs, { attributes: { to: dataTypes[node.outputs[0]!.dtype] } }),
  stopGradient: (_, inputs) => inputs,
  swiglu: (builder, [gate, up], _, used) => {
    if (used === 1) return builder.emit('Mul', [silu(builder, gate!), up!]);
    const [sigmoid] = builder.emit('Sigmoid', [gate!]);
    const [activated] = builder.emit('Mul', [gate!, sigmoid!]);
    const [y] = builder.emit('Mul', [activated!, up!]);
    return [y!, sigmoid!, activated!];
  },
  geglu: (builder, [gate, up], _, used) => {
    if (used === 1) {
      const attributes = { approximate: { string: 'tanh' } };
      const [activated] = builder.emit('Gelu', [gate!], { attributes });
      return builder.emit('Mul', [activated!, up!]);
    }
    const number = (value: number): string => builder.constant([value], [], 'float32');
    const [squared] = builder.emit('Mul', [gate!, gate!]);
    const [cubic] = builder.emit('Mul', [squared!, number(gelu.cubic)]);
    const [inner] = builder.emit('Add', [cubic!, number(gelu.linear)]);
    const [u] = builder.emit('Mul', [inner!, gate!]);
    const [sigmoid] = builder.emit('Sigmoid', [u!]);
    const [activated] = builder.emit('Mul', [gate!, sigmoid!]);
    const [y] = builder.emit('Mul', [activated!, up!]);
    return [y!, sigmoid!, activated!];
  },
  sum: (builder, [x], { attributes: { axes, keep } }) =>
    builder.emit('ReduceSum', [x!, builder.ints(...axes)], {
      attributes: { keepdims: Number(keep) },
    }),
  count: (builder, [x], { attributes: { axes } }) => {
    const [shape] = builder.emit('Shape', [x!]);
    const [lengths] = builder.emit('Gather', [shape!, builder.ints(...axes)]);
    const [product] = builder.emit('ReduceProd', [lengths!], { attributes: { keepdims: 0 } });
    return builder.emit('Cast', [product!], { attributes: { to: dataTypes.float32 } });
  },
} satisfies Partial<Writings>;

/** x · sigmoid(x) as one node. */
function silu(builder: Builder, x: string): string {
  const attributes = { alpha: { float: 1 } };
  return builder.emit('QuickGelu', [x], { attributes, domain: contrib })[0]!;
}
