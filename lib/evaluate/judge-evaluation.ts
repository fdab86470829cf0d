/** What the evaluation of a judge says: plain data. */
import type { Interval } from './interval.ts';
import type { Confusion } from './judged-scores.ts';

export interface JudgeEvaluation {
  judge: 'pairwise' | 'pointwise';
  /** Rows that were judged. */
  rows: number;
  /** Figures by name; null where there is nothing to make one of. */
  metrics: Record<string, number | null>;
  /** 95 % intervals of those that have one. */
  intervals: Record<string, Interval>;
  /** Accuracy of each source, where there are several; or the score of each subset. */
  groups?: Record<string, { rows: number; accuracy?: number | null; score?: number | null }>;
  confusion?: Confusion;
  /** Reason to number of rows that were left out. */
  dropped: Record<string, number>;
  /** Sentences: which rows were left out, and which judgements deserve a look. */
  notes: readonly string[];
}
