/**
 * What a verdict is worth, from 0 to 1, given the truth; and what its form adds or takes.
 */
import { isRead, type ParseStatus, type RewardResult } from './judge.ts';

/**
 * - `exact`: 1 where they are equal, else 0.
 * - `exp-decay`: exp(−k·|d|/range), RM-Gallery's with k = 2.
 * - `linear`: 1 − |d|/range.
 * - `linear-exact`: OpenJudge's: exact where the truth is one of the two lowest scores, linear above.
 */
export const worths = ['exact', 'exp-decay', 'linear', 'linear-exact'] as const;
export type Worth = (typeof worths)[number];

export interface Scores {
  predicted: number;
  truth: number;
  min: number;
  max: number;
  /** How fast `exp-decay` falls. */
  k: number;
}

/** The worth of a score that is on the scale. */
export function worthOf(worth: Worth, { predicted, truth, min, max, k }: Scores): number {
  const distance = Math.abs(predicted - truth) / (max - min);
  const exact = predicted === truth ? 1 : 0;
  if (worth === 'exact' || (worth === 'linear-exact' && truth <= min + 1)) return exact;
  return worth === 'exp-decay' ? Math.exp(-k * distance) : 1 - distance;
}

export interface Form {
  /** What an answer earns that had to be repaired: this part of its worth. */
  repaired: number;
  /** Added where the answer came in the form that was asked for. */
  format: number;
}

/** The reward of a worth that was read in some way. Answers off the scale and missing ones earn 0. */
export function rewarded(worth: number, status: ParseStatus, form: Form): number {
  if (status === 'ok') return worth + form.format;
  return status === 'repaired' ? worth * form.repaired : 0;
}

/** Accuracy counts an answer however it was written, as long as it is one of those asked for. */
export function result(
  { value, status }: { value: string | number; status: ParseStatus },
  truth: string | number,
  score: number,
): RewardResult {
  const right = isRead({ status }) && value === truth;
  return { score, accuracy: right ? 1 : 0, predicted: value, status };
}
