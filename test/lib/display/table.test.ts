import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { cellText } from '../../../lib/display/cell-text.ts';
import { tableType } from '../../../lib/display/bundle.ts';
import { tableBundle, tableText } from '../../../lib/display/table.ts';

test('hostile cells stay data in every form', () => {
  const cell = `<script>alert("x")</script>\u001b]0;title\u0007\u001b[2J'\u202e`;
  const bundle = tableBundle({
    columns: [{ name: '<b>', type: 'VARCHAR' }],
    rows: [{ '<b>': cell }],
  });
  expect(bundle['text/html']).not.toMatch(/<script|<b>/);
  expect(bundle['text/html']).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
  for (const type of ['text/html', 'text/plain'])
    expect(bundle[type]).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
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

test('a long cell is cut in HTML, and not through a letter', () => {
  const text = `${'x'.repeat(299)}😀${'y'.repeat(5000)}`;
  const html = tableBundle({ columns: [{ name: 'a', type: 'VARCHAR' }], rows: [{ a: text }] })[
    'text/html'
  ] as string;
  expect(html).toContain(`>${'x'.repeat(299)}…<`);
});

test.each([
  { value: null, text: '·' },
  { value: undefined, text: '·' },
  { value: new Date(0), text: '1970-01-01T00:00:00.000Z' },
  { value: new Date(Number.NaN), text: '·' },
  { value: 0.1 + 0.2, text: '0.3' },
  { value: [{ a: 1n, b: new Uint8Array(2) }], text: '[{"a":"1","b":"2 bytes"}]' },
  { value: Number.NaN, text: 'NaN' },
])('a cell reads $text', ({ value, text }) => {
  expect(cellText(value)).toBe(text);
});

test.each([1, 5, 10, 20])('a terminal of %i columns is not too narrow to try', (width) => {
  const columns = ['a', 'bb', 'long name'].map((name) => ({ name, type: 'VARCHAR' }));
  const lines = tableText({ columns, rows: [{ a: 'text', bb: 'text' }] }, width).split('\n');
  expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(width);
});
