/** What each completion of a prompt is worth beside the others: GRPO's advantage. */

/** Keeps a group of nearly equal scores from dividing by nothing; VERL's and DeepSeek's value. */
const epsilon = 1e-6;

/**
 * (score − mean) / (sample deviation + 1e-6) over the completions of one prompt (Shao et al. 2024,
 * https://arxiv.org/abs/2402.03300, 4.1.2; n − 1 as in VERL's `compute_grpo_outcome_advantage`). Without
 * `byDeviation` the mean alone is taken off (Dr. GRPO, https://arxiv.org/abs/2503.20783). A group of
 * one has nothing to compare with: its score stands, as in VERL.
 */
export function groupAdvantages(scores: readonly number[], byDeviation: boolean): number[] {
  const alone = scores.length === 1;
  const mean = alone ? 0 : meanOf(scores);
  const scale = byDeviation ? (alone ? 1 : deviation(scores, mean)) + epsilon : 1;
  return scores.map((score) => (score - mean) / scale);
}

/** Whether the scores of a group differ: without that it teaches nothing. */
export function varies(scores: readonly number[]): boolean {
  return scores.some((score) => score !== scores[0]);
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** With n − 1. */
function deviation(values: readonly number[], mean: number): number {
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
