/** SFT by VERL on a Ray cluster, on processors by a platform of the tests' own: the embedded engine's steps. */
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { parseJob } from '../../lib/command/job.ts';
import type { Job, TrainEvent } from '../../lib/train/job.ts';
import { runJob } from '../../lib/worker/run-job.ts';
import { collect } from '../lib/train/micro-run.ts';

let folder: string;
let local: TrainEvent[];
const model = join(import.meta.dirname, '../../notebooks/model');
const steps = 8;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cluster-'));
  await writeFile(join(folder, 'train.jsonl'), rows(16));
  await writeFile(join(folder, 'validation.jsonl'), rows(4));
  local = await collect(runJob(await job('local'), { inProcess: true }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([1, 2])('eight steps by %i workers', async (workers) => {
  const events = await collect(runJob(await job(`ray-${workers}`, ...ray(workers))));
  const [ours, theirs] = [measured(events), measured(local)];
  expect(ours.map(({ at }) => at)).toEqual(theirs.map(({ at }) => at));
  ours.forEach(({ at, metrics }, i) => {
    const names = at.startsWith('step')
      ? ['grad_norm', 'learning_rate', 'loss', 'num_tokens']
      : ['loss'];
    expect(Object.keys(metrics).sort()).toEqual(names);
    for (const [name, value] of Object.entries(metrics))
      expect(Math.abs(value - theirs[i]!.metrics[name]!), `${name} of ${at}`).toBeLessThan(1e-3);
  });
  const checkpoint = join(folder, `ray-${workers}`, `global_step_${steps}`);
  const final = join(folder, `ray-${workers}`, 'final');
  expect(events.at(-1)).toEqual({
    ...{ type: 'end', reason: 'done', step: steps, model: final, checkpoint },
  });
  const here = join(folder, 'local/final');
  expect((await readdir(final)).sort()).toEqual((await readdir(here)).sort());
  expect(await readFile(join(final, 'config.json'))).toEqual(
    await readFile(join(here, 'config.json')),
  );
});

test('a stop leaves the last checkpoint, from which the run goes on to the same end', async () => {
  const long = ['--epochs', '40', '--eval-steps', '20', '--save-steps', '8'];
  const whole = measured(await collect(runJob(await job('long', ...long), { inProcess: true })));
  const stop = new AbortController();
  const first: TrainEvent[] = [];
  const place = [...ray(1), ...long];
  for await (const event of runJob(await job('stopped', ...place), { signal: stop.signal })) {
    first.push(event);
    if (event.type === 'checkpoint') stop.abort();
  }
  const end = first.at(-1) as TrainEvent & { type: 'end' };
  expect(end).toMatchObject({ type: 'end', reason: 'stopped' });
  const kept = Number(/global_step_(\d+)$/.exec(end.checkpoint!)![1]);
  const second = await collect(runJob(await job('stopped', ...place, '--resume')));
  const again = measured(second);
  expect(again[0]!.at).toBe(`step ${kept + 1}`);
  const theirs = new Map(whole.map(({ at, metrics }) => [at, metrics]));
  for (const { at, metrics } of again)
    for (const [name, value] of Object.entries(metrics))
      // So many steps add up what float32 rounds otherwise.
      expect(Math.abs(value - theirs.get(at)![name]!), `${name} of ${at}`).toBeLessThan(1e-2);
  const told = (await readFile(join(folder, 'stopped/metrics.jsonl'), 'utf8')).trim().split('\n');
  const kinds = told.map((line) => (JSON.parse(line) as TrainEvent).type);
  expect(kinds.filter((type) => type === 'step').length).toBe(160);
});

function job(output: string, ...more: string[]): Promise<Job> {
  return parseJob(
    [
      ...['sft', '--model', model, '--train', join(folder, 'train.jsonl')],
      ...['--validation', join(folder, 'validation.jsonl'), '--batch-size', '4', '--epochs', '2'],
      ...['--learning-rate', '1e-3', '--warmup-ratio', '0.25', '--threads', '1'],
      ...['--eval-steps', '4', '--output-dir', join(folder, output), ...more],
    ],
    { cwd: folder },
  );
}

function ray(workers: number): string[] {
  return [
    ...['--engine', 'ray', '--device', 'cpu', '--ray-address', inject('ray')],
    ...['--workers', `${workers}`],
  ];
}

/** Metrics by step, without those of the clock. */
function measured(events: readonly TrainEvent[]) {
  return events.flatMap((event) => {
    if (event.type !== 'step' && event.type !== 'validation') return [];
    const lasting = Object.entries(event.metrics).filter(([name]) => !/second/.test(name));
    return [{ at: `${event.type} ${event.step}`, metrics: Object.fromEntries(lasting) }];
  });
}

/** Conversations of different lengths, so that their order shows. */
function rows(count: number): string {
  const words = ['hello', 'world', 'user', 'yes', 'no', 'perhaps'];
  return Array.from({ length: count }, (_, i) => {
    const said = Array.from({ length: 1 + (i % 5) }, (_, k) => words[(i * 5 + k) % 6]!).join(' ');
    const messages = [
      { role: 'user', content: said },
      { role: 'assistant', content: `${words[(i * 7) % 6]!} ${said}` },
    ];
    return `${JSON.stringify({ messages })}\n`;
  }).join('');
}
