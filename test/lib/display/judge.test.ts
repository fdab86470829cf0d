/** A judge's figures as text. */
import { expect, test } from 'vitest';
import { judgeText } from '../../../lib/display/judge.ts';

test('figures, groups and a confusion matrix', () => {
  const text = judgeText({
    rows: 1200,
    metrics: { accuracy: 0.625, spearman: null },
    intervals: { accuracy: [0.5, 0.75] },
    groups: { 'one\u001b[2J': { rows: 1, accuracy: 1 }, 二: { rows: 1199, score: 0.5 } },
    confusion: {
      labels: [0, 1],
      counts: [
        [10, 2, 0],
        [3, 4, 1],
      ],
    },
  });
  expect(text).toMatchInlineSnapshot(`
    "rows       1,200
    accuracy  0.6250  [0.5000, 0.7500]
    spearman       –

    one  1.0000       1 row
    二   0.5000  1,199 rows

    label \\ said   0  1  unread
    0             10  2       0
    1              3  4       1"
  `);
});
