/** The larger pieces of a transformer, each with a gradient that saves passes over memory. */
import { apply, applyOne, rank, shapeError } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { cast } from './elementwise.ts';

/** Over the last axis. */
export function softmax(x: Tensor): Tensor {
  return applyOne('softmax', [x], {}, x);
}

export function logSoftmax(x: Tensor): Tensor {
  return applyOne('logSoftmax', [x], {}, x);
}

/** Logits [R, V] and ids [R] (int, or whole numbers as float32) to log softmax(logits)[r, ids[r]]: [R]. */
export function logProb(logits: Tensor, ids: Tensor): Tensor {
  if (rank(logits) !== 2 || rank(ids) !== 1)
    throw shapeError('logProb', 'expected [R, V] and [R]', logits, ids);
  const index = ids.dtype === 'int64' ? ids : cast(ids, 'int64');
  return applyOne('logProb', [logits, index], {}, { dtype: logits.dtype, shape: ids.shape });
}

export interface NextToken {
  /** log p of each id: [R]. */
  logProbs: Tensor;
  /** 1 where no other id is likelier, else 0: [R]. Has no gradient. */
  hits: Tensor;
}

/**
 * What rows h [R, D] say of ids [R] (int, or whole numbers as float32) by a vocabulary's weights [V, D]:
 * log softmax(h Wᵀ)[r, ids[r]]. One operation, so that the gradient needs no more than the probabilities
 * in the size [R, V]. With a `cap`, logits are cap · tanh(h Wᵀ).
 */
export function nextToken(h: Tensor, weights: Tensor, ids: Tensor, cap?: number): NextToken {
  if (rank(h) !== 2 || rank(weights) !== 2 || rank(ids) !== 1)
    throw shapeError('nextToken', 'expected [R, D], [V, D] and [R]', h, weights, ids);
  const index = ids.dtype === 'int64' ? ids : cast(ids, 'int64');
  const { dtype } = h;
  const each = { dtype, shape: ids.shape };
  const all = { dtype, shape: [h.shape[0]!, weights.shape[0]!] };
  const kinds = cap === undefined ? [each, all, each] : [each, all, each, all];
  const attributes = cap === undefined ? {} : { cap };
  const outputs = apply('nextToken', [h, weights, index], attributes, kinds);
  return { logProbs: outputs[0]!, hits: outputs[2]! };
}

/** x / sqrt(mean(x²) + eps) · gain over the last axis (Zhang & Sennrich 2019). */
export function rmsNorm(x: Tensor, gain: Tensor, eps: number): Tensor {
  const scale = { dtype: x.dtype, shape: x.shape.with(-1, 1) };
  return apply('rmsNorm', [x, gain], { eps }, [x, scale])[0]!;
}

/**
 * Rotary positions (Su et al. 2021) in the two-halves form of Llama and Qwen: x [H, T, 2h], cos and sin
 * [T, h] of each row's angles.
 */
export function rope(x: Tensor, cos: Tensor, sin: Tensor): Tensor {
  if (rank(x) !== 3 || x.shape[1] !== cos.shape[0])
    throw shapeError('rope', 'expected [H, T, 2h] and [T, h]', x, cos);
  return applyOne('rope', [x, cos, sin], {}, x);
}

/** The same for x [B, H, S, 2h], with the angles of `positions` [B, S] (int64) in tables cos and sin [P, h]. */
export function ropeAt(x: Tensor, positions: Tensor, { cos, sin }: Angles): Tensor {
  if (rank(x) !== 4 || positions.shape.join() !== [x.shape[0], x.shape[2]].join())
    throw shapeError('ropeAt', 'expected [B, H, S, 2h] and [B, S]', x, positions);
  return applyOne('ropeAt', [x, positions, cos, sin], {}, x);
}

export interface Angles {
  cos: Tensor;
  sin: Tensor;
}

export interface AttendOptions {
  scale: number;
  /** Scores s become cap · tanh(s / cap) (Gemma 2). */
  cap?: number | undefined;
  mask?: Tensor | undefined;
}

/** softmax(scale · q kᵀ + mask) v for q [G, R, d], k, v [G, N, d], mask [R, N]: [G, R, d]. */
export function attend(
  [q, k, v]: readonly [Tensor, Tensor, Tensor],
  { scale, cap, mask }: AttendOptions,
): Tensor {
  const all = { dtype: q.dtype, shape: [q.shape[0]!, q.shape[1]!, k.shape[1]!] };
  const inputs = mask ? [q, k, v, mask] : [q, k, v];
  const outputs = cap === undefined ? [q, all] : [q, all, all];
  return apply('attend', inputs, { scale, ...(cap !== undefined && { cap }) }, outputs)[0]!;
}
