/**
 * Rows of several answers to one prompt, of which some are right: RewardBench 2's layout, with `prompt`,
 * the lists `chosen` and `rejected`, `subset` and `id`.
 */
import type { Cell, Row } from './cell.ts';
import { requireColumns } from './columns.ts';
import * as cells from './judge-cells.ts';
import { shown, type Message } from './messages.ts';
import type { Refused } from './preference-pair.ts';
import type { Rows } from './rows.ts';

export interface JudgedCandidates {
  conversation: readonly Message[];
  chosen: readonly string[];
  rejected: readonly string[];
  subset: string;
  id: string;
}

/** Whether a table has lists of texts as chosen and rejected answers. */
export function holdsCandidates({ columns }: Pick<Rows, 'columns'>): boolean {
  return columns.chosen === 'VARCHAR[]' && columns.rejected === 'VARCHAR[]';
}

/** The columns that `judgedCandidates` reads. */
export function candidateColumns(table: Pick<Rows, 'columns' | 'paths'>): string[] {
  requireColumns(table, ['prompt', 'chosen', 'rejected']);
  const optional = ['subset', 'id'].filter((name) => Object.hasOwn(table.columns, name));
  return ['prompt', 'chosen', 'rejected', ...optional];
}

/** A row as a prompt with right and wrong answers; or why it is none. */
export function judgedCandidates(row: Row, index: number): JudgedCandidates | Refused {
  const conversation = cells.conversationOf(row);
  if ('dropped' in conversation) return conversation;
  const [chosen, rejected] = [texts(row.chosen), texts(row.rejected)];
  if (!chosen || !rejected)
    return {
      dropped: 'not lists of answers',
      detail: `chosen holds ${shown(row.chosen ?? null)}, rejected ${shown(row.rejected ?? null)}`,
    };
  const { subset, id } = row;
  return {
    ...{ conversation, chosen, rejected },
    subset: typeof subset === 'string' && subset !== '' ? subset : 'all',
    id: typeof id === 'string' || typeof id === 'number' ? String(id) : String(index),
  };
}

function texts(cell: Cell | undefined): string[] | undefined {
  const list = Array.isArray(cell) ? cell : [];
  const found = list.filter((item) => typeof item === 'string');
  return found.length === list.length && found.length > 0 ? found : undefined;
}
