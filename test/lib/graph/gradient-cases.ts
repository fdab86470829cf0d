/** One graph or more for every operation: a new operation without one does not compile. */
import * as ops from '../../../lib/graph/ops/index.ts';
import type { OpName } from '../../../lib/graph/ops.ts';
import { constant, parameter } from '../../../lib/graph/tensor.ts';
import type { Dim, Tensor } from '../../../lib/graph/tensor.ts';

export interface Case {
  /** Shapes of the inputs; a name stands for a length of 3 (T), 4 (U). */
  inputs: readonly (readonly Dim[])[];
  build: (...inputs: Tensor[]) => Tensor;
  /** Values lie from here to 1.5 above, so that kinks and poles are out of reach. */
  from?: number;
  /** Inputs that have no gradient. */
  fixed?: readonly number[];
}

export const lengths: Record<string, number> = { T: 3, U: 4, 'T+U': 7 };
const ids = (...data: number[]) => constant(data, [data.length], 'int64');
const one = (build: (x: Tensor) => Tensor, from = -0.75): Case => ({
  inputs: [['T', 2]],
  build,
  from,
});
const two = (build: (x: Tensor, y: Tensor) => Tensor, from = -0.75): Case[] => [
  {
    inputs: [
      ['T', 2],
      ['T', 2],
    ],
    build,
    from,
  },
  { inputs: [['T', 2], [2]], build, from },
  {
    inputs: [
      ['T', 1],
      [1, 2],
    ],
    build,
    from,
  },
  { inputs: [[], ['T', 2]], build, from },
];
const alike = (build: (x: Tensor, y: Tensor) => Tensor, from = -0.75): Case => ({
  inputs: [
    ['T', 2],
    ['T', 2],
  ],
  build,
  from,
});
const over = (a: Dim[], b: Dim[], build: (a: Tensor, b: Tensor) => Tensor): Case => ({
  inputs: [a, b],
  build,
});
const spread = (x: Tensor) => ops.add(x, constant([5, -5], [2]));
const square = {
  inputs: [
    ['T', 2],
    [2, 4],
  ],
};

export const cases: Record<OpName, Case[]> = {
  input: [one((x) => x)],
  parameter: [{ inputs: [[2, 2]], build: (x) => ops.add(x, parameter('weight', [2, 2])) }],
  constant: [one((x) => ops.add(x, constant([1, 2], [2])))],
  add: two(ops.add),
  sub: two(ops.sub),
  mul: two(ops.mul),
  div: two(ops.div, 0.5),
  min: two((x, y) => ops.min(spread(x), y)),
  max: two((x, y) => ops.max(spread(x), y)),
  neg: [one(ops.neg)],
  exp: [one(ops.exp)],
  log: [one(ops.log, 0.5)],
  sqrt: [one(ops.sqrt, 0.5)],
  square: [one(ops.square)],
  sigmoid: [one(ops.sigmoid)],
  tanh: [one(ops.tanh), one((x) => ops.softCap(x, 0.5))],
  softplus: [one((x) => ops.softplus(ops.mul(x, 3)))],
  less: [one((x) => ops.where(ops.less(x, 9), ops.square(x), x))],
  equal: [one((x) => ops.where(ops.equal(x, 9), ops.square(x), x))],
  where: two((x, y) => ops.where(ops.less(constant([1, 3], [2]), 2), x, y)),
  cast: [
    one((x) => ops.cast(ops.square(x), 'float32')),
    one((x) => ops.mul(x, ops.cast(ids(2, 3), 'float32'))),
  ],
  stopGradient: [{ ...alike((x, y) => ops.mul(x, ops.stopGradient(y))), fixed: [1] }],
  swiglu: [alike(ops.swiglu)],
  geglu: [alike(ops.geglu), alike(ops.geglu, -2)],
  sum: [
    one((x) => ops.sum(x)),
    one((x) => ops.square(ops.sum(x, [0]))),
    one((x) => ops.mul(x, ops.sum(x, [-1], true))),
  ],
  count: [one((x) => ops.mean(x, [0])), one((x) => ops.mul(x, ops.mean(x)))],
  matmul: [
    over([2, 3, 'T', 2], [2, 1, 2, 4], (a, b) => ops.matmul(a, b)),
    over([2, 1, 2, 'T'], [2, 3, 2, 4], (a, b) => ops.matmul(a, b, { transA: true })),
    { ...square, build: (a, b) => ops.matmul(a, b) },
    over([2, 'T', 3], [2, 3, 'U'], (a, b) => ops.matmul(a, b, { alpha: 0.5 })),
    over([2, 'T', 3], [2, 'U', 3], (a, b) => ops.matmul(a, b, { transB: true })),
    over([2, 3, 'T'], [2, 3, 'U'], (a, b) => ops.matmul(a, b, { transA: true })),
    over([3, 'T'], ['U', 3], (a, b) => ops.matmul(a, b, { transA: true, transB: true, alpha: 2 })),
    over([2, 'T', 3], [3, 2], (a, b) => ops.matmul(a, b)),
  ],
  gemm: [
    {
      inputs: [
        ['T', 2],
        [4, 2],
        ['T', 4],
      ],
      build: (a, b, plus) => ops.gemm(a, b, { transB: true, plus }),
    },
    {
      inputs: [[2, 'T'], [2, 4], [4]],
      build: (a, b, plus) => ops.gemm(a, b, { transA: true, plus }),
    },
    {
      inputs: [
        [2, 'T'],
        [4, 2],
        [1, 1],
      ],
      build: (a, b, plus) => ops.gemm(a, b, { transA: true, transB: true, plus }),
    },
    {
      inputs: [['T', 2], [3, 2], [3], ['T', 3]],
      build: (x, w, bias, residual) => ops.linear(x, w, { bias, residual }),
    },
    {
      inputs: [
        ['T', 2, 2],
        [3, 2],
      ],
      build: (x, w) => ops.linear(x, w),
    },
    {
      inputs: [
        ['T', 2],
        [2, 2],
      ],
      build: (x, w) => ops.linear(ops.linear(x, w), w, { residual: ops.linear(x, w) }),
    },
  ],
  reshape: [one((x) => ops.square(ops.reshape(x, ['2*T', 1])))],
  transpose: [
    one((x) => ops.square(ops.transpose(x))),
    { inputs: [[2, 'T', 3]], build: (x) => ops.square(ops.transpose(x, [1, 2, 0])) },
  ],
  expandLike: [
    {
      inputs: [
        ['T', 1],
        ['T', 2],
      ],
      build: (x, y) => ops.mul(ops.expandLike(x, y), y),
    },
  ],
  concat: [
    {
      inputs: [
        ['T', 2],
        ['U', 2],
      ],
      build: (x, y) => ops.square(ops.concat([x, y, x], 0)),
    },
  ],
  lengths: [
    {
      inputs: [
        ['T', 2],
        ['U', 2],
      ],
      build: (x, y) =>
        ops.mul(ops.concat([x, y], 0), ops.cast(ops.lengthsOf([x, y], 0), 'float32')),
    },
  ],
  split: [
    one((x) => ops.mul(...(ops.split(x, [1, 1], 1) as [Tensor, Tensor]))),
    { inputs: [['T+U', 2]], build: (x) => ops.square(ops.split(x, ['T', 'U'], 0, ids(3, 4))[1]!) },
  ],
  slice: [one((x) => ops.square(ops.slice(x, 1, 1, 2)))],
  pad: [
    one((x) => ops.square(ops.pad(x, 1, { before: 1, after: 2, value: 1 }))),
    one((x) => ops.square(ops.pad(x, 0, { before: 2, after: 1, value: 1 }))),
  ],
  gather: [{ inputs: [[4, 2]], build: (x) => ops.square(ops.gather(x, ids(3, 1, 3, 3))) }],
  scatterRows: [
    {
      inputs: [[3, 2]],
      build: (x) => ops.square(ops.scatterRows(x, ids(1, 0, 1), constant([0, 0, 0, 0], [2, 2]))),
    },
    {
      inputs: [[3]],
      build: (x) => ops.square(ops.scatterRows(x, ids(1, 0, 1), constant([0, 0], [2]))),
    },
  ],
  /** It has none of its own: the picked may only be constant. */
  pick: [
    {
      inputs: [[3, 2]],
      build: (x) =>
        ops.mul(x, ops.pick(constant([1, 2, 3, 4], [2, 2]), constant([0, 1, 1], [3, 1], 'int64'))),
    },
  ],
  takeAlong: [{ inputs: [[3, 4]], build: (x) => ops.square(ops.takeAlong(x, ids(3, 1, 1))) }],
  largest: [{ inputs: [[3, 4]], build: (x) => ops.square(ops.largest(x).value) }],
  oneHot: [{ inputs: [[3, 4]], build: (x) => ops.mul(x, ops.oneHot(ids(0, 3, 3), 4)) }],
  softmax: [{ inputs: [['T', 4]], build: (x) => ops.softmax(ops.mul(x, 2)) }],
  logSoftmax: [{ inputs: [['T', 4]], build: (x) => ops.logSoftmax(ops.mul(x, 2)) }],
  logProb: [
    { inputs: [[3, 4]], build: (x) => ops.logProb(ops.mul(x, 2), constant([3, 0, 0], [3])) },
  ],
  nextToken: [
    {
      inputs: [
        [3, 2],
        [4, 2],
      ],
      build: (h, w) => ops.nextToken(ops.mul(h, 2), w, ids(3, 0, 0)).logProbs,
    },
    {
      inputs: [
        [3, 2],
        [4, 2],
      ],
      build: (h, w) => ops.nextToken(ops.mul(h, 2), w, ids(3, 0, 0), 1.5).logProbs,
    },
    {
      inputs: [[4, 2]],
      build: (w) => ops.nextToken(ops.gather(w, ids(2, 1, 2)), w, ids(1, 2, 1)).logProbs,
    },
  ],
  rmsNorm: [
    { inputs: [['T', 4], [4]], build: (x, gain) => ops.rmsNorm(x, gain, 1e-6) },
    {
      inputs: [[2, 'T', 4], [4]],
      build: (x, gain) => ops.rmsNorm(x, ops.mul(gain, constant([1, 0, 1, 0], [4])), 1e-6),
    },
  ],
  rope: [
    {
      inputs: [
        [2, 'T', 4],
        ['T', 2],
        ['T', 2],
      ],
      build: (x, cos, sin) => ops.rope(x, cos, sin),
      fixed: [1, 2],
    },
  ],
  ropeAt: [
    {
      inputs: [
        [2, 3, 2, 4],
        [5, 2],
        [5, 2],
      ],
      build: (x, cos, sin) => ops.ropeAt(x, constant([4, 0, 2, 2], [2, 2], 'int64'), { cos, sin }),
      fixed: [1, 2],
    },
  ],
  attend: [
    {
      inputs: [
        [2, 'T', 4],
        [2, 'U', 4],
        [2, 'U', 4],
      ],
      build: (q, k, v) => ops.attend([q, k, v], { scale: 0.5 }),
    },
    {
      inputs: [
        [2, 'T', 4],
        [2, 'U', 4],
        [2, 'U', 4],
        ['T', 'U'],
      ],
      build: (q, k, v, mask) => ops.attend([q, k, v], { scale: 0.5, mask: ops.mul(mask, 3) }),
    },
    {
      inputs: [
        [2, 'T', 4],
        [2, 'U', 4],
        [2, 'U', 4],
        ['T', 'U'],
      ],
      build: (q, k, v, mask) =>
        ops.attend([q, k, v], { scale: 2, cap: 0.7, mask: ops.mul(mask, 3) }),
    },
  ],
};
