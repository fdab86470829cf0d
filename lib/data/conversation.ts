/**
 * Rows as conversations to learn from: messages with the turns that count, or token ids with a mask. Says
 * of each row that is none why, so that callers can count.
 */
import type { Cell, Row } from './cell.ts';
import { requireColumns } from './columns.ts';
import { readConversation, shown, type Message } from './messages.ts';
import type { Refused } from './preference-pair.ts';
import type { Rows } from './rows.ts';

export interface MessagesRow {
  kind: 'messages';
  messages: Message[];
  /** Of each message whether it is learnt: the assistant's, unless its `loss_mask` is 0. */
  scored: boolean[];
  /** What the chat template is given beside the messages: `tools`, `enable_thinking`. */
  template: Record<string, Cell>;
}
export interface IdsRow {
  kind: 'ids';
  ids: number[];
  /** Of each id whether it is learnt. */
  scored: boolean[];
}
export type TrainingConversation = (MessagesRow | IdsRow) & { row: number };

export interface ConversationReader {
  /** The columns to ask `rows.read` and `rows.scan` for. */
  columns: string[];
  read(row: Row, index: number): TrainingConversation | (Refused & { row: number });
}

/** Reads `messages`, or `input_ids` where there are none. Refuses, in a sentence, a table without either. */
export function conversationReader(rows: Rows): ConversationReader {
  const has = (name: string): boolean => Object.hasOwn(rows.columns, name);
  const tokens = !has('messages') && has('input_ids');
  const main = tokens ? 'input_ids' : 'messages';
  requireColumns(rows, [main]);
  const optional = tokens ? ['loss_mask'] : ['tools', 'enable_thinking'];
  const read = tokens ? idsRow : messagesRow;
  return {
    columns: [main, ...optional.filter(has)],
    read: (row, index) => ({ row: index, ...read(row) }),
  };
}

function messagesRow(row: Row): MessagesRow | Refused {
  const read = readConversation(row.messages);
  if ('problem' in read) return { dropped: reasonOf(read.problem), detail: read.detail };
  const scored: boolean[] = [];
  const messages: Message[] = [];
  for (const { loss_mask: mask = null, ...message } of read.messages) {
    const flag = toFlag(mask);
    if (mask !== null && flag === undefined)
      return { dropped: 'loss_mask is not 0 or 1', detail: `a message has ${shown(mask)}` };
    scored.push(message.role === 'assistant' && flag !== false);
    messages.push(message);
  }
  const problem = unscored(messages, scored);
  if (problem !== undefined) return { dropped: problem, detail: `holds ${shown(row.messages!)}` };
  const given = templateValues(row);
  return 'dropped' in given ? given : { kind: 'messages', messages, scored, ...given };
}

/** Two problems that a conversation shares with no other column get the column's name. */
function reasonOf(problem: string): string {
  return problem === 'missing' || problem === 'empty' ? `${problem} messages` : problem;
}

/** Why there is nothing to learn. */
function unscored(messages: readonly Message[], scored: readonly boolean[]): string | undefined {
  if (!messages.some(({ role }) => role === 'assistant')) return 'no assistant turn';
  const own = messages.filter((_, i) => scored[i]);
  if (own.length === 0) return 'no assistant turn with loss_mask 1';
  return own.every(silent) ? 'empty answer' : undefined;
}

function silent({ content, tool_calls: calls, reasoning_content: thought }: Message): boolean {
  return typeof content === 'string' && content.trim() === '' && !calls && !thought;
}

function templateValues(row: Row): Pick<MessagesRow, 'template'> | Refused {
  const { tools = null, enable_thinking: thinking = null } = row;
  const template: Record<string, Cell> = {};
  if (thinking !== null) {
    const flag = toFlag(thinking);
    if (flag === undefined)
      return { dropped: 'enable_thinking is not true or false', detail: shown(thinking) };
    template.enable_thinking = flag;
  }
  if (tools === null || tools === '') return { template };
  const list = typeof tools === 'string' ? parsed(tools) : tools;
  if (!Array.isArray(list)) return { dropped: 'tools are not a list', detail: shown(tools) };
  if (list.length > 0) template.tools = list;
  return { template };
}

function parsed(text: string): Cell | undefined {
  try {
    return JSON.parse(text) as Cell;
  } catch {
    return undefined;
  }
}

function idsRow(row: Row): IdsRow | Refused {
  const { input_ids: ids = null, loss_mask: mask = null } = row;
  if (ids === null) return { dropped: 'missing token ids', detail: 'holds nothing' };
  if (!Array.isArray(ids) || !ids.every(isTokenId))
    return { dropped: 'not token ids', detail: `holds ${shown(ids)}` };
  if (mask === null) return scoredIds(ids, new Array<boolean>(ids.length).fill(true));
  const flags = Array.isArray(mask) ? mask.map(toFlag) : undefined;
  if (!flags?.every((flag) => flag !== undefined))
    return { dropped: 'loss_mask is not 0 or 1', detail: `holds ${shown(mask)}` };
  if (flags.length === ids.length) return scoredIds(ids, flags);
  const detail = `${flags.length} numbers for ${ids.length} ids`;
  return { dropped: 'loss_mask and input_ids differ in length', detail };
}

/** Of the first token there is nothing to predict it from. */
function scoredIds(ids: number[], scored: boolean[]): IdsRow | Refused {
  if (!scored.includes(true, 1))
    return { dropped: 'no token to learn', detail: `${ids.length} ids, none with loss_mask 1` };
  return { kind: 'ids', ids, scored };
}

function isTokenId(value: Cell): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function toFlag(value: Cell): boolean | undefined {
  if (value === 1 || value === true || value === 1n) return true;
  return value === 0 || value === false || value === 0n ? false : undefined;
}
