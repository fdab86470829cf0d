/** A job's way to a cluster and back, against recorded answers of Ray's Jobs REST. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseJob } from '../../../../lib/command/job.ts';
import { dryRun } from '../../../../lib/display/plan.ts';
import { rayEngine } from '../../../../lib/engine/ray.ts';
import { clusterAddress } from '../../../../lib/engine/ray/address.ts';
import { rayClient } from '../../../../lib/engine/ray/client.ts';
import { stopJob } from '../../../../lib/engine/ray/stop-job.ts';
import type { Job, JobCommand, TrainEvent } from '../../../../lib/train/job.ts';
import { runJob } from '../../../../lib/worker/run-job.ts';
import { collect, microRun, microWords, type MicroRun } from '../../train/micro-run.ts';
import { fakeRay, type FakeRay } from './fake-ray.ts';

let run: MicroRun;
let ray: FakeRay;
beforeEach(async () => {
  run = await microRun(await mkdtemp(join(tmpdir(), 'ray-')));
  ray = await fakeRay();
});
afterEach(async () => {
  ray.close();
  await rm(run.folder, { recursive: true, force: true });
});

const loss = { loss: 0.5, accuracy: 1, seconds: 1, tokens_per_second: 9 };
const step = (n: number): string => told({ type: 'step', step: n, metrics: loss });
const done = (): string => told({ type: 'end', reason: 'done', step: 5, model: '/r/final' });

function told(event: TrainEvent): string {
  return `\u001b[36m(RayTrainWorker pid=7)\u001b[0m rewardlab-event ${JSON.stringify(event)}\n`;
}

function job(...more: string[]): Promise<Job> {
  const where = ['--engine', 'ray', '--device', 'cpu', '--threads', '1', '--ray-address', ray.url];
  const output = ['--output-dir', join(run.folder, 'run')];
  return parseJob([...microWords(run), ...where, ...output, ...more], { cwd: run.folder });
}

/** Lets every job that is submitted run through. */
function succeed(): void {
  ray.onSubmit = (submitted, id) => {
    submitted.status = 'RUNNING';
    submitted.log = `starting\n${step(1)}${step(2)}`;
    setImmediate(() => {
      ray.print(id, `${step(3)}half of a li`);
      ray.print(id, `ne\n${step(4)}${step(5)}${done()}`);
      ray.end(id, 'SUCCEEDED');
    });
  };
}

const record = (name: string): Promise<string> => readFile(join(run.folder, 'run', name), 'utf8');

test('a job is packed, submitted and followed; its run folder tells of it', async () => {
  succeed();
  const events = await collect(runJob(await job()));
  expect(events.map((event) => [event.type, 'step' in event ? event.step : 0])).toEqual([
    ['plan', 0],
    ...[1, 2, 3, 4, 5].map((n) => ['step', n]),
    ['end', 5],
  ]);
  const [submitted] = [...ray.jobs.values()];
  expect(submitted!.entrypoint).toBe('python drive.py');
  const { working_dir: uri } = submitted!.request.runtime_env as { working_dir: string };
  const bytes = ray.packages.get(`/api/packages/gcs/${uri.slice('gcs://'.length)}`)!;
  const lines = (await record('metrics.jsonl')).trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as TrainEvent).type)).toEqual(
    events.map(({ type }) => type),
  );
  expect(await record('log.txt')).toContain('starting\nhalf of a line\n');
  expect(await record('job.yaml')).not.toContain(ray.url);
  expect(JSON.parse(await record('ray.json'))).toMatchObject({ address: ray.url, from: null });
  expect(unzipped(bytes)).toContain('rows.py');
});

test('a token goes with every request, and into no file', async () => {
  ray.token = 'secret-token';
  await expect(collect(runJob(await job()))).rejects.toThrow('wants a token');
  process.env.RAY_AUTH_TOKEN = 'secret-token';
  try {
    succeed();
    await collect(runJob(await job()));
  } finally {
    delete process.env.RAY_AUTH_TOKEN;
  }
  const tail = ray.requests.find(({ path }) => path.endsWith('/tail'));
  expect(tail?.headers.authorization).toBe('Bearer secret-token');
  for (const name of ['job.yaml', 'ray.json', 'log.txt', 'metrics.jsonl', 'environment.json'])
    expect(await record(name)).not.toContain('secret-token');
  expect(JSON.stringify([...ray.jobs.values()])).not.toContain('secret-token');
});

test('what the cluster does not have is said before anything is submitted', async () => {
  await expect(collect(runJob(await job('--device', 'cuda')))).rejects.toThrow(
    'it has 1 node with 2 CPUs and no GPU; the job needs 1 worker with 1 CPU and 1 GPU',
  );
  await expect(collect(runJob(await job('--workers', '3')))).rejects.toThrow('3 workers');
  expect(ray.jobs.size).toBe(0);
  ray.version = '9';
  await expect(collect(runJob(await job()))).rejects.toThrow('speaks version 9');
});

test('an address that nobody answers at', async () => {
  const away = await job('--ray-address', 'http://127.0.0.1:9');
  await expect(collect(runJob(away))).rejects.toThrow(
    'no Ray cluster answers at http://127.0.0.1:9 (ECONNREFUSED)',
  );
  const wrong = await job('--ray-address', 'ray://10.0.0.1:10001');
  await expect(collect(runJob(wrong))).rejects.toThrow("got 'ray://10.0.0.1:10001'");
});

test('a lost connection is taken up again where it broke', async () => {
  ray.onSubmit = (submitted) => {
    Object.assign(submitted, { status: 'RUNNING', log: step(1) });
  };
  const steps: number[] = [];
  for await (const event of runJob(await job())) {
    if (event.type === 'step') steps.push(event.step);
    const [id] = [...ray.jobs.keys()];
    if (event.type === 'step' && event.step === 1) {
      ray.jobs.get(id!)!.log += step(2);
      ray.breakSockets();
    }
    if (event.type === 'step' && event.step === 2) {
      ray.jobs.get(id!)!.log += step(3) + done();
      ray.end(id!, 'SUCCEEDED');
    }
  }
  expect(steps).toEqual([1, 2, 3]);
});

test('a run that was left is found again, and told from its beginning', async () => {
  ray.onSubmit = (submitted) => {
    Object.assign(submitted, { status: 'RUNNING', log: step(1) });
  };
  for await (const event of runJob(await job())) if (event.type === 'step') break;
  const [id] = [...ray.jobs.keys()];
  ray.print(id!, step(2) + done());
  ray.end(id!, 'SUCCEEDED');
  const events = await collect(runJob(await job('--resume')));
  expect(ray.jobs.size).toBe(1);
  expect(events.map(({ type }) => type)).toEqual(['plan', 'step', 'step', 'end']);
  await expect(collect(runJob(await job('--resume')))).rejects.toThrow('is done');
});

test('a run that failed is handed over again', async () => {
  ray.onSubmit = (submitted, id) => {
    Object.assign(submitted, { status: 'RUNNING', log: step(1) });
    const message = 'Job entrypoint command failed with exit code 1\nRuntimeError: no such host\n';
    setImmediate(() => ray.end(id, 'FAILED', message));
  };
  const events = await collect(runJob(await job()));
  expect(events.at(-1)).toMatchObject({ reason: 'failed', step: 1 });
  const end = events.at(-1) as { message: string };
  expect(end.message).toMatch(/failed on the cluster with code 1: RuntimeError: no such host/);
  succeed();
  expect((await collect(runJob(await job('--resume')))).at(-1)).toMatchObject({ reason: 'done' });
  expect(ray.jobs.size).toBe(2);
});

test('what a run did while nobody looked is in its folder when it goes on', async () => {
  ray.onSubmit = (submitted) => {
    Object.assign(submitted, { status: 'RUNNING', log: step(1) });
  };
  for await (const event of runJob(await job())) if (event.type === 'step') break;
  const [id] = [...ray.jobs.keys()];
  const path = join(run.folder, 'run', 'global_step_2');
  await mkdir(path);
  await writeFile(join(path, 'trainer_state.json'), '{}');
  ray.print(id!, step(2) + told({ type: 'checkpoint', step: 2, path }) + step(3));
  ray.end(id!, 'FAILED', 'the node went away');
  ray.onSubmit = (submitted, again) => {
    Object.assign(submitted, { status: 'RUNNING', log: step(3) + done() });
    setImmediate(() => ray.end(again, 'SUCCEEDED'));
  };
  await collect(runJob(await job('--resume')));
  const lines = (await record('metrics.jsonl')).trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as TrainEvent);
  expect(events.map((event) => [event.type, 'step' in event ? event.step : 0])).toEqual([
    ...[
      ['plan', 0],
      ['step', 1],
      ['step', 2],
      ['checkpoint', 2],
    ],
    ...[
      ['step', 3],
      ['end', 5],
    ],
  ]);
  expect(JSON.parse(await record('ray.json'))).toMatchObject({ from: { path, step: 2 } });
});

test('a stop is written into the run folder, where the program reads it', async () => {
  ray.onSubmit = (submitted) => {
    Object.assign(submitted, { status: 'RUNNING', log: step(1) });
  };
  const stop = new AbortController();
  const commands = (async function* (): AsyncGenerator<JobCommand> {
    yield await Promise.resolve({ type: 'set', option: 'learning-rate', value: -1 } as const);
    yield { type: 'set', option: 'learning-rate', value: 0.5 };
  })();
  const told = runJob(await job(), { signal: stop.signal, commands });
  for await (const event of told) {
    if (event.type === 'step') stop.abort();
    if (event.type === 'end') expect(event.reason).toBe('stopped');
    else if (event.type === 'step')
      void untilTold().then(() => {
        const [id] = [...ray.jobs.keys()];
        ray.print(id!, stopped());
        ray.end(id!, 'FAILED');
      });
  }
  const lines = (await record('ray-commands.jsonl')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { type: 'set', option: 'learning_rate', value: 0.5 },
    { type: 'stop' },
  ]);
  expect(await record('log.txt')).toContain('cannot set learning-rate to -1');
});

function stopped(): string {
  return told({ type: 'end', reason: 'stopped', step: 1 });
}

async function untilTold(): Promise<void> {
  while (!(await record('ray-commands.jsonl')).includes('stop'))
    await new Promise((resolve) => setTimeout(resolve, 5));
}

test('a job that waits is stopped by Ray, which may say so and not do it', async () => {
  const stop = new AbortController();
  stop.abort();
  const first = await collect(runJob(await job(), { signal: stop.signal }));
  expect(first.at(-1)).toMatchObject({ type: 'end', reason: 'stopped', step: 0 });
  const [id] = [...ray.jobs.keys()];
  Object.assign(ray, { stops: false }).jobs.get(id!)!.status = 'PENDING';
  await expect(stopJob(rayClient(clusterAddress(ray.url)), id!, 20)).rejects.toThrow(
    `Ray was told to stop ${id!}, which is still PENDING`,
  );
});

test('a dry run shows all that would be submitted, and needs no cluster', async () => {
  const text = await dryRun(runJob(await job('--dry-run', '--workers', '2')));
  expect(ray.requests).toEqual([]);
  expect(text).toContain(`to ${ray.url}, package of`);
  expect(text).toContain('entrypoint\n  python drive.py');
  expect(text).toMatch(/working_dir: gcs:\/\/_ray_pkg_[0-9a-f]{16}\.zip/);
  expect(text).toMatch(/ {2}train\.parquet +\d+ B/);
  expect(text).toContain('resources\n  2 × 1 CPU');
});

test('what has no counterpart on a cluster is refused at once, and its options elsewhere', async () => {
  await expect(job('--lora-r', '4')).rejects.toThrow('--lora-r: a cluster trains all weights');
  const own = { recipe: 'own', device: 'cpu', options: {} };
  expect(rayEngine.refusals!(own, new Set())).toEqual([
    '--engine: ray trains bradley-terry, sft, pairwise, pointwise, not own',
  ]);
  const local = parseJob([...microWords(run), '--workers', '2'], { cwd: run.folder });
  await expect(local).rejects.toThrow('--workers: only engine ray has it, not onnx');
});

/** The names in a package, by Python's own reader. */
function unzipped(bytes: Buffer): string[] {
  const program =
    'import io,sys,zipfile; z=zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read())); assert z.testzip() is None; print("\\n".join(z.namelist()))';
  const { stdout } = spawnSync('python3', ['-c', program], { input: bytes, encoding: 'utf8' });
  return stdout.split('\n');
}
