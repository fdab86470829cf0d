/** The optimiser's arithmetic as graphs over flat pieces [n] of weights, gradient and moments. */
import type { AdamW } from './executor.ts';
import type { Graph } from './graph.ts';
import { add, div, mul, sqrt, square, sub } from './ops/elementwise.ts';
import { sum } from './ops/reduce.ts';
import { input } from './tensor.ts';
import type { Tensor } from './tensor.ts';

/**
 * One AdamW step (Loshchilov & Hutter 2019): `nextWeights`, `nextFirst` and `nextSecond` from inputs
 * `weights`, `first`, `second` and `gradient`, all [n], and the scalars [1] of `adamWScalars`. An output
 * may be written over its input.
 */
export function adamWGraph(): Graph {
  const flat = (name: string): Tensor => input(name, 'float32', ['n']);
  const factor = (name: string): Tensor => input(name, 'float32', [1]);
  const gradient = flat('gradient');
  const first = add(mul(flat('first'), factor('beta1')), mul(gradient, factor('gain1')));
  const squares = mul(square(gradient), factor('gain2'));
  const second = add(mul(flat('second'), factor('beta2')), squares);
  const root = add(mul(sqrt(second), factor('rootScale')), factor('eps'));
  const change = div(mul(first, factor('rate')), root);
  const weights = sub(mul(flat('weights'), factor('keep')), change);
  return { outputs: { nextWeights: weights, nextFirst: first, nextSecond: second } };
}

/** The scalars of step `step` (from 1) for a gradient to be multiplied by `clip`. */
export function adamWScalars(
  rule: AdamW,
  { step, clip, decay }: { step: number; clip: number; decay: number },
): Record<string, number> {
  const [beta1, beta2] = rule.betas;
  return {
    beta1,
    beta2,
    gain1: (1 - beta1) * clip,
    gain2: (1 - beta2) * clip * clip,
    rootScale: 1 / Math.sqrt(1 - beta2 ** step),
    eps: rule.eps,
    rate: rule.learningRate / (1 - beta1 ** step),
    keep: 1 - rule.learningRate * decay,
  };
}

/** Factor that brings a gradient of this norm down to `maxGradNorm`, as torch's `clip_grad_norm_`. */
export function clipFactor(gradNorm: number, maxGradNorm: number): number {
  return Math.min(1, maxGradNorm / (gradNorm + 1e-6));
}

/** Outputs `sum` [n] = a + b and `squares` [], the sum of its squares. */
export function addSquaresGraph(): Graph {
  const total = add(input('a', 'float32', ['n']), input('b', 'float32', ['n']));
  return { outputs: { sum: total, squares: sum(square(total)) } };
}

/** Output `squares` [] of input `a` [n]. */
export function squaresGraph(): Graph {
  return { outputs: { squares: sum(square(input('a', 'float32', ['n']))) } };
}
