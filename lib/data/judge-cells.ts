/**
 * The parts that rows for judges share: who said what before the answers, the answers, and where the
 * row is from. Takes nested columns, their JSON as text, and flat spellings.
 */
import type { Cell, Row } from './cell.ts';
import { looksLikeMessages, readConversation, shown } from './messages.ts';
import type { Message } from './messages.ts';
import type { Refused } from './preference-pair.ts';

/** Column names of a meaning, the first that is there wins; compared without case and underscores. */
export const usual = {
  // A context is the conversation only where nothing else is: beside a question it is material.
  prompt: ['input', 'messages', 'prompt', 'question', 'query', 'conversation', 'context'],
  context: ['context', 'reference'],
  source: ['data_source', 'source'],
} as const;

/** The name of the first of these columns that a row or table has. */
export function columnOf(
  table: Readonly<Record<string, unknown>>,
  names: readonly string[],
): string | undefined {
  const there = new Map(Object.keys(table).map((name) => [plainName(name), name]));
  for (const name of names) {
    const found = there.get(plainName(name));
    if (found !== undefined) return found;
  }
  return undefined;
}

function plainName(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

/** The cell of the first of these columns that holds something. */
export function cellOf(row: Row, names: readonly string[]): Cell {
  for (const name of names) {
    const column = columnOf(row, [name]);
    const cell = column === undefined ? null : row[column]!;
    if (cell !== null) return cell;
  }
  return null;
}

/** Structs and lists that were written as JSON text; anything else as it is. */
export function decoded(cell: Cell | undefined): Cell {
  if (cell === undefined) return null;
  if (typeof cell !== 'string' || !/^\s*[[{"]/.test(cell)) return cell;
  try {
    return JSON.parse(cell) as Cell;
  } catch {
    return cell;
  }
}

/** What lies at a path of keys and places; null where there is nothing. */
export function inside(cell: Cell | undefined, ...path: (string | number)[]): Cell {
  let at = decoded(cell);
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return null;
    at = decoded((at as Record<string | number, Cell>)[key]);
  }
  return at;
}

/** The turns before the answers. */
export function conversationOf(row: Row): Message[] | Refused {
  return conversationIn(cellOf(row, usual.prompt));
}

/** A cell as turns. A text is what a user said. */
export function conversationIn(cell: Cell): Message[] | Refused {
  if (typeof cell === 'string' && !looksLikeMessages(cell))
    return cell.trim() === ''
      ? { dropped: 'no prompt', detail: 'the prompt is an empty text' }
      : [{ role: 'user', content: cell }];
  const read = readConversation(cell);
  if ('messages' in read) return read.messages;
  const nothing = read.problem === 'missing' || read.problem === 'empty';
  return { dropped: nothing ? 'no prompt' : `prompt: ${read.problem}`, detail: read.detail };
}

/** Further material for the judge: a column of its own, or kept beside the last message. */
export function contextOf(row: Row): string {
  const own = cellOf(row, usual.context);
  if (typeof own === 'string' && columnOf(row, usual.prompt) !== columnOf(row, usual.context))
    return own;
  const input = inside(row.input ?? null);
  const last = Array.isArray(input) ? input.length - 1 : 0;
  const beside = inside(input, last, 'additional_kwargs', 'context');
  return typeof beside === 'string' ? beside : '';
}

export function sourceOf(row: Row, otherwise: string): string {
  const source = cellOf(row, usual.source);
  return typeof source === 'string' && source !== '' ? source : otherwise;
}

/** The items of `output`: `{ answer: { content, label } }`, `{ content }`, or texts. */
export function outputsOf(row: Row): Cell[] {
  const output = inside(row.output ?? null);
  if (Array.isArray(output)) return output;
  return output === null ? [] : [output];
}

/** An answer's text, of an item of `output` or of a cell that holds it by itself. */
export function answerText(item: Cell | undefined): string | Refused {
  const answer = inside(item, 'answer') ?? item ?? null;
  const content = typeof answer === 'string' ? answer : (inside(answer, 'content') ?? null);
  const text = contentText(content ?? inside(answer));
  if (text === undefined) return { dropped: 'no answer', detail: `found ${shown(item ?? null)}` };
  return text.trim() === '' ? { dropped: 'empty answer', detail: 'found an empty text' } : text;
}

/** Content as text: parts of text one after the other, other parts by their kind in brackets. */
export function contentText(content: Cell): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content) || content.length === 0) return undefined;
  const parts = content.map((part) => {
    if (typeof part === 'string') return part;
    const text = inside(part, 'text');
    const type = inside(part, 'type');
    return typeof text === 'string' ? text : typeof type === 'string' ? `[${type}]` : undefined;
  });
  return parts.includes(undefined) ? undefined : parts.join('\n');
}
