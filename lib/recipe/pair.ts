/** Two answers as one example: what both begin with is computed once. */
import type { Example } from './recipe.ts';

/** A pair of token lists, read at the last token of each: chosen first. */
export function pairExample(
  [chosen, rejected]: readonly [readonly number[], readonly number[]],
  row: number,
  data: Example['data'],
): Example {
  const shared = sharedLength(chosen, rejected);
  const parent = shared > 0 ? 0 : -1;
  const prefix = shared > 0 ? [{ ids: chosen.slice(0, shared), parent: -1 }] : [];
  const answers = [chosen, rejected].map((ids) => ({ ids: ids.slice(shared), parent }));
  return {
    segments: [...prefix, ...answers],
    reads: answers.map(({ ids }, i) => ({ segment: prefix.length + i, offset: ids.length - 1 })),
    data,
    weight: 1,
    row,
  };
}

/** The token lists that `pairExample` was made of. */
export function pairOf({ segments, reads }: Example): [number[], number[]] {
  const whole = (place: number): number[] => {
    const { ids, parent } = segments[place]!;
    return parent < 0 ? [...ids] : [...whole(parent), ...ids];
  };
  return [whole(reads[0]!.segment), whole(reads[1]!.segment)];
}

/** Tokens of an example as if every answer carried its own prompt: what a padded batch would attend to. */
export function tokensOf({ segments }: Pick<Example, 'segments'>): number {
  const lengths: number[] = [];
  const parents = new Set<number>();
  for (const { ids, parent } of segments) {
    lengths.push(ids.length + (parent < 0 ? 0 : lengths[parent]!));
    parents.add(parent);
  }
  return lengths.reduce((sum, length, i) => (parents.has(i) ? sum : sum + length), 0);
}

/** Length of the common beginning that leaves at least one token to each. */
export function sharedLength(a: readonly number[], b: readonly number[]): number {
  const most = Math.min(a.length, b.length) - 1;
  let shared = 0;
  while (shared < most && a[shared] === b[shared]) shared++;
  return Math.max(shared, 0);
}
