/** Rows to rollouts to steps, with a policy that writes what it is told: the arithmetic, not the model. */
import { beforeAll, describe, expect, test } from 'vitest';
import { pairwise } from '../../../../lib/recipe/pairwise.ts';
import type { PlainState } from '../../../../lib/recipe/recipe.ts';
import { loadEncoder, type TextEncoder } from '../../../../lib/text/encoder.ts';
import { refusal } from '../../refusal.ts';
import { temporaryFolder } from '../../temporary.ts';
import { writeMicroTokenizer } from '../../text/micro-tokenizer.ts';
import { fakePolicy, type FakePolicy } from './fake-policy.ts';
import { mixed, rows, says, selection, takeBatches, type Setting } from './pairwise-rows.ts';

const folder = temporaryFolder();
let text: TextEncoder;
beforeAll(async () => {
  await writeMicroTokenizer(folder);
  text = await loadEncoder(folder);
});

const selectionOf = (setting: Setting) => selection(text, setting);
const take = (count: number, policy: FakePolicy, setting?: Setting) =>
  takeBatches(text, { count, policy }, setting);

test('a group is one example: its prompt once, every completion read from the token before it', async () => {
  const policy = fakePolicy(text, mixed);
  const [batch] = await take(1, policy);
  expect(policy.asked[0]!.sampling).toEqual({
    ...{ maxTokens: 512, temperature: 1, topP: 1, topK: 0, n: 4, stop: [] },
    seed: expect.any(Number) as number,
  });
  const [example] = batch!.examples;
  const [prompt] = policy.asked[0]!.prompts;
  expect(example!.segments.map(({ parent }) => parent)).toEqual([-1, 0, 0, 0, 0]);
  expect(example!.segments[0]!.ids).toEqual(prompt);
  const ids = [...text.encode(mixed(0, 0)), text.special.eos!];
  expect(example!.segments[1]!.ids).toEqual(ids.slice(0, -1));
  expect(example!.reads.slice(0, 3)).toEqual([
    { segment: 0, offset: prompt!.length - 1 },
    { segment: 1, offset: 0 },
    { segment: 1, offset: 1 },
  ]);
  const { targets, advantages, weights } = example!.data;
  expect(targets!.slice(0, ids.length)).toEqual(ids);
  expect(advantages![0]).toBeCloseTo(1.499997, 6);
  expect(advantages!.at(-1)).toBeCloseTo(-0.499999, 6);
  expect(new Set(weights)).toEqual(new Set([1]));
  expect(example!.weight).toBe(targets!.length);
  expect(Object.keys(example!.data).sort()).toEqual(['advantages', 'targets', 'weights']);
  expect(batch!.updates).toBeUndefined();
  expect(policy.measured).toEqual([]);
});

test('what a step says of its rollout', async () => {
  const [batch] = await take(
    1,
    fakePolicy(text, (i, j) => (i === 0 ? mixed(i, j) : 'well')),
  );
  expect(batch!.metrics).toMatchObject({
    ...{ reward: 1 / 8, accuracy: 1 / 8, parse_rate: 1 / 2, zero_variance: 1 / 2, truncated: 0 },
  });
  expect(batch!.samples).toEqual([
    {
      prompt: expect.stringContaining('hello 0') as string,
      completion: says('A'),
      values: { row: 0, predicted: 'A', truth: 'A', reward: 1, status: 'ok' },
    },
    expect.objectContaining({ completion: says('tie') }),
  ]);
});

test('mini-batches are of prompts, and as many again for every epoch; then both policies are asked', async () => {
  const policy = fakePolicy(text, mixed);
  const [batch] = await take(1, policy, {
    batchSize: 4,
    options: { ppo_mini_batch_size: 2, ppo_epochs: 2, use_kl_loss: true, temperature: 0.7 },
  });
  expect(batch!.updates).toEqual([
    [0, 1],
    [2, 3],
    [0, 1],
    [2, 3],
  ]);
  expect(policy.measured.map(({ which, temperature }) => [which, temperature])).toEqual([
    ['current', 0.7],
    ['reference', 0.7],
  ]);
  const { old, reference, targets } = batch!.examples[3]!.data;
  expect(old).toEqual(targets!.map(() => -1));
  expect(reference).toEqual(targets!.map(() => -1.5));
});

test('a group of too many tokens is computed in pieces, which stay in one update', async () => {
  const options = { ppo_mini_batch_size: 1, ppo_epochs: 2, use_kl_loss: true, n: 3 };
  const whole = await take(1, fakePolicy(text, mixed), { options });
  const [prompt] = whole[0]!.examples[0]!.segments;
  const completion = text.encode(mixed(0, 1)).length + 1;
  const microBatchTokens = prompt!.ids.length + 2 * completion;
  const [batch] = await take(1, fakePolicy(text, mixed), { options, microBatchTokens });
  expect(batch!.examples.map(({ segments }) => segments.length)).toEqual([3, 2, 3, 2]);
  expect(batch!.updates).toEqual([
    [0, 1],
    [2, 3],
    [0, 1],
    [2, 3],
  ]);
  for (const name of ['targets', 'advantages', 'weights', 'old', 'reference'])
    expect(batch!.examples.flatMap(({ data }) => data[name]!)).toEqual(
      whole[0]!.examples.flatMap(({ data }) => data[name]!),
    );
  expect(batch!.metrics).toEqual(whole[0]!.metrics);
});

test('a KL penalty is taken off the rewards before they are compared; its weight can adapt', async () => {
  const policy = fakePolicy(text, mixed);
  const options = {
    use_kl_in_reward: true,
    kl_coef: 0.01,
    kl_ctrl: 'adaptive',
    horizon: 80,
  } as const;
  const [batch] = await take(1, policy, { options });
  const lengths = [0, 1, 2, 3].map((j) => text.encode(mixed(0, j)).length + 1);
  const scores = lengths.map((length, j) => (j === 0 ? 1 : 0) - 0.01 * 0.5 * length);
  const mean = scores.reduce((a, b) => a + b) / 4;
  const deviation = Math.sqrt(scores.reduce((sum, s) => sum + (s - mean) ** 2, 0) / 3);
  const { data } = batch!.examples[0]!;
  expect(data.advantages![0]).toBeCloseTo((scores[0]! - mean) / (deviation + 1e-6), 5);
  expect(data).not.toHaveProperty('old');
  expect(data).not.toHaveProperty('reference');
  expect(batch!.metrics).toMatchObject({ reward_kl: 0.5, kl_coef: 0.01 });
  expect(batch!.state.klCoef).toBeCloseTo(0.01 * (1 + (0.2 * 8) / 80), 12);
});

describe('groups whose rewards do not differ', () => {
  const options = { filter_groups: true, max_num_gen_batches: 3 };
  test('are replaced by others, drawn until the step has its number', async () => {
    const policy = fakePolicy(text, (i, j, k) => (k === 1 || i === 0 ? mixed(i, j) : says('tie')));
    const [batch, next] = await take(2, policy, { options, batchSize: 2 });
    expect(batch!.examples.map(({ row }) => row)).toEqual([0, 2]);
    expect(batch!.metrics).toMatchObject({ zero_variance: 1 / 4, rollouts: 2 });
    expect(batch!.state).toMatchObject({ epoch: 0, at: 4, rollouts: 2 });
    expect(next!.examples[0]!.row).toBe(4);
  });
  test('are taken after so many rollouts, where there are no others', async () => {
    const policy = fakePolicy(text, () => says('A'));
    const [batch] = await take(1, policy, { options, batchSize: 2 });
    expect(policy.asked).toHaveLength(3);
    expect(batch!.examples).toHaveLength(2);
    expect(batch!.metrics).toMatchObject({ zero_variance: 1, rollouts: 3 });
  });
});

test('a resumed stream draws what the whole one draws', async () => {
  const whole = fakePolicy(text, mixed);
  const batches = await take(5, whole);
  const rest = fakePolicy(text, mixed);
  const state = JSON.parse(JSON.stringify(batches[1]!.state)) as PlainState;
  expect(await take(3, rest, { state })).toEqual(batches.slice(2));
  expect(rest.asked).toEqual(whole.asked.slice(2));
  expect(new Set(whole.asked.map(({ sampling }) => sampling.seed)).size).toBe(5);
});

test('a validation answers every row once, by the likeliest completion', async () => {
  const policy = fakePolicy(text, () => says('A'));
  const batches = await take(9, policy, { split: 'validation' });
  expect(batches).toHaveLength(1);
  expect(batches[0]).toMatchObject({
    ...{ examples: [], rows: 6, metrics: { reward: 0.5, accuracy: 0.5, parse_rate: 1 } },
  });
  expect(batches[0]!.samples).toHaveLength(6);
  expect(policy.asked[0]!.sampling).toMatchObject({ temperature: 0, n: 1 });
});

describe('prompts that are too long', () => {
  const long = { ...rows[0]!, prompt: 'hello '.repeat(300) };
  const table = [rows[0]!, long, rows[1]!];
  const limit = { max_prompt_length: 700 };
  test('are left out, by the tokens of the whole prompt', async () => {
    const survey = await pairwise.survey(selectionOf({ table, options: limit }), true);
    expect(survey.dropped).toEqual({ 'prompt longer than 700 tokens': 1 });
    expect([...survey.kept]).toEqual([0, 2]);
    expect(survey.approximate).toBe(true);
    expect(survey.limit).toEqual({ tokens: 700, by: 'max_prompt_length', truncation: 'drop' });
  });
  test('are refused by row, where they are not left out', async () => {
    const options = { ...limit, filter_overlong_prompts: false };
    const message = await refusal(() => pairwise.survey(selectionOf({ table, options }), false));
    expect(message).toMatch(
      /^row 1: its prompt has \d+ tokens, more than the 700 that it may have\n {2}raise/,
    );
  });
  test.each(['left', 'right', 'middle'] as const)('are cut: %s', async (truncation) => {
    const options = { ...limit, filter_overlong_prompts: false };
    const policy = fakePolicy(text, mixed);
    const [batch] = await take(1, policy, { table, truncation, options, batchSize: 3 });
    const whole = fakePolicy(text, mixed);
    await take(1, whole, { table, options: { max_prompt_length: 9999 }, batchSize: 3 });
    const full = whole.asked[0]!.prompts[1]!;
    const cut = {
      left: full.slice(-700),
      right: full.slice(0, 700),
      middle: [...full.slice(0, 350), ...full.slice(-350)],
    };
    expect(policy.asked[0]!.prompts[1]).toEqual(cut[truncation]);
    expect(batch!.cut).toBe(1);
  });
});

test('rows without a label are counted and named', async () => {
  const table = [rows[0]!, { ...rows[1]!, preferred: '' }, { ...rows[2]!, preferred: 'C' }];
  const survey = await pairwise.survey(selectionOf({ table }), false);
  expect(survey.dropped).toEqual({ 'no label': 1, 'label out of range': 1 });
  expect(survey.droppedRows).toEqual({ 'no label': [1], 'label out of range': [2] });
});

test('options that contradict each other', () => {
  const given = { batch_size: 6, loss_agg_mode: 'token-mean', loss_scale_factor: 8, n: 1 };
  const more = { ppo_mini_batch_size: 4, filter_groups: true };
  expect(pairwise.contradictions!({ ...given, ...more })).toEqual([
    "--ppo-mini-batch-size: expected a divisor of --batch-size 6, got '4'",
    '--filter-groups: needs --n above 1: one completion differs from no other',
    '--loss-scale-factor: only divides --loss-agg-mode seq-mean-token-sum-norm',
  ]);
});

test('a completion has room in what the model can tell the places of', async () => {
  const selection = { ...selectionOf({}), maxPositions: 600 };
  const survey = await pairwise.survey(selection, true);
  expect(survey.dropped).toEqual({ 'prompt longer than 88 tokens': 6 });
  expect(survey.limit).toMatchObject({ tokens: 88, by: 'positions' });
  const message = await refusal(() => pairwise.survey({ ...selection, maxPositions: 512 }, true));
  expect(message).toBe(
    "--max-response-length: expected less than the model's 512 positions, got '512'\n  a prompt needs some of them",
  );
});
