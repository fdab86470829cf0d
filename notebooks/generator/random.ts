/**
 * Seeded choices: the same seed makes the same text on every machine.
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export interface Random {
  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** Distinct members, in random order. */
  sample<T>(from: readonly T[], count: number): T[];
  shuffle<T>(items: readonly T[]): T[];
  /** A standard normal number (Box and Muller 1958). */
  normal(): number;
}

/** A stream of choices; each seed has its own. */
export function seeded(seed: number): Random {
  const state = xoroshiro128plus(seed);
  const integer = (low: number, high: number) => uniformInt(state, low, high);
  /** Open interval, so that its logarithm is finite. */
  const fraction = () => (integer(0, 2 ** 30 - 1) + 0.5) / 2 ** 30;
  const shuffle = <T>(items: readonly T[]): T[] => {
    const result = [...items];
    for (let last = result.length - 1; last > 0; last--) {
      const other = integer(0, last);
      [result[last], result[other]] = [result[other]!, result[last]!];
    }
    return result;
  };
  return {
    integer,
    chance: (probability) => fraction() < probability,
    pick: (from) => from[integer(0, from.length - 1)]!,
    sample: (from, count) => shuffle(from).slice(0, count),
    shuffle,
    normal: () => Math.sqrt(-2 * Math.log(fraction())) * Math.cos(2 * Math.PI * fraction()),
  };
}
