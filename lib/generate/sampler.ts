/**
 * Draws a token from a distribution: temperature is in it already, then the k likeliest, then the nucleus
 * of probability p (Holtzman et al. 2020) among these. Imports nothing of ours: executors' threads use it.
 */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A number from 0 up to 1. */
export type Random = () => number;

export interface Limits {
  /** 1: no limit. */
  topP: number;
  /** 0: no limit. */
  topK: number;
}

/** The random numbers of one sequence, whatever else is drawn beside it. */
export function randomStream(...key: readonly number[]): Random {
  let hash = 0x9e3779b9;
  const mix = (value: number): number => {
    hash = Math.imul(hash ^ value, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^= hash >>> 16);
  };
  for (const value of key) {
    mix(value | 0);
    mix(Math.floor(value / 2 ** 32) | 0);
  }
  const generator = xoroshiro128plusFromState([mix(1), mix(2), mix(3), mix(4)]);
  return () => uniformFloat64(generator);
}

/** The place of the largest value; the first of equals. */
export function likeliest(row: Float32Array): number {
  let best = 0;
  let top = row[0]!;
  for (let i = 1; i < row.length; i++) {
    const value = row[i]!;
    if (value <= top) continue;
    top = value;
    best = i;
  }
  return best;
}

/** log softmax(scores · temperature)[id]: of the model itself, from scores that were divided by it. */
export function logProbAt(scores: Float32Array, id: number, temperature: number): number {
  const top = scores[likeliest(scores)]!;
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += Math.exp((scores[i]! - top) * temperature);
  return (scores[id]! - top) * temperature - Math.log(sum);
}

/** Makes the drawing of a token from probabilities [V], which add up to about 1. */
export function createSampler({
  topP,
  topK,
}: Limits): (row: Float32Array, random: Random) => number {
  if (topP >= 1 && topK <= 0) return (row, random) => drawn(row, random());
  const select = createSelection();
  return (row, random) => {
    let kept = topK > 0 && topK < row.length ? select(row, topK, Infinity) : undefined;
    if (topP < 1) kept = select(row, topK > 0 ? topK : Infinity, topP * (kept?.mass ?? 1));
    return kept ? drawnFrom(row, kept, random() * kept.mass) : drawn(row, random());
  };
}

function drawn(row: Float32Array, at: number): number {
  let sum = 0;
  let last = 0;
  for (let i = 0; i < row.length; i++) {
    if (row[i] === 0) continue;
    sum += row[i]!;
    last = i;
    if (sum > at) break;
  }
  return last;
}

/** The likeliest tokens: all of the buckets above one, and these of the one itself. */
interface Selection {
  bucket: number;
  ids: ReadonlySet<number>;
  mass: number;
}

/** Positive floats are in the order of their bits: sign, exponent and the first bits of the fraction. */
const shift = 20;
const bucketCount = 1 << (31 - shift);

function drawnFrom(row: Float32Array, { bucket, ids }: Selection, at: number): number {
  const bits = new Uint32Array(row.buffer, row.byteOffset, row.length);
  let sum = 0;
  let last = 0;
  for (let i = 0; i < row.length; i++) {
    const own = bits[i]! >>> shift;
    if (own < bucket || (own === bucket && !ids.has(i))) continue;
    sum += row[i]!;
    last = i;
    if (sum > at) break;
  }
  return last;
}

/**
 * Finds the largest probabilities until there are `count` of them or they add up to `mass`, by a histogram:
 * only the bucket in which the limit lies is sorted. Among equals, the lower id comes first.
 */
function createSelection(): (row: Float32Array, count: number, mass: number) => Selection {
  const counts = new Int32Array(bucketCount);
  const sums = new Float64Array(bucketCount);
  return (row, count, mass) => {
    counts.fill(0);
    sums.fill(0);
    const bits = new Uint32Array(row.buffer, row.byteOffset, row.length);
    for (let i = 0; i < row.length; i++) {
      const bucket = bits[i]! >>> shift;
      counts[bucket]!++;
      sums[bucket]! += row[i]!;
    }
    let [bucket, above, number] = [bucketCount - 1, 0, 0];
    for (; bucket > 0; bucket--) {
      if (number + counts[bucket]! >= count || above + sums[bucket]! >= mass) break;
      number += counts[bucket]!;
      above += sums[bucket]!;
    }
    const members: number[] = [];
    for (let i = 0; i < row.length; i++) if (bits[i]! >>> shift === bucket) members.push(i);
    members.sort((a, b) => row[b]! - row[a]! || a - b);
    const ids = new Set<number>();
    for (const id of members) {
      if (number >= count || above >= mass) break;
      ids.add(id);
      number++;
      above += row[id]!;
    }
    return { bucket, ids, mass: above };
  };
}
