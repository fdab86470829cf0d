/** Bradley–Terry on a Ray cluster against the embedded engine: the same curve, by one worker and by two. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { parseJob } from '../../lib/command/job.ts';
import type { Job, TrainEvent } from '../../lib/train/job.ts';
import { runJob } from '../../lib/worker/run-job.ts';
import { collect, microRun, microWords, type MicroRun } from '../lib/train/micro-run.ts';

let run: MicroRun;
let local: TrainEvent[];
const options = ['--epochs', '4', '--scheduler', 'cosine', '--warmup-ratio', '0.2'];
const more = ['--weight-decay', '0.1', '--label-smoothing', '0.05', '--eval-steps', '10'];

beforeAll(async () => {
  run = await microRun(await mkdtemp(join(tmpdir(), 'cluster-')));
  local = await collect(
    runJob(await parseJob(words('local'), { cwd: run.folder }), { inProcess: true }),
  );
});
afterAll(() => rm(run.folder, { recursive: true, force: true }));

test.each([1, 2])('twenty steps by %i workers', async (workers) => {
  const events = await train(`ray-${workers}`, '--workers', `${workers}`, '--save-steps', '12');
  const ours = measured(events);
  const theirs = measured(local);
  expect(ours.map(({ at }) => at)).toEqual(theirs.map(({ at }) => at));
  expect(ours.length).toBe(20 + 2);
  ours.forEach(({ metrics }, i) => {
    for (const [name, value] of Object.entries(theirs[i]!.metrics))
      expect(Math.abs(metrics[name]! - value), `${name} of ${ours[i]!.at}`).toBeLessThan(1e-3);
  });
  expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'done', step: 20 });
});

test('a stop keeps a checkpoint, from which the run goes on to the same end', async () => {
  // Of the size that a step takes long enough to be seen.
  const notebooks = join(import.meta.dirname, '../../notebooks');
  const words = [
    ...['bradley-terry', '--model', join(notebooks, 'model')],
    ...['--train', join(notebooks, 'data/preferences-train.parquet')],
    ...['--learning-rate', '1e-4', '--batch-size', '128', '--max-steps', '16'],
  ];
  const place = (...added: string[]): Promise<Job> =>
    parseJob([...words, ...added, '--output-dir', join(run.folder, 'stopped')], {
      cwd: run.folder,
    });
  const whole = await parseJob([...words, '--output-dir', join(run.folder, 'whole')], {
    cwd: run.folder,
  });
  const expected = measured(await collect(runJob(whole, { inProcess: true })));
  const stop = new AbortController();
  const first: TrainEvent[] = [];
  for await (const event of runJob(await place(...ray()), { signal: stop.signal })) {
    first.push(event);
    if (event.type === 'step') stop.abort();
  }
  const end = first.at(-1)!;
  expect(end).toMatchObject({ type: 'end', reason: 'stopped' });
  const stopped = end.type === 'end' ? end.step : 0;
  expect(stopped).toBeLessThan(16);
  const second = await collect(runJob(await place(...ray(), '--resume')));
  expect(second.filter(({ type }) => type === 'step')[0]).toMatchObject({ step: stopped + 1 });
  const last = measured(second).at(-1)!.metrics;
  for (const [name, value] of Object.entries(expected.at(-1)!.metrics))
    expect(Math.abs(last[name]! - value), name).toBeLessThan(1e-3);
  const lines = (await readFile(join(run.folder, 'stopped/metrics.jsonl'), 'utf8')).trim();
  const steps = lines.split('\n').map((line) => JSON.parse(line) as TrainEvent);
  expect(steps[0]).toMatchObject({ type: 'plan' });
  expect(steps.filter(({ type }) => type === 'step').length).toBe(16);
});

function words(folder: string, ...added: string[]): string[] {
  return microWords(run, ...options, ...more, '--output-dir', join(run.folder, folder), ...added);
}

function ray(): string[] {
  return ['--engine', 'ray', '--device', 'cpu', '--ray-address', inject('ray'), '--threads', '1'];
}

function job(folder: string, ...added: string[]): Promise<Job> {
  return parseJob(words(folder, ...ray(), ...added), { cwd: run.folder });
}

async function train(folder: string, ...added: string[]): Promise<TrainEvent[]> {
  return collect(runJob(await job(folder, ...added)));
}

/** Metrics by step, without those of the clock. */
function measured(events: readonly TrainEvent[]) {
  return events.flatMap((event) => {
    if (event.type !== 'step' && event.type !== 'validation') return [];
    const lasting = Object.entries(event.metrics).filter(([name]) => !/second/.test(name));
    return [{ at: `${event.type} ${event.step}`, metrics: Object.fromEntries(lasting) }];
  });
}
