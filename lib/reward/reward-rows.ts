/**
 * What the completions in a file are worth: each row holds a completion and the truth that it is judged
 * against. Needs no model and no prompts.
 */
import type { Cell, Row } from '../data/cell.ts';
import { filesText } from '../data/columns.ts';
import { exactRows } from '../data/exact-rows.ts';
import { cellOf, columnOf, contentText, decoded, sourceOf } from '../data/judge-cells.ts';
import { pairLabel } from '../data/judge-label.ts';
import { scoreCell, scoreLabel } from '../data/judge-point.ts';
import type { Refused } from '../data/preference-pair.ts';
import type { Rows } from '../data/rows.ts';
import { UserError } from '../errors.ts';
import { compatPreference } from './compat-preference.ts';
import { compatScore } from './compat-score.ts';
import type { PairwiseOptions, PointwiseOptions } from './options.ts';
import { pairwiseJudge } from './pairwise.ts';
import { pointwiseJudge } from './pointwise.ts';

/** A row's reward, with what it was made of; in compat mode the reference's own record. */
export type Rewarded = Record<string, string | number>;

export const completionColumns = ['completion', 'solution_str', 'solution', 'judgement'];

/** Rewards row by row. */
export type RowReward = (row: Row) => Rewarded | Refused;

export function pairwiseRewards(options: Partial<PairwiseOptions>): RowReward {
  const judge = pairwiseJudge({ ...options, examples: [] });
  const { reward_compat: generation } = options;
  return withCompletion((completion, row) => {
    const label = pairLabel(row);
    if ('dropped' in label) return label;
    const facts = { ...label, source: sourceOf(row, 'pairwise') };
    if (generation) return compatPreference(generation, completion, facts);
    const { truth, source } = facts;
    return { ...judge.reward(completion, facts), truth, source };
  });
}

export function pointwiseRewards(options: Partial<PointwiseOptions>): RowReward {
  const judge = pointwiseJudge({ ...options, examples: [] });
  const { reward_compat: generation } = options;
  return withCompletion((completion, row) => {
    const source = sourceOf(row, 'pointwise');
    if (generation) {
      const truth = scoreCell(row, judge.scale);
      return truth === null
        ? { dropped: 'no label', detail: `nothing says the ${judge.scale.attribute}` }
        : compatScore(generation, completion, { truth, source });
    }
    const truth = scoreLabel(row, judge.scale);
    if (typeof truth === 'object') return truth;
    return { ...judge.reward(completion, { truth, source }), truth, source };
  });
}

/** Every row of a table with its reward. Throws a `UserError` where no column holds completions. */
export async function* rewardRows(
  rows: Rows,
  reward: RowReward,
): AsyncGenerator<{ row: number; reward: Rewarded | Refused }> {
  if (columnOf(rows.columns, completionColumns) === undefined)
    throw new UserError(
      `${filesText(rows.paths)} no completions: expected a column 'completion'; columns there: ${Object.keys(rows.columns).join(', ')}`,
    );
  let index = 0;
  for await (const row of exactRows(rows)) yield { row: index++, reward: reward(row) };
}

function withCompletion(reward: (completion: string, row: Row) => Rewarded | Refused): RowReward {
  return (row) => {
    const completion = completionText(cellOf(row, completionColumns));
    if (completion === undefined)
      return { dropped: 'no completion', detail: 'found no text that a judge wrote' };
    return reward(completion, row);
  };
}

/** A text, or messages of which the last is the judge's. */
function completionText(cell: Cell): string | undefined {
  if (typeof cell === 'string' && !/^\s*\[\s*\{/.test(cell)) return cell;
  const messages = decoded(cell);
  const last = Array.isArray(messages) ? messages.at(-1) : undefined;
  if (typeof last === 'object' && last !== null && 'content' in last)
    return contentText(last.content);
  return typeof cell === 'string' ? cell : undefined;
}
