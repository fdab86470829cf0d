/** How far up the first row stands after a terminal has broken rows in two. */
import { expect, test } from 'vitest';
import { eraseReflowed } from '../../../repl/view/reflow.ts';

test.each([
  ['rows that still fit', ['a', 'b'], { x: 1, y: 1 }, '\u001b[1A\r\u001b[J\u001b[1B'],
  [
    'a first row broken in three',
    ['x'.repeat(25), 'b'],
    { x: 1, y: 1 },
    '\u001b[3A\r\u001b[J\u001b[1B',
  ],
  ['the cursor in the broken part', ['x'.repeat(25)], { x: 25, y: 0 }, '\u001b[2A\r\u001b[J'],
  ['empty rows keep their height', ['', ' ', 'b'], { x: 0, y: 2 }, '\u001b[2A\r\u001b[J\u001b[2B'],
  [
    'colours take no room',
    [`\u001b[31m${'x'.repeat(10)}\u001b[39m`, 'b'],
    { x: 0, y: 1 },
    '\u001b[1A\r\u001b[J\u001b[1B',
  ],
])('%s', (_, rows, cursor, expected) => {
  expect(eraseReflowed({ rows, cursor }, 10)).toBe(expected);
});
