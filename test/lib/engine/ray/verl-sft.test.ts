/** What goes to VERL for a fine-tuning, without a cluster. */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseJob } from '../../../../lib/command/job.ts';
import { dryRun } from '../../../../lib/display/plan.ts';
import { nodesEvenly } from '../../../../lib/engine/ray/resources.ts';
import { verlSftProgram } from '../../../../lib/engine/ray/verl-sft.ts';
import { verlWords } from '../../../../lib/engine/ray/verl-options.ts';
import { sft } from '../../../../lib/recipe/sft.ts';
import type { Job } from '../../../../lib/train/job.ts';
import { runJob } from '../../../../lib/worker/run-job.ts';
import { collect } from '../../train/micro-run.ts';
import { fakeRay, type FakeRay } from './fake-ray.ts';

let folder: string;
let ray: FakeRay;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verl-'));
  ray = await fakeRay();
  const row = { messages: [message('user', 'hello'), message('assistant', 'world')] };
  await writeFile(join(folder, 'rows.jsonl'), `${JSON.stringify(row)}\n`.repeat(10));
});
afterEach(async () => {
  ray.close();
  await rm(folder, { recursive: true, force: true });
});

function message(role: string, content: string) {
  return { role, content };
}

function job(...more: string[]): Promise<Job> {
  const words = ['sft', '--model', join(import.meta.dirname, '../../../../notebooks/model')];
  const rows = ['--train', join(folder, 'rows.jsonl'), '--output-dir', join(folder, 'run')];
  const where = ['--engine', 'ray', '--ray-address', ray.url];
  return parseJob([...words, ...rows, ...where, ...more], { cwd: folder });
}

test('a dry run shows the options as VERL has them', async () => {
  const text = await dryRun(
    runJob(await job('--dry-run', '--workers', '2', '--batch-size', '4', '--epochs', '2')),
  );
  expect(text).toContain('entrypoint\n  python drive_verl.py');
  expect(text).toContain('resources\n  2 × 10 CPU, 1 GPU');
  const options = text.slice(text.indexOf('options as VERL has them\n')).split('\n');
  expect(options.map((line) => line.trim())).toEqual(
    expect.arrayContaining([
      'data.custom_cls.name=TokenRows',
      'data.train_batch_size=4',
      'data.val_files=null',
      'optim.betas=[0.9,0.999]',
      'trainer.nnodes=1',
      'trainer.n_gpus_per_node=2',
      'trainer.total_training_steps=5',
    ]),
  );
  expect(ray.requests).toEqual([]);
});

test('rows that fill no step are counted, and too few are refused', async () => {
  const notices: string[] = [];
  const { plan } = await verlSftProgram.handOver({
    ...{ job: await job('--batch-size', '4'), recipe: sft, submission: 'it', from: undefined },
    ...{ nodes: [], notice: (text) => notices.push(text) },
  });
  expect(plan.steps).toBe(2);
  expect(notices).toEqual([
    'VERL takes whole steps: 2 rows at the end of the last epoch are not learnt',
  ]);
  const few = await job('--dry-run', '--batch-size', '16');
  await expect(collect(runJob(few))).rejects.toThrow(
    'VERL needs as many rows as a step takes: there are 10, and --batch-size is 16',
  );
});

test('what VERL does not do meanwhile is refused', async () => {
  await expect(job('--samples', '2', '--eval-on-start')).rejects.toThrow(
    /--eval-on-start: VERL validates a fine-tuning after steps alone[^]*--samples: VERL lets the model write/,
  );
});

test('a cluster without GPUs is told where to train instead', async () => {
  await expect(collect(runJob(await job('--batch-size', '4')))).rejects.toThrow(
    'the job needs 1 worker with 10 CPUs and 1 GPU',
  );
});

test('a cluster without VERL is told what to install', async () => {
  const run = join(folder, 'run');
  await mkdir(join(folder, 'model'));
  await mkdir(run);
  const told = { run, submission: 'it', model: 'model', device: 'cuda', from: 0 };
  await writeFile(join(run, 'ray.json'), JSON.stringify({ submission: 'it' }));
  await cp(join(import.meta.dirname, '../../../../lib/engine/ray/python'), folder, {
    recursive: true,
  });
  await writeFile(join(folder, 'job.json'), JSON.stringify(told));
  const { stdout, status } = spawnSync('python3', ['drive_verl.py'], { cwd: folder });
  const [, event] = /^rewardlab-event (.*)$/m.exec(String(stdout))!;
  expect((JSON.parse(event!) as { message: string }).message).toBe(
    "the cluster has no verl; this job is for verl 0.9.1\n  on every node: pip install 'verl[verl-core]==0.9.1'",
  );
  expect(status).toBe(1);
});

test('VERL’s own settings go to it as they are, those that place its work too, but not what the job says', async () => {
  const word = ['engine.ulysses_sequence_parallel_size=2', 'trainer.n_gpus_per_node=8'];
  const made = await job('--batch-size', '4', 'engine.param_offload=True', ...word);
  expect(made.options.verl).toEqual([
    'engine.param_offload=True',
    'engine.ulysses_sequence_parallel_size=2',
  ]);
  expect(made.notes).toEqual([
    'trainer.n_gpus_per_node was left out: the job itself says it (--workers, --device)',
  ]);
  const text = await dryRun(runJob({ ...made, options: { ...made.options, dry_run: true } }));
  expect(text).toMatch(/trainer\.logger=.*\n +engine\.param_offload=True\n/);
});

test('as many workers on each of the fewest nodes', () => {
  const each = { CPU: 10, GPU: 1 };
  const nodes = [2, 4, 4].map((GPU) => ({ CPU: 64, GPU }));
  const evenly = (workers: number) => nodesEvenly(nodes, { workers, each });
  expect([1, 2, 4, 6, 8, 9].map(evenly)).toEqual([1, 1, 1, 2, 2, undefined]);
});

test.each([
  [{ 'a.b': 'package:x.py' }, 'a.b=package:x.py'],
  [{ 'a.b': '/runs/a run, {1}' }, 'a.b="/runs/a run, {1}"'],
  [{ a: 'say "\\"' }, 'a="say \\"\\\\\\""'],
  [{ a: Infinity }, 'a=inf'],
  [{ a: 1e-7 }, 'a=1e-7'],
  [{ a: [0.9, 0.95] }, 'a=[0.9,0.95]'],
  [{ a: null }, 'a=null'],
])('%o in words', (options, word) => {
  expect(verlWords(options)).toEqual([word]);
});
