import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { trainMagic, type TrainLibrary } from '../../../kernel/magics/train.ts';
import { UserError } from '../../../lib/errors.ts';
import type { MimeBundle } from '../../../lib/display/bundle.ts';
import type { Job, Plan, TrainEvent } from '../../../lib/train/job.ts';

const output = mkdtempSync(join(tmpdir(), 'rewardlab-train-magic-'));
const job: Job = {
  recipe: 'bradley-terry',
  model: 'model',
  train: ['a.parquet'],
  validation: [],
  engine: 'onnx',
  device: 'cpu',
  threads: 2,
  seed: 0,
  output,
  options: { learning_rate: 1e-3, batch_size: 16, epochs: 1, scheduler: 'linear' },
  notes: ['trainer.logger: has no meaning here'],
};
const plan: Plan = {
  approximate: false,
  parameters: 10,
  rows: { train: 9, validation: 0 },
  dropped: { 'empty answer': 1 },
  cut: 0,
  tokens: 100,
  steps: 4,
  epochs: 1,
  memoryBytes: 2 ** 20,
};

test('a run is one figure and one progress line that change in place, and a line at the end', async () => {
  const { call, shown, text } = recorder('bradley-terry --model model --train a.parquet');
  const result = await trainMagic(library(finished)).run(call);
  expect(new Set(shown.map(({ id }) => id)).size).toBe(2);
  expect(shown.filter(({ data }) => 'image/svg+xml' in data).length).toBeGreaterThanOrEqual(4);
  expect(text()).toMatch(
    /^trainer\.logger: has no meaning here\nbradley-terry on model: .*\n1 row dropped: empty answer\ndone: step 4 of 4, validation accuracy 0\.7500, model in final\n$/,
  );
  expect(result).toEqual({
    run: output,
    model: 'final',
    steps: 4,
    train: { loss: 0.25, accuracy: 0.5 },
    validation: { accuracy: 0.75 },
  });
  expect(readFileSync(join(output, 'figure.svg'), 'utf8')).toMatch(/^<svg/);
});

test('an interrupted run says what it kept', async () => {
  const { call, text, interrupt } = recorder('bradley-terry');
  const stopping = async function* (signal: AbortSignal): AsyncGenerator<TrainEvent> {
    yield { type: 'plan', plan };
    yield { type: 'step', step: 1, metrics: { loss: 1 } };
    interrupt();
    expect(signal.aborted).toBe(true);
    yield { type: 'end', reason: 'stopped', step: 1, checkpoint: 'global_step_1' };
    await Promise.resolve();
  };
  await trainMagic(library(stopping)).run(call);
  expect(text()).toContain('stopped: step 1 of 4, kept global_step_1; --resume goes on from there');
});

test('a failed run is an error with its reason', async () => {
  const { call } = recorder('bradley-terry');
  const failing = async function* (): AsyncGenerator<TrainEvent> {
    yield { type: 'end', reason: 'failed', step: 0, message: 'the worker was killed' };
    await Promise.resolve();
  };
  await expect(trainMagic(library(failing)).run(call)).rejects.toThrow(
    'the run failed: the worker was killed',
  );
});

test('--help and --dry-run train nothing', async () => {
  const planning = async function* (): AsyncGenerator<TrainEvent> {
    yield { type: 'plan', plan };
    await Promise.resolve();
  };
  const help = recorder('--help');
  await trainMagic(library(planning)).run(help.call);
  expect(help.text()).toBe('the help\n');
  const dry = recorder('bradley-terry --dry-run');
  await trainMagic(library(planning)).run(dry.call);
  expect(dry.text()).toContain('steps           4 in 1 epoch\n');
  expect([...help.shown, ...dry.shown]).toEqual([]);
});

test('a bad line is a sentence', async () => {
  await expect(trainMagic(library(finished)).run(recorder('bad "quote').call)).rejects.toThrow(
    'a quote is left open',
  );
});

async function* finished(): AsyncGenerator<TrainEvent> {
  yield { type: 'plan', plan };
  for (let step = 1; step <= 4; step++)
    yield { type: 'step', step, metrics: { loss: 1 / step, accuracy: 0.5 } };
  yield { type: 'validation', step: 4, metrics: { accuracy: 0.75 } };
  yield { type: 'end', reason: 'done', step: 4, model: 'final' };
  await Promise.resolve();
}

function library(run: (signal: AbortSignal) => AsyncIterable<TrainEvent>): TrainLibrary {
  let now = 0;
  return {
    parse: (words) => {
      if (words.includes('unknown')) throw new UserError('unknown');
      const options = { ...job.options, dry_run: words.includes('--dry-run') };
      return Promise.resolve({ ...job, options });
    },
    run: (_, { signal }) => run(signal),
    help: () => 'the help',
    complete: () => [],
    now: () => (now += 1000),
  };
}

function recorder(line: string) {
  const shown: { id: string; data: MimeBundle }[] = [];
  const texts: string[] = [];
  const controller = new AbortController();
  return {
    shown,
    text: () => texts.join(''),
    interrupt: () => controller.abort(),
    call: {
      line,
      body: undefined,
      cwd: '.',
      signal: controller.signal,
      write: (text: string) => void texts.push(text),
      display(data: MimeBundle, { id = `d${shown.length}` }: { id?: string } = {}) {
        shown.push({ id, data });
        return id;
      },
    },
  };
}
