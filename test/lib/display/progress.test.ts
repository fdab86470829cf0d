import { expect, test } from 'vitest';
import {
  advance,
  duration,
  endText,
  losses,
  noProgress,
  progressBundle,
  progressText,
  secondsLeft,
} from '../../../lib/display/progress.ts';
import { terminalProgress } from '../../../lib/display/terminal-progress.ts';
import type { Plan, TrainEvent } from '../../../lib/train/job.ts';

const plan: Plan = {
  approximate: false,
  parameters: 10,
  rows: { train: 100, validation: 10 },
  dropped: { 'empty answer': 3 },
  cut: 2,
  tokens: 1000,
  steps: 50,
  epochs: 1,
  memoryBytes: 1,
};
const step = (n: number): TrainEvent => ({
  type: 'step',
  step: n,
  metrics: { loss: 1 / n, accuracy: 0.5, tokens_per_second: 2000 },
});
const events: TrainEvent[] = [
  { type: 'plan', plan },
  step(1),
  step(2),
  step(3),
  { type: 'validation', step: 3, metrics: { accuracy: 0.75 } },
];
const after = (more: readonly TrainEvent[]) =>
  [...events, ...more].reduce(
    (progress, event, i) => advance(progress, event, 1000 * i),
    noProgress,
  );

test('time left goes by the steps since the first', () => {
  expect(secondsLeft(after([]))).toBeCloseTo(47 / (2 / 3), 6);
});

test('the line names step, metrics, time left and rate, and keeps to its width', () => {
  expect(progressText(after([]), 120)).toBe(
    '━╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ step 3/50  loss 0.3333  accuracy 0.5  validation 0.75  1 min 11 s left  0.7 steps/s  2,000 tokens/s',
  );
  for (const width of [20, 40, 80])
    expect(progressText(after([]), width).length).toBeLessThanOrEqual(width);
  expect(progressBundle(after([]))['text/html']).toContain('<progress value="0.0600" max="1"');
});

test.each<[TrainEvent, string]>([
  [
    { type: 'end', reason: 'done', step: 50, model: 'runs/a/final' },
    'done: step 50 of 50, validation accuracy 0.7500, model in runs/a/final',
  ],
  [
    { type: 'end', reason: 'stopped', step: 3, checkpoint: 'runs/a/global_step_3' },
    'stopped: step 3 of 50, kept runs/a/global_step_3; --resume goes on from there',
  ],
  [
    { type: 'end', reason: 'failed', step: 3, message: 'out of memory' },
    'failed: step 3 of 50: out of memory; no checkpoint was kept',
  ],
])('an end says what it kept: %j', (end, text) => {
  expect(endText(after([end]))).toBe(text);
});

test('what is left out is counted', () => {
  expect(losses(plan)).toBe('3 rows dropped: empty answer; 2 rows cut to --max-length');
  expect(losses({ ...plan, dropped: {}, cut: 0 })).toBeUndefined();
});

test.each([
  [8, '8 s'],
  [200, '3 min 20 s'],
  [7500, '2 h 05 min'],
])('%i seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test('in a pipe only what was left out and the end are said', () => {
  expect(written(false)).toEqual([
    '3 rows dropped: empty answer; 2 rows cut to --max-length\n',
    'stopped: step 3 of 50, no checkpoint was kept\n',
  ]);
});

test('on a terminal one line changes in place', () => {
  const texts = written(true);
  expect(
    texts.filter((text) => text.startsWith('\r\u001b[K') && text.includes('step')).length,
  ).toBeGreaterThan(1);
  expect(texts.at(-1)).toMatch(/^stopped/);
});

function written(isTTY: boolean): string[] {
  const texts: string[] = [];
  let now = 0;
  const stream = {
    isTTY,
    columns: 60,
    write: (text: string) => texts.push(text) > 0,
  } as unknown as NodeJS.WriteStream;
  const progress = terminalProgress(stream, () => (now += 1000));
  for (const event of [...events, { type: 'end', reason: 'stopped', step: 3 } as const])
    progress.take(event);
  return texts;
}
