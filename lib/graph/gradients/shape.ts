/** Gradients of operations that move elements. */
import { mul } from '../ops/elementwise.ts';
import { sumTo } from '../ops/reduce.ts';
import * as ops from '../ops/shape.ts';
import { constant, scalar } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { only } from './rule.ts';
import type { Rules } from './rule.ts';

export const shapeGradients = {
  reshape: (node, grads) => [ops.reshape(only('reshape', grads), node.inputs[0]!.shape)],
  transpose: (node, grads) => {
    const { perm } = node.attributes;
    return [
      ops.transpose(
        only('transpose', grads),
        perm.map((_, i) => perm.indexOf(i)),
      ),
    ];
  },
  expandLike: (node, grads) => [sumTo(only('expandLike', grads), node.inputs[0]!.shape)],
  concat: (node, grads) => {
    const xs = node.inputs.slice(0, -1);
    const { axis } = node.attributes;
    const dims = xs.map((x) => x.shape[axis]!);
    return [...ops.split(only('concat', grads), dims, axis, node.inputs.at(-1)), undefined];
  },
  lengths: () => [],
  split: (node, grads) => {
    const pieces = node.outputs.map((y, i) => grads[i] ?? ops.expandLike(scalar(0), y));
    return [ops.concat(pieces, node.attributes.axis, node.inputs[1])];
  },
  slice: (node, grads) => {
    const { axis, start, end } = node.attributes;
    const after = (node.inputs[0]!.shape[axis] as number) - end;
    return [ops.pad(only('slice', grads), axis, { before: start, after })];
  },
  pad: (node, grads) => {
    const { axis, before, after } = node.attributes;
    const dy = only('pad', grads);
    const x = node.inputs[0]!;
    const dims = [before, x.shape[axis]!, after];
    const fixed = (n: number): Tensor => constant([n], [1], 'int64');
    const lengths = ops.concat([fixed(before), ops.lengthsOf([x], axis), fixed(after)], 0);
    return [ops.split(dy, dims, axis, lengths)[1]];
  },
  gather: (node, grads) => [
    ops.scatterRows(only('gather', grads), node.inputs[1]!, node.inputs[0]!),
  ],
  scatterRows: (node, grads) => [ops.gather(only('scatterRows', grads), node.inputs[1]!)],
  pick: () => {
    throw new Error('pick has no gradient: it is for graphs that only infer');
  },
  takeAlong: (node, grads) => {
    const [x, ids] = node.inputs;
    const dy = only('takeAlong', grads);
    return [mul(ops.oneHot(ids!, x!.shape[1] as number), ops.reshape(dy, [dy.shape[0]!, 1]))];
  },
  largest: (node, grads) => {
    const [place] = node.outputs.slice(1);
    const dy = only('largest', grads);
    const [rows, depth] = node.inputs[0]!.shape;
    return [mul(ops.oneHot(ops.reshape(place!, [rows!]), depth as number), dy)];
  },
  oneHot: () => [],
} satisfies Partial<Rules>;
