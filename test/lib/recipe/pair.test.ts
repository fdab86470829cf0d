/** What two answers share. */
import { expect, test } from 'vitest';
import { sharedLength } from '../../../lib/recipe/pair.ts';

test('a shared beginning leaves a token to each', () => {
  expect(sharedLength([1, 2, 3], [1, 2, 4])).toBe(2);
  expect(sharedLength([1, 2], [1, 2])).toBe(1);
  expect(sharedLength([1], [1, 2])).toBe(0);
  expect(sharedLength([], [1])).toBe(0);
});
