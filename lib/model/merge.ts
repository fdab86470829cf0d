/** A model of an adapter and its base, as one. */
import type { Value } from '../graph/executor.ts';
import { isTrained, mergesOf, withoutAdapter } from './adapter.ts';
import type { ModelConfig } from './config.ts';

/** A plain model with the outputs of the adapted one; sums are in double precision. */
export function mergeAdapter(
  config: ModelConfig,
  weights: ReadonlyMap<string, Value>,
): { config: ModelConfig; weights: Map<string, Value> } {
  const isBase = (name: string): boolean => name === 'score.weight' || !isTrained(name);
  const merged = new Map([...weights].filter(([name]) => isBase(name)));
  for (const { weight, down, up, scale } of mergesOf(config)) {
    const product = { down: weights.get(down)!, up: weights.get(up)!, scale };
    merged.set(weight, withProduct(weights.get(weight)!, product));
  }
  return { config: withoutAdapter(config), weights: merged };
}

/** W [out, in] + scale · B [out, r] A [r, in]. */
function withProduct(
  { data, shape }: Value,
  { down, up, scale }: { down: Value; up: Value; scale: number },
): Value {
  const [out, width] = shape as [number, number];
  const [r] = down.shape as [number];
  const [a, b] = [down.data as Float32Array, up.data as Float32Array];
  const sum = new Float32Array(data.length);
  const row = new Float64Array(width);
  for (let o = 0; o < out; o++) {
    row.set((data as Float32Array).subarray(o * width, (o + 1) * width));
    for (let k = 0; k < r; k++) {
      const factor = scale * b[o * r + k]!;
      for (let i = 0, from = k * width; i < width; i++) row[i]! += factor * a[from + i]!;
    }
    sum.set(row, o * width);
  }
  return { data: sum, shape };
}
