/** Who may use a run folder, and what is left of a run that goes on. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parseJob } from '../../../lib/command/job.ts';
import { latestCheckpoint } from '../../../lib/train/checkpoint.ts';
import type { Job, TrainEvent } from '../../../lib/train/job.ts';
import { checkRun, openRun } from '../../../lib/train/run-folder.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { microRun, microWords } from './micro-run.ts';

const folder = temporaryFolder();
let job: Job;
let runs = 0;
const jobOf = (): Job => ({ ...job, output: join(folder, `run-${++runs}`) });
const resumed = (of: Job): Job => ({ ...of, options: { ...of.options, resume: true } });
beforeAll(async () => {
  job = await parseJob(microWords(await microRun(folder)), { cwd: folder });
});

test('another job in the folder is refused, setting by setting', async () => {
  const first = jobOf();
  (await openRun(first, undefined)).close();
  const other = { ...first, seed: 5, options: { ...first.options, learning_rate: 0.5 } };
  const text = (await refusal(() => checkRun(other), folder)).replace(/run-\d+/, 'run');
  expect(text).toMatchInlineSnapshot(`
    "run folder 'run' already holds another job
      seed: 0 there, 5 here
      learning_rate: 0.01 there, 0.5 here
      choose another with --output-dir"
  `);
});

test('the same job is refused too, unless it is resumed', async () => {
  const first = jobOf();
  (await openRun(first, undefined)).close();
  const text = (await refusal(() => checkRun(first), folder)).replace(/run-\d+/, 'run');
  expect(text).toMatchInlineSnapshot(`
    "run folder 'run' already holds this job
      continue it with --resume, or choose another folder with --output-dir"
  `);
  expect(await checkRun(resumed(first))).toBeUndefined();
});

test('an option that is newer than a run was at its default', async () => {
  const first = jobOf();
  (await openRun(first, undefined)).close();
  const file = join(first.output, 'job.yaml');
  const older = (await readFile(file, 'utf8')).replace(/^label_smoothing: .*\n/m, '');
  await writeFile(file, older);
  expect(await checkRun(resumed(first))).toBeUndefined();
  const other = { ...first, options: { ...first.options, label_smoothing: 0.1 } };
  expect(await refusal(() => checkRun(resumed(other)))).toContain(
    'label_smoothing: 0 there, 0.1 here',
  );
});

test('what a process left that ended while it wrote is cleared away', async () => {
  const first = jobOf();
  (await openRun(first, undefined)).close();
  const names = ['global_step_4.77.tmp', 'global_step_2.77.old', 'global_step_2', 'final.77.old'];
  for (const name of names) {
    await mkdir(join(first.output, name));
    await writeFile(join(first.output, name, 'config.json'), name);
  }
  await rm(join(first.output, 'metrics.jsonl'));
  (await openRun(resumed(first), { path: join(first.output, 'global_step_2'), step: 2 })).close();
  expect((await readdir(first.output)).sort()).toEqual([
    ...['final', 'global_step_2', 'job.yaml', 'log.txt', 'metrics.jsonl'],
  ]);
  const kept = await readFile(join(first.output, 'global_step_2', 'config.json'), 'utf8');
  expect(kept).toBe('global_step_2');
  expect(await readFile(join(first.output, 'final', 'config.json'), 'utf8')).toBe('final.77.old');
});

test('a run that is done has nothing to resume', async () => {
  const first = jobOf();
  const run = await openRun(first, undefined);
  run.record({ type: 'end', reason: 'done', step: 5 });
  run.close();
  const text = await refusal(() => checkRun(resumed(first)), folder);
  expect(text.replace(/run-\d+/g, 'run')).toMatchInlineSnapshot(`
    "the run in 'run' is done: there is nothing to resume
      its model is run/final"
  `);
});

test('there must be something to resume', async () => {
  const text = await refusal(() => checkRun(resumed(jobOf())), folder);
  expect(text.replace(/run-\d+/, 'run')).toMatchInlineSnapshot(`
    "there is no run in 'run' to resume: it has no job.yaml
      name the run folder with --output-dir, or leave out --resume"
  `);
});

test('a folder is one job’s while it is open', async () => {
  const first = jobOf();
  const run = await openRun(first, undefined);
  const held = `process ${process.pid} on this machine is writing in run folder 'run'`;
  for (const attempt of [checkRun, (job: Job) => openRun(job, undefined)])
    expect(
      (await refusal(() => attempt(resumed(first)), folder)).replace(/run-\d+/, 'run'),
    ).toContain(held);
  run.close();
  expect(await checkRun(resumed(first))).toBeUndefined();
});

test('a job that another process has begun and ended meanwhile is refused, and stays as it was', async () => {
  const first = jobOf();
  const run = await openRun(first, undefined);
  run.record({ type: 'end', reason: 'done', step: 5 });
  run.close();
  expect(await refusal(() => openRun(first, undefined))).toContain('already holds this job');
  expect(await readFile(join(first.output, 'metrics.jsonl'), 'utf8')).toContain('done');
  expect(await readdir(first.output)).not.toContain('run.lock');
});

test('a folder that cannot be written to is named', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  const attempt = () => openRun({ ...job, output: join(file, 'run') }, undefined);
  expect(await refusal(attempt, folder)).toMatchInlineSnapshot(`
    "cannot write in run folder 'file/run': a file is in the way
      choose another with --output-dir"
  `);
});

test('a resumed run keeps the events up to its checkpoint', async () => {
  const first = jobOf();
  const events: TrainEvent[] = [
    { type: 'step', step: 1, metrics: { loss: 1 } },
    { type: 'checkpoint', step: 1, path: 'a' },
    { type: 'step', step: 2, metrics: { loss: 2 } },
    { type: 'checkpoint', step: 2, path: 'b' },
    { type: 'step', step: 3, metrics: { loss: 3 } },
  ];
  const run = await openRun(first, undefined);
  events.forEach((event) => run.record(event));
  run.close();
  const metrics = join(first.output, 'metrics.jsonl');
  await writeFile(metrics, (await readFile(metrics, 'utf8')) + '{"type":"st');
  (await openRun(first, { path: 'b', step: 2 })).close();
  const kept = (await readFile(metrics, 'utf8')).trim().split('\n');
  expect(kept.map((line) => JSON.parse(line) as unknown)).toEqual(events.slice(0, 4));
  (await openRun(first, { path: 'a', step: 1 })).close();
  expect((await readFile(metrics, 'utf8')).trim().split('\n')).toHaveLength(2);
});

test('a checkpoint that was not told of counts all the same', async () => {
  const first = jobOf();
  const run = await openRun(first, undefined);
  run.record({ type: 'step', step: 1, metrics: { loss: 1 } });
  run.record({ type: 'step', step: 2, metrics: { loss: 2 } });
  run.close();
  const path = join(first.output, 'global_step_1');
  await mkdir(path);
  await writeFile(join(path, 'trainer_state.json'), '{}');
  const from = await checkRun(resumed(first));
  expect(from).toEqual({ path, step: 1 });
  (await openRun(first, from)).close();
  expect(
    (await readFile(join(first.output, 'metrics.jsonl'), 'utf8')).trim().split('\n'),
  ).toHaveLength(1);
  await rm(first.output, { recursive: true });
});

test('of VERL’s checkpoints those count that it says are whole', async () => {
  const run = join(folder, 'verl');
  for (const step of [4, 8, 12]) await mkdir(join(run, `global_step_${step}`), { recursive: true });
  expect(await latestCheckpoint(run)).toBeUndefined();
  await writeFile(join(run, 'latest_checkpointed_iteration.txt'), '8');
  expect(await latestCheckpoint(run)).toEqual({ path: join(run, 'global_step_8'), step: 8 });
});
