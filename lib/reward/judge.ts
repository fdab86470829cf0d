/** What a judge is asked, and what its answer is worth: the interface between prompts, rewards and training. */
import type { Refused } from '../data/preference-pair.ts';
import type { Row, Rows } from '../data/rows.ts';
import type { ChatMessage } from '../text/encoder.ts';

/** One row as a judge sees it. */
export interface JudgePrompt extends Facts {
  messages: readonly ChatMessage[];
}

/** What a row says of the right answer. */
export interface Facts {
  /** `A`, `B`, `tie`, or a score. */
  truth: string | number;
  /** Where the row is from, as the data say. */
  source: string;
  /** How much better the better answer is, where the data say so. */
  strength?: number;
  /** The name that the data give to the answer which carries the label. */
  responseId?: string;
}

/**
 * How an answer was read. `ok`: in the form that was asked for. `repaired`: in another one that leaves
 * no doubt. `missing`: there is none. `out_of_range`: it is none of those that were asked for.
 */
export type ParseStatus = 'ok' | 'repaired' | 'missing' | 'out_of_range';

/** Whether an answer says one of those that were asked for, in whatever form. */
export function isRead({ status }: { status: ParseStatus }): boolean {
  return status === 'ok' || status === 'repaired';
}

export interface RewardResult {
  /** What is maximised. */
  score: number;
  /** 1 where the answer equals the truth, else 0. */
  accuracy: number;
  /** `unknown` where nothing could be read. */
  predicted: string | number;
  status: ParseStatus;
}

/** What a completion is worth. Never throws on a text. */
export type Reward = (completion: string, facts: Facts) => RewardResult;

/** A kind of judge over a table's rows. */
export interface Judge {
  /** The columns to ask the table for. Throws a `UserError` that lists its columns where some are missing. */
  columns(table: Pick<Rows, 'columns' | 'paths'>): readonly string[];
  /** The prompt of a row; or why it has none, in words that are few enough to be counted, and in detail. */
  read(row: Row, index: number): JudgePrompt | Refused;
  reward: Reward;
}
