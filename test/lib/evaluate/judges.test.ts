/** Figures of judges, from verdicts that were made up. */
import { describe, expect, test } from 'vitest';
import { bestOfNFigures, bySubset, tiesScore } from '../../../lib/evaluate/best-of-n.ts';
import {
  accuracyBySource,
  pairFigures,
  type JudgedTwice,
} from '../../../lib/evaluate/judged-pairs.ts';
import { confusion, scoreFigures, type JudgedScore } from '../../../lib/evaluate/judged-scores.ts';
import { parsePreference } from '../../../lib/reward/preference.ts';
import { parseScore } from '../../../lib/reward/score.ts';

const scale = { min: 0, max: 4 };

describe('pairs in both orders', () => {
  const judged = (truth: JudgedTwice['truth'], first: string, second: string, source = 's') => ({
    row: 0,
    source,
    truth,
    verdicts: [first, second].map((text) =>
      parsePreference(text === '' ? '' : `<preference>${text}</preference>`),
    ) as unknown as JudgedTwice['verdicts'],
  });

  test('figures', () => {
    const { values, intervals } = pairFigures([
      judged('A', 'A', 'B'), // right in both orders
      judged('B', 'A', 'A'), // always the first: right in the second order
      judged('A', 'B', 'A'), // consistent and wrong
      judged('B', 'B', ''), // right, then unreadable
      judged('tie', 'tie', 'tie'), // a tie in both
      judged('tie', 'A', 'Response B'), // a preference where there is none
    ]);
    expect(values).toEqual({
      accuracy: (1 + 0.5 + 0 + 0.5 + 1 + 0) / 6,
      accuracy_first: 2 / 4,
      accuracy_second: 2 / 4,
      consistency: 4 / 6,
      consistent_accuracy: 2 / 6,
      first_rate: (0.5 + 1 + 0.5 + 0 + 0.5) / 5,
      tie_rate: 1 / 6,
      parse_rate: 5.5 / 6,
      format_rate: 5 / 6,
    });
    for (const [name, [low, high]] of Object.entries(intervals)) {
      expect(low, name).toBeLessThanOrEqual(values[name]!);
      expect(high, name).toBeGreaterThanOrEqual(values[name]!);
    }
  });

  test('a judge that always takes the first is right half of the time and never consistent', () => {
    const { values } = pairFigures(['A', 'B', 'A'].map((t) => judged(t as 'A', 'A', 'A')));
    expect(values).toMatchObject({
      accuracy: 0.5,
      accuracy_first: 1,
      accuracy_second: 0,
      consistency: 0,
      first_rate: 1,
    });
  });

  test('by source, where there are several', () => {
    expect(accuracyBySource([judged('A', 'A', 'B')])).toEqual({});
    expect(accuracyBySource([judged('A', 'A', 'B'), judged('A', 'A', 'A', 't')])).toEqual({
      s: { rows: 1, accuracy: 1 },
      t: { rows: 1, accuracy: 0.5 },
    });
  });

  test('of nothing', () => {
    expect(pairFigures([]).values.accuracy).toBeNull();
    expect(pairFigures([judged('tie', 'tie', 'tie')]).values.accuracy_first).toBeNull();
  });
});

describe('scores', () => {
  const judged = (truth: number, text: string): JudgedScore => ({
    row: 0,
    source: 's',
    truth,
    verdict: parseScore(text === '' ? '' : `<score>${text}</score>`, scale),
  });
  const scores = [
    judged(3, '3'),
    judged(0, '1'),
    judged(4, '1'),
    judged(2, '2/4'),
    judged(1, '9'),
    judged(1, ''),
  ];

  test('figures', () => {
    const { values, intervals } = scoreFigures(scores);
    expect(values).toEqual({
      accuracy: 2 / 6,
      within_one: 3 / 6,
      parse_rate: 4 / 6,
      format_rate: 3 / 6,
      mae: (0 + 1 + 3 + 0) / 4,
      spearman: values.spearman,
      kendall: values.kendall,
    });
    expect(values.spearman).toBeCloseTo(0.5 / Math.sqrt(5 * 4.5), 12);
    expect(intervals.mae![0]).toBeLessThan(1);
    expect(intervals.mae![1]).toBeGreaterThan(1);
    expect(scoreFigures(scores)).toEqual({ values, intervals });
  });

  test('the confusion matrix', () => {
    expect(confusion(scores, scale)).toEqual({
      labels: [0, 1, 2, 3, 4],
      counts: [
        [0, 1, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 2],
        [0, 0, 1, 0, 0, 0],
        [0, 0, 0, 1, 0, 0],
        [0, 1, 0, 0, 0, 0],
      ],
    });
  });

  test('of a judge that says one thing', () => {
    const constant = scoreFigures([judged(1, '2'), judged(3, '2')]);
    expect(constant.values).toMatchObject({ spearman: null, kendall: null, mae: 1 });
    expect(constant.intervals.spearman).toBeUndefined();
    expect(scoreFigures([]).values).toMatchObject({ accuracy: null, mae: null });
  });
});

describe('best of n', () => {
  const item = (chosen: number[], rejected: number[], id = '0', subset = 'Math') => ({
    row: 0,
    ...{ id, subset, chosen, rejected },
  });

  test('the highest score wins; equal ones share', () => {
    const items = [item([4], [1, 2, 3]), item([3], [3, 1, 2]), item([1], [2, 0, 0])];
    expect(bestOfNFigures(items).values).toEqual({ best_of_n: 0.5 });
    expect(bySubset([...items, item([1], [0, 0, 0], '1', 'Focus')])).toEqual({
      Math: { rows: 3, score: 0.5 },
      Focus: { rows: 1, score: 1 },
    });
  });

  test('Ties: accuracy in both forms, and margins', () => {
    const ties = [
      item([9], [1, 2], 'ref:0', 'Ties'),
      item([8, 9], [1, 2], 'tied:0', 'Ties'),
      item([5], [6], 'ref:1', 'Ties'),
      item([3, 8], [1, 2], 'tied:1', 'Ties'),
    ];
    // Gaps 7 and -1, 6 and 1; spreads 1 and 5.
    const margin = (Math.tanh(6 - 1) + Math.tanh(-1 / 5 - 1)) / 2;
    expect(tiesScore(ties)).toBeCloseTo(0.3 + 0.15 + 0.1 + 0.1 + 0.01 * margin, 12);
    expect(bySubset(ties).Ties!.rows).toBe(4);
    expect(bySubset(ties.slice(0, 1)).Ties!.score).toBeNull();
  });
});
