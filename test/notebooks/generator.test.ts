/** The tutorial's generator: the same text for a seed, labels as promised, a tokenizer that loses nothing. */
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRows } from '../../lib/data/rows.ts';
import { loadEncoder } from '../../lib/text/encoder.ts';
import { generate, seed } from '../../notebooks/generate.ts';
import type { Preference } from '../../notebooks/generator/preferences.ts';
import { makeTutorial } from '../../notebooks/generator/tutorial.ts';
import type { Tutorial } from '../../notebooks/generator/tutorial.ts';

const notebooks = join(import.meta.dirname, '../../notebooks');
let made: Tutorial;
let folder: string;

beforeAll(async () => {
  made = makeTutorial(seed);
  folder = await mkdtemp(join(tmpdir(), 'rewardlab-tutorial-'));
  await generate(folder);
});
afterAll(() => rm(folder, { recursive: true }));

describe('what is in the repository', () => {
  test('is what the generator writes', async () => {
    for (const split of ['train', 'validation'] as const) {
      const rows = await openRows(join(notebooks, 'data', `preferences-${split}.parquet`));
      expect(await rows.read(Array.from({ length: rows.count }, (_, i) => i))).toEqual(made[split]);
    }
    for (const model of ['model', 'reader'])
      for (const name of await readdir(join(folder, model)))
        expect(await readFile(join(folder, model, name), 'utf8')).toBe(
          await readFile(join(notebooks, model, name), 'utf8'),
        );
  });

  test('is under 6 MB', async () => {
    const names = await readdir(notebooks, { recursive: true });
    const kept = names.filter((name) => !/^runs|executed|checkpoints/.test(name));
    const sizes = await Promise.all(
      kept.map(async (name) => stat(join(notebooks, name)).then((s) => (s.isFile() ? s.size : 0))),
    );
    expect(sizes.reduce((a, b) => a + b)).toBeLessThan(6e6);
  });
});

describe('preference pairs', () => {
  test('follow from the seed', () => {
    expect(makeTutorial(seed).train).toEqual(made.train);
    expect(makeTutorial(seed + 1).train).not.toEqual(made.train);
  });

  test('ask each question once, over both splits', () => {
    const questions = [...made.train, ...made.validation].map(questionOf);
    expect(new Set(questions).size).toBe(questions.length);
  });

  test('ask nothing that a lesson asks', () => {
    const asked = new Set([...made.train, ...made.validation].map(questionOf));
    const lessons = [...made.lessons().take(20_000)];
    expect(lessons.filter(({ question }) => asked.has(question))).toEqual([]);
  });

  test('are flipped in 8 % of the training rows and nowhere else', () => {
    const share = (pairs: Preference[]) =>
      pairs.filter((pair) => pair.flipped).length / pairs.length;
    expect(share(made.train)).toBe(0.08);
    expect(share(made.validation)).toBe(0);
  });

  test('put the better answer first unless flipped', () => {
    const order = ['right', 'evasive', 'wrong', 'off-topic'];
    for (const { chosen_kind, rejected_kind, flipped } of made.train) {
      const better = order.indexOf(chosen_kind) < order.indexOf(rejected_kind);
      expect(better).toBe(!flipped);
    }
  });

  test('compare every two kinds of answer that differ in worth, right ones most', () => {
    const count = new Map<string, number>();
    for (const { chosen_kind, rejected_kind } of made.validation) {
      const key = `${chosen_kind} > ${rejected_kind}`;
      count.set(key, (count.get(key) ?? 0) + 1);
    }
    expect(Object.fromEntries(count)).toMatchInlineSnapshot(`
      {
        "right > evasive": 219,
        "right > off-topic": 368,
        "right > wrong": 413,
      }
    `);
  });
});

test('the tokenizer gives every text back', async () => {
  const encoder = await loadEncoder(join(folder, 'model'));
  const pairs = [...made.train, ...made.validation];
  const texts = pairs.flatMap((pair) => [questionOf(pair), pair.chosen, pair.rejected]);
  for (const text of [...texts, 'Grüße an  Zoë:\n\t99 % of 1,234 – 日本 🙂'])
    expect(encoder.decode(encoder.encode(text))).toBe(text);
  const words = texts.join(' ').match(/\w+/g)!.length;
  const tokens = texts.reduce((total, text) => total + encoder.encode(text).length, 0);
  expect(tokens / words).toBeLessThan(1.4);
});

test('the chat template marks turns and opens an answer', async () => {
  const encoder = await loadEncoder(join(folder, 'model'));
  const messages = [{ role: 'user', content: 'Who has the kite?' }];
  expect(encoder.chat(messages, { addGenerationPrompt: true })).toBe(
    '<|im_start|>user\nWho has the kite?<|im_end|>\n<|im_start|>assistant\n',
  );
  const ids = encoder.encodeChat([...messages, { role: 'assistant', content: 'It is Mira.' }]);
  expect(ids.slice(-2)).toEqual([encoder.id('<|im_end|>'), ...encoder.encode('\n')]);
});

function questionOf({ prompt }: Preference): string {
  return prompt[0]!.content;
}
