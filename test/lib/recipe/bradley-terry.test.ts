/** Bradley–Terry's rows: forms, cuts, what is left out, order; its formula is pinned by parity tests. */
import { beforeAll, expect, test } from 'vitest';
import { rowsOf, type Row } from '../../../lib/data/rows.ts';
import { bradleyTerry } from '../../../lib/recipe/bradley-terry.ts';
import type { Batch, Batching, Policy, Selection } from '../../../lib/recipe/recipe.ts';
import { loadEncoder, type TextEncoder } from '../../../lib/text/encoder.ts';
import { tokensOf } from '../../../lib/recipe/pair.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { microPairs } from '../train/micro-run.ts';
import { writeMicroTokenizer } from '../text/micro-tokenizer.ts';

const folder = temporaryFolder();
let text: TextEncoder;
beforeAll(async () => {
  await writeMicroTokenizer(folder);
  text = await loadEncoder(folder);
});

type Options = Parameters<typeof bradleyTerry.loss>[2];
const policy = {} as Policy;
const batching: Batching = { batchSize: 4, shuffle: true, maxLength: 64, truncation: 'left' };

function selection(
  rows: readonly Row[],
  changes: Partial<Batching & Options> = {},
): Selection<Options> {
  return {
    rows: rowsOf(rows),
    text,
    options: bradleyTerry.options.parse(changes),
    seed: 0,
    split: 'train',
    batching: { ...batching, ...changes },
  };
}

async function take(
  from: Selection<Options>,
  count: number,
  state?: Batch['state'],
): Promise<Batch[]> {
  const { kept } = await bradleyTerry.survey(from, true);
  const batches: Batch[] = [];
  for await (const batch of bradleyTerry.batches({
    ...from,
    kept,
    policy,
    ...(state && { state }),
  })) {
    batches.push(batch);
    if (batches.length === count) break;
  }
  return batches;
}

async function first(row: Row, changes: Partial<Batching & Options> = {}) {
  const [batch] = await take(selection([row], changes), 1);
  return { ...batch!.examples[0]!, cut: batch!.cut };
}

test('what both answers begin with is one segment', async () => {
  const { segments, reads } = await first({ chosen: 'hello yes', rejected: 'hello no' });
  const [prefix, chosen, rejected] = segments;
  expect(text.decode([...prefix!.ids, ...chosen!.ids])).toBe('hello yes<|im_end|>');
  expect(text.decode([...prefix!.ids, ...rejected!.ids])).toBe('hello no<|im_end|>');
  expect(segments.map(({ parent }) => parent)).toEqual([-1, 0, 0]);
  expect(reads).toEqual([
    { segment: 1, offset: chosen!.ids.length - 1 },
    { segment: 2, offset: rejected!.ids.length - 1 },
  ]);
});

test('answers that share nothing have no common segment', async () => {
  const { segments } = await first({ chosen: 'yes', rejected: 'no' });
  expect(segments.map(({ parent }) => parent)).toEqual([-1, -1]);
});

test('text, messages, their JSON and token ids come to the same', async () => {
  const turns = (answer: string) => [
    { role: 'user', content: 'hello' },
    { role: 'assistant', content: answer },
  ];
  const nested = await first({ chosen: turns('yes'), rejected: turns('no') });
  const json = { chosen: JSON.stringify(turns('yes')), rejected: JSON.stringify(turns('no')) };
  const ids = {
    chosen_ids: text.encodeChat(turns('yes')),
    rejected_ids: text.encodeChat(turns('no')),
  };
  const rendered = { chosen: text.chat(turns('yes')), rejected: text.chat(turns('no')) };
  for (const row of [json, ids, rendered]) expect(await first(row)).toEqual(nested);
});

test.each([
  ['left', -5, undefined],
  ['right', 0, 5],
] as const)('truncation %s', async (truncation, begin, end) => {
  const row = { chosen: 'hello abcdefgh hello yes', rejected: 'no' };
  const whole = await first(row);
  const { segments, cut } = await first(row, { maxLength: 5, truncation });
  expect([whole.cut, cut]).toEqual([0, 1]);
  expect(segments[0]!.ids).toEqual(whole.segments[0]!.ids.slice(begin, end));
  expect(segments[1]).toEqual(whole.segments[1]);
});

test('rows that cannot be used are counted by reason, and what is too long where it is to be left out', async () => {
  const rows = [
    { chosen: 'hello yes', rejected: 'hello no' },
    { chosen: ' ', rejected: 'no' },
    { chosen: null, rejected: 'no' },
    { chosen: 'hello '.repeat(40), rejected: 'no' },
    { chosen: 'same', rejected: 'same' },
  ];
  const survey = await bradleyTerry.survey(
    selection(rows, { maxLength: 20, truncation: 'drop' }),
    false,
  );
  expect([...survey.kept]).toEqual([0]);
  expect(survey.dropped).toEqual({
    'empty answer': 1,
    'missing answer': 1,
    'longer than 20 tokens': 1,
    'chosen equals rejected': 1,
  });
});

test('margin and strength become numbers of the loss', async () => {
  const row = { chosen: 'yes', rejected: 'no', margin: 0.5, preference_strength: -3 };
  expect((await first(row)).data).toEqual({ margin: [0.5] });
  expect((await first(row, { use_margin: false })).data).toEqual({ margin: [0] });
  expect((await first(row, { strength: 'margin' })).data).toEqual({ margin: [3.5] });
  expect((await first(row, { strength: 'scale' })).data).toEqual({ margin: [0.5], factor: [3] });
});

test('a chat template that fails: its line and the row', async () => {
  const turns = (role: string) => [
    { role: 'user', content: 'hello' },
    { role, content: 'x' },
    { role: 'assistant', content: 'yes' },
  ];
  const row = { chosen: turns('tool'), rejected: turns('user') };
  expect(await refusal(() => first(row), folder)).toBe(
    'row 0: chat_template.jinja, line 2: no tools here',
  );
});

test('every epoch visits every row once, in another order, the same for the same seed', async () => {
  const from = selection(microPairs(10, 1));
  const batches = await take(from, 6);
  const order = batches.map(({ examples }) => examples.map(({ row }) => row));
  expect(order.map((rows) => rows.length)).toEqual([4, 4, 2, 4, 4, 2]);
  const epochs = [order.slice(0, 3).flat(), order.slice(3).flat()];
  for (const epoch of epochs)
    expect([...epoch].sort((a, b) => a - b)).toEqual([...Array(10).keys()]);
  expect(epochs[0]).not.toEqual(epochs[1]);
  expect(await take(from, 6)).toEqual(batches);
  const other = await take({ ...from, seed: 1 }, 3);
  expect(other.flatMap(({ examples }) => examples.map(({ row }) => row))).not.toEqual(epochs[0]);
});

test('a stream goes on after any batch as if it had not been left', async () => {
  const from = selection(microPairs(10, 1));
  const batches = await take(from, 8);
  for (let i = 0; i < 7; i++)
    expect(await take(from, 7 - i, batches[i]!.state)).toEqual(batches.slice(i + 1));
});

test('without shuffling, and for validation, the order is that of the file', async () => {
  const rows = microPairs(6, 1);
  const plain = await take(selection(rows, { shuffle: false }), 3);
  expect(plain.map(({ examples }) => examples.map(({ row }) => row))).toEqual([
    [0, 1, 2, 3],
    [4, 5],
    [0, 1, 2, 3],
  ]);
  const validation = await take({ ...selection(rows), split: 'validation' }, 9);
  expect(validation.flatMap(({ examples }) => examples.map(({ row }) => row))).toEqual([
    0, 1, 2, 3, 4, 5,
  ]);
});

test('a survey of many rows extrapolates from a sample, an exact one counts', async () => {
  const from = selection(microPairs(300, 3));
  const exact = await bradleyTerry.survey(from, true);
  const guess = await bradleyTerry.survey(from, false);
  expect(exact.approximate).toBe(false);
  expect(guess.approximate).toBe(true);
  expect(Math.abs(guess.tokens - exact.tokens)).toBeLessThan(0.1 * exact.tokens);
  const batches = await take({ ...from, split: 'validation' }, 1000);
  const tokens = batches.flatMap(({ examples }) => examples.map(tokensOf));
  expect(tokens.reduce((a, b) => a + b)).toBe(exact.tokens);
});
