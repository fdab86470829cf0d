/**
 * Rows for a pairwise judge: a conversation, two answers to it, and which is better. Knows the layouts
 * of RM-Gallery and OpenJudge, HelpSteer's and JudgeBench's, and flat columns.
 */
import type { Cell, Row } from './cell.ts';
import { filesText, requireColumns } from './columns.ts';
import * as cells from './judge-cells.ts';
import { preferredPair } from './judge-chosen.ts';
import { pairLabel, type Better } from './judge-label.ts';
import type { Message } from './messages.ts';
import type { Refused } from './preference-pair.ts';
import type { Rows } from './rows.ts';
import { UserError } from '../errors.ts';

export interface JudgedPair {
  conversation: readonly Message[];
  /** Empty where there is none. */
  context: string;
  answers: readonly [string, string];
  truth: Better;
  source: string;
  strength?: number;
  responseId?: string;
}

/** Columns of the two answers, by their spellings. */
const answerColumns = [
  ['response_a', 'response_b'],
  ['answer_a', 'answer_b'],
  ['completion_a', 'completion_b'],
  ['response_1', 'response_2'],
  ['answer_1', 'answer_2'],
] as const;

/** Columns that may hold which answer is better, or by how much. */
const labelColumns = [
  ...['metadata', 'preferred', 'preference', 'winner', 'better', 'label', 'truth'],
  ...['ground_truth', 'reward_model', 'preference_strength', 'overall_preference'],
];

/** The columns that `judgedPair` reads. Throws a `UserError` where a table can hold no pairs. */
export function pairColumns(table: Pick<Rows, 'columns' | 'paths'>): string[] {
  const has = (names: readonly string[]): string | undefined =>
    cells.columnOf(table.columns, names);
  const answers = answersIn(table.columns);
  if (!answers)
    throw new UserError(
      `${filesText(table.paths)} no pairs of answers: expected a column 'output' with two answers, columns 'response_a' and 'response_b', or 'chosen' and 'rejected'; columns there: ${Object.keys(table.columns).join(', ')}`,
    );
  const chosen = answers[0] === has(['chosen']);
  if (!has(cells.usual.prompt) && !chosen) requireColumns(table, ['prompt']);
  const labels = labelColumns.flatMap((name) => has([name]) ?? []);
  if (labels.length === 0 && answers.length > 1 && !chosen)
    throw new UserError(
      `${filesText(table.paths)} no label: expected a column 'preferred' with A, B or tie, or 'metadata' that holds it; columns there: ${Object.keys(table.columns).join(', ')}`,
    );
  const optional = [...cells.usual.prompt, ...cells.usual.context, ...cells.usual.source];
  return [...new Set([...answers, ...labels, ...optional.flatMap((name) => has([name]) ?? [])])];
}

/** A row as a pair to be judged; or why it is none. */
export function judgedPair(row: Row, index: number): JudgedPair | Refused {
  const columns = answersIn(row);
  const source = cells.sourceOf(row, 'pairwise');
  const context = cells.contextOf(row);
  if (columns && columns[0] === cells.columnOf(row, ['chosen'])) {
    const pair = preferredPair(row, columns, index);
    return 'dropped' in pair ? pair : { ...pair, context, source };
  }
  const conversation = cells.conversationOf(row);
  if ('dropped' in conversation) return conversation;
  const answers = twoAnswers(row, columns);
  if ('dropped' in answers) return answers;
  const label = pairLabel(row);
  if ('dropped' in label) return label;
  if (answers[0] === answers[1] && label.truth !== 'tie')
    return { dropped: 'answers are the same', detail: `yet ${label.truth} is preferred` };
  return { conversation, context, answers, source, ...label };
}

/** The column or the two columns of a table's or row's answers. */
export function answersIn(table: Readonly<Record<string, unknown>>): string[] | undefined {
  const both = (names: readonly string[]): string[] | undefined => {
    const found = names.flatMap((name) => cells.columnOf(table, [name]) ?? []);
    return found.length === names.length ? found : undefined;
  };
  return [['output'], ...answerColumns, ['chosen', 'rejected']]
    .map((names) => both(names))
    .find((names) => names !== undefined);
}

function twoAnswers(
  row: Row,
  columns: readonly string[] | undefined,
): readonly [string, string] | Refused {
  const items: Cell[] =
    columns?.length === 2 ? columns.map((name) => row[name]!) : cells.outputsOf(row);
  if (items.length !== 2)
    return { dropped: 'not two answers', detail: `found ${items.length} in 'output'` };
  const texts = items.map(cells.answerText);
  const [first, second] = texts;
  if (typeof first === 'string' && typeof second === 'string') return [first, second];
  return texts.find((text) => typeof text === 'object')!;
}
