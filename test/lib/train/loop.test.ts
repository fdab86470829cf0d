/** The loop over an executor of fixed arithmetic: order of events, commands, resume at every point. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parseJob } from '../../../lib/command/job.ts';
import { localEngine } from '../../../lib/engine/local.ts';
import type { JobCommand, TrainEvent } from '../../../lib/train/job.ts';
import { runJob } from '../../../lib/worker/run-job.ts';
import { temporaryFolder } from '../temporary.ts';
import { fakeExecutor } from './fake-executor.ts';
import { collect, lasting, microRun, microWords, type MicroRun } from './micro-run.ts';

const folder = temporaryFolder();
let micro: MicroRun;
beforeAll(async () => {
  micro = await microRun(folder);
});

let runs = 0;
const place = (): string => join(folder, `run-${++runs}`);

const engines = () => [
  localEngine({
    name: 'fake',
    summary: 'arithmetic',
    devices: ['none'],
    ownProcess: false,
    executor: () => Promise.resolve(fakeExecutor()),
  }),
];

async function jobOf(output: string, ...more: string[]) {
  const words = microWords(micro, '--engine', 'fake', '--output-dir', output, ...more);
  return parseJob(words, { cwd: micro.folder, engines: engines() });
}

async function run(output: string, ...more: string[]): Promise<TrainEvent[]> {
  return collect(runJob(await jobOf(output, ...more), { engines: engines() }));
}

/** Runs a job and gives commands as soon as a step is done. */
async function commanded(
  output: string,
  at: Record<number, JobCommand[]>,
  ...more: string[]
): Promise<TrainEvent[]> {
  const channel = new TransformStream<JobCommand, JobCommand>();
  const writer = channel.writable.getWriter();
  const events: TrainEvent[] = [];
  const commands = channel.readable.values();
  for await (const event of runJob(await jobOf(output, ...more), {
    engines: engines(),
    commands,
  })) {
    events.push(event);
    if (event.type === 'step')
      for (const command of at[event.step] ?? []) await writer.write(command);
  }
  return events;
}

/** Runs a job and aborts it after a step. */
async function aborted(output: string, step: number, ...more: string[]): Promise<TrainEvent[]> {
  const controller = new AbortController();
  const options = { engines: engines(), signal: controller.signal };
  const events: TrainEvent[] = [];
  for await (const event of runJob(await jobOf(output, ...more), options)) {
    events.push(event);
    if (event.type === 'step' && event.step === step) controller.abort();
  }
  return events;
}

const kinds = (events: readonly TrainEvent[]): string[] =>
  events.map((event) => ('step' in event ? `${event.type} ${event.step}` : event.type));

test('plans, steps, validates, keeps checkpoints and ends, in this order', async () => {
  const output = place();
  const events = await run(output, '--eval-steps', '2', '--save-steps', '4');
  expect(kinds(events)).toEqual([
    'plan',
    'step 1',
    'step 2',
    'validation 2',
    'step 3',
    'step 4',
    'validation 4',
    'checkpoint 4',
    'step 5',
    'validation 5',
    'end 5',
  ]);
  expect(events.at(-1)).toMatchObject({ reason: 'done', model: join(output, 'final') });
  expect((await readdir(output)).sort()).toEqual([
    'environment.json',
    'final',
    'global_step_4',
    'job.yaml',
    'log.txt',
    'metrics.jsonl',
  ]);
  const recorded = (await readFile(join(output, 'metrics.jsonl'), 'utf8')).trim().split('\n');
  expect(recorded.map((line) => JSON.parse(line) as unknown)).toEqual(events);
});

test('the plan counts rows, tokens and steps', async () => {
  const [event] = await run(place(), '--epochs', '3', '--dry-run');
  expect(event).toMatchObject({
    type: 'plan',
    plan: {
      approximate: false,
      rows: { train: 20, validation: 7 },
      steps: 15,
      dropped: {},
      cut: 0,
      limit: { tokens: 1024, by: 'max_length', truncation: 'left' },
    },
  });
});

test('the last batch of an epoch may be smaller, and the next epoch has another order', async () => {
  const output = place();
  const events = await run(output, '--batch-size', '8', '--epochs', '2');
  const steps = events.filter((event) => event.type === 'step');
  expect(steps).toHaveLength(6);
  const tokens = steps.map(({ metrics }) => metrics.num_tokens!);
  expect(tokens[5]).toBe(2 * tokens[2]!);
  expect(tokens[3]! - tokens[2]!).not.toBe(tokens[0]);
});

test('interrupted after any step and resumed, the rest is the same', async () => {
  const options = ['--eval-steps', '2', '--epochs', '2', '--scheduler', 'cosine'];
  const whole = lasting(await run(place(), ...options));
  for (let step = 1; step < 10; step++) {
    const output = place();
    const first = await aborted(output, step, ...options);
    expect(first.at(-1)).toEqual({
      type: 'end',
      reason: 'stopped',
      step,
      checkpoint: join(output, `global_step_${step}`),
    });
    await run(output, ...options, '--resume');
    const lines = (await readFile(join(output, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as TrainEvent);
    expect(lasting(events.filter(({ type }) => type !== 'checkpoint'))).toEqual(
      whole.map((event) =>
        (event as TrainEvent).type === 'end' ? { ...(event as object), model: '' } : event,
      ),
    );
  }
});

test('sets options, saves and stops when told', async () => {
  const output = place();
  const events = await commanded(output, {
    1: [{ type: 'set', option: 'learning_rate', value: 0.5 }, { type: 'save' }],
    3: [{ type: 'set', option: 'batch_size', value: 2 }, { type: 'stop' }],
  });
  expect(kinds(events)).toEqual([
    'plan',
    'step 1',
    'set 1',
    'checkpoint 1',
    'step 2',
    'step 3',
    'checkpoint 3',
    'end 3',
  ]);
  const rates = events.flatMap((event) =>
    event.type === 'step' ? [event.metrics.learning_rate] : [],
  );
  expect(rates).toEqual([1e-2, 0.5 * (4 / 5), 0.5 * (3 / 5)]);
  expect(await readFile(join(output, 'log.txt'), 'utf8')).toContain(
    'cannot set batch_size to 2 while running',
  );
});

test('what was set is still set after a resume', async () => {
  const output = place();
  await commanded(output, {
    2: [{ type: 'set', option: 'learning_rate', value: 0.5 }, { type: 'stop' }],
  });
  const [, step] = await run(output, '--resume');
  expect(step).toMatchObject({ type: 'step', step: 3, metrics: { learning_rate: 0.5 * (3 / 5) } });
});

test('a pause holds the next step until resume, and a checkpoint can be had meanwhile', async () => {
  const output = place();
  const events = await commanded(output, {
    2: [{ type: 'pause' }, { type: 'save' }, { type: 'resume' }],
  });
  expect(kinds(events)).toContain('checkpoint 2');
  expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'done', step: 5 });
});

test('an abort during a pause stops', async () => {
  const controller = new AbortController();
  const job = await jobOf(place());
  const commands = (async function* (): AsyncGenerator<JobCommand> {
    yield await Promise.resolve({ type: 'pause' } as const);
    queueMicrotask(() => controller.abort());
  })();
  const events = await collect(
    runJob(job, { engines: engines(), commands, signal: controller.signal }),
  );
  expect(events.at(-1)).toEqual({ type: 'end', reason: 'stopped', step: 0 });
});

test('weights that overflow end the run with a sentence', async () => {
  const output = place();
  const events = await run(output, '--learning-rate', '1e30', '--scheduler', 'constant');
  expect(events.at(-1)).toMatchObject({
    reason: 'failed',
    message: expect.stringMatching(
      /step \d: \w+ is no longer a number.*\n.*--learning-rate/,
    ) as string,
  });
});
