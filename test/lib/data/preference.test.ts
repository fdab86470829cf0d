/** Rows as preferences: each layout, and each reason to drop a row. */
import { expect, test } from 'vitest';
import type { Row } from '../../../lib/data/cell.ts';
import { preferenceReader } from '../../../lib/data/preference.ts';
import type { Dropped, Preference, PreferenceColumns } from '../../../lib/data/preference.ts';
import { rowsOf } from '../../../lib/data/rows.ts';
import { refusal } from '../refusal.ts';

async function read(rows: Row[], names?: PreferenceColumns): Promise<(Preference | Dropped)[]> {
  const table = rowsOf(rows);
  const reader = await preferenceReader(table, names);
  const found = await table.read(rows.keys().toArray(), reader.columns);
  return found.map((row, i) => reader.read(row, i));
}

const user = { role: 'user', content: 'q' };
const good = { role: 'assistant', content: 'good' };
const bad = { role: 'assistant', content: 'bad' };
const conversations = { kind: 'messages', chosen: [user, good], rejected: [user, bad] };

const layouts: [what: string, row: Row, pair: object][] = [
  ['text', { chosen: 'a', rejected: 'b' }, { kind: 'text', chosen: 'a', rejected: 'b' }],
  [
    'text with a prompt',
    { prompt: 'q', chosen: 'a', rejected: 'b' },
    { kind: 'text', prompt: 'q', chosen: 'a', rejected: 'b' },
  ],
  [
    'text after a prompt of messages',
    { prompt: [user], chosen: 'good', rejected: 'bad' },
    conversations,
  ],
  ['nested conversations', { chosen: [user, good], rejected: [user, bad] }, conversations],
  [
    'conversations as JSON, whose prompt is in them',
    { prompt: 'q', chosen: JSON.stringify([user, good]), rejected: JSON.stringify([user, bad]) },
    conversations,
  ],
  ['answers after a text', { prompt: 'q', chosen: [good], rejected: [bad] }, conversations],
  ['answers after messages', { prompt: [user], chosen: [good], rejected: [bad] }, conversations],
  [
    'token ids',
    { chosen_ids: [1, 2], rejected_ids: [1, 3] },
    { kind: 'ids', chosen: [1, 2], rejected: [1, 3] },
  ],
  [
    'a margin and a strength',
    { chosen: 'a', rejected: 'b', margin: 0.5, preference_strength: 2 },
    { kind: 'text', chosen: 'a', rejected: 'b', margin: 0.5, strength: 2 },
  ],
];

test.each(layouts)('%s', async (_, row, pair) => {
  expect(await read([row])).toEqual([{ row: 0, ...pair }]);
});

test('columns may have other names', async () => {
  const names = { chosen: 'better', rejected: 'worse', margin: 'gap' };
  expect(await read([{ better: 'a', worse: 'b', gap: 1 }], names)).toEqual([
    { row: 0, kind: 'text', chosen: 'a', rejected: 'b', margin: 1 },
  ]);
});

const texts = { chosen: 'a', rejected: 'b' };
const chats = { chosen: [user, good], rejected: [user, bad] };
const ids = { chosen_ids: [1], rejected_ids: [2] };
const dropped: [first: Row, row: Row, dropped: string, detail: string][] = [
  [texts, { chosen: 'a', rejected: null }, 'missing answer', 'rejected holds nothing'],
  [texts, { chosen: ' \n', rejected: 'b' }, 'empty answer', 'chosen holds an empty text'],
  [texts, { chosen: 'a', rejected: 'a' }, 'chosen equals rejected', 'both hold "a"'],
  [
    { ...texts, margin: 1 },
    { ...texts, margin: 'x' },
    'margin is not a number',
    'margin holds "x"',
  ],
  [
    { ...texts, preference_strength: 1 },
    { ...texts, preference_strength: 1.5 },
    'strength is not a whole number',
    'preference_strength holds 1.5',
  ],
  [chats, { ...chats, chosen: [] }, 'empty answer', 'chosen found a list of no messages'],
  [
    chats,
    { ...chats, rejected: [user] },
    'no assistant turn',
    'rejected holds [{"role":"user","content":"q"}]',
  ],
  [
    chats,
    { ...chats, chosen: [good, user] },
    'does not end with an answer',
    'chosen holds [{"role":"assistant","content":"good"},{"role":"user","co…',
  ],
  [
    chats,
    { ...chats, chosen: [user, { role: 'assistant', content: '' }] },
    'empty answer',
    'chosen holds [{"role":"user","content":"q"},{"role":"assistant","conte…',
  ],
  [
    { chosen: JSON.stringify(chats.chosen), rejected: JSON.stringify(chats.rejected) },
    { chosen: 'plain', rejected: JSON.stringify(chats.rejected) },
    'not JSON',
    `chosen found "plain" (Unexpected token 'p', "plain" is not valid JSON)`,
  ],
  [ids, { chosen_ids: [], rejected_ids: [2] }, 'empty answer', 'chosen holds no token ids'],
  [ids, { chosen_ids: [1.5], rejected_ids: [2] }, 'not token ids', 'chosen holds [1.5]'],
  [ids, { chosen_ids: [2], rejected_ids: [2] }, 'chosen equals rejected', 'both hold [2]'],
];

test.each(dropped)('after %j, %j: %s', async (first, row, reason, detail) => {
  expect((await read([first, row]))[1]).toEqual({ row: 1, dropped: reason, detail });
});

const refused: [what: string, rows: Row[], names: PreferenceColumns, sentence: string][] = [
  [
    'missing columns',
    [{ Chosen: 'a', answer: 'b' }],
    {},
    "the rows have no columns 'chosen', 'rejected'; columns there: Chosen, answer\n  did you mean 'Chosen'?",
  ],
  [
    'a margin that was asked for and is missing',
    [texts],
    { margin: 'gap' },
    "the rows have no column 'gap'; columns there: chosen, rejected",
  ],
  [
    'answers of a wrong type',
    [
      { chosen: null, rejected: null },
      { chosen: 4, rejected: 5 },
    ],
    {},
    "the rows have values in column 'chosen', expected text, messages or token ids; row 1 holds 4",
  ],
  [
    'two layouts',
    [{ chosen: 'a', rejected: [good] }],
    {},
    "the rows have text in 'chosen' and messages in 'rejected', expected the same in both",
  ],
];

test.each(refused)('refuses %s', async (_, rows, names, sentence) => {
  expect(await refusal(() => preferenceReader(rowsOf(rows), names))).toBe(sentence);
});
