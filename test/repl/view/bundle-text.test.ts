/** Pictures drawn anew at the terminal's width, and what happens where they cannot be. */
import { expect, test } from 'vitest';
import { chartType, progressType, tableType } from '../../../lib/display/bundle.ts';
import { columns } from '../../../repl/text/wrap.ts';
import { bundleText } from '../../../repl/view/bundle-text.ts';

const table = {
  title: 'pairs',
  columns: [
    { name: 'prompt', type: 'VARCHAR' },
    { name: 'score', type: 'DOUBLE' },
  ],
  rows: [{ prompt: 'What is the capital of a country that is far away?', score: 0.5 }],
};
const panel = {
  title: 'loss',
  series: [
    {
      name: 'train',
      kind: 'line',
      values: [
        [1, 1],
        [2, 0.5],
        [3, 0.2],
      ],
    },
  ],
};
const figure = { title: 'run', x: 'step', panels: [panel, panel, panel] };
const widest = (text: string): number => Math.max(...text.split('\n').map(columns));

test.each([40, 80])('a table takes no more than %i columns', (width) => {
  const text = bundleText(
    { [tableType]: table, 'text/plain': 'x'.repeat(200) },
    { width, height: 24 },
  );
  expect(text.split('\n')[0]).toBe('pairs: 1 row x 2 columns');
  expect(text.includes('…')).toBe(width === 40);
  expect(widest(text)).toBeLessThanOrEqual(width);
});

test.each([
  [19, 'step 3/50'],
  [40, 'step 3/50  loss 0.33  accuracy 0.5'],
  [60, 'step 3/50  loss 0.33  accuracy 0.5  1 min 11 s left'],
])('a progress line drops what does not fit into %i columns', (width, shown) => {
  const parts = ['step 3/50', 'loss 0.33', 'accuracy 0.5', '1 min 11 s left', '2,000 tokens/s'];
  const data = { [progressType]: { fraction: 0.06, parts }, 'text/plain': parts.join('  ') };
  expect(bundleText(data, { width, height: 24 })).toBe(shown);
  expect(bundleText({ ...data, [progressType]: 'none' }, { width, height: 24 })).toBe(
    parts.join('  '),
  );
});

test.each([
  [40, 24],
  [80, 24],
  [60, 12],
])('a figure fits into %i columns and %i rows', (width, height) => {
  const text = bundleText({ [chartType]: figure }, { width, height });
  expect(text).toMatch(/[\u2801-\u28ff]/);
  expect(widest(text)).toBeLessThanOrEqual(width);
  expect(text.split('\n').length).toBeLessThan(height);
});

test('in a pipe the kernel’s own text is kept', () => {
  expect(bundleText({ [tableType]: table, 'text/plain': 'as sent' })).toBe('as sent');
});

test.each([
  ['data of the wrong shape', { [tableType]: { rows: 1 }, 'text/plain': 'text' }, 'text'],
  ['null for a figure', { [chartType]: null, 'text/plain': 'text' }, 'text'],
  ['control characters', { 'text/plain': '\u001b[2Jtext\n' }, 'text'],
  ['another text', { 'text/html': '<b>', 'text/markdown': '**b**' }, '**b**'],
  ['no text', { 'image/png': 'AAAA' }, '(cannot be shown in a terminal: image/png)'],
  ['nothing', {}, '(cannot be shown in a terminal: nothing)'],
])('%s', (_, data, expected) => {
  expect(bundleText(data, { width: 80, height: 24 })).toBe(expected);
});
