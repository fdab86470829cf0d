/** Cursors past characters outside the first plane. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromCodePoints, toCodePoints } from '../../../kernel/jupyter/cursor.ts';

test.each([
  ['abc', 2, 2],
  ['😀b', 1, 2],
  ['a😀b', 3, 4],
  ['é👩‍👩', 4, 6],
  ['ab', 9, 2],
])('in %j, code point %i is unit %i', (text, points, units) => {
  expect(fromCodePoints(text, points)).toBe(units);
});

test('there and back is where it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(50), (text, at) => {
      const points = Math.min(at, Array.from(text).length);
      expect(toCodePoints(text, fromCodePoints(text, points))).toBe(points);
    }),
  );
});
