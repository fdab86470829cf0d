/** What of a row is scored, and under which names the rewards are written. */
import { readConversation } from '../data/messages.ts';
import { preferenceReader, type Preference } from '../data/preference.ts';
import type { Row, Rows } from '../data/rows.ts';
import { UserError } from '../errors.ts';
import type { ChatMessage } from '../text/encoder.ts';
import type { Scorable } from '../worker/reward-model.ts';

export interface ScoredColumns {
  /** The columns that rewards are written to. */
  names: readonly string[];
  /** What to score for each name; nothing where the row cannot be scored, with the reason. */
  read(row: Row, index: number): { items: readonly Scorable[] } | { dropped: string };
}

/** Finds the answers of a table. Throws a `UserError` that lists its columns where there are none. */
export async function scoredColumns(rows: Rows): Promise<ScoredColumns> {
  const has = (name: string): boolean => Object.hasOwn(rows.columns, name);
  if ((has('chosen') && has('rejected')) || (has('chosen_ids') && has('rejected_ids')))
    return pairColumns(rows);
  if (has('messages')) return one((row) => conversation(row.messages));
  if (has('text')) return one((row) => plainText(row.text));
  const answer = ['response', 'completion', 'answer'].find(has);
  if (has('prompt') && answer !== undefined) return one((row) => answered(row.prompt, row[answer]));
  throw new UserError(
    `nothing to score: expected a column 'messages' or 'text', 'prompt' and 'response', or 'chosen' and 'rejected'; found ${Object.keys(rows.columns).join(', ')}`,
  );
}

type Read = { item: Scorable } | { dropped: string };

function one(read: (row: Row) => Read): ScoredColumns {
  return {
    names: ['reward'],
    read: (row) => {
      const found = read(row);
      return 'item' in found ? { items: [found.item] } : found;
    },
  };
}

async function pairColumns(rows: Rows): Promise<ScoredColumns> {
  const reader = await preferenceReader(rows);
  return {
    names: ['chosen_reward', 'rejected_reward'],
    read: (row, index) => {
      const pair = reader.read(row, index);
      return 'dropped' in pair ? pair : { items: sides(pair) };
    },
  };
}

function sides(pair: Preference): Scorable[] {
  if (pair.kind === 'ids') return [{ ids: pair.chosen }, { ids: pair.rejected }];
  if (pair.kind === 'messages') return [pair.chosen, pair.rejected];
  const { prompt = '' } = pair;
  return [prompt + pair.chosen, prompt + pair.rejected];
}

function conversation(cell: Row[string] | undefined): Read {
  const read = readConversation(cell);
  return 'messages' in read ? { item: read.messages } : { dropped: read.problem };
}

function plainText(cell: Row[string] | undefined): Read {
  return typeof cell === 'string' && cell.trim() !== ''
    ? { item: cell }
    : { dropped: 'empty text' };
}

/** A prompt of text or messages, and the assistant's answer to it. */
function answered(prompt: Row[string] | undefined, answer: Row[string] | undefined): Read {
  if (typeof answer !== 'string' || answer.trim() === '') return { dropped: 'empty answer' };
  const read = readConversation(prompt);
  const text = typeof prompt === 'string' ? prompt : '';
  const before: ChatMessage[] =
    'messages' in read ? read.messages : [{ role: 'user', content: text }];
  if (!('messages' in read) && text === '') return { dropped: 'empty prompt' };
  return { item: [...before, { role: 'assistant', content: answer }] };
}
