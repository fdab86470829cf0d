/** Seeded orders and draws of rows, the same on every machine: of an epoch, of a sample, of a part of a split. */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Numbers 0 … count-1, shuffled by Fisher and Yates from a stream of this seed and epoch's own. */
export function shuffled(count: number, seed: number, epoch: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const random = xoroshiro128plus(mix(seed, epoch));
  for (let i = count - 1; i > 0; i--) {
    const j = uniformInt(random, 0, i);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}

/** So many different places out of `total`; each subset is equally likely (Floyd; Bentley & Floyd 1987). */
export function drawnPlaces(total: number, count: number, seed: number): Set<number> {
  const random = xoroshiro128plus(seed);
  const chosen = new Set<number>();
  for (let last = Math.max(0, total - count); last < total; last++) {
    const drawn = uniformInt(random, 0, last);
    chosen.add(chosen.has(drawn) ? last : drawn);
  }
  return chosen;
}

/**
 * MurmurHash3's finaliser over both, so that neighbouring seeds and epochs share no stream: a signed
 * 32-bit number.
 */
export function mix(seed: number, epoch: number): number {
  let h = (seed ^ Math.imul(epoch + 1, 0x9e3779b1)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
