/** A reward model measured on preference pairs. */
import { measureRows, type MeasureRowsOptions } from './measure-rows.ts';

export interface EvaluateOptions extends MeasureRowsOptions {
  /** The recipe whose loss and metrics are wanted, with its default options. */
  recipe?: string;
}

export interface Evaluation {
  /** Share of pairs whose chosen answer has the higher reward. */
  accuracy: number;
  /** Mean Bradley–Terry loss. */
  loss: number;
  /** Mean of chosen minus rejected. */
  margin: number;
  mean_reward: number;
  /** Pairs that were measured. */
  rows: number;
  /** Reason to number of rows that were left out. */
  dropped: Record<string, number>;
}

/**
 * Measures a model on every usable row, as a validation in training does, to the bit. Throws a
 * `UserError` that names the file, column or folder at fault.
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { recipe = 'bradley-terry', ...rest } = options;
  const { metrics, rows, dropped } = await measureRows(recipe, rest);
  const metric = (key: string): number => metrics[key] ?? NaN;
  return {
    accuracy: metric('accuracy'),
    loss: metric('loss'),
    margin: metric('margin'),
    mean_reward: metric('mean_reward'),
    rows,
    dropped,
  };
}
