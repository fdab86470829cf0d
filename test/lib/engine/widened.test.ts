/**
 * What GRPO and Ray will need: a recipe whose batches write with the policy first, and an engine that
 * runs elsewhere, go through parsing, help, completion and running without an edit of theirs.
 */
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { trainCompletions, trainHelp } from '../../../lib/command/help.ts';
import { parseJob } from '../../../lib/command/job.ts';
import type { Engine } from '../../../lib/engine/engine.ts';
import { localEngine } from '../../../lib/engine/local.ts';
import { sum } from '../../../lib/graph/ops/reduce.ts';
import { mul, neg } from '../../../lib/graph/ops/elementwise.ts';
import { defineRecipe } from '../../../lib/recipe/define-recipe.ts';
import { recipes as shipped } from '../../../lib/recipe/index.ts';
import type { Policy } from '../../../lib/recipe/recipe.ts';
import { runJob } from '../../../lib/worker/run-job.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { fakeExecutor } from '../train/fake-executor.ts';
import { collect, microRun, microWords, type MicroRun } from '../train/micro-run.ts';

const folder = temporaryFolder();
let micro: MicroRun;
beforeAll(async () => {
  micro = await microRun(folder);
});

/** Rewards what the policy writes: n completions a row, longer ones better. */
const writing = defineRecipe({
  name: 'writing',
  summary: 'learns from what it writes itself',
  columns: { chosen: 'what to begin with' },
  head: 'reward',
  options: z.object({
    completions: z.int().positive().default(2).describe('completions of a prompt'),
  }),
  survey: ({ rows }) =>
    Promise.resolve({
      kept: Int32Array.from({ length: rows.count }, (_, i) => i),
      dropped: {},
      cut: 0,
      tokens: 0,
      approximate: false,
    }),
  async *batches({ rows, text, policy, options, batching, seed, state = {} }) {
    for (let at = Number(state.at ?? 0); ; at += batching.batchSize) {
      const indices = Array.from({ length: batching.batchSize }, (_, i) => (at + i) % rows.count);
      const prompts = (await rows.read(indices, ['chosen'])).map((row) =>
        text.encode(row.chosen as string),
      );
      const sampling = { maxTokens: 4, temperature: 1, topP: 1, topK: 0, n: options.completions };
      const written = await policy.generate(prompts, { ...sampling, seed: seed + at, stop: [] });
      const lengths = written.map((group) => group.map(({ ids }) => ids.length));
      yield {
        examples: written.map((group, i) => ({
          segments: [
            { ids: prompts[i]!, parent: -1 },
            ...group.map(({ ids }) => ({ ids, parent: 0 })),
          ],
          reads: group.map(({ ids }, j) => ({ segment: j + 1, offset: ids.length - 1 })),
          data: { advantage: lengths[i]! },
          weight: 1,
          row: indices[i]!,
        })),
        state: { at: at + batching.batchSize },
        metrics: { mean_length: lengths.flat().reduce((a, b) => a + b) / lengths.flat().length },
      };
    }
  },
  loss: (model, batch) => ({
    loss: neg(mul(sum(mul(model.rewards(batch), batch.data.advantage!)), batch.scale)),
    metrics: {},
  }),
});

const asked: number[] = [];
const policy: Policy = {
  generate: (prompts, { n, seed }) => {
    asked.push(seed);
    return Promise.resolve(
      prompts.map((_, i) =>
        Array.from({ length: n }, (_, j) => ({
          ids: Array.from({ length: 1 + ((i + j) % 3) }, () => 5),
          logProbs: [],
          text: '',
          finish: 'stop' as const,
        })),
      ),
    );
  },
  logProbs: () => Promise.resolve([]),
};

const writer = localEngine({
  name: 'writer',
  summary: 'an executor of fixed arithmetic that can write',
  devices: ['none'],
  ownProcess: false,
  executor: () => Promise.resolve(fakeExecutor()),
  policy: () => policy,
});

/** A cluster that answers at once. */
const remote: Engine = {
  name: 'remote',
  summary: 'somewhere else',
  devices: ['far'],
  ownProcess: false,
  unavailable: () => Promise.resolve(undefined),
  async *train(job) {
    yield await Promise.resolve({ type: 'step' as const, step: 1, metrics: { loss: job.seed } });
    yield { type: 'end', reason: 'done', step: 1, model: `far:${job.recipe}` };
  },
};

const lists = { recipes: [...shipped, writing], engines: [writer, remote] };
const parse = (...words: string[]) => parseJob(words, { cwd: folder, ...lists });
const words = (recipe: string, ...more: string[]) => [
  recipe,
  ...microWords(micro).slice(1, 5),
  ...more,
];

test('a recipe that writes first goes through the unchanged loop', async () => {
  const output = join(folder, 'writing');
  const job = await parse(
    ...words('writing', '--engine', 'writer', '--batch-size', '5', '--output-dir', output),
    ...['--completions', '3', '--seed', '7'],
  );
  expect(job).toMatchObject({ device: 'none', options: { completions: 3 } });
  const events = await collect(runJob(job, lists));
  const steps = events.filter((event) => event.type === 'step');
  expect(steps).toHaveLength(4);
  expect(steps[0]!.metrics).toMatchObject({ mean_length: 2 });
  expect(asked).toEqual([7, 12, 17, 22]);
  expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'done' });
});

test('an engine elsewhere takes the job as it is', async () => {
  const job = await parse(...words('bradley-terry', '--engine', 'remote', '--seed', '3'));
  expect(job.device).toBe('far');
  expect(await collect(runJob(job, lists))).toEqual([
    { type: 'step', step: 1, metrics: { loss: 3 } },
    { type: 'end', reason: 'done', step: 1, model: 'far:bradley-terry' },
  ]);
});

test('help, completion and refusals know both', async () => {
  const help = trainHelp('writing', lists);
  expect(help).toContain('--completions N');
  expect(help).toContain('remote');
  expect(trainHelp(undefined, lists)).toContain('learns from what it writes itself');
  expect(trainCompletions('writing --com', lists)).toEqual(['--completions']);
  expect(trainCompletions('writing --engine ', lists)).toEqual(['writer', 'remote']);
  const text = await refusal(() =>
    parse(
      ...words('writing', '--engine', 'writer', '--completions', '0', '--label-smoothing', '0'),
    ),
  );
  expect(text).toBe(
    "writing cannot use these options\n  --label-smoothing: no such option\n  --completions: expected a whole number above 0, got '0'\n  writing --help lists them all",
  );
});

test('a model that cannot write says so', async () => {
  const silent = localEngine({
    name: 'silent',
    summary: '',
    devices: ['none'],
    ownProcess: false,
    executor: () => Promise.resolve(fakeExecutor()),
  });
  const only = { ...lists, engines: [silent] };
  const job = await parseJob(
    words('writing', '--engine', 'silent', '--output-dir', join(folder, 'silent')),
    { cwd: folder, ...only },
  );
  expect((await collect(runJob(job, only))).at(-1)).toMatchObject({
    reason: 'failed',
    message: 'a model that ends in a score cannot write',
  });
});
