/** Cells as conversations. */
import { expect, test } from 'vitest';
import type { Cell } from '../../../lib/data/cell.ts';
import { readConversation, toMessages } from '../../../lib/data/messages.ts';
import { refusal } from '../refusal.ts';

const turns = [
  { role: 'user', content: 'q' },
  { role: 'assistant', content: 'a' },
];

test('nested messages and their JSON are the same', () => {
  expect(toMessages(turns, 'x')).toEqual(turns);
  expect(toMessages(JSON.stringify(turns), 'x')).toEqual(turns);
});

test('keys that parquet filled with null were not written', () => {
  const call = { role: 'assistant', content: null, tool_calls: [{ name: 'f' }], name: null };
  expect(toMessages([{ ...turns[0]!, tool_calls: null }, call], 'x')).toEqual([
    turns[0],
    { role: 'assistant', content: null, tool_calls: [{ name: 'f' }] },
  ]);
});

const problems: [value: Cell, problem: string, detail: string][] = [
  [null, 'missing', 'found nothing'],
  ['  ', 'empty', 'found an empty text'],
  [[], 'empty', 'found a list of no messages'],
  [5n, 'not messages', 'found "5"'],
  ['{"role":"user","content":"q"}', 'not messages', 'found {"role":"user","content":"q"}'],
  [['q'], 'not messages', 'message 0 is "q"'],
  [
    [{ role: 'human', content: 'q' }],
    'unknown role',
    'message 0 has role "human"; known: system, developer, user, assistant, tool',
  ],
  [[...turns, { role: 'user', content: null }], 'no content', 'message 2 (user) has content null'],
  [[{ role: 'user', content: 3 }], 'no content', 'message 0 (user) has content 3'],
];

test.each(problems)('%o: %s', (value, problem, detail) => {
  expect(readConversation(value)).toEqual({ problem, detail });
});

test('broken JSON is said with where it is', async () => {
  expect(await refusal(() => toMessages('[{"role"', "column 'm', row 3"))).toMatch(
    /^column 'm', row 3: not JSON: expected messages with role and content, found "\[\{\\"role\\"" \(/,
  );
});
