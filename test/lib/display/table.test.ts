import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { tableType } from '../../../lib/display/bundle.ts';
import { tableBundle, tableText, type Table } from '../../../lib/display/table.ts';

const table: Table = {
  title: 'pairs.parquet',
  columns: [
    { name: 'question', type: 'VARCHAR' },
    { name: 'n', type: 'BIGINT' },
    { name: 'chosen', type: 'STRUCT(role VARCHAR)[]' },
  ],
  rows: [
    { question: 'Which is larger, 4 or 9?', n: 3, chosen: [{ role: 'user' }] },
    {
      question: '你好吗 and a long tail that has to give way to the others',
      n: 123456,
      chosen: null,
    },
    { question: 'two\nlines', n: 0.1 + 0.2, chosen: 12n },
  ],
  totalRows: 3000,
};

test.each([40, 80, 120])('a table at %i columns is never wider', (width) => {
  const text = tableText(table, width);
  expect(text).toMatchSnapshot();
  expect(Math.max(...text.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(width);
});

test('hostile cells stay data in every form', () => {
  const cell = `<script>alert("x")</script>\u001b]0;title\u0007\u001b[2J'\u202e`;
  const bundle = tableBundle({
    columns: [{ name: '<b>', type: 'VARCHAR' }],
    rows: [{ '<b>': cell }],
  });
  expect(bundle['text/html']).not.toMatch(/<script|<b>/);
  expect(bundle['text/html']).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
  expect([...(bundle['text/plain'] as string)].filter((c) => c < ' ' && c !== '\n')).toEqual([]);
  expect(bundle['text/plain']).not.toContain('\u202e');
});

test('the data form is plain JSON', () => {
  const data = tableBundle({
    columns: [{ name: 'a', type: 'BIGINT' }],
    rows: [{ a: 2n ** 60n }, { a: new Uint8Array(3) }],
  })[tableType];
  expect(data).toEqual({
    columns: [{ name: 'a', type: 'BIGINT' }],
    rows: [{ a: '1152921504606846976' }, { a: '3 bytes' }],
  });
});
