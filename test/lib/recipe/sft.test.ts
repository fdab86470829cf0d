/** sft's rows: forms, cuts, what is left out, samples; its numbers are pinned by the parity tests. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { rowsOf, type Row } from '../../../lib/data/rows.ts';
import { UserError } from '../../../lib/errors.ts';
import type { Batch, Batching, Policy, Source } from '../../../lib/recipe/recipe.ts';
import { sft } from '../../../lib/recipe/sft.ts';
import { loadEncoder, type TextEncoder } from '../../../lib/text/encoder.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { microTemplate, writeMicroTokenizer } from '../text/micro-tokenizer.ts';

const folder = temporaryFolder();
let text: TextEncoder;
beforeAll(async () => {
  await writeMicroTokenizer(folder);
  text = await loadEncoder(folder);
});

type Options = Parameters<typeof sft.loss>[2];
const policy = {} as Policy;
const batching: Batching = { batchSize: 4, shuffle: true, maxLength: 64, truncation: 'left' };
const turns = (...said: string[]) =>
  said.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content }));

function source(rows: readonly Row[], changes: Partial<Batching & Options> = {}): Source<Options> {
  return {
    ...{ rows: rowsOf(rows), text, options: sft.options.parse(changes), seed: 0, split: 'train' },
    ...{ kept: Int32Array.from(rows.keys()), policy },
    batching: { ...batching, ...changes },
  };
}

async function firstBatch(from: Source<Options>): Promise<Batch> {
  for await (const batch of sft.batches(from)) return batch;
  throw new Error('no batch');
}

async function example(row: Row, changes: Partial<Batching> = {}) {
  const { examples, cut } = await firstBatch(source([row], changes));
  return { ...examples[0]!, cut };
}

test('one segment, read where the assistant is to speak next', async () => {
  const messages = turns('hello', 'world', 'yes', 'no');
  const { segments, reads, data, weight, row, cut } = await example({ messages });
  const [{ ids }] = segments as [(typeof segments)[0]];
  expect(text.decode(ids)).toBe(text.chat(messages));
  expect(text.decode(data.targets!)).toBe('world<|im_end|>no<|im_end|>');
  expect(reads.map(({ offset }) => ids[offset + 1])).toEqual(data.targets);
  expect([weight, row, cut]).toEqual([reads.length, 0, 0]);
});

test('messages, their JSON and token ids come to the same', async () => {
  const messages = turns('hello', 'world');
  const nested = await example({ messages });
  const input_ids = text.encodeChat(messages);
  const learnt = new Set(nested.reads.map(({ offset }) => offset + 1));
  const loss_mask = input_ids.map((_, i) => (learnt.has(i) ? 1 : 0));
  for (const row of [{ messages: JSON.stringify(messages) }, { input_ids, loss_mask }])
    expect(await example(row)).toEqual(nested);
});

test('token ids without a mask are all learnt but the first', async () => {
  const { data, reads } = await example({ input_ids: [5, 6, 7] });
  expect(data.targets).toEqual([6, 7]);
  expect(reads.map(({ offset }) => offset)).toEqual([0, 1]);
});

test.each([
  ['left', [7, 8, 9], [8, 9]],
  ['right', [5, 6, 7], [6, 7]],
  ['middle', [5, 8, 9], [8, 9]],
] as const)('truncation %s', async (truncation, kept, learnt) => {
  const { segments, data, cut } = await example(
    { input_ids: [5, 6, 7, 8, 9] },
    { maxLength: 3, truncation },
  );
  expect([segments[0]!.ids, data.targets, cut]).toEqual([kept, learnt, 1]);
});

test('rows that cannot be used are counted by reason, those whose learnt part is cut away too', async () => {
  const rows = [
    { messages: turns('hello', 'world') },
    { messages: turns('hello') },
    { messages: turns('hello '.repeat(40), 'world') },
    { messages: null },
  ];
  const survey = async (truncation: 'left' | 'right' | 'drop') => {
    const from = source(rows, { maxLength: 40, truncation });
    const { kept, dropped, cut } = await sft.survey(from, false);
    return { kept: [...kept], dropped, cut };
  };
  const always = { 'no assistant turn': 1, 'missing messages': 1 };
  expect(await survey('left')).toEqual({ kept: [0, 2], dropped: always, cut: 1 });
  const lost = { ...always, 'all that is learnt was cut away': 1 };
  expect(await survey('right')).toEqual({ kept: [0], dropped: lost, cut: 0 });
  const long = { ...always, 'longer than 40 tokens': 1 };
  expect(await survey('drop')).toEqual({ kept: [0], dropped: long, cut: 0 });
});

test('a long row where none is allowed: its number', async () => {
  const from = source([{ input_ids: [5, 6] }, { input_ids: [5, 6, 7] }], {
    maxLength: 2,
    truncation: 'error',
  });
  expect(await refusal(() => sft.survey(from, false))).toMatchInlineSnapshot(`
    "row 1: expected at most 2 tokens, got 3
      allow more, or say with --truncation what a longer text loses"
  `);
});

test('ids that are no tokens', async () => {
  expect(await refusal(() => example({ input_ids: [5, 99999] }))).toMatchInlineSnapshot(`
    "row 0: token id 99999 is outside the model's vocabulary of 274
      these ids were made by another tokenizer; give the data as text or messages"
  `);
});

test('a chat template that fails: its line and the row', async () => {
  const messages = [{ role: 'tool', content: 'x' }, ...turns('hello', 'world')];
  const rows = [{ messages: turns('hello', 'world') }, { messages }];
  expect(await refusal(() => firstBatch(source(rows)), folder)).toMatchInlineSnapshot(
    `"row 1: chat_template.jinja, line 2: no tools here"`,
  );
});

test('a chat template whose turns cannot be told apart: the row', async () => {
  const other = temporaryFolder();
  await writeMicroTokenizer(other);
  await writeFile(
    join(other, 'chat_template.jinja'),
    microTemplate.replace('message.content', "'…'"),
  );
  const from = {
    ...source([{ messages: turns('hello', 'world') }]),
    text: await loadEncoder(other),
  };
  expect(await refusal(() => firstBatch(from))).toMatchInlineSnapshot(`
    "row 0: cannot tell which part of the chat template's text is the assistant's message 1
      give this data as token ids: columns input_ids and loss_mask"
  `);
});

test('a validation carries what the model answers to the first rows', async () => {
  const rows = ['one', 'two', 'three'].map((word) => ({
    messages: turns('hello', 'x', word, 'no'),
  }));
  const asked: string[] = [];
  const writing: Policy = {
    ...policy,
    generate: (prompts, { temperature }) => {
      asked.push(...prompts.map((prompt) => text.decode(prompt)));
      const completion = {
        ids: [1],
        logProbs: [0],
        text: `t=${temperature}`,
        finish: 'stop' as const,
      };
      return Promise.resolve(prompts.map(() => [completion]));
    },
  };
  const from = { ...source(rows, { samples: 2 }), policy: writing };
  const { samples } = await firstBatch({ ...from, split: 'validation' });
  const prompts = rows
    .slice(0, 2)
    .map(({ messages }) => text.chat(messages.slice(0, 3), { addGenerationPrompt: true }));
  expect(asked).toEqual(prompts);
  expect(samples).toEqual(
    prompts.map((prompt) => ({ prompt, completion: 't=0', values: { expected: 'no' } })),
  );
  expect((await firstBatch(from)).samples).toBeUndefined();
});

test('an engine that cannot generate validates without samples', async () => {
  const generate = () => Promise.reject(new UserError('engine x cannot generate yet'));
  const from = source([{ messages: turns('hello', 'world') }], { samples: 1 });
  const batch = await firstBatch({ ...from, split: 'validation', policy: { ...policy, generate } });
  expect(batch.examples.length).toBe(1);
  expect(batch.samples).toBeUndefined();
});
