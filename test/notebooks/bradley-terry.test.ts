/** The tutorial notebook: its simple rules score what its text says, and it is kept with its outputs. */
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { seed } from '../../notebooks/generate.ts';
import type { Preference } from '../../notebooks/generator/preferences.ts';
import { makeTutorial } from '../../notebooks/generator/tutorial.ts';
import type { Tutorial } from '../../notebooks/generator/tutorial.ts';

const path = join(import.meta.dirname, '../../notebooks/bradley-terry.ipynb');
const figuresType = 'application/vnd.rewardlab.figures+json';

interface Cell {
  id: string;
  cell_type: string;
  source: string[];
  execution_count?: number | null;
  outputs?: { output_type: string; data?: Record<string, unknown> }[];
}
type Score = (answer: string) => number;
interface Rules {
  accuracy(pairs: readonly Preference[], score: Score): number;
  bagOfWords(pairs: readonly Preference[]): Score;
}

let cells: Cell[];
let rules: Rules;
let made: Tutorial;

beforeAll(async () => {
  cells = (JSON.parse(readFileSync(path, 'utf8')) as { cells: Cell[] }).cells;
  const source = cells.find(({ id }) => id === 'rules')!.source.join('');
  const code = `type Pair = any;\n${source}\nexport { accuracy, bagOfWords };`;
  const javascript = stripTypeScriptTypes(code, { mode: 'transform' });
  rules = (await import(`data:text/javascript,${encodeURIComponent(javascript)}`)) as Rules;
  made = makeTutorial(seed);
});

test('the longer answer wins less than 65 in 100 pairs', () => {
  expect(rules.accuracy(made.validation, (answer) => answer.length)).toMatchInlineSnapshot(`0.427`);
});

test('a bag of words finds little more than evasive answers', () => {
  const score = rules.bagOfWords(made.train);
  expect(rules.accuracy(made.validation, score)).toBeCloseTo(0.626, 3);
  const rest = made.validation.filter((pair) => pair.rejected_kind !== 'evasive');
  expect(rules.accuracy(rest, score)).toBeLessThan(0.55);
});

test('the recorded figures are those that the text promises', () => {
  const recorded = cells.flatMap(({ outputs = [] }) =>
    outputs.flatMap(({ data }) => data?.[figuresType] ?? []),
  ) as Record<string, number>[];
  expect(recorded).toHaveLength(1);
  const figures = recorded[0]!;
  expect(figures.validation_accuracy).toBeGreaterThanOrEqual(0.8);
  expect(figures.longer_answer_accuracy).toBeLessThan(0.65);
  expect(figures.validation_accuracy! - figures.bag_of_words_accuracy!).toBeGreaterThan(0.05);
  expect(Math.abs(figures.shuffled_label_accuracy! - 0.5)).toBeLessThanOrEqual(0.05);
});

test('every code cell was run, in order, without an error', () => {
  const code = cells.filter((cell) => cell.cell_type === 'code');
  expect(code.map((cell) => cell.execution_count)).toEqual(code.map((_, i) => i + 1));
  const types = code.flatMap(({ outputs = [] }) => outputs.map((output) => output.output_type));
  expect(types).not.toContain('error');
});
