/** What the adapter of a model adds to the projections of a layer; nothing where it has no part in them. */
import { mul } from '../graph/ops/elementwise.ts';
import { linear } from '../graph/ops/linear.ts';
import { concat, split } from '../graph/ops/shape.ts';
import type { Tensor } from '../graph/tensor.ts';
import { scaleOf } from './adapter-config.ts';
import { lowRankNames } from './adapter.ts';
import type { ModelConfig } from './config.ts';
import { inputWidth, partOf, type LayerWeights, type Which } from './weight-tensors.ts';

interface Parts {
  config: ModelConfig;
  weights: LayerWeights;
}

/** y [T, out] of a projection of x [T, in]. */
export function adapted(y: Tensor, x: Tensor, projection: string, parts: Parts): Tensor {
  return withLowRank(y, x, { projection, out: y.shape.at(-1) as number }, parts);
}

/** y [T, heads · d] of some of q, k and v of x [T, D], end to end. */
export function adaptedInputs(y: Tensor, x: Tensor, which: readonly Which[], parts: Parts): Tensor {
  const { config } = parts;
  if (config.fused) {
    const out = inputWidth(['q', 'k', 'v'], config);
    const rows = (up: Tensor): Tensor => partOf(up, which, config);
    return withLowRank(y, x, { projection: 'self_attn.qkv_proj', out, rows }, parts);
  }
  const names = which.map((name) => `self_attn.${name}_proj`);
  if (!names.some((name) => adapts(name, config))) return y;
  if (which.length === 1) return adapted(y, x, names[0]!, parts);
  const widths = which.map((name) => inputWidth([name], config));
  const pieces = split(y, widths, 1).map((piece, i) => adapted(piece, x, names[i]!, parts));
  return concat(pieces, 1);
}

interface Part {
  projection: string;
  /** Rows of B, and which of them are asked for; all where absent. */
  out: number;
  rows?: (up: Tensor) => Tensor;
}

function withLowRank(
  y: Tensor,
  x: Tensor,
  { projection, out, rows = (up) => up }: Part,
  { config, weights }: Parts,
): Tensor {
  const { adapter } = config;
  if (!adapter || !adapts(projection, config)) return y;
  const { down, up } = lowRankNames(projection);
  const low = linear(x, weights.get(down, adapter.r, x.shape.at(-1) as number)); // [T, r]
  const scaled = mul(low, scaleOf(adapter));
  return linear(scaled, rows(weights.get(up, out, adapter.r)), { residual: y });
}

function adapts(projection: string, { adapter }: ModelConfig): boolean {
  const targets: readonly string[] = adapter?.targets ?? [];
  return targets.includes(projection.split('.').at(-1)!);
}
