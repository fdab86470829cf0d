/** Rows for a pointwise judge: each layout, each reason to drop a row, each table without scores. */
import { expect, test } from 'vitest';
import type { Row } from '../../../lib/data/cell.ts';
import { judgedAnswer, pointColumns, type JudgedAnswer } from '../../../lib/data/judge-point.ts';
import type { Refused } from '../../../lib/data/preference-pair.ts';
import { rowsOf } from '../../../lib/data/rows.ts';
import { refusal } from '../refusal.ts';

const scale = { min: 0, max: 4, attribute: 'helpfulness' };

async function read(row: Row): Promise<JudgedAnswer | Refused> {
  const table = rowsOf([row]);
  const [found] = await table.read([0], pointColumns(table, scale));
  return judgedAnswer(found!, scale);
}

const user = { role: 'user', content: 'q' };
const output = (label: Row | number | null): Row[] => [
  { answer: { role: 'assistant', content: 'one', label } },
];
const judged = {
  conversation: [user],
  context: '',
  answer: 'one',
  truth: 3,
  source: 'pointwise',
};

const layouts: [what: string, row: Row, judged: object][] = [
  ['nested', { input: [user], output: output({ helpfulness: 3, verbosity: 1 }) }, judged],
  [
    'nested, as JSON text, with a context',
    {
      input: JSON.stringify([{ ...user, additional_kwargs: { context: 'c' } }]),
      output: JSON.stringify(output({ helpfulness: '3' })),
      source: 's',
    },
    {
      ...judged,
      conversation: [{ ...user, additional_kwargs: { context: 'c' } }],
      context: 'c',
      source: 's',
    },
  ],
  ['a bare label', { input: [user], output: output(3) }, judged],
  ['flat columns', { prompt: 'q', response: 'one', score: 3 }, judged],
  ['flat columns of texts', { input: 'q', output: 'one', helpfulness: '3' }, judged],
  [
    'a conversation that ends in the answer',
    { messages: [user, { role: 'assistant', content: 'one' }], rating: 3 },
    judged,
  ],
];

test.each(layouts)('%s', async (_, row, expected) => {
  expect(await read(row)).toEqual(expected);
});

const flat = { prompt: 'q', response: 'one', score: 3 };
const dropped: [row: Row, reason: string, detail: string][] = [
  [{ ...flat, score: null }, 'no label', 'nothing says the helpfulness'],
  [{ input: [user], output: output({}) }, 'no label', 'nothing says the helpfulness'],
  [{ ...flat, score: 5 }, 'label out of range', 'found 5, expected a number from 0 to 4'],
  [{ ...flat, score: -1 }, 'label out of range', 'found -1, expected a number from 0 to 4'],
  [{ ...flat, score: 'good' }, 'label out of range', 'found "good", expected a number from 0 to 4'],
  [{ ...flat, response: null }, 'no answer', 'found null'],
  [{ ...flat, response: ' ' }, 'empty answer', 'found an empty text'],
  [{ ...flat, prompt: null }, 'no prompt', 'found nothing'],
];

test.each(dropped)('%j: %s', async (row, reason, detail) => {
  expect(await read(row)).toEqual({ dropped: reason, detail });
});

const tables: [columns: string[], sentence: string][] = [
  [
    ['prompt', 'text'],
    "the rows have no answers: expected a column 'output' or 'response'; columns there: prompt, text",
  ],
  [
    ['prompt', 'response', 'scor'],
    "the rows have no label: expected a column 'helpfulness' or 'score' with numbers from 0 to 4; columns there: prompt, response, scor",
  ],
];

test.each(tables)('%j is refused', async (columns, sentence) => {
  const table = rowsOf([Object.fromEntries(columns.map((name) => [name, 'x']))]);
  expect(await refusal(() => pointColumns(table, scale))).toBe(sentence);
});
