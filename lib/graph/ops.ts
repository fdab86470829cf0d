/**
 * The tensor language on one page: every operation and its attributes. A tensor's last axis varies
 * fastest; `[T, D]` in comments is a shape. Executors and gradients are tables over these names, so
 * that the compiler says which of them lacks a new operation.
 */
import type { Shape } from './kinds.ts';

type None = Readonly<Record<string, never>>;

export interface Ops {
  /** What a run is fed. */
  input: { readonly name: string };
  /** Weights, one after another in memory along the first axis: usually one, or q, k and v. */
  parameter: { readonly names: readonly string[]; readonly rows: readonly number[] };
  constant: { readonly data: readonly number[] };

  add: None;
  sub: None;
  mul: None;
  div: None;
  min: None;
  max: None;
  neg: None;
  exp: None;
  log: None;
  sqrt: None;
  square: None;
  sigmoid: None;
  tanh: None;
  /** log(1 + exp(x)), without overflow. */
  softplus: None;
  /** 1 where the first input is below the second. */
  less: None;
  /** 1 where the inputs are equal. */
  equal: None;
  /** The second input where the first (bool) is true, the third elsewhere. */
  where: None;
  cast: None;
  stopGradient: None;
  /** Gate and up to silu(gate)·up; further outputs, for the gradient: sigmoid(gate), silu(gate). */
  swiglu: None;
  /**
   * Gate and up to gelu(gate)·up, with gelu(g) = g·s and s = sigmoid(√(8/π)·(g + 0.044715·g³)); further outputs,
   * for the gradient: s, gelu(gate).
   */
  geglu: None;

  sum: { readonly axes: readonly number[]; readonly keep: boolean };
  /** How many elements the axes of the input have together, as a float. */
  count: { readonly axes: readonly number[] };

  /** Of the last two axes; leading axes broadcast. `alpha` times the product. */
  matmul: { readonly transA: boolean; readonly transB: boolean; readonly alpha: number };
  /** Two matrices' product plus an optional third, which broadcasts. */
  gemm: { readonly transA: boolean; readonly transB: boolean };

  reshape: { readonly shape: Shape };
  transpose: { readonly perm: readonly number[] };
  /** Broadcasts the first input to the second one's shape. */
  expandLike: None;
  /** All inputs but the last, which holds their lengths (int64) and matters to the gradient alone. */
  concat: { readonly axis: number };
  /** The inputs' lengths along an axis: int64 [number of inputs]. */
  lengths: { readonly axis: number };
  /** Into pieces whose lengths the second input holds. */
  split: { readonly axis: number };
  slice: { readonly axis: number; readonly start: number; readonly end: number };
  /** Puts a value before and after the input along an axis. */
  pad: {
    readonly axis: number;
    readonly before: number;
    readonly after: number;
    readonly value: number;
  };

  /** Rows of a table [N, …] by int ids [R]. */
  gather: None;
  /** The gradient of gather: sums rows [R, …] by ids [R] into the shape of the third input [N, …]. */
  scatterRows: None;
  /** Vectors of x's last axis at places […, rank of x − 1] (int64) among the others. For graphs that only infer. */
  pick: None;
  /** x [R, V] and ids [R] to x[r, ids[r]] [R]. */
  takeAlong: None;
  /** Ids [R] to rows [R, depth] of zeros with a one. */
  oneHot: { readonly depth: number };

  /** Of x [R, V]: the largest value of each row [R, 1], and its place [R, 1] (int64), the first of equals. */
  largest: None;

  /** Over the last axis. */
  softmax: None;
  logSoftmax: None;
  /** Logits [R, V] and ids [R] to log softmax(logits)[r, ids[r]] [R]. */
  logProb: None;
  /**
   * Rows h [R, D], a vocabulary's weights W [V, D] and ids [R] to log softmax(h Wᵀ)[r, ids[r]] [R]; further
   * outputs: the probabilities [R, V], and 1 where no other id is likelier, else 0 [R]. With a cap, logits are
   * cap · tanh(h Wᵀ), and the fourth output is that tanh [R, V].
   */
  nextToken: { readonly cap?: number };
  /** x / sqrt(mean(x²) + eps) · gain over the last axis; second output: 1 / sqrt(…), keeping the axis. */
  rmsNorm: { readonly eps: number };
  /** Rotates x [H, T, 2h] in its two halves by angles given as cos and sin [T, h]. */
  rope: None;
  /** Rotates x [B, H, S, 2h] by rows of the tables cos and sin [P, h] at positions [B, S] (int64). */
  ropeAt: None;
  /**
   * softmax(scale · q kᵀ + mask) v for q [G, R, d], k and v [G, N, d] and an optional mask [R, N];
   * second output: the probabilities [G, R, N]. With a cap, scores s (before the mask) become cap · tanh(s / cap),
   * and the third output is that tanh.
   */
  attend: { readonly scale: number; readonly cap?: number };
}

export type OpName = keyof Ops;
