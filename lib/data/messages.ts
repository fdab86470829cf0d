/**
 * Conversations as data holds them: nested messages, or their JSON as text. Checks roles and shapes, and
 * says what is wrong in a few words that can be counted.
 */
import { UserError } from '../errors.ts';
import type { Cell } from './cell.ts';

/** One turn. Further keys (`tool_calls`, `reasoning_content`, …) are kept for the chat template. */
export interface Message {
  role: Role;
  content: Cell;
  [key: string]: Cell;
}
export type Role = (typeof roles)[number];

const roles = ['system', 'developer', 'user', 'assistant', 'tool'] as const;

/** A conversation, or why a value is none. */
export type Conversation = { messages: Message[] } | { problem: string; detail: string };

/** Reads a conversation from a cell: a list of messages, or the JSON text of one. */
export function readConversation(value: Cell | undefined): Conversation {
  if (value === null || value === undefined) return fault('missing', 'found nothing');
  if (typeof value !== 'string') return fromList(value);
  if (value.trim() === '') return fault('empty', 'found an empty text');
  try {
    return fromList(JSON.parse(value) as Cell);
  } catch (error) {
    return fault('not JSON', `found ${shown(value)} (${(error as Error).message})`);
  }
}

/** The conversation in a cell. `where` is for the message: `column 'messages', row 3`. */
export function toMessages(value: Cell | undefined, where: string): Message[] {
  const read = readConversation(value);
  if ('messages' in read) return read.messages;
  throw new UserError(
    `${where}: ${read.problem}: expected messages with role and content, ${read.detail}`,
  );
}

/** Whether a text is meant as the JSON of messages (which may still be broken). */
export function looksLikeMessages(text: string): boolean {
  return /^\s*\[\s*\{\s*"/.test(text);
}

function fromList(value: Cell): Conversation {
  if (!Array.isArray(value)) return fault('not messages', `found ${shown(value)}`);
  if (value.length === 0) return fault('empty', 'found a list of no messages');
  const messages: Message[] = [];
  for (const [i, item] of value.entries()) {
    const problem = messageProblem(item, i);
    if (problem) return problem;
    messages.push(withoutNulls(item as Message));
  }
  return { messages };
}

function messageProblem(item: Cell, i: number): Conversation | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item) || !('role' in item))
    return fault('not messages', `message ${i} is ${shown(item)}`);
  const { role, content = null, tool_calls = null } = item as Record<string, Cell>;
  if (!roles.some((known) => known === role))
    return fault(
      'unknown role',
      `message ${i} has role ${shown(role ?? null)}; known: ${roles.join(', ')}`,
    );
  const parts = Array.isArray(content) && content.length > 0;
  if (typeof content === 'string' || parts || (content === null && tool_calls !== null))
    return undefined;
  return fault('no content', `message ${i} (${role as string}) has content ${shown(content)}`);
}

/** Parquet gives every struct every field; a key that is null was not written. */
function withoutNulls(message: Message): Message {
  const kept = Object.entries(message).filter(([, value]) => value !== null);
  return { role: message.role, content: null, ...Object.fromEntries(kept) };
}

function fault(problem: string, detail: string): Conversation {
  return { problem, detail };
}

/** The beginning of a value, as JSON, for a message. */
export function shown(value: Cell): string {
  const text = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'bigint' ? inner.toString() : inner,
  );
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
