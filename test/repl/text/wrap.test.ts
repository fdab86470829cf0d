/** Rows as a terminal shows them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { characters, columns, truncate, wrap } from '../../../repl/text/wrap.ts';

test.each([
  ['abc', 3],
  ['好', 2],
  ['e\u0301', 1],
  ['👩‍👩‍👧', 2],
  ['⠀⣀⠤', 3],
  ['│─', 2],
])('%j takes %i columns', (text, expected) => {
  expect(columns(text)).toBe(expected);
});

test('breaks wide characters whole, and carries colours over', () => {
  expect(wrap('abc好d', 4)).toEqual(['abc', '好d']);
  expect(wrap('\u001b[31mabcd\u001b[39m', 2)).toEqual([
    '\u001b[31mab\u001b[0m',
    '\u001b[31mcd\u001b[39m',
  ]);
});

test('no row is wider than asked, but for one character, and nothing is lost', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 20 }), (text, width) => {
      const line = text.replaceAll('\n', ' ');
      const rows = wrap(line, width);
      return (
        rows.join('') === line &&
        rows.every((row) => columns(row) <= width || characters(row).length === 1)
      );
    }),
  );
});

test('cuts with an ellipsis', () => {
  expect([truncate('abcdef', 4), truncate('abc', 4), truncate('好好好', 4)]).toEqual([
    'abc…',
    'abc',
    '好…',
  ]);
});
