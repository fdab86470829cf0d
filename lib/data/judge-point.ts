/**
 * Rows for a pointwise judge: a conversation, one answer to it, and the score that it deserves.
 */
import type { Cell, Row } from './cell.ts';
import { filesText, requireColumns } from './columns.ts';
import * as cells from './judge-cells.ts';
import { shown } from './messages.ts';
import type { Message } from './messages.ts';
import type { Refused } from './preference-pair.ts';
import type { Rows } from './rows.ts';
import { UserError } from '../errors.ts';

export interface JudgedAnswer {
  conversation: readonly Message[];
  /** Empty where there is none. */
  context: string;
  answer: string;
  truth: number;
  source: string;
}

/** The scores there are, and under which name the data hold them. */
export interface Scale {
  min: number;
  max: number;
  attribute: string;
}

const answerColumns = ['response', 'answer', 'completion', 'output'];
const labelColumns = ['score', 'rating', 'label', 'truth', 'true', 'ground_truth', 'reward_model'];

/** The columns that `judgedAnswer` reads. Throws a `UserError` where a table can hold no scored answers. */
export function pointColumns(table: Pick<Rows, 'columns' | 'paths'>, scale: Scale): string[] {
  const has = (names: readonly string[]): string | undefined =>
    cells.columnOf(table.columns, names);
  const conversation = has(['messages']);
  if (!has(cells.usual.prompt)) requireColumns(table, ['prompt']);
  if (!has(answerColumns) && !conversation)
    throw new UserError(
      `${filesText(table.paths)} no answers: expected a column 'output' or 'response'; columns there: ${Object.keys(table.columns).join(', ')}`,
    );
  const labels = [scale.attribute, ...labelColumns].flatMap((name) => has([name]) ?? []);
  if (labels.length === 0 && !has(['output']))
    throw new UserError(
      `${filesText(table.paths)} no label: expected a column '${scale.attribute}' or 'score' with numbers from ${scale.min} to ${scale.max}; columns there: ${Object.keys(table.columns).join(', ')}`,
    );
  const { prompt, context, source } = cells.usual;
  const optional = [...answerColumns, ...prompt, ...context, ...source];
  return [...new Set([...labels, ...optional.flatMap((name) => has([name]) ?? [])])];
}

/** A row as an answer to be scored; or why it is none. */
export function judgedAnswer(row: Row, scale: Scale): JudgedAnswer | Refused {
  const turns = cells.conversationOf(row);
  if ('dropped' in turns) return turns;
  const [item] = cells.outputsOf(row);
  const cell = item ?? cellOfAnswer(row) ?? null;
  const last = turns.at(-1)!;
  const within = cell === null && turns.length > 1 && last.role === 'assistant';
  const answer = cells.answerText(within ? last : cell);
  if (typeof answer !== 'string') return answer;
  const truth = scoreLabel(row, scale);
  if (typeof truth !== 'number') return truth;
  const conversation = within ? turns.slice(0, -1) : turns;
  const source = cells.sourceOf(row, 'pointwise');
  return { conversation, context: cells.contextOf(row), answer, truth, source };
}

function cellOfAnswer(row: Row): Cell {
  return cells.cellOf(row, answerColumns);
}

/** The score that a row calls right. */
export function scoreLabel(row: Row, scale: Scale): number | Refused {
  const cell = scoreCell(row, scale);
  if (cell === null || cell === '')
    return { dropped: 'no label', detail: `nothing says the ${scale.attribute}` };
  const number = numberOf(cell);
  if (number !== undefined && number >= scale.min && number <= scale.max) return number;
  return {
    dropped: 'label out of range',
    detail: `found ${shown(cell)}, expected a number from ${scale.min} to ${scale.max}`,
  };
}

/** What stands where a row's label is, unread; null where there is none. */
export function scoreCell(row: Row, { attribute }: Scale): Cell {
  const [item] = cells.outputsOf(row);
  const label =
    cells.inside(item, 'answer', 'label') ??
    cells.cellOf(row, [attribute, ...labelColumns.slice(0, -1)]) ??
    cells.inside(row.reward_model, 'ground_truth');
  if (typeof label !== 'object' || label === null) return label;
  return cells.inside(label, attribute) ?? cells.inside(label, 'score');
}

/** Numbers, and texts that are nothing but a number. */
function numberOf(cell: Cell): number | undefined {
  if (typeof cell === 'string' && !/^\s*[+-]?\d+(\.\d+)?\s*$/.test(cell)) return undefined;
  if (typeof cell !== 'string' && typeof cell !== 'number' && typeof cell !== 'bigint')
    return undefined;
  const number = Number(cell);
  return Number.isFinite(number) ? number : undefined;
}
