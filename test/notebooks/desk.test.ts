/** The judges' world: its rule holds in every row, nothing but the virtues gives a verdict away. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openRows } from '../../lib/data/rows.ts';
import { loadEncoder } from '../../lib/text/encoder.ts';
import { seed } from '../../notebooks/generate.ts';
import { makeDesk, tags } from '../../notebooks/generator/desk/world.ts';
import type { Desk } from '../../notebooks/generator/desk/world.ts';

const notebooks = join(import.meta.dirname, '../../notebooks');
let desk: Desk;

beforeAll(() => {
  desk = makeDesk(seed);
});

test('the rows in the repository are what the generator writes', async () => {
  const files: Record<string, readonly object[]> = {
    'pairs-train': desk.pairs.train,
    'pairs-validation': desk.pairs.validation,
    'scores-train': desk.scores.train,
    'scores-validation': desk.scores.validation,
    'careless-preferences': desk.verdicts.pairs,
    'careless-scores': desk.verdicts.scores,
  };
  for (const [name, made] of Object.entries(files)) {
    const rows = await openRows(join(notebooks, 'data', `${name}.parquet`));
    expect(await rows.read(Array.from({ length: rows.count }, (_, i) => i))).toEqual(made);
  }
});

describe('rows', () => {
  test('follow the rule', () => {
    for (const { preferred, virtues_a, virtues_b } of desk.pairs.train)
      expect(preferred).toBe(virtues_a.length > virtues_b.length ? 'A' : 'B');
    for (const { score, virtues } of desk.scores.train) expect(score).toBe(virtues.length);
  });

  test('are not in both splits, nor among the careless verdicts', () => {
    const { pairs, verdicts } = desk;
    const texts = (rows: Desk['pairs']['train']) =>
      rows.map((row) => row.response_a + row.response_b);
    const all = [...texts(pairs.train), ...texts(pairs.validation)];
    expect(new Set(all).size).toBe(all.length);
    const seen = new Set(pairs.validation.map(({ response_a }) => response_a));
    const prompts = verdicts.pairs.map(({ messages }) => messages[0]!.content);
    const both = pairs.validation.filter(({ response_a, response_b }) =>
      prompts.some((prompt) => prompt.includes(response_a) && prompt.includes(response_b)),
    );
    expect(seen.size).toBeGreaterThan(400);
    expect(both).toEqual([]);
  });

  test('give nothing away by length or order', () => {
    const { validation } = desk.pairs;
    const share = (hit: (row: (typeof validation)[number]) => boolean) =>
      validation.filter(hit).length / validation.length;
    const longer = share(
      (row) => row.preferred === (row.response_a.length > row.response_b.length ? 'A' : 'B'),
    );
    const first = share(({ preferred }) => preferred === 'A');
    expect(Math.abs(longer - 0.5)).toBeLessThan(0.1);
    expect(Math.abs(first - 0.5)).toBeLessThan(0.05);
  });

  test('have every score about as often', () => {
    for (let score = 0; score <= 4; score++) {
      const share = desk.scores.train.filter((row) => row.score === score).length / 4000;
      expect(Math.abs(share - 0.2)).toBeLessThan(0.02);
    }
  });
});

test('exercises never say which answer is better', () => {
  for (const { questions } of desk.exercises().take(2000))
    for (const { ask, answer } of questions) {
      expect(ask).not.toMatch(/better|best|good|score|verdict/i);
      expect(answer).not.toMatch(/<|\d$/);
    }
});

test('a tag is a token, and a verdict four', async () => {
  const encoder = await loadEncoder(join(notebooks, 'reader'));
  for (const tag of tags) expect(encoder.decode(encoder.encode(tag))).toBe(tag);
  expect(encoder.encode('<preference>A</preference>')).toHaveLength(3);
  const ids = encoder.encode('<score>3</score><|im_end|>');
  expect(ids).toHaveLength(4);
  expect(encoder.decode(ids, { skipSpecial: true })).toBe('<score>3</score>');
  const { messages } = desk.verdicts.pairs[0]!;
  expect(encoder.encodeChat(messages).length).toBeLessThan(156);
});
