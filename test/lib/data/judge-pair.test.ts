/** Rows for a pairwise judge: each layout, each reason to drop a row, each table that holds no pairs. */
import { expect, test } from 'vitest';
import type { Row } from '../../../lib/data/cell.ts';
import { betterOf } from '../../../lib/data/judge-label.ts';
import { judgedPair, pairColumns, type JudgedPair } from '../../../lib/data/judge-pair.ts';
import type { Refused } from '../../../lib/data/preference-pair.ts';
import { rowsOf } from '../../../lib/data/rows.ts';
import { refusal } from '../refusal.ts';

async function read(row: Row, index = 0): Promise<JudgedPair | Refused> {
  const table = rowsOf([row]);
  const [found] = await table.read([0], pairColumns(table));
  return judgedPair(found!, index);
}

const user = { role: 'user', content: 'q' };
const answer = (content: string, label: Row = {}): Row => ({
  answer: { role: 'assistant', content, label },
});
const output = [answer('one'), answer('two')];
const pair = {
  conversation: [user],
  context: '',
  answers: ['one', 'two'],
  truth: 'B',
  source: 'pairwise',
};

const layouts: [what: string, row: Row, pair: object][] = [
  ['nested', { input: [user], output, metadata: { preferred: 'B' } }, pair],
  [
    'nested, as JSON text, with what else the label says',
    {
      input: JSON.stringify([user]),
      output: JSON.stringify(output),
      metadata: JSON.stringify({ preferred: 'tie', preference_strength: -2 }),
      source: 's',
    },
    { ...pair, truth: 'tie', strength: -2, source: 's' },
  ],
  [
    'a label on both answers',
    {
      input: [user],
      output: ['one', 'two'].map((text) =>
        answer(text, { preference: 'A', preference_strength: 2, response_id: 'A' }),
      ),
      data_source: 'd',
    },
    { ...pair, truth: 'A', strength: 2, responseId: 'A', source: 'd' },
  ],
  [
    'a mark on the better answer',
    {
      input: [user],
      output: [answer('one', { is_preferred: false }), answer('two', { is_preferred: true })],
    },
    pair,
  ],
  [
    'names of chosen and rejected',
    {
      input: [user],
      output: [answer('one', { preference: 'chosen' }), answer('two', { preference: 'rejected' })],
    },
    { ...pair, truth: 'A' },
  ],
  ['flat columns', { prompt: 'q', response_a: 'one', response_b: 'two', preferred: 'b' }, pair],
  [
    'flat columns of another spelling, a conversation and a context',
    {
      messages: JSON.stringify([user]),
      context: 'c',
      response_A: 'one',
      response_B: 'two',
      winner: 'model_b',
    },
    { ...pair, context: 'c' },
  ],
  ['a sign', { question: 'q', response_A: 'one', response_B: 'two', label: 'B>A' }, pair],
  [
    'a strength, whose sign is the label',
    { prompt: 'q', response_1: 'one', response_2: 'two', preference_strength: 2 },
    { ...pair, strength: 2 },
  ],
  [
    'a context beside a question',
    { context: 'c', question: 'q', response_A: 'one', response_B: 'two', label: 'B' },
    { ...pair, context: 'c' },
  ],
  [
    'a context that is the conversation',
    { context: [user], response1: 'one', response2: 'two', overall_preference: 0 },
    { ...pair, truth: 'tie', strength: 0 },
  ],
];

test.each(layouts)('%s', async (_, row, expected) => {
  expect(await read(row)).toEqual(expected);
});

test('the chosen answer is the first in even rows and the second in odd ones', async () => {
  const row = { prompt: 'q', chosen: 'good', rejected: 'bad' };
  expect(await read(row, 0)).toMatchObject({ answers: ['good', 'bad'], truth: 'A' });
  expect(await read(row, 1)).toMatchObject({ answers: ['bad', 'good'], truth: 'B' });
  const said = (content: string): Row[] => [user, { role: 'assistant', content }];
  const conversations = { chosen: said('good'), rejected: JSON.stringify(said('bad')) };
  expect(await read(conversations, 1)).toMatchObject({
    conversation: [user],
    answers: ['bad', 'good'],
    truth: 'B',
  });
});

const flat = { prompt: 'q', response_a: 'one', response_b: 'two', preferred: 'A' };
const nested = { input: [user], output, metadata: { preferred: 'A' } };
const dropped: [row: Row, reason: string, detail: string][] = [
  [{ ...flat, preferred: null }, 'no label', 'nothing says which answer is better'],
  [{ ...nested, metadata: {} }, 'no label', 'nothing says which answer is better'],
  [{ ...nested, metadata: null }, 'no label', 'nothing says which answer is better'],
  [{ ...flat, preferred: 'C' }, 'label out of range', 'preferred holds "C", expected A, B or tie'],
  [
    { ...nested, metadata: { preferred: 1 } },
    'label out of range',
    'metadata.preferred holds 1, expected A, B or tie',
  ],
  [
    {
      input: [user],
      output: [answer('one', { preference: 'A' }), answer('two', { preference: 'B' })],
    },
    'label out of range',
    'label.preference holds "[\\"A\\",\\"B\\"]", expected A, B or tie',
  ],
  [{ ...flat, prompt: ' ' }, 'no prompt', 'the prompt is an empty text'],
  [{ ...nested, input: [] }, 'no prompt', 'found a list of no messages'],
  [
    { ...nested, input: '[{"role":"bot"}]' },
    'prompt: unknown role',
    'message 0 has role "bot"; known: system, developer, user, assistant, tool',
  ],
  [{ ...nested, output: [output[0]!] }, 'not two answers', "found 1 in 'output'"],
  [{ ...nested, output: 'broken [' }, 'not two answers', "found 1 in 'output'"],
  [{ ...flat, response_b: null }, 'no answer', 'found null'],
  [{ ...flat, response_b: '' }, 'empty answer', 'found an empty text'],
  [{ ...flat, response_b: 'one' }, 'answers are the same', 'yet A is preferred'],
  [{ prompt: 'q', chosen: 'a', rejected: 'a' }, 'chosen equals rejected', 'both hold "a"'],
];

test.each(dropped)('%j: %s', async (row, reason, detail) => {
  expect(await read(row)).toEqual({ dropped: reason, detail });
});

test('a label has many spellings', () => {
  const spelt = { A: ['A', ' a ', 'Response A', 'response_1', 'model_a', 'A>B', 'A>>B'] };
  expect(spelt.A.map(betterOf)).toEqual(spelt.A.map(() => 'A'));
  expect(['tie', 'TIE', 'equal', 'A=B', 'tie (bothbad)'].map(betterOf)).toEqual(
    Array.from({ length: 5 }, () => 'tie'),
  );
  expect([null, 1, 'AB', 'both', '1', 'A or B'].map(betterOf)).toEqual(
    Array.from({ length: 6 }, () => undefined),
  );
});

const tables: [columns: string[], sentence: string][] = [
  [
    ['prompt', 'text'],
    "the rows have no pairs of answers: expected a column 'output' with two answers, columns 'response_a' and 'response_b', or 'chosen' and 'rejected'; columns there: prompt, text",
  ],
  [
    ['promt', 'response_a', 'response_b', 'preferred'],
    "the rows have no column 'prompt'; columns there: promt, response_a, response_b, preferred\n  did you mean 'promt'?",
  ],
  [
    ['prompt', 'response_a', 'response_b'],
    "the rows have no label: expected a column 'preferred' with A, B or tie, or 'metadata' that holds it; columns there: prompt, response_a, response_b",
  ],
];

test.each(tables)('%j is refused', async (columns, sentence) => {
  const table = rowsOf([Object.fromEntries(columns.map((name) => [name, 'x']))]);
  expect(await refusal(() => pairColumns(table))).toBe(sentence);
});
