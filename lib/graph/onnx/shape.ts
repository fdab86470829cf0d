/** Operations that move elements as ONNX nodes. */
import { dataTypes } from './builder.ts';
import type { Builder } from './builder.ts';
import { plain, reshapeTarget } from './writing.ts';
import type { Writings } from './writing.ts';

export const shapeWritings = {
  reshape: (builder, [x], node) => {
    const target = reshapeTarget(node.inputs[0]!.shape, node.attributes.shape);
    return builder.emit('Reshape', [x!, builder.ints(...target)]);
  },
  transpose: (builder, inputs, { attributes: { perm } }) =>
    builder.emit('Transpose', inputs, { attributes: { perm } }),
  expandLike: (builder, [x, like]) => {
    const [shape] = builder.emit('Shape', [like!]);
    return builder.emit('Expand', [x!, shape!]);
  },
  concat: (builder, inputs, { attributes: { axis } }) =>
    builder.emit('Concat', inputs.slice(0, -1), { attributes: { axis } }),
  lengths: (builder, inputs, { attributes: { axis } }) => {
    const attributes = { start: axis, end: axis + 1 };
    const lengths = inputs.map((x) => builder.emit('Shape', [x], { attributes })[0]!);
    return builder.emit('Concat', lengths, { attributes: { axis: 0 } });
  },
  split: (builder, inputs, { attributes: { axis }, outputs }) =>
    builder.emit('Split', inputs, { attributes: { axis }, outputs: outputs.length }),
  slice: (builder, [x], { attributes: { axis, start, end } }) =>
    builder.emit('Slice', [x!, builder.ints(start), builder.ints(end), builder.ints(axis)]),
  pad: (builder, [x], { attributes: { axis, before, after, value } }) => {
    const filler = builder.constant([value], [], 'float32');
    return builder.emit('Pad', [x!, builder.ints(before, after), filler, builder.ints(axis)]);
  },
  gather: plain('Gather'),
  pick: plain('GatherND'),
  /** Not ScatterND, whose additions race when a session has several threads. */
  scatterRows: (builder, [rows, ids, table], node) => {
    const [shape] = builder.emit('Shape', [table!]);
    const [zeros] = builder.emit('ConstantOfShape', [shape!]);
    const [size] = builder.emit('Shape', [rows!]);
    const [index] = builder.emit('Expand', [
      column(builder, ids!, node.inputs[0]!.shape.length),
      size!,
    ]);
    const [wide] = builder.emit('Cast', [index!], { attributes: { to: dataTypes.int64 } });
    return builder.emit('ScatterElements', [zeros!, wide!, rows!], { attributes: addRows });
  },
  takeAlong: (builder, [x, ids]) => takeAlong(builder, x!, ids!),
  largest: (builder, [x]) =>
    builder.emit('TopK', [x!, builder.ints(1)], { attributes: { axis: -1 }, outputs: 2 }),
  oneHot: (builder, [ids], { attributes: { depth } }) => {
    const values = builder.constant([0, 1], [2], 'float32');
    return builder.emit('OneHot', [ids!, builder.constant([depth], [], 'int64'), values]);
  },
} satisfies Partial<Writings>;

const addRows = { axis: 0, reduction: { string: 'add' } };

export function takeAlong(builder: Builder, x: string, ids: string): string[] {
  const attributes = { axis: 1 };
  const [taken] = builder.emit('GatherElements', [x, column(builder, ids, 2)], { attributes });
  return builder.emit('Squeeze', [taken!, builder.ints(1)]);
}

/** Ids [R] as [R, 1, …] of a rank. */
function column(builder: Builder, ids: string, rank: number): string {
  if (rank === 1) return ids;
  const axes = Array.from({ length: rank - 1 }, (_, i) => i + 1);
  return builder.emit('Unsqueeze', [ids, builder.ints(...axes)])[0]!;
}
