/**
 * Estimates of the divergence KL(policy ‖ reference) at a token that the policy drew, from
 * d = log p − log p_reference (Schulman 2020, http://joschu.net/blog/kl-approx.html).
 */
import * as t from '../../graph/ops/elementwise.ts';
import type { Tensor } from '../../graph/tensor.ts';

export const klTypes = ['kl', 'k1', 'abs', 'mse', 'k2', 'low_var_kl', 'k3'] as const;
export const klLossTypes = [...klTypes, 'kl+', 'k1+', 'abs+', 'low_var_kl+', 'k3+'] as const;
export type KlType = (typeof klTypes)[number];
export type KlLossType = (typeof klLossTypes)[number];

/** Bounds of the exponent and of the estimate in k3, VERL's. */
const mostExponent = 20;
const mostEstimate = 10;

/**
 * As VERL's `kl_penalty` (0.9.1): kl or k1: d; abs: |d|; mse or k2: ½d²; low_var_kl or k3:
 * exp(−d) + d − 1 with −d held in ±20 and the result in ±10. A `+` gives the same value with k2's
 * gradient, which is the divergence's own in expectation.
 */
export function klLoss(type: KlLossType, logProbs: Tensor, reference: Tensor): Tensor {
  const d = t.sub(logProbs, reference);
  if (!type.endsWith('+')) return estimate[type as KlType](d);
  const backward = estimate.k2(d);
  const value = estimate[type.slice(0, -1) as KlType](d);
  return t.add(t.sub(backward, t.stopGradient(backward)), t.stopGradient(value));
}

/** The same of plain numbers, for a penalty on rewards. */
export function klValue(type: KlType, logProb: number, reference: number): number {
  const d = logProb - reference;
  if (type === 'kl' || type === 'k1') return d;
  if (type === 'abs') return Math.abs(d);
  if (type === 'mse' || type === 'k2') return d ** 2 / 2;
  const exponent = within(-d, mostExponent);
  return within(Math.exp(exponent) - exponent - 1, mostEstimate);
}

function k3(d: Tensor): Tensor {
  const exponent = t.clip(t.neg(d), -mostExponent, mostExponent);
  return t.clip(t.sub(t.sub(t.exp(exponent), exponent), 1), -mostEstimate, mostEstimate);
}

const k1 = (d: Tensor): Tensor => d;
const k2 = (d: Tensor): Tensor => t.mul(t.square(d), 0.5);
const estimate: Record<KlType, (d: Tensor) => Tensor> = {
  ...{ kl: k1, k1, mse: k2, k2, low_var_kl: k3, k3 },
  abs: (d) => t.mul(d, t.stopGradient(sign(d))),
};

function sign(x: Tensor): Tensor {
  return t.sub(t.cast(t.less(0, x), 'float32'), t.cast(t.less(x, 0), 'float32'));
}

function within(value: number, most: number): number {
  return Math.min(most, Math.max(-most, value));
}
