/** GRPO on onnxruntime, whole: the same bits again, after a resume too, and a stop inside a rollout. */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parseJob } from '../../../../lib/command/job.ts';
import { localEngine } from '../../../../lib/engine/local.ts';
import { createOnnxExecutor } from '../../../../lib/engine/onnx/executor.ts';
import { measureModel } from '../../../../lib/engine/measure-model.ts';
import type { Executor } from '../../../../lib/graph/executor.ts';
import type { TrainEvent } from '../../../../lib/train/job.ts';
import { runJob } from '../../../../lib/worker/run-job.ts';
import { temporaryFolder } from '../../temporary.ts';
import { lasting } from '../../train/micro-run.ts';
import { digits, writeToy, type Toy } from './toy.ts';

const folder = temporaryFolder();
let toy: Toy;
beforeAll(async () => {
  toy = await writeToy(folder);
});

/** Everything at work: two mini-batches twice over, a KL term, sampling with limits. */
const everything = [
  ...['--batch-size', '4', '--ppo-mini-batch-size', '2', '--ppo-epochs', '2', '--n', '3'],
  ...['--use-kl-loss', '--kl-loss-coef', '0.1', '--temperature', '0.9', '--top-k', '200'],
  ...['--max-response-length', '12', '--learning-rate', '1e-2', '--max-steps', '5'],
  ...['--validation', 'prompts-validation.parquet', '--eval-steps', '2', '--entropy-coeff', '0.01'],
];

interface Setting {
  model?: string;
  words?: readonly string[];
  /** Stops the run when as many rollouts and validations have begun. */
  stopAt?: number;
  /** Stops it after this step. */
  stopAfter?: number;
}

async function run(name: string, setting: Setting = {}): Promise<TrainEvent[]> {
  const { model = toy.model, words = everything, stopAt, stopAfter } = setting;
  const controller = new AbortController();
  const engine = localEngine({
    ...{ name: 'test', summary: '', devices: ['cpu'], ownProcess: false },
    executor: ({ threads }) =>
      Promise.resolve(stoppedAt(createOnnxExecutor({ threads }), stopAt, () => controller.abort())),
  });
  const lists = { engines: [engine], recipes: [digits] };
  const output = join(folder, name);
  const base = ['digits', '--model', model, '--train', toy.train, '--engine', 'test'];
  const place = ['--threads', '2', '--output-dir', output];
  const job = await parseJob([...base, ...place, ...words], { cwd: folder, ...lists });
  const events: TrainEvent[] = [];
  for await (const event of runJob(job, { ...lists, signal: controller.signal })) {
    events.push(event);
    if (event.type === 'step' && event.step === stopAfter) controller.abort();
  }
  return events;
}

/** How often weights were put on an executor. */
let loads = 0;

/** Tells when the model has begun to write for the n-th time. */
function stoppedAt(executor: Executor, n: number | undefined, stop: () => void): Executor {
  let begun = 0;
  return {
    ...executor,
    parameters(...given) {
      loads++;
      return executor.parameters(...given);
    },
    async writer(...asked) {
      const writer = await executor.writer!(...asked);
      return {
        ...writer,
        write(...request) {
          const written = writer.write(...request);
          if (++begun === n) stop();
          return written;
        },
      };
    },
  };
}

/** What a run came to: its events but for checkpoints and times, and its weights. */
async function outcome(
  name: string,
  file = 'model.safetensors',
): Promise<{ events: unknown[]; weights: Buffer }> {
  const lines = (await readFile(join(folder, name, 'metrics.jsonl'), 'utf8')).trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as TrainEvent);
  return {
    events: lasting(events.filter(({ type }) => type !== 'checkpoint' && type !== 'end')),
    weights: await readFile(join(folder, name, 'final', file)),
  };
}

test('two runs are the same bits', async () => {
  const events = await run('whole');
  expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'done', step: 5 });
  await run('again');
  expect(await outcome('again')).toEqual(await outcome('whole'));
  const { metrics, samples } = events.find((event) => event.type === 'step')!;
  for (const name of ['reward', 'accuracy', 'kl', 'entropy', 'clip_fraction', 'zero_variance'])
    expect(metrics[name], name).toBeTypeOf('number');
  expect(metrics.kl).toBeGreaterThan(0);
  expect(samples!.length).toBeGreaterThan(0);
});

test('a measurement of the model is the validation of the run that made it', async () => {
  const model = join(folder, 'whole', 'final');
  const words = ['--validation', 'prompts-validation.parquet', '--max-response-length', '12'];
  const job = await parseJob(
    ['digits', '--model', model, '--train', toy.train, '--threads', '2', ...words],
    { cwd: folder, recipes: [digits] },
  );
  const executor = createOnnxExecutor({ threads: 2 });
  const found = await measureModel({ job, recipe: digits }, executor, () => undefined);
  const { events } = await outcome('whole');
  const validations = (events as TrainEvent[]).filter((event) => event.type === 'validation');
  expect(found).toMatchObject({ rows: 3, metrics: validations.at(-1)!.metrics });
});

test('stopped after a step and resumed, the rest is the same', async () => {
  await run('after', { stopAfter: 3 });
  await run('after', { words: [...everything, '--resume'] });
  expect(await outcome('after')).toEqual(await outcome('whole'));
});

test.each([
  ['a rollout', 2, 1],
  ['a validation', 3, 2],
])('a stop inside %s keeps the last whole step', async (name, stopAt, step) => {
  const output = `inside ${name}`;
  const events = await run(output, { stopAt });
  expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'stopped', step });
  await run(output, { words: [...everything, '--resume'] });
  expect(await outcome(output)).toEqual(await outcome('whole'));
});

test('an adapter beside its base: one copy of the weights, and the same bits after a stop', async () => {
  const words = [...everything, '--lora-r', '2'];
  loads = 0;
  await run('adapter', { words });
  expect(loads).toBe(1);
  await run('adapter stopped', { words, stopAt: 3 });
  await run('adapter stopped', { words: [...words, '--resume'] });
  const [whole, stopped] = await Promise.all(
    ['adapter', 'adapter stopped'].map((name) => outcome(name, 'adapter_model.safetensors')),
  );
  expect(stopped).toEqual(whole);
  const steps = (whole!.events as TrainEvent[]).filter((event) => event.type === 'step');
  expect(steps.at(-1)!.metrics.kl).toBeGreaterThan(steps[0]!.metrics.kl!);
});

test('a completion ends with each of the tokens that generation_config.json names', async () => {
  const model = join(folder, 'ending-model');
  await cp(toy.model, model, { recursive: true });
  const every = Array.from({ length: 274 }, (_, id) => id);
  const generation = JSON.stringify({ eos_token_id: every });
  await writeFile(join(model, 'generation_config.json'), generation);
  const lengths = (events: readonly TrainEvent[]) =>
    events.flatMap((event) =>
      event.type === 'step' || event.type === 'validation'
        ? [[event.metrics.response_length, event.metrics.truncated]]
        : [],
    );
  const words = [...everything, '--max-steps', '1'];
  const ended = lengths(await run('ending', { model, words }));
  expect(ended).toEqual([
    [1, 0],
    [1, 0],
  ]);
  for (const [length] of lengths(await run('unended', { words })))
    expect(length).toBeGreaterThan(1);
});

test('the reward rises', async () => {
  const words = [
    ...['--batch-size', '12', '--n', '8', '--max-response-length', '6', '--max-steps', '25'],
    ...['--learning-rate', '2e-2', '--seed', '1'],
  ];
  const events = await run('rises', { words });
  const rewards = events.flatMap((event) => (event.type === 'step' ? [event.metrics.reward!] : []));
  expect(rewards[0]).toBeLessThan(0.2);
  expect(rewards.at(-1)).toBeGreaterThan(0.7);
});
