/**
 * Two cells, and perhaps a prompt, as a pair of answers; or the reason why they are none.
 */
import type { Cell } from './cell.ts';
import { looksLikeMessages, readConversation, shown } from './messages.ts';
import type { Message } from './messages.ts';

export interface Refused {
  /** One of few reasons, to be counted. */
  dropped: string;
  /** What this row holds. */
  detail: string;
}
export interface TextPair {
  kind: 'text';
  prompt?: string;
  chosen: string;
  rejected: string;
}
export interface MessagesPair {
  kind: 'messages';
  chosen: Message[];
  rejected: Message[];
}
export interface IdsPair {
  kind: 'ids';
  chosen: number[];
  rejected: number[];
}

/** Makes a pair of two cells and a prompt. */
export type PairOf = (
  chosen: Cell,
  rejected: Cell,
  prompt: Cell,
) => TextPair | MessagesPair | IdsPair | Refused;

/** Answers as plain text. A prompt of messages makes them the assistant's turn after it. */
export const textPair: PairOf = (chosen, rejected, prompt) => {
  for (const [side, value] of Object.entries({ chosen, rejected })) {
    if (value === null) return refuse('missing answer', side, 'holds nothing');
    if (typeof value !== 'string') return refuse('not text', side, `holds ${shown(value)}`);
    if (value.trim() === '') return refuse('empty answer', side, 'holds an empty text');
  }
  if (Array.isArray(prompt) || (typeof prompt === 'string' && looksLikeMessages(prompt)))
    return messagesPair(answer(chosen), answer(rejected), prompt);
  if (chosen === rejected) return sameAnswers(chosen);
  const pair = { kind: 'text' as const, chosen: chosen as string, rejected: rejected as string };
  return typeof prompt === 'string' && prompt !== '' ? { ...pair, prompt } : pair;
};

/** Answers as conversations. A prompt goes before those that begin with the assistant's turn. */
export const messagesPair: PairOf = (chosen, rejected, prompt) => {
  const sides: Message[][] = [];
  for (const [side, value] of Object.entries({ chosen, rejected })) {
    if (value === null) return refuse('missing answer', side, 'holds nothing');
    const read = readConversation(value);
    if ('problem' in read)
      return refuse(read.problem === 'empty' ? 'empty answer' : read.problem, side, read.detail);
    const problem = answerProblem(read.messages);
    if (problem) return refuse(problem, side, `holds ${shown(value)}`);
    sides.push(read.messages);
  }
  const before = promptMessages(prompt);
  if ('problem' in before) return refuse(before.problem, 'prompt', before.detail);
  const [first, second] = sides.map((side) =>
    side[0]!.role === 'assistant' ? [...before.messages, ...side] : side,
  );
  if (JSON.stringify(first) === JSON.stringify(second)) return sameAnswers(chosen);
  return { kind: 'messages', chosen: first!, rejected: second! };
};

/** Answers as token ids. */
export const idsPair: PairOf = (chosen, rejected) => {
  for (const [side, value] of Object.entries({ chosen, rejected })) {
    if (value === null) return refuse('missing answer', side, 'holds nothing');
    if (!Array.isArray(value) || !value.every(isTokenId))
      return refuse('not token ids', side, `holds ${shown(value)}`);
    if (value.length === 0) return refuse('empty answer', side, 'holds no token ids');
  }
  const pair = { chosen: chosen as number[], rejected: rejected as number[] };
  const same =
    pair.chosen.length === pair.rejected.length &&
    pair.chosen.every((id, i) => id === pair.rejected[i]);
  return same ? sameAnswers(chosen) : { kind: 'ids', ...pair };
};

function isTokenId(value: Cell): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function answer(text: Cell): Cell {
  return [{ role: 'assistant', content: text }];
}

/** Why a conversation ends in no answer that could be scored. */
function answerProblem(messages: readonly Message[]): string | undefined {
  if (!messages.some(({ role }) => role === 'assistant')) return 'no assistant turn';
  const last = messages.at(-1)!;
  if (last.role !== 'assistant') return 'does not end with an answer';
  const { content, tool_calls } = last;
  const silent = typeof content === 'string' && content.trim() === '' && !tool_calls;
  return silent ? 'empty answer' : undefined;
}

/** A prompt is a user's text, or messages. */
function promptMessages(prompt: Cell) {
  if (prompt === null || prompt === '') return { messages: [] };
  if (typeof prompt === 'string' && !looksLikeMessages(prompt))
    return { messages: [{ role: 'user' as const, content: prompt }] };
  return readConversation(prompt);
}

function refuse(dropped: string, column: string, detail: string): Refused {
  return { dropped, detail: `${column} ${detail}` };
}

function sameAnswers(value: Cell): Refused {
  return { dropped: 'chosen equals rejected', detail: `both hold ${shown(value)}` };
}
