/** How the losses of tokens become one number: what each token of each completion counts for. */

export const aggregations = [
  'token-mean',
  'token-sum',
  'seq-mean-token-sum',
  'seq-mean-token-mean',
  'seq-mean-token-sum-norm',
] as const;
export type Aggregation = (typeof aggregations)[number];

/**
 * The weight of a token of each completion, by the completions' lengths, such that the sum of weighted
 * losses divided by the number of tokens is VERL's `agg_loss` (verl 0.9.1, core_algos.py): the mean or
 * sum over tokens, or the mean over completions of their tokens' sum, mean, or sum / `horizon`.
 */
export function tokenWeights(
  mode: Aggregation,
  lengths: readonly number[],
  horizon: number,
): number[] {
  const tokens = lengths.reduce((a, b) => a + b, 0);
  const mean = tokens / lengths.filter((length) => length > 0).length;
  const weight: Record<Aggregation, (length: number) => number> = {
    'token-mean': () => 1,
    'token-sum': () => tokens,
    'seq-mean-token-sum': () => mean,
    'seq-mean-token-mean': (length) => mean / length,
    'seq-mean-token-sum-norm': () => mean / horizon,
  };
  return lengths.map((length) => (length > 0 ? weight[mode](length) : 0));
}
