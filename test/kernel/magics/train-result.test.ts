/** How the value of a run shows itself. */
import { expect, test } from 'vitest';
import { trainResult } from '../../../kernel/magics/train-result.ts';
import { bundleOf } from '../../../kernel/session/output.ts';
import { advance, noProgress } from '../../../lib/display/progress.ts';
import type { Job, TrainEvent } from '../../../lib/train/job.ts';

const job: Job = {
  recipe: 'bradley-terry',
  ...{ model: '/home/model', train: ['a.parquet'], validation: [] },
  ...{ engine: 'onnx', device: 'cpu', threads: 2, seed: 0 },
  output: '/home/runs/a',
  options: {},
};
const done: TrainEvent = { type: 'end', reason: 'done', step: 4, model: '/home/runs/a/final' };

function after(events: readonly TrainEvent[], recipe = 'bradley-terry') {
  const progress = events.reduce((before, event) => advance(before, event, 0), noProgress);
  return trainResult({ ...job, recipe }, progress, '/home');
}

test('a few lines with what to type next; the value itself is plain data', () => {
  const metrics = { loss: 0.25, accuracy: 0.5, grad_norm: 3 };
  const result = after([
    { type: 'step', step: 4, metrics },
    { type: 'validation', step: 4, metrics: { accuracy: 0.75 } },
    done,
  ]);
  expect(bundleOf(result)).toEqual({
    'text/plain': `runs/a: 4 steps, training loss 0.25, accuracy 0.5
  validation accuracy 0.75
next: const model = await RewardModel.load('runs/a/final')`,
  });
  expect(JSON.parse(JSON.stringify(result))).toEqual({
    ...{ run: 'runs/a', model: 'runs/a/final', steps: 4 },
    train: metrics,
    validation: { accuracy: 0.75 },
  });
});

test('of a run that writes, its reward', () => {
  const metrics = { loss: 1e-9, reward: 0.5, kl: 0.01 };
  expect(bundleOf(after([{ type: 'step', step: 4, metrics }, done], 'pairwise'))).toEqual({
    'text/plain': `runs/a: 4 steps, training reward 0.5, kl 0.01
next: const model = await LanguageModel.load('runs/a/final')`,
  });
});

test('of a run that was stopped, how far it came', () => {
  const stopped: TrainEvent = { type: 'end', reason: 'stopped', step: 1, checkpoint: 'x' };
  expect(bundleOf(after([{ type: 'step', step: 1, metrics: { loss: 1 } }, stopped]))).toEqual({
    'text/plain': 'runs/a: step 1, training loss 1',
  });
});
