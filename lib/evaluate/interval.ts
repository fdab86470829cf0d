/** How far a figure may be trusted: 95 % intervals, over the rows it was made of. */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export type Interval = readonly [low: number, high: number];

/** The standard normal's 97.5 % point. */
const z = 1.959963984540054;

/**
 * Wilson's score interval for a share among n independent rows (Wilson 1927). Rows may count in part,
 * as the mean of two orders does: the interval is then wider than it needs to be.
 */
export function wilson(share: number, n: number): Interval {
  const centre = share + (z * z) / (2 * n);
  const half = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  // At the ends rounding leaves a trace of what is exactly 0 or 1.
  return [share === 0 ? 0 : (centre - half) / scale, share === 1 ? 1 : (centre + half) / scale];
}

const resamples = 1000;

/**
 * The seeded percentile bootstrap of a statistic of n rows (Efron 1979), for figures that are no
 * shares. Undefined where a third of the resamples have no such figure.
 */
export function bootstrap(
  n: number,
  statistic: (rows: Int32Array) => number | undefined,
  seed = 0,
): Interval | undefined {
  const random = xoroshiro128plus(seed);
  const drawn = new Int32Array(n);
  const found: number[] = [];
  for (let i = 0; i < resamples; i++) {
    for (let j = 0; j < n; j++) drawn[j] = uniformInt(random, 0, n - 1);
    const value = statistic(drawn);
    if (value !== undefined) found.push(value);
  }
  if (found.length < (resamples * 2) / 3) return undefined;
  found.sort((a, b) => a - b);
  const at = (share: number): number => found[Math.round(share * (found.length - 1))]!;
  return [at(0.025), at(0.975)];
}
