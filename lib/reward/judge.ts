/** What a judge is asked, and what its answer is worth: the interface between prompts, rewards and training. */
import type { Row } from '../data/rows.ts';
import type { ChatMessage } from '../text/encoder.ts';

/** One row as a judge sees it. */
export interface JudgePrompt {
  messages: readonly ChatMessage[];
  /** What the right answer is: `A`, `B`, `tie`, or a score. */
  truth: string | number;
  /** Where the row is from, as the data say. */
  source: string;
}

/** How an answer was read. */
export type ParseStatus = 'ok' | 'repaired' | 'missing' | 'out_of_range';

export interface RewardResult {
  /** What is maximised. */
  score: number;
  /** 1 where the answer equals the truth, else 0. */
  accuracy: number;
  predicted: string | number;
  status: ParseStatus;
}

/** A kind of judge over a table's rows. */
export interface Judge {
  /** The columns to ask the table for. */
  columns: readonly string[];
  /** The prompt of a row, or why it has none, in words that are few enough to be counted. */
  read(row: Row, index: number): JudgePrompt | { dropped: string };
  /** What a completion is worth. Never throws on a text. */
  reward(completion: string, prompt: JudgePrompt): RewardResult;
}
