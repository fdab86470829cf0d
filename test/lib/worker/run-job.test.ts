/** Real training of a micro model: the same bits twice, in a worker and here, interrupted and not. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parseJob } from '../../../lib/command/job.ts';
import type { TrainEvent } from '../../../lib/train/job.ts';
import { runJob, type RunOptions } from '../../../lib/worker/run-job.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { collect, lasting, microRun, microWords, type MicroRun } from '../train/micro-run.ts';

const folder = temporaryFolder();
let micro: MicroRun;
let whole: TrainEvent[];
const options = ['--epochs', '2', '--eval-steps', '3'];

let runs = 0;
const place = (): string => join(folder, `run-${++runs}`);
const jobOf = (output: string, ...more: string[]) =>
  parseJob(microWords(micro, '--output-dir', output, ...more), { cwd: folder });
const run = async (output: string, control: RunOptions, ...more: string[]) =>
  collect(runJob(await jobOf(output, ...options, ...more), control));

beforeAll(async () => {
  micro = await microRun(folder);
  whole = await run(place(), {});
});

test('learns', () => {
  const validations = whole.filter((event) => event.type === 'validation');
  expect(validations.map(({ step }) => step)).toEqual([3, 6, 9, 10]);
  expect(validations.at(-1)!.metrics.loss).toBeLessThan(validations[0]!.metrics.loss!);
  expect(Object.keys(whole[1]!.type === 'step' ? whole[1]!.metrics : {})).toEqual([
    ...['loss', 'accuracy', 'margin', 'mean_reward', 'grad_norm', 'learning_rate', 'num_tokens'],
    ...['seconds', 'tokens_per_second'],
  ]);
});

test('gives the same bits again, and in this process', async () => {
  expect(lasting(await run(place(), {}))).toEqual(lasting(whole));
  expect(lasting(await run(place(), { inProcess: true }))).toEqual(lasting(whole));
});

test('interrupted and resumed, gives the same bits', async () => {
  const output = place();
  const controller = new AbortController();
  const job = await jobOf(output, ...options);
  const first: TrainEvent[] = [];
  for await (const event of runJob(job, { signal: controller.signal })) {
    first.push(event);
    if (event.type === 'step' && event.step === 2) controller.abort();
  }
  const end = first.at(-1)!;
  expect(end).toMatchObject({ type: 'end', reason: 'stopped' });
  expect(end).toHaveProperty('checkpoint');
  await run(output, {}, '--resume');
  const lines = (await readFile(join(output, 'metrics.jsonl'), 'utf8')).trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as TrainEvent);
  expect(lasting(events.filter(({ type }) => type !== 'checkpoint'))).toEqual(lasting(whole));
});

test('a worker that is killed ends the job with the reason and the checkpoint to go on from', async () => {
  const output = place();
  let pid = 0;
  const events: TrainEvent[] = [];
  const job = await jobOf(output, '--epochs', '2000', '--save-steps', '2');
  for await (const event of runJob(job, { onWorker: (id) => (pid = id) })) {
    events.push(event);
    if (event.type === 'checkpoint' && event.step === 2) process.kill(pid, 'SIGKILL');
  }
  const end = events.at(-1)!;
  expect(end).toMatchObject({ type: 'end', reason: 'failed' });
  const { message, checkpoint } = end as Extract<TrainEvent, { type: 'end' }>;
  expect(checkpoint).toMatch(/global_step_\d+$/);
  expect(message).toMatch(
    /^the worker process was killed \(SIGKILL\), perhaps for want of memory\n {2}--resume continues from step \d+$/,
  );
  const recorded = (await readFile(join(output, 'metrics.jsonl'), 'utf8')).trim().split('\n');
  expect(JSON.parse(recorded.at(-1)!)).toEqual(end);
});

test('a job that cannot begin is refused across the pipe, and leaves no folder', async () => {
  const output = place();
  const job = await jobOf(output);
  const broken = { ...job, train: [join(micro.model, 'config.json')] };
  expect(await refusal(() => collect(runJob(broken)), folder)).toMatchInlineSnapshot(
    `"'model/config.json' has no columns 'chosen', 'rejected'; columns there: architectures, attention_bias, dtype, eos_token_id, head_dim, hidden_act, hidden_size, initializer_range, intermediate_size, layer_types, max_position_embeddings, model_type, num_attention_heads, num_hidden_layers, num_key_value_heads, pad_token_id, rms_norm_eps, rope_parameters, tie_word_embeddings, use_sliding_window, vocab_size, id2label"`,
  );
  await expect(readFile(join(output, 'job.yaml'))).rejects.toThrow('ENOENT');
});
