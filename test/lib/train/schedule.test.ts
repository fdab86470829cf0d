/** Schedules against numbers of transformers 5.24's `get_*_schedule*` with 20 steps, 4 of them warm-up. */
import { expect, test } from 'vitest';
import { learningRateFactor, type Scheduler } from '../../../lib/train/schedule.ts';
import golden from './schedules.json' with { type: 'json' };

test.each(Object.entries(golden))('%s', (scheduler, factors) => {
  const course = { scheduler: scheduler as Scheduler, steps: 20, warmupRatio: 0.2 };
  factors.forEach((factor, step) => {
    expect(learningRateFactor(step, course)).toBeCloseTo(factor, 12);
  });
});

test('without a warm-up the first step has the peak', () => {
  for (const scheduler of ['constant', 'linear', 'cosine', 'wsd'] as const)
    expect(learningRateFactor(0, { scheduler, steps: 10, warmupRatio: 0 })).toBe(1);
});

test('warm-up steps are rounded up, as transformers rounds them', () => {
  const course = { scheduler: 'constant' as const, steps: 10, warmupRatio: 0.11 };
  expect(learningRateFactor(1, course)).toBe(0.5);
  expect(learningRateFactor(2, course)).toBe(1);
});
