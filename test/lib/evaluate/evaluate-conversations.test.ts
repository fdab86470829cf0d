/** A language model measured on conversations is what a validation of its training says. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { openRows, rowsOf } from '../../../lib/data/rows.ts';
import {
  evaluateConversations,
  holdsConversations,
} from '../../../lib/evaluate/evaluate-conversations.ts';
import { train } from '../../../lib/worker/train.ts';
import { temporaryFolder } from '../temporary.ts';
import { microLanguageModel } from '../train/micro-language-model.ts';

const folder = temporaryFolder();
const data = join(folder, 'conversations.jsonl');
let model: string;

beforeAll(async () => {
  model = await microLanguageModel(folder);
  const rows = ['hello', 'world', 'yes', 'no', 'user'].map((content, i) => ({
    messages: [
      { role: 'user', content: 'hello' },
      ...(i < 4 ? [{ role: 'assistant', content }] : []),
    ],
  }));
  await writeFile(data, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
});

test('as a validation says, to the bit', async () => {
  const result = await train({
    ...{ recipe: 'sft', model, train: data, validation: data, output_dir: join(folder, 'run') },
    ...{ batch_size: 2, learning_rate: 1e-2, threads: 2 },
  });
  const found = await evaluateConversations({ model: result.model!, data, threads: 2 });
  const { loss, token_accuracy, perplexity, rows, dropped } = found;
  expect({ loss, token_accuracy }).toEqual(result.validation);
  expect(perplexity).toBe(Math.exp(loss));
  expect({ rows, dropped }).toEqual({ rows: 4, dropped: { 'no assistant turn': 1 } });
});

test('conversations are told from prompts by their last turn', async () => {
  expect(await holdsConversations(await openRows(data))).toBe(true);
  expect(await holdsConversations(rowsOf([{ input_ids: [1, 2] }]))).toBe(true);
  const prompt = [{ role: 'user', content: 'hello' }];
  expect(await holdsConversations(rowsOf([{ messages: prompt }]))).toBe(false);
  expect(await holdsConversations(rowsOf([{ prompt: 'hello' }]))).toBe(false);
});
