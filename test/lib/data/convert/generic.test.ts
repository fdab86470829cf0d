/** The usual names of columns: what becomes of rows that are of no format. */
import { expect, test } from 'vitest';
import { generic } from '../../../../lib/data/convert/generic.ts';
import { converterFor } from '../../../../lib/data/convert/recognise.ts';
import type { Row } from '../../../../lib/data/rows.ts';

const user = (content: string) => ({ role: 'user', content });
const says = (content: string) => ({ role: 'assistant', content });
const about = { category: 'chat', metadata: {} };

test.each<[what: string, row: Row, sample: object]>([
  [
    'chosen and rejected texts',
    { prompt: 'q', chosen: 'good', rejected: 'bad', id: 5 },
    {
      ...{ ...about, kind: 'candidates', id: '5', input: [user('q')] },
      ...{ chosen: [{ content: 'good' }], rejected: [{ content: 'bad' }] },
    },
  ],
  [
    'chosen and rejected conversations',
    { chosen: [user('q'), says('good')], rejected: [user('q'), says('bad')] },
    {
      ...{ ...about, kind: 'candidates', input: [user('q')] },
      ...{ chosen: [{ content: 'good' }], rejected: [{ content: 'bad' }] },
    },
  ],
  [
    'two answers and a strength',
    { query: 'q', answer_a: 'one', answer_b: 'two', preference_strength: 2, source: 's' },
    {
      ...{ ...about, kind: 'pair', category: 'qa', source: 's', input: [user('q')] },
      ...{ answers: [{ content: 'one' }, { content: 'two' }], preferred: 'B', strength: 2 },
    },
  ],
  [
    'an answer and its score, and a context',
    { question: 'q', response: 'a', rating: 3, context: 'c' },
    {
      ...{ ...about, kind: 'answer', category: 'qa', input: [user('q')], context: 'c' },
      ...{ answer: { content: 'a', label: { score: 3 } }, score: 3 },
    },
  ],
  [
    'a conversation and its score',
    { messages: [user('q'), says('a')], score: 1 },
    {
      ...{ ...about, kind: 'answer', input: [user('q')] },
      ...{ answer: { content: 'a', label: { score: 1 } }, score: 1 },
    },
  ],
  [
    'an instruction with its material',
    { instruction: 'Shorten.', input: 'Long text.', output: 'Text.' },
    {
      ...{ ...about, kind: 'answer', category: 'instruction_following' },
      ...{ input: [user('Shorten.\n\nLong text.')], answer: { content: 'Text.' } },
    },
  ],
  [
    'an instruction without',
    { instruction: 'Say hi.', input: '', output: 'Hi.' },
    {
      ...{ ...about, kind: 'answer', category: 'instruction_following' },
      ...{ input: [user('Say hi.')], answer: { content: 'Hi.' } },
    },
  ],
])('%s', (_, row, sample) => {
  expect(converterFor('auto', Object.keys(row), 'the rows')).toBe(generic);
  expect(generic.convert(row)).toEqual([sample]);
});
