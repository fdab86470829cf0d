/**
 * Steps whose batches the policy writes first: several updates a step, what batches know themselves,
 * and a stop that does not wait for what is being written.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { parseJob } from '../../../lib/command/job.ts';
import { localEngine } from '../../../lib/engine/local.ts';
import { mul } from '../../../lib/graph/ops/elementwise.ts';
import { sum } from '../../../lib/graph/ops/reduce.ts';
import { defineRecipe } from '../../../lib/recipe/define-recipe.ts';
import type { Batch, Policy } from '../../../lib/recipe/recipe.ts';
import type { JobCommand, TrainEvent } from '../../../lib/train/job.ts';
import { runJob } from '../../../lib/worker/run-job.ts';
import { temporaryFolder } from '../temporary.ts';
import { fakeExecutor, type FakeExecutor } from './fake-executor.ts';
import { collect, lasting, microRun, microWords, type MicroRun } from './micro-run.ts';

const folder = temporaryFolder();
let micro: MicroRun;
beforeAll(async () => {
  micro = await microRun(folder);
});

/** Four examples a step, of what the policy writes; two updates of two. */
const writing = defineRecipe({
  name: 'writing',
  summary: '',
  columns: {},
  head: 'reward',
  options: z.object({}),
  survey: ({ rows }) => {
    const kept = Int32Array.from({ length: rows.count }, (_, i) => i);
    return Promise.resolve({ kept, dropped: {}, cut: 0, tokens: 0, approximate: false });
  },
  async *batches({ policy, split, seed, state = {} }) {
    for (let at = Number(state.at ?? 0); split === 'train' || at < 2; at++) {
      const sampling = { maxTokens: 4, temperature: 1, topP: 1, topK: 0, n: 4, stop: [] };
      const [group] = await policy.generate([[5 + at]], { ...sampling, seed: seed + at });
      const examples = group!.map(({ ids }, row) => ({
        segments: [{ ids, parent: -1 }],
        reads: [{ segment: 0, offset: 0 }],
        ...{ data: {}, weight: 1 + row, row },
      }));
      const known: Batch = {
        examples: split === 'train' ? examples : [],
        state: { at: at + 1 },
        metrics: { length: group![0]!.ids.length, ...(at === 1 && { late: 1 }) },
        samples: [{ prompt: `p${at}`, completion: group![0]!.text, values: { at } }],
      };
      yield split === 'train'
        ? { ...known, updates: [[0, 1], [2, 3], [3]] }
        : { ...known, rows: 1 + 2 * at };
    }
  },
  loss: (model, batch) => ({ loss: mul(sum(model.rewards(batch)), batch.scale), metrics: {} }),
});

/** Writes by seed; the call of this number, counted from 1, is never answered, and told of. */
function writer(hang = Infinity, onHang: () => void = () => undefined) {
  let calls = 0;
  return (signal: AbortSignal): Partial<Policy> => ({
    generate([prompt], { seed, n }) {
      const complete = (j: number) => ({
        ids: [prompt![0]!, 6 + j, ...Array.from({ length: (seed + j) % 3 }, () => 7)],
        ...{ logProbs: [], text: `s${seed}`, finish: 'stop' as const },
      });
      if (++calls !== hang)
        return Promise.resolve([Array.from({ length: n }, (_, j) => complete(j))]);
      const given = new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
      onHang();
      return given;
    },
  });
}

interface Setting {
  words?: readonly string[];
  policy?: (signal: AbortSignal) => Partial<Policy>;
  executor?: FakeExecutor;
  commands?: AsyncIterable<JobCommand>;
  signal?: AbortSignal;
}

async function run(output: string, setting: Setting = {}): Promise<TrainEvent[]> {
  const { words = [], policy = writer(), executor = fakeExecutor(), ...control } = setting;
  const engine = localEngine({
    ...{ name: 'fake', summary: '', devices: ['none'], ownProcess: false },
    executor: () => Promise.resolve(executor),
    policy: (_, signal) => policy(signal),
  });
  const lists = { engines: [engine], recipes: [writing] };
  const base = microWords(micro, '--engine', 'fake', '--output-dir', output);
  const job = await parseJob(['writing', ...base.slice(1), ...words], { cwd: folder, ...lists });
  return collect(runJob(job, { ...lists, ...control }));
}

const kinds = (events: readonly TrainEvent[]): string[] =>
  events.map((event) => ('step' in event ? `${event.type} ${event.step}` : event.type));

test('a step of several updates is one event, at one learning rate', async () => {
  const executor = fakeExecutor();
  const words = ['--max-steps', '2'];
  const events = await run(join(folder, 'updates'), { executor, words });
  expect(kinds(events)).toEqual(['plan', 'step 1', 'step 2', 'validation 2', 'end 2']);
  expect(executor.rates).toEqual([1e-2, 1e-2, 1e-2, 5e-3, 5e-3, 5e-3]);
  const [, first] = events;
  expect(first).toMatchObject({
    metrics: { learning_rate: 1e-2, length: 2 },
    samples: [{ prompt: 'p0', completion: 's0' }],
  });
});

test('what validation batches know themselves is averaged by their rows; samples are gathered', async () => {
  const events = await run(join(folder, 'validation'), { words: ['--max-steps', '1'] });
  expect(events.find(({ type }) => type === 'validation')).toEqual({
    ...{ type: 'validation', step: 1 },
    metrics: { length: (2 + 3 * 3) / 4, late: 1 },
    samples: [
      { prompt: 'p0', completion: 's0', values: { at: 0 } },
      { prompt: 'p1', completion: 's1', values: { at: 1 } },
    ],
  });
});

test('validates before the first step where it is asked to', async () => {
  const words = ['--max-steps', '1', '--eval-on-start'];
  const events = await run(join(folder, 'start'), { words });
  expect(kinds(events).slice(0, 3)).toEqual(['plan', 'validation 0', 'step 1']);
});

test.each([
  ['a rollout', 2],
  ['a validation', 4],
])('a stop inside %s ends it, and the rest of the run is the same', async (name, hang) => {
  const words = ['--max-steps', '5', '--eval-steps', '2'];
  const whole = await run(join(folder, `whole ${name}`), { words });
  const output = join(folder, `cut ${name}`);
  const controller = new AbortController();
  const policy = writer(hang, () => controller.abort());
  const first = await run(output, { words, policy, signal: controller.signal });
  const step = hang === 2 ? 1 : 2;
  expect(first.at(-1)).toEqual({
    ...{ type: 'end', reason: 'stopped', step },
    checkpoint: join(output, `global_step_${step}`),
  });
  await run(output, { words: [...words, '--resume'] });
  const lines = (await readFile(join(output, 'metrics.jsonl'), 'utf8')).trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as TrainEvent);
  const final = (list: readonly TrainEvent[]) =>
    lasting(list.filter(({ type }) => type !== 'checkpoint' && type !== 'end'));
  expect(final(events)).toEqual(final(whole));
});

test('a stop by command is heard inside a rollout too', async () => {
  const channel = new TransformStream<JobCommand, JobCommand>();
  const sender = channel.writable.getWriter();
  const policy = writer(3, () => void sender.write({ type: 'stop' }));
  const output = join(folder, 'command');
  const events = await run(output, { policy, commands: channel.readable.values() });
  expect(kinds(events)).toEqual(['plan', 'step 1', 'step 2', 'checkpoint 2', 'end 2']);
});

test('a writer that fails ends the run with its sentence', async () => {
  const policy = () => ({ generate: () => Promise.reject(new Error('out of ink')) });
  const events = await run(join(folder, 'fails'), { policy });
  expect(events.at(-1)).toMatchObject({
    reason: 'failed',
    message: expect.stringContaining('out of ink') as string,
  });
});
