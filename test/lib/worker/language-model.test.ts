/** A served language model: prompts of every kind, the same as here, streams, refusals, giving up. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createOnnxExecutor } from '../../../lib/engine/onnx/executor.ts';
import { serveLanguageModel } from '../../../lib/engine/served-language-model.ts';
import { checkSampling } from '../../../lib/generate/options.ts';
import { interruptedBy } from '../../../lib/interrupt.ts';
import { showRowsWork, type RowsProgress } from '../../../lib/rows-work.ts';
import { LanguageModel, type WriteOptions } from '../../../lib/worker/language-model.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { microRun } from '../train/micro-run.ts';
import { microLanguageModel } from './micro-language-model.ts';

const folder = temporaryFolder();
const turns = [{ role: 'user', content: 'hello' }];
let path: string;
let model: LanguageModel;
beforeAll(async () => {
  path = await microLanguageModel(folder);
  model = await LanguageModel.load(path, { threads: 2 });
});
afterAll(() => model.close());
afterEach(() => interruptedBy(new AbortController().signal));

test('writes what it would write in this process', async () => {
  const options = { maxTokens: 12, n: 3, seed: 4, temperature: 0.8, topP: 0.9 };
  const prompts = ['hello world', turns, { messages: turns }, { ids: [1, 2, 3] }];
  const written = await model.generate(prompts, options);
  expect(written.map(({ prompt, sample }) => [prompt, sample])).toEqual(
    [0, 1, 2, 3].flatMap((prompt) => [0, 1, 2].map((sample) => [prompt, sample])),
  );
  const executor = createOnnxExecutor({ threads: 1 });
  const here = await serveLanguageModel(path, executor);
  const expected = await here.generate(prompts, checkSampling(options), {});
  await here.close();
  expect(written.map(({ ids, logProbs, text }) => ({ ids, logProbs, text }))).toEqual(
    expected.flat().map(({ ids, logProbs, text }) => ({ ids, logProbs, text })),
  );
});

test('many completions show how far they are', async () => {
  const shown: RowsProgress[] = [];
  showRowsWork((progress) => shown.push(progress));
  const prompts = Array.from({ length: 400 }, () => 'hello');
  await model.generate(prompts, { n: 4, maxTokens: 100 });
  showRowsWork(() => undefined);
  expect(shown.at(-1)).toMatchObject({ doing: 'writing', noun: 'completions', done: 1600 });
  expect(shown.at(-1)!.end).toBe(true);
  expect(shown.every(({ done, rows }) => done <= rows && rows === 1600)).toBe(true);
  expect(shown.some(({ done }) => done > 0)).toBe(true);
});

test('the number of the first prompt seeds what is written', async () => {
  const prompts = ['hello', 'world', 'yes'];
  const all = await model.generate(prompts, { maxTokens: 10 });
  const last = await model.generate(prompts.slice(2), { maxTokens: 10, first: 2 });
  expect(last[0]!.ids).toEqual(all[2]!.ids);
});

test('the next turn of a conversation, whole and in pieces', async () => {
  const options: WriteOptions = { maxTokens: 40, temperature: 0 };
  const reply = await model.chat('hello', options);
  expect(await model.chat(turns, options)).toEqual(reply);
  const told: string[] = [];
  const pieces: string[] = [];
  const onToken: WriteOptions['onToken'] = ({ text }) => told.push(text);
  for await (const piece of model.stream('hello', { ...options, onToken })) pieces.push(piece);
  expect(pieces.join('')).toBe(reply.text);
  expect(told.join('')).toBe(reply.text);
  const [long] = await model.generate({ messages: turns }, options);
  expect(long!.ids).toEqual(reply.ids);
});

test('values of the chat template change what is read', async () => {
  const options = { maxTokens: 8, temperature: 0 };
  const template = { enable_thinking: false };
  const [byHand] = await model.generate(
    '<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\n<think>\n\n',
    options,
  );
  expect((await model.chat('hello', { ...options, template })).ids).toEqual(byHand!.ids);
});

test('says how likely a completion is', async () => {
  const [written] = await model.generate('hello', { maxTokens: 9 });
  const [found] = await model.logProbs({ prompt: 'hello', completion: written!.ids });
  found!.forEach((value, i) => expect(value).toBeCloseTo(written!.logProbs[i]!, 4));
  const both = await model.logProbs([
    { prompt: 'hello', completion: ' world' },
    { prompt: turns, completion: 'hello' },
  ]);
  expect(both.map(({ length }) => length)).toEqual([1, 1]);
  expect(await refusal(() => model.logProbs({ prompt: 'hello', completion: '' }))).toBe(
    'item 0 needs a prompt and a completion of a token at least',
  );
});

const endless = { n: 200, maxTokens: 100 };

test('gives up by a signal, by an interrupt, by leaving a loop; and goes on', async () => {
  const byHand = new AbortController();
  const byCell = new AbortController();
  interruptedBy(byCell.signal);
  for (const controller of [byHand, byCell]) {
    let asked = 0;
    const onToken = (): void => {
      asked ||= performance.now();
      controller.abort(new Error('enough'));
    };
    const signal = byHand.signal;
    const options = { ...endless, onToken, ...(controller === byHand && { signal }) };
    await expect(model.generate('hello', options)).rejects.toThrow('enough');
    expect(performance.now() - asked).toBeLessThan(250);
  }
  interruptedBy(new AbortController().signal);
  for await (const piece of model.stream('hello', { maxTokens: 100 })) {
    expect(piece).not.toBe('');
    break;
  }
  expect((await model.chat('hello', { maxTokens: 3 })).ids.length).toBeGreaterThan(0);
});

test('refuses what it cannot write', async () => {
  expect(await refusal(() => model.generate(['a', { ids: [] }]))).toBe(
    'prompt 1 is empty: there is nothing to continue',
  );
  expect(await refusal(() => model.generate({ ids: new Array<number>(130).fill(1) }))).toBe(
    'the prompt has 130 tokens; the model has 128 positions, for the prompt and what follows',
  );
  expect(
    await refusal(() => model.generate('a', { maxTokens: 0, topP: 1.5, temperature: -1, n: 0.5 })),
  ).toBe(`cannot write with these options
  maxTokens: expected a whole number above 0, got 0
  temperature: expected a number of at least 0, got -1
  topP: expected a number above 0 and of at most 1, got 1.5
  n: expected a whole number above 0, got 0.5`);
  expect((await model.chat('hello', { maxTokens: 3 })).ids.length).toBeGreaterThan(0);
});

test('refuses a reward model', async () => {
  const reward = await microRun(join(folder, 'reward'));
  expect(await refusal(() => LanguageModel.load(reward.model), folder)).toBe(
    "'reward/model' is a reward model: it scores and cannot write\n  RewardModel.load opens it",
  );
});

test('a process that is gone says so', async () => {
  const other = await LanguageModel.load(path, { threads: 1 });
  const writing = other.generate('hello', endless);
  await other.close();
  await expect(writing).rejects.toThrow("the model's process is gone");
});
