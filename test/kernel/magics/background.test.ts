import { expect, test } from 'vitest';
import type { BackgroundRun } from '../../../kernel/magics/train-result.ts';
import { trainMagic, type TrainLibrary } from '../../../kernel/magics/train.ts';
import { bundleOf } from '../../../kernel/session/output.ts';
import type { Job, TrainEvent } from '../../../lib/train/job.ts';
import { fakeCall } from './fake-call.ts';

const job: Job = {
  recipe: 'bradley-terry',
  ...{ model: 'model', train: ['a.parquet'], validation: [] },
  ...{ engine: 'onnx', device: 'cpu', threads: 2, seed: 0 },
  output: 'runs/bradley-terry-001',
  options: { background: true },
};

/** A run that waits in its middle until it may end. */
function waiting(
  mayEnd: Promise<unknown>,
  end: Extract<TrainEvent, { type: 'end' }>,
): TrainLibrary {
  return {
    resolve: () => Promise.resolve({ job, live: {} }),
    async *run(_, { signal }) {
      yield { type: 'step', step: 1, metrics: { loss: 0.5 } };
      await mayEnd;
      yield signal.aborted ? { ...end, reason: 'stopped' } : end;
    },
    help: () => Promise.resolve(''),
    complete: () => Promise.resolve([]),
  };
}

test('a run in the background goes on after its cell, and is stopped by what the cell gave', async () => {
  const { call, shown, out } = fakeCall('bradley-terry --background');
  const between = Promise.withResolvers<undefined>();
  const library = waiting(between.promise, { type: 'end', reason: 'done', step: 1 });
  const run = (await trainMagic(library).run(call)) as BackgroundRun;
  expect(run.run).toBe('runs/bradley-terry-001');
  expect(bundleOf(run)).toEqual({
    'text/plain': expect.stringMatching(/^runs\/bradley-terry-001 goes on .*\.stop\(\)/) as string,
  });
  const stopped = run.stop();
  between.resolve(undefined);
  expect(await stopped).toMatchObject({ steps: 1 });
  expect(out()).toContain('stopped');
  expect(shown.some(({ form }) => form === 'figure')).toBe(true);
});

test('a failure in the background is told in its cell', async () => {
  const { call, err } = fakeCall('bradley-terry --background');
  const message = 'the weights have overflowed';
  const library = waiting(Promise.resolve(), { type: 'end', reason: 'failed', step: 1, message });
  const run = (await trainMagic(library).run(call)) as BackgroundRun;
  await expect(run.finished).rejects.toThrow(message);
  expect(err()).toMatch(/overflowed.*log/);
});
