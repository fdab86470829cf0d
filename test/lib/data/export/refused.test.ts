/** Exports that cannot be: a sentence, and nothing written. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exportData, type ExportSettings } from '../../../../lib/command/export-data.ts';
import type { Row } from '../../../../lib/data/rows.ts';
import { refusal } from '../../refusal.ts';
import { temporaryFolder } from '../../temporary.ts';

const folder = temporaryFolder();
const outputDir = join(folder, 'out');

function file(name: string, rows: readonly Row[]): string {
  const path = join(folder, name);
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

const attempt = (settings: ExportSettings) =>
  exportData(
    { ...(settings.rows ? {} : { data: source }), outputDir, ...settings },
    { cwd: folder },
  );

const source = file(
  'preference.jsonl',
  ['one', 'two', 'three', 'four'].map((prompt) => ({
    ...{ prompt, response_1: 'a', response_2: 'b', preference_strength: 1 },
  })),
);
const other = file('other.jsonl', [
  { pair_id: '1', question: 'q', response_A: 'a', response_B: 'b', label: 'A>B' },
]);
const strange = file('strange.jsonl', [
  { pair_id: '1', question: 'q', response_A: 'a', text: 'b' },
]);
const colours = file('colours.jsonl', [{ red: 1, green: 2 }]);

const refusals: [settings: ExportSettings, sentence: string | RegExp][] = [
  [
    { data: other, from: 'rewardbench2' },
    "'other.jsonl' is not in the format rewardbench2: it lacks 'prompt', 'chosen', 'rejected', 'subset', 'num_correct'; columns there: pair_id, question, response_A, response_B, label\n  what fits: judgebench, generic",
  ],
  [
    { data: strange },
    "no format fits 'strange.jsonl'; columns there: pair_id, question, response_A, text\n  judgebench lacks only 'response_B', 'label'",
  ],
  [{ data: colours }, "no format fits 'colours.jsonl'; columns there: red, green"],
  [
    { data: colours, from: 'generic' },
    "'colours.jsonl' is not in the format generic: it lacks a prompt with an answer; columns there: red, green",
  ],
  [
    { data: [source, other] },
    "files of one export should have one format: 'preference.jsonl' is helpsteer2-pairwise, 'other.jsonl' is judgebench\n  export them one after the other",
  ],
  [
    { data: file('empty-answers.jsonl', [{ question: 'q', response: '' }]) },
    'no row could be used\n  empty answer: 1 row (0); row 0: found an empty text',
  ],
  [
    {
      rows: [3, 'three'].map((original_id) => ({
        ...{ pair_id: '1', question: 'q', response_A: 'a', response_B: 'b', label: 'A>B' },
        original_id,
      })),
    },
    "the rows, row 1: column 'metadata' holds both BIGINT and VARCHAR\n  make them one type",
  ],
  [{ data: 'nothing/*.jsonl' }, "no file fits 'nothing/*.jsonl'"],
  [{ data: 'nowhere.jsonl' }, /^no such file 'nowhere.jsonl'; in that folder: /],
  [
    { split: { train: 0.999, test: 0.001 } },
    /^no row would be in part 'test' \(0\.001\): there are 8 rows of \d different prompts/,
  ],
  [
    {
      from: 'helpsteer',
      to: 'dpo',
      split: { train: 0.5 },
      formats: ['csv' as 'json'],
      outputdir: 'x',
    } as never,
    [
      'exportData cannot use these settings',
      '  outputdir: no such setting; did you mean outputDir?',
      "  formats: expected one or more of parquet, jsonl, json, got 'csv'",
      "  from: expected one of helpsteer2-pairwise, helpsteer2-pointwise, helpsteer3-preference, rewardbench2, rewardbench, rm-bench, judgebench, rmb-pairwise, rmb-best-of-n, prm-bench, samples, chat-message, generic, auto, got 'helpsteer'",
      "  to: expected one of judge, bradley-terry, sft, best-of-n, got 'dpo'",
      '  split: expected shares that sum to 1 (these sum to 0.5), got \'{"train":0.5}\'',
    ].join('\n'),
  ],
  [
    { data: [], rows: [] },
    "exportData cannot use these settings\n  expected either 'data' or 'rows'",
  ],
  [{ data: [] }, 'there are no rows to export'],
  [
    { data: 3 as never },
    "'data' is a number, expected rows: an array of objects, something to iterate over, or a view",
  ],
  [{ data: [1] as never }, 'row 0 is 1, expected an object of columns'],
];
test.each(refusals)('%j is refused', async (settings, sentence) => {
  const said = await refusal(() => attempt(settings), folder);
  if (typeof sentence === 'string') expect(said).toBe(sentence);
  else expect(said).toMatch(sentence);
  expect(existsSync(outputDir)).toBe(false);
});
