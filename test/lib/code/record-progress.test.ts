/** A long recording says how far it is. */
import { expect, test } from 'vitest';
import { recordProgress } from '../../../lib/code/record-progress.ts';

test('after two seconds, and then every ten', () => {
  const said: string[] = [];
  let clock = 5_000;
  const notice = (sentence: string): void => void said.push(sentence);
  const recorded = recordProgress({ name: 'own', rows: 20_000, notice, now: () => clock });
  for (let second = 1; second <= 20; second++) {
    clock += 1_000;
    recorded(1_000);
  }
  expect(said).toEqual([
    'recording own: 2,000 of 20,000 rows, 18 s left',
    'recording own: 12,000 of 20,000 rows, 8 s left',
  ]);
});

test('nothing of a short one', () => {
  const said: string[] = [];
  let clock = 0;
  const notice = (sentence: string): void => void said.push(sentence);
  const recorded = recordProgress({ name: 'own', rows: 3, notice, now: () => clock });
  for (let row = 0; row < 3; row++) {
    clock += 500;
    recorded(1);
  }
  recorded(1);
  clock += 9_000;
  recorded(1);
  expect(said).toEqual([]);
});
