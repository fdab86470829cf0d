/** A low-rank product added to a weight, so that both are one. */
import type { Graph } from './graph.ts';
import { mul } from './ops/elementwise.ts';
import { gemm } from './ops/linear.ts';
import { input } from './tensor.ts';

/** Output `merged` [out, in] = `weight` [out, in] + `scale` [1] · `up` [out, r] · `down` [r, in]. */
export function mergeGraph(): Graph {
  const weight = input('weight', 'float32', ['out', 'in']);
  const scaled = mul(input('up', 'float32', ['out', 'r']), input('scale', 'float32', [1]));
  const down = input('down', 'float32', ['r', 'in']);
  return { outputs: { merged: gemm(scaled, down, { plus: weight }) } };
}
