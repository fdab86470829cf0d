import { expect, test } from 'vitest';
import { placeText } from '../../../lib/display/place.ts';

test.each([
  ['/home/me/runs/a', 'runs/a'],
  ['/home/me/..hidden', '..hidden'],
  ['/home/me', '/home/me'],
  ['/home/you/runs/a', '/home/you/runs/a'],
  ['/home/me/runs/\u001b[31mred', 'runs/red'],
])('%j is shown as %s', (path, text) => {
  expect(placeText('/home/me', path)).toBe(text);
});
