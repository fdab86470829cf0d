import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { trainMagic, type TrainLibrary } from '../../../kernel/magics/train.ts';
import { chartType } from '../../../lib/display/bundle.ts';
import type { Figure } from '../../../lib/display/figure.ts';
import { UserError } from '../../../lib/errors.ts';
import type { Job, Plan, TrainEvent } from '../../../lib/train/job.ts';
import { fakeCall } from './fake-call.ts';

const cwd = mkdtempSync(join(tmpdir(), 'rewardlab-train-magic-'));
const output = join(cwd, 'runs/bradley-terry-001');
mkdirSync(output, { recursive: true });
afterAll(() => rmSync(cwd, { recursive: true }));

const job: Job = {
  recipe: 'bradley-terry',
  model: join(cwd, 'model'),
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
  approximate: true,
  parameters: 10,
  rows: { train: 9, validation: 0 },
  dropped: { 'empty answer': 1 },
  cut: 2,
  tokens: 100,
  steps: 4,
  epochs: 1,
  memoryBytes: 2 ** 20,
};
const echo =
  'trainer.logger: has no meaning here\n' +
  'bradley-terry on model: learning rate 0.001, batch 16, epochs 1, linear, ' +
  'onnx on cpu with 2 threads, seed 0 → runs/bradley-terry-001\n';
const losses = '1 row dropped: empty answer; ≈2 rows cut to --max-length\n';
const step = (n: number): TrainEvent => ({
  type: 'step',
  step: n,
  metrics: { loss: 1 / n, accuracy: 0.5 },
});
const finished: TrainEvent[] = [
  { type: 'plan', plan },
  ...[1, 2, 3, 4].map(step),
  { type: 'validation', step: 4, metrics: { accuracy: 0.75 } },
  { type: 'end', reason: 'done', step: 4, model: join(output, 'final') },
];

test('a run is one figure and one progress line that change in place, and a line at the end', async () => {
  const { call, shown, out } = fakeCall('bradley-terry --model model', { cwd });
  const result = await trainMagic(library(finished)).run(call);
  expect(out()).toBe(
    `${echo}${losses}done: step 4 of 4, validation accuracy 0.7500, model in runs/bradley-terry-001/final\n`,
  );
  expect(shown.map(({ what, form }) => `${what} ${form}`)).toEqual([
    'display progress',
    'update progress',
    'display figure',
    ...finished.slice(2).flatMap(() => ['update progress', 'update figure']),
    'update progress',
    'update figure',
  ]);
  expect(new Set(shown.map(({ id }) => id)).size).toBe(2);
  expect(result).toEqual({
    run: 'runs/bradley-terry-001',
    model: 'runs/bradley-terry-001/final',
    steps: 4,
    train: { loss: 0.25, accuracy: 0.5 },
    validation: { accuracy: 0.75 },
  });
});

test('the last figure has every value and is kept in the run folder, with nothing beside it', async () => {
  const { call, shown } = fakeCall('bradley-terry', { cwd });
  await trainMagic(library(finished)).run(call);
  const last = shown.findLast(({ form }) => form === 'figure')!.data;
  expect(readdirSync(output)).toEqual(['figure.svg']);
  expect(readFileSync(join(output, 'figure.svg'), 'utf8')).toBe(last['image/svg+xml']);
  expect(last).not.toHaveProperty('text/html');
  expect(shown.filter(({ data }) => 'image/png' in data).map(({ data }) => data)).toEqual([last]);
  expect(last['application/vnd.rewardlab.chart+json']).toMatchObject({
    title: 'bradley-terry: runs/bradley-terry-001',
    panels: [
      { title: 'loss', series: [{ values: { length: 4 } }, { values: [] }] },
      { title: 'accuracy', series: [{ values: { length: 4 } }, { values: [[4, 0.75]] }] },
    ],
  });
});

test('a fast run is drawn at most three times a second', async () => {
  const { call, shown } = fakeCall('bradley-terry', { cwd });
  const steps = Array.from({ length: 100 }, (_, i) => step(i + 1));
  await trainMagic(library([{ type: 'plan', plan }, ...steps], { tickMs: 20 })).run(call);
  const figures = shown.filter(({ form }) => form === 'figure').length;
  expect(figures).toBeGreaterThanOrEqual(4);
  expect(figures).toBeLessThanOrEqual(3 * 2 + 1);
  expect(shown.filter(({ form }) => form === 'progress').length).toBeLessThanOrEqual(3 * 2 + 2);
});

test('a better count of the cut rows is said when it comes', async () => {
  const { call, out } = fakeCall('bradley-terry', { cwd });
  const exact: TrainEvent = { type: 'plan', plan: { ...plan, approximate: false, cut: 3 } };
  await trainMagic(library([{ type: 'plan', plan }, step(1), exact])).run(call);
  expect(out()).toContain(`${losses}3 rows cut to --max-length\n`);
});

test('an interrupted run says what it kept and how to go on', async () => {
  const { call, out, interrupt } = fakeCall('bradley-terry', { cwd });
  const stopping = async function* (signal: AbortSignal): AsyncGenerator<TrainEvent> {
    yield { type: 'plan', plan };
    yield step(1);
    interrupt();
    await Promise.resolve();
    if (!signal.aborted) throw new Error('the signal was not passed on');
    yield { type: 'end', reason: 'stopped', step: 1, checkpoint: join(output, 'global_step_1') };
  };
  const result = await trainMagic({ ...library([]), run: (_, { signal }) => stopping(signal) }).run(
    call,
  );
  expect(out()).toContain(
    'stopped: step 1 of 4, kept runs/bradley-terry-001/global_step_1; to go on: %train runs/bradley-terry-001/job.yaml --resume\n',
  );
  expect(result).toMatchObject({ steps: 1 });
});

test('the figure of a resumed run begins where the run began', async () => {
  const { call, shown } = fakeCall('bradley-terry --resume', { cwd });
  const folder = mkdtempSync(join(cwd, 'resumed-'));
  const kept = [{ type: 'plan', plan }, ...[1, 2, 3].map(step)].map((event) =>
    JSON.stringify(event),
  );
  writeFileSync(join(folder, 'metrics.jsonl'), `${kept.join('\n')}\n{"type":"st`);
  const resolve = () => Promise.resolve({ job: { ...job, output: folder }, live: {} });
  await trainMagic({ ...library([{ type: 'plan', plan }, step(3), step(4)]), resolve }).run(call);
  const { panels } = shown.at(-1)!.data['application/vnd.rewardlab.chart+json'] as Figure;
  expect(panels[0]!.series[0]!.values.map(([at]) => at)).toEqual([1, 2, 3, 4]);
});

test('a run that fails before it has a folder is an error with its own reason', async () => {
  const { call, shown } = fakeCall('bradley-terry', { cwd });
  const failed: TrainEvent = { type: 'end', reason: 'failed', step: 0, message: 'out of memory' };
  const nowhere = { ...job, output: join(cwd, 'runs/none') };
  const running = trainMagic({
    ...library([failed]),
    resolve: () => Promise.resolve({ job: nowhere, live: {} }),
  }).run(call);
  await expect(running).rejects.toMatchObject({
    name: 'UserError',
    message: 'the run failed at step 0: out of memory',
    hint: 'no checkpoint was kept; the log is runs/none/log.txt',
  });
  expect(shown.map(({ form }) => form)).toEqual(['progress', 'progress']);
});

test('a run whose figure cannot be written still says how it ended', async () => {
  const { call, out, err } = fakeCall('bradley-terry', { cwd });
  const nowhere = { ...job, output: join(cwd, 'runs/none') };
  await trainMagic({
    ...library(finished),
    resolve: () => Promise.resolve({ job: nowhere, live: {} }),
  }).run(call);
  expect(err()).toMatch(/^figure\.svg was not written: ENOENT/);
  expect(out()).toContain('done: step 4 of 4');
});

test('what the library refuses is thrown as it is', async () => {
  const refusal = new UserError("unknown recipe 'x'");
  const refusing = { ...library([]), resolve: () => Promise.reject(refusal) };
  await expect(trainMagic(refusing).run(fakeCall('x').call)).rejects.toBe(refusal);
});

test('the words and the body of the cell reach the library', async () => {
  const calls: unknown[] = [];
  const listening: TrainLibrary = {
    ...library(finished),
    resolve(words, { cwd, body }) {
      calls.push({ words, context: { cwd, body } });
      return Promise.resolve({ job, live: {} });
    },
  };
  await trainMagic(listening).run(
    fakeCall(`bradley-terry --train 'a b.parquet' x.y=1`, { cwd, body: 'seed: 1\n' }).call,
  );
  await trainMagic(listening).run(fakeCall('job.yaml', { cwd }).call);
  expect(calls).toEqual([
    {
      words: ['bradley-terry', '--train', 'a b.parquet', 'x.y=1'],
      context: { cwd, body: 'seed: 1\n' },
    },
    { words: ['job.yaml'], context: { cwd } },
  ]);
});

test('--help and --dry-run train nothing', async () => {
  const magic = trainMagic(library([]));
  expect(await magic.help('bradley-terry --help')).toBe('help for bradley-terry');
  expect(await magic.help('--help')).toBe('help for all');
  const dry = fakeCall('bradley-terry --dry-run', { cwd });
  await trainMagic(library([{ type: 'plan', plan }])).run(dry.call);
  expect(dry.out()).toContain('steps           4 in 1 epoch\n');
  expect(dry.shown).toEqual([]);
});

test('an open quote is a sentence', async () => {
  await expect(
    trainMagic(library(finished)).run(fakeCall('bad "quote', { cwd }).call),
  ).rejects.toThrow('a quote is left open');
});

/** A training library whose runs give these events, `tickMs` apart. */
test('a run that writes shows its rewards and the last completions, in their place', async () => {
  const { call, shown } = fakeCall('pairwise --model model', { cwd });
  const wrote = (n: number): TrainEvent => ({
    type: 'step',
    step: n,
    metrics: { loss: 0, reward: n / 4, kl: 0.01 },
    samples: [
      { prompt: 'which?', completion: `<b>${n}</b>`, values: { preference: 'A', reward: 1 } },
    ],
  });
  await trainMagic(
    library([
      { type: 'plan', plan },
      ...[1, 2, 3, 4].map(wrote),
      { type: 'validation', step: 4, metrics: { reward: 0.5 }, samples: [] },
      { type: 'end', reason: 'done', step: 4 },
    ]),
  ).run(call);
  const tables = shown.filter(({ form }) => form === 'table');
  expect(tables.map(({ what, data }) => [what, String(data['text/plain']).split('\n')[0]])).toEqual(
    [
      ['display', 'written at step 1: 1 row x 4 columns'],
      ['update', 'written at step 3: 1 row x 4 columns'],
    ],
  );
  expect(tables[0]!.data['text/html']).toContain('&lt;b&gt;1&lt;/b&gt;');
  const figure = shown.findLast(({ form }) => form === 'figure')!.data[chartType] as Figure;
  expect(figure.panels.map(({ title }) => title)).toEqual(['reward', 'KL from the reference']);
  expect(figure.panels[0]!.series[0]!.values).toEqual([
    [1, 0.25],
    [2, 0.375],
    [3, 0.5],
    [4, 0.625],
  ]);
  expect(figure.panels[0]!.series[0]!.band![1]).toEqual([0.25, 0.5]);
});

function library(events: readonly TrainEvent[], { tickMs = 1000 } = {}): TrainLibrary {
  let now = 0;
  return {
    resolve: (words) => {
      const options = { ...job.options, dry_run: words.includes('--dry-run') };
      return Promise.resolve({ job: { ...job, options }, live: {} });
    },
    async *run() {
      for (const event of events) {
        now += tickMs;
        yield await Promise.resolve(event);
      }
    },
    help: (recipe = 'all') => Promise.resolve(`help for ${recipe}`),
    complete: () => Promise.resolve([]),
    now: () => now,
  };
}
