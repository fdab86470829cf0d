/** Judges by VERL's GRPO on a Ray cluster, on processors: transformers writes in vLLM's place (python/rollout_on_cpu.py). */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { parseJob } from '../../lib/command/job.ts';
import { openRows } from '../../lib/data/rows.ts';
import type { Sample } from '../../lib/recipe/recipe.ts';
import type { TrainEvent } from '../../lib/train/job.ts';
import { runJob } from '../../lib/worker/run-job.ts';

let folder: string;
const notebooks = join(import.meta.dirname, '../../notebooks');
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cluster-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Few processes, for a cluster of few processors. */
const small = [
  'actor_rollout_ref.rollout.agent.num_workers=1',
  'reward.num_workers=1',
  'transfer_queue.backend.SimpleStorage.num_data_storage_units=1',
  'data.dataloader_num_workers=0',
];
const judges = {
  pairwise: { lesson: 'careless-preferences', rows: 'pairs', words: ['--no-ties'] },
  pointwise: { lesson: 'careless-scores', rows: 'scores', words: [] },
};

test.each(['pairwise', 'pointwise'] as const)('a %s judge', async (recipe) => {
  const words = [...(await judgeOf(recipe)), '--max-steps', '3', '--eval-on-start'];
  const theirs = await train(words, `local-${recipe}`);
  const ours = await train([...words, ...ray()], recipe);
  const [before, ...steps] = measured(ours);
  const [expected, first] = measured(theirs);
  expect(before!.at).toBe('validation 0');
  expect(Object.keys(before!.metrics).sort()).toEqual(verdicts);
  for (const name of verdicts)
    expect(Math.abs(before!.metrics[name]! - expected!.metrics[name]!), name).toBeLessThan(1e-6);
  expect(steps.map(({ at }) => at)).toEqual(['step 1', 'step 2', 'step 3', 'validation 3']);
  // What is drawn differs, and with it all that comes of it; on the policy the loss is its KL alone, from 0.
  const { metrics } = steps[0]!;
  expect(Math.abs(metrics.loss!)).toBeLessThan(1e-6);
  expect([metrics.kl, metrics.policy_drift, metrics.clip_fraction]).toEqual([0, 0, 0]);
  expect(metrics.learning_rate).toBe(first!.metrics.learning_rate);
  expect(Math.abs(metrics.entropy! - first!.metrics.entropy!)).toBeLessThan(0.02);
  for (const { at, metrics } of steps) {
    expect(metrics.reward, at).toBeGreaterThan(0);
    expect(metrics.reward, at).toBeLessThanOrEqual(1);
    if (recipe === 'pairwise') expect(metrics.accuracy, at).toBe(metrics.reward);
    expect(metrics.parse_rate, at).toBeGreaterThan(0);
  }
  const shown = ours.flatMap((event) => ('samples' in event ? [event.samples.length] : []));
  expect(shown).toEqual([8, 2, 2, 2, 8]);
  expect(samplesOf(ours)).toEqual(samplesOf(theirs)); // All eight, in whatever order.
  const final = join(folder, recipe, 'final');
  const checkpoint = join(folder, recipe, 'global_step_3');
  expect(ours.at(-1)).toEqual({ type: 'end', reason: 'done', step: 3, model: final, checkpoint });
  const local = join(folder, `local-${recipe}`, 'final');
  expect((await readdir(final)).sort()).toEqual((await readdir(local)).sort());
  expect(await readFile(join(final, 'config.json'))).toEqual(
    await readFile(join(local, 'config.json')),
  );
});

test('a stop leaves the last checkpoint, from which the run goes on', async () => {
  const steps = ['--max-steps', '5', '--save-steps', '2', ...ray()];
  const words = [...(await judgeOf('pairwise')), ...steps];
  const stop = new AbortController();
  const first = await train(
    words,
    'stopped',
    (event) => {
      if (event.type === 'checkpoint') stop.abort();
    },
    stop.signal,
  );
  expect(first.at(-1)).toMatchObject({
    ...{ type: 'end', reason: 'stopped' },
    checkpoint: join(folder, 'stopped/global_step_2'),
  });
  const second = await train([...words, '--resume'], 'stopped');
  expect(measured(second).map(({ at }) => at)).toEqual([
    'step 3',
    'step 4',
    'step 5',
    'validation 5',
  ]);
  expect(second.at(-1)).toMatchObject({ reason: 'done', step: 5 });
});

/** What a validation by the likeliest tokens comes to, whoever writes them. */
const verdicts = ['accuracy', 'parse_rate', 'reward'];

/** What the first validation showed of each row, as far as both engines give it. */
function samplesOf(events: readonly TrainEvent[]): string[] {
  const first = events.find(({ type }) => type === 'validation') as { samples: Sample[] };
  const shown = first.samples.map(({ completion, values: { predicted, truth, reward } }) =>
    [completion.trim(), predicted, truth, Number(reward).toFixed(5)].join(' | '),
  );
  return shown.sort();
}

function measured(events: readonly TrainEvent[]) {
  return events.flatMap((event) =>
    event.type === 'step' || event.type === 'validation'
      ? [{ at: `${event.type} ${event.step}`, metrics: event.metrics }]
      : [],
  );
}

/** Words for a judge that has learnt to write verdicts, and no more. */
async function judgeOf(recipe: keyof typeof judges): Promise<string[]> {
  const { lesson, rows, words } = judges[recipe];
  const form = `form-${recipe}`;
  const lessons = ['--train', join(notebooks, `data/${lesson}.parquet`), '--learning-rate', '3e-3'];
  const reader = ['sft', '--model', join(notebooks, 'reader'), '--max-steps', '40'];
  if (!existsSync(join(folder, form))) await train([...reader, ...lessons], form);
  return [
    ...[recipe, '--model', join(folder, form, 'final'), '--batch-size', '4', '--n', '4'],
    ...['--train', await some(`${rows}-train`, 12)],
    ...['--validation', await some(`${rows}-validation`, 8)],
    ...['--max-response-length', '8', '--learning-rate', '1e-4', '--use-kl-loss'],
    ...['--task', 'Which is better?', '--rubric', '', '--thinking', 'off', ...words],
  ];
}

function ray(): string[] {
  return ['--engine', 'ray', '--device', 'cpu', '--ray-address', inject('ray'), ...small];
}

async function train(
  words: readonly string[],
  output: string,
  listen?: (event: TrainEvent) => void,
  signal = new AbortController().signal,
): Promise<TrainEvent[]> {
  const place = ['--output-dir', join(folder, output)];
  const events: TrainEvent[] = [];
  for await (const event of runJob(await parseJob([...words, ...place], { cwd: folder }), {
    signal,
  })) {
    events.push(event);
    listen?.(event);
  }
  return events;
}

/** The first rows of a tutorial's file. */
async function some(name: string, count: number): Promise<string> {
  const rows = await openRows(join(notebooks, `data/${name}.parquet`));
  const first = await rows.read(Array.from({ length: count }, (_, i) => i));
  const path = join(folder, `${name}.jsonl`);
  await writeFile(path, first.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}
