/** A served model: rewards in order, whatever they are of; refusals; measuring and scoring files. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRows, type Row } from '../../../lib/data/rows.ts';
import { evaluate } from '../../../lib/evaluate/evaluate.ts';
import { score } from '../../../lib/evaluate/score.ts';
import { RewardModel } from '../../../lib/worker/reward-model.ts';
import { train } from '../../../lib/worker/train.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { microRun, type MicroRun } from '../train/micro-run.ts';

const folder = temporaryFolder();
let micro: MicroRun;
let model: RewardModel;
beforeAll(async () => {
  micro = await microRun(folder);
  model = await RewardModel.load(micro.model, { threads: 2 });
});
afterAll(() => model.close());

test('scores texts, conversations and token ids in order', async () => {
  const turns = [
    { role: 'user', content: 'hello' },
    { role: 'assistant', content: 'world' },
  ];
  const rewards = await model.score(['hello world', turns, { messages: turns }, { ids: [1, 2] }]);
  expect(rewards).toHaveLength(4);
  expect(rewards[1]).toBe(rewards[2]);
  expect(rewards[0]).not.toBe(rewards[1]);
  expect(await model.score(turns)).toEqual([rewards[1]]);
  expect(await model.score('hello world')).toEqual([rewards[0]]);
});

test('refuses what has no tokens, and goes on', async () => {
  expect(await refusal(() => model.score([{ ids: [] }]))).toBe(
    'item 0 is empty: there is nothing to score',
  );
  expect(await model.score('hello')).toHaveLength(1);
});

test('evaluates as a validation in training does, to the bit', async () => {
  const result = await train({
    ...{ recipe: 'bradley-terry', model: micro.model, train: micro.train },
    ...{ validation: micro.validation, output_dir: join(folder, 'run'), batch_size: 4, threads: 2 },
  });
  const { rows, dropped, ...metrics } = await evaluate({
    ...{ model: result.model!, data: micro.validation, threads: 2 },
  });
  expect(rows).toBe(7);
  expect(dropped).toEqual({});
  expect(metrics).toEqual(result.validation);
});

test('writes rewards beside pairs as parquet, in the order of the rows', async () => {
  const output = join(folder, 'scored.parquet');
  const done: number[] = [];
  const scored = await score({
    ...{ model: micro.model, data: micro.validation, output, threads: 2 },
    onProgress: (n) => done.push(n),
  });
  expect(scored).toMatchObject({ rows: 7, columns: ['chosen_reward', 'rejected_reward'] });
  expect(done.at(-1)).toBe(7);
  const rows: Row[] = [];
  for await (const chunk of (await openRows(output)).scan()) rows.push(...chunk);
  const expected = await model.score(rows.map((row) => row.chosen as string));
  rows.forEach((row, i) => {
    expect(row.chosen_reward).toBeCloseTo(expected[i]!, 5);
  });
});

test('rows without an answer get no reward and are counted', async () => {
  const data = join(folder, 'answers.jsonl');
  const output = join(folder, 'answers-scored.jsonl');
  const lines = [
    { prompt: 'hello', response: 'world' },
    { prompt: 'hello', response: ' ' },
  ];
  await writeFile(data, lines.map((line) => JSON.stringify(line)).join('\n'));
  const { dropped } = await score({ model: micro.model, data, output, threads: 2 });
  expect(dropped).toEqual({ 'empty answer': 1 });
  const written = (await readFile(output, 'utf8')).trim().split('\n');
  const rewards = written.map((line) => (JSON.parse(line) as { reward: unknown }).reward);
  expect(rewards).toEqual([expect.any(Number), null]);
});

test.each(['given-up.jsonl', 'given-up.parquet'])(
  '%s: given up, nothing is written',
  async (name) => {
    const signal = AbortSignal.abort(new Error('enough'));
    const output = join(folder, name);
    const scored = score({
      model: micro.model,
      data: micro.validation,
      output,
      threads: 2,
      signal,
    });
    await expect(scored).rejects.toThrow('enough');
    expect((await readdir(folder)).filter((file) => file.startsWith(name))).toEqual([]);
  },
);

test('names what it cannot score', async () => {
  const data = join(folder, 'other.jsonl');
  await writeFile(data, '{"question":"hello"}');
  const output = join(folder, 'never.parquet');
  expect(await refusal(() => score({ model: micro.model, data, output }), folder)).toBe(
    "nothing to score: expected a column 'messages' or 'text', 'prompt' and 'response', or 'chosen' and 'rejected'; found question",
  );
});

test('a language model that was trained on pairs is a reward model', async () => {
  const causal = await microRun(join(folder, 'causal'));
  const path = join(causal.model, 'config.json');
  const config = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  delete config.id2label;
  await writeFile(path, JSON.stringify({ ...config, architectures: ['Qwen3ForCausalLM'] }));
  const output = join(folder, 'from-causal');
  const { model: trained } = await train({
    recipe: 'bradley-terry',
    model: causal.model,
    train: [causal.train],
    output_dir: output,
    max_steps: 1,
    threads: 1,
  });
  const judge = await RewardModel.load(trained!, { threads: 1 });
  expect(await judge.score('hello')).toHaveLength(1);
  await judge.close();
});
