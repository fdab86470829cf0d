import { expect, test } from 'vitest';
import {
  advance,
  noProgress,
  progressBundle,
  progressText,
  secondsLeft,
} from '../../../lib/display/progress.ts';
import { duration } from '../../../lib/duration.ts';
import { endText, losses, lossTeller } from '../../../lib/display/run-text.ts';
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
    { type: 'end', reason: 'done', step: 50, model: '/home/me/runs/a/final' },
    'done: step 50 of 50, validation accuracy 0.7500, model in runs/a/final',
  ],
  [
    { type: 'end', reason: 'stopped', step: 3, checkpoint: '/home/me/runs/a/global_step_3' },
    'stopped: step 3 of 50, kept runs/a/global_step_3; to go on: %train runs/a/job.yaml --resume',
  ],
  [
    { type: 'end', reason: 'failed', step: 3, message: 'out of memory' },
    'failed: step 3 of 50: out of memory\n  no checkpoint was kept',
  ],
])('an end says what it kept: %j', (end, text) => {
  expect(endText(after([end]), { cwd: '/home/me', command: '%train' })).toBe(text);
});

test('what is left out is said once, and again only where a better count differs', () => {
  const tell = lossTeller();
  const rough: Plan = { ...plan, approximate: true };
  expect(losses({ ...rough, droppedRows: { 'empty answer': [4, 17] }, cut: 0 })).toEqual([
    '3 rows dropped: empty answer (rows 4, 17, …)',
  ]);
  expect(tell(rough)).toBe('3 rows dropped: empty answer; ≈2 rows cut to --max-length');
  expect(tell(rough)).toBeUndefined();
  expect(tell(plan)).toBe('2 rows cut to --max-length');
  expect(lossTeller()({ ...plan, dropped: {}, cut: 0 })).toBeUndefined();
});

test.each<[Plan['limit'], string]>([
  [
    { tokens: 1024, by: 'max_length', truncation: 'left' },
    'at the beginning to --max-length (1,024 tokens)',
  ],
  [
    { tokens: 700, by: 'max_prompt_length', truncation: 'middle' },
    'in the middle to --max-prompt-length (700 tokens)',
  ],
  [
    { tokens: 88, by: 'positions', truncation: 'right' },
    "at the end to the 88 tokens that --max-response-length leaves of the model's positions",
  ],
])('rows are cut to what says so, where it says so: %j', (limit, text) => {
  expect(losses({ ...plan, dropped: {}, ...(limit && { limit }) })).toEqual([`2 rows cut ${text}`]);
});

test('a plan without steps divides nothing by nothing', () => {
  const empty = advance(noProgress, { type: 'plan', plan: { ...plan, steps: 0 } }, 0);
  expect(progressBundle(empty)['text/html']).toContain('<progress value="0.0000"');
});

test.each([
  [8, '8 s'],
  [200, '3 min 20 s'],
  [7500, '2 h 05 min'],
])('%i seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test('in a pipe only the size, what was left out and the end are said', () => {
  expect(written(false)).toBe(
    '100 training rows, 50 steps\n3 rows dropped: empty answer; 2 rows cut to --max-length\nstopped: step 3 of 50, no checkpoint was kept\n',
  );
});

test('on a terminal one line changes in place, and no faster than ten times a second', () => {
  const erase = '\r\u001b[K';
  const lines = written(true, 50).split(erase);
  const moving = lines.filter((line) => line !== '' && !line.endsWith('\n'));
  expect(moving.every((line) => line.length < 60)).toBe(true);
  expect(moving.map((line) => line.split('  ')[0])).toEqual([
    'step 0/50',
    'step 2/50',
    'step 3/50',
  ]);
  expect(lines.at(-1)).toBe('stopped: step 3 of 50, no checkpoint was kept\n');
});

/** What is written when the clock goes on by `tick` milliseconds an event. */
function written(isTTY: boolean, tick = 1000): string {
  const texts: string[] = [];
  let now = 0;
  const write = (text: string): boolean => texts.push(text) > 0;
  const stream = { isTTY, columns: 60, write } as unknown as NodeJS.WriteStream;
  const progress = terminalProgress(stream, { now: () => now, cwd: '/home/me' });
  for (const event of [...events, { type: 'end', reason: 'stopped', step: 3 } as const]) {
    progress.take(event);
    now += tick;
  }
  return texts.join('');
}
