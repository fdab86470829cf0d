/** Completions near the most tokens: what their length costs, and which of them are learnt from. */
import { beforeAll, expect, test } from 'vitest';
import { pairwise } from '../../../../lib/recipe/pairwise.ts';
import { loadEncoder, type TextEncoder } from '../../../../lib/text/encoder.ts';
import { temporaryFolder } from '../../temporary.ts';
import { writeMicroTokenizer } from '../../text/micro-tokenizer.ts';
import { fakePolicy } from './fake-policy.ts';
import { mixed, takeBatches, type Setting } from './pairwise-rows.ts';

const folder = temporaryFolder();
let text: TextEncoder;
beforeAll(async () => {
  await writeMicroTokenizer(folder);
  text = await loadEncoder(folder);
});

const take = (setting?: Setting) =>
  takeBatches(text, { count: 1, policy: fakePolicy(text, write) }, setting);

const write = (i: number, j: number): string => mixed(i, j) + ' and so on'.repeat(j);
const lengthsOf = (): number[] => [0, 1, 2, 3].map((j) => text.encode(write(0, j)).length + 1);

test('completions lose what their last tokens cost, before they are compared', async () => {
  const lengths = lengthsOf();
  const most = Math.max(...lengths);
  const options = {
    ...{ overlong_buffer: true, overlong_buffer_len: 20, overlong_penalty_factor: 0.5 },
    max_response_length: most,
  };
  const [batch] = await take({ options });
  const penalties = lengths.map((length) => Math.max(0, ((length - most + 20) / 20) * 0.5));
  expect(penalties[3]).toBe(0.5);
  const scores = penalties.map((penalty, j) => (j === 0 ? 1 : 0) - penalty);
  const mean = scores.reduce((a, b) => a + b) / 4;
  const deviation = Math.sqrt(scores.reduce((sum, s) => sum + (s - mean) ** 2, 0) / 3);
  const { advantages } = batch!.examples[0]!.data;
  expect(advantages![0]).toBeCloseTo((scores[0]! - mean) / (deviation + 1e-6), 5);
  expect(batch!.metrics!.overlong_penalty).toBeCloseTo(penalties.reduce((a, b) => a + b) / 4, 9);
  expect(batch!.metrics!.reward).toBeCloseTo(mean, 9);
  expect(batch!.samples![1]!.values).toMatchObject({ overlong_penalty: 0.5, reward: -0.5 });
  const [validation] = await take({ options, split: 'validation' });
  expect(validation!.metrics).toHaveProperty('overlong_penalty');
  const [without] = await take();
  expect(without!.metrics).not.toHaveProperty('overlong_penalty');
});

test('completions without an end can be left out of the loss, and count in their group all the same', async () => {
  const lengths = lengthsOf();
  const cut = { max_response_length: lengths[2]! };
  const [plain] = await take({ options: cut });
  const options = { ...cut, mask_truncated_completions: true };
  const [batch] = await take({ options });
  const [example] = batch!.examples;
  expect(example!.data.advantages).toEqual(plain!.examples[0]!.data.advantages);
  const ended = lengths.slice(0, 3).reduce((sum, length) => sum + length, 0);
  const all = ended + cut.max_response_length;
  expect(example!.data.weights!.slice(0, ended)).toEqual(Array(ended).fill(all / ended));
  expect(example!.data.weights!.slice(ended)).toEqual(Array(cut.max_response_length).fill(0));
  expect(plain!.metrics).toMatchObject({ truncated: 1 / 4 });
});

test('a step in which nothing came to an end has nothing to learn', async () => {
  const options = { max_response_length: 2, mask_truncated_completions: true };
  const [batch] = await take({ options });
  for (const { data } of batch!.examples) expect(new Set(data.weights)).toEqual(new Set([0]));
});

test('the tokens that cost something are some of those there may be', () => {
  const given = { batch_size: 1, ppo_mini_batch_size: null, loss_scale_factor: null };
  const ask = (length: number): string[] =>
    pairwise.contradictions!({
      ...{ ...given, overlong_buffer: true, overlong_buffer_len: length },
      max_response_length: 64,
    });
  const sentence = (got: number): string =>
    `--overlong-buffer-len: expected tokens from 1 to --max-response-length 64, got '${got}'`;
  expect([ask(0), ask(1), ask(64), ask(65)]).toEqual([[sentence(0)], [], [], [sentence(65)]]);
});
