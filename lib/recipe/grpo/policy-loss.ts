/** The clipped surrogate of a policy's gain at each token. */
import * as t from '../../graph/ops/elementwise.ts';
import type { Tensor } from '../../graph/tensor.ts';

export interface Clipping {
  clip_ratio_low: number;
  clip_ratio_high: number;
  /** Above 1: how much a token of negative advantage can cost at most, as a multiple of it. */
  clip_ratio_c: number;
}

/** Of each token [reads]. */
export interface PolicyTerms {
  loss: Tensor;
  /** 1 where the ratio left 1 − low … 1 + high. */
  clipped: Tensor;
  /** 1 where the dual clip holds. */
  dualClipped: Tensor;
  /** old − new log-probability: k1 of the policy that wrote against this one. */
  drift: Tensor;
}

/** Bound of the exponent of the ratio, VERL's. */
const mostExponent = 20;

/**
 * With r = p / p_old and advantage A: max(−A·r, −A·clip(r, 1 − low, 1 + high)) (Schulman et al. 2017,
 * https://arxiv.org/abs/1707.06347, with the two sides of DAPO, https://arxiv.org/abs/2503.14476), and
 * where A < 0 at most −A·c (dual clip, Ye et al. 2020, https://arxiv.org/abs/1912.09729). As VERL's
 * `compute_policy_loss_vanilla`. All [reads].
 */
export function policyTerms(
  logProbs: Tensor,
  { old, advantages }: { old: Tensor; advantages: Tensor },
  clipping: Clipping,
): PolicyTerms {
  const { clip_ratio_low, clip_ratio_high, clip_ratio_c } = clipping;
  const change = t.clip(t.sub(logProbs, old), -mostExponent, mostExponent);
  const ratio = t.exp(change);
  const [low, high] = [1 - clip_ratio_low, 1 + clip_ratio_high];
  const gain = t.neg(advantages);
  const clippedLoss = t.max(t.mul(gain, ratio), t.mul(gain, t.clip(ratio, low, high)));
  const most = t.mul(gain, clip_ratio_c);
  const negative = t.less(advantages, 0);
  const float = (condition: Tensor): Tensor => t.cast(condition, 'float32');
  return {
    loss: t.where(negative, t.min(clippedLoss, most), clippedLoss),
    clipped: t.add(float(t.less(ratio, low)), float(t.less(high, ratio))),
    dualClipped: t.mul(float(negative), float(t.less(most, clippedLoss))),
    drift: t.neg(change),
  };
}
