/** `rewardlab reward`: a JSON object a row on stdout, counts on stderr, sentences for what is wrong. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { rewardCommand } from '../../bin/commands/reward.ts';
import { openRows } from '../../lib/data/rows.ts';
import { refusal } from '../lib/refusal.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const folder = temporaryFolder();

function file(name: string, rows: readonly unknown[]): string {
  const path = join(folder, name);
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

async function run(...words: string[]): Promise<{ out: unknown[]; said: string[] }> {
  let text = '';
  const said: string[] = [];
  const stdout = new Writable({
    write: (chunk: Buffer, _, done) => {
      text += chunk.toString();
      done();
    },
  });
  await rewardCommand(words, { stdout, say: (line) => said.push(line) });
  const lines = text.split('\n').filter((line) => line !== '');
  return { out: lines.map((line) => JSON.parse(line) as unknown), said };
}

const pairs = file('pairs.jsonl', [
  { completion: '<preference>A</preference>', preferred: 'A', source: 's' },
  { completion: '<think>hm', preferred: 'B' },
  { completion: '<preference>A</preference>', preferred: null },
  { completion: [{ role: 'assistant', content: 'Verdict: B' }], metadata: { preferred: 'B' } },
  { completion: '<preference>A</preference>', preferred: 'C' },
  { completion: null, preferred: 'A' },
]);
const points = file('points.jsonl', [
  { solution_str: '<score>3</score>', score: 2 },
  { solution_str: 'none', score: 2 },
  { solution_str: '<score>3</score>', score: 9 },
]);

test('pairwise', async () => {
  expect(await run('pairwise', pairs)).toMatchInlineSnapshot(`
    {
      "out": [
        {
          "accuracy": 1,
          "predicted": "A",
          "row": 0,
          "score": 1,
          "source": "s",
          "status": "ok",
          "truth": "A",
        },
        {
          "accuracy": 0,
          "predicted": "unknown",
          "row": 1,
          "score": 0,
          "source": "pairwise",
          "status": "missing",
          "truth": "B",
        },
        {
          "detail": "nothing says which answer is better",
          "dropped": "no label",
          "row": 2,
          "score": null,
        },
        {
          "accuracy": 1,
          "predicted": "B",
          "row": 3,
          "score": 0.5,
          "source": "pairwise",
          "status": "repaired",
          "truth": "B",
        },
        {
          "detail": "preferred holds "C", expected A, B or tie",
          "dropped": "label out of range",
          "row": 4,
          "score": null,
        },
        {
          "detail": "found no text that a judge wrote",
          "dropped": "no completion",
          "row": 5,
          "score": null,
        },
      ],
      "said": [
        "3 of 6 rows have a reward: mean score 0.5000, accuracy 0.6667",
        "unparseable: 1 row (1)",
        "no label: 1 row (2); row 2: nothing says which answer is better",
        "label out of range: 1 row (4); row 4: preferred holds "C", expected A, B or tie",
        "no completion: 1 row (5); row 5: found no text that a judge wrote",
      ],
    }
  `);
});

test('pointwise', async () => {
  const { out } = await run('pointwise', points, '--reward', 'linear', '--format-reward', '0.1');
  expect(out).toMatchInlineSnapshot(`
    [
      {
        "accuracy": 0,
        "predicted": 3,
        "row": 0,
        "score": 0.85,
        "source": "pointwise",
        "status": "ok",
        "truth": 2,
      },
      {
        "accuracy": 0,
        "predicted": "unknown",
        "row": 1,
        "score": 0,
        "source": "pointwise",
        "status": "missing",
        "truth": 2,
      },
      {
        "detail": "found 9, expected a number from 0 to 4",
        "dropped": "label out of range",
        "row": 2,
        "score": null,
      },
    ]
  `);
});

test("the reference's record, from numbers and texts as they were written", async () => {
  const mixed = file('mixed.jsonl', [
    { completion: '<score>3</score>', truth: 2.9 },
    { completion: '<score>3</score>', truth: '2.9' },
    { completion: '<score>3</score>', truth: { helpfulness: 3 } },
  ]);
  const { out, said } = await run('pointwise', mixed, '--reward-compat', 'v1');
  expect(out.map((line) => (line as { true_helpfulness: number }).true_helpfulness)).toEqual([
    2, 0, 3,
  ]);
  expect(said).toEqual(['3 of 3 rows have a reward: mean score 0.6099, accuracy 0.3333']);
});

test('to a file, with the totals as JSON', async () => {
  const output = join(folder, 'rewards.parquet');
  const { out } = await run('pointwise', points, '--output', output, '--json');
  expect(out).toEqual([
    {
      rows: 3,
      rewarded: 2,
      score: Math.exp(-0.5) / 2,
      accuracy: 0,
      unparseable: 1,
      dropped: { 'label out of range': 1 },
    },
  ]);
  const rows = await openRows(output);
  expect(await rows.read([0, 1, 2], ['row', 'predicted', 'dropped'])).toEqual([
    { row: 0, predicted: 3, dropped: null },
    { row: 1, predicted: null, dropped: null },
    { row: 2, predicted: null, dropped: 'label out of range' },
  ]);
});

describe('is refused', () => {
  const cases: [words: string[], sentence: string][] = [
    [
      ['pairwis', pairs],
      "unknown kind of judge 'pairwis'; known: pairwise, pointwise\n  did you mean 'pairwise'?",
    ],
    [
      ['pairwise'],
      'reward pairwise: expected a file of completions\n  rewardlab reward pairwise FILE.jsonl',
    ],
    [
      ['pairwise', pairs, '--formt-reward', '1', '--repaired-reward', '2', '--reward-compat', 'v9'],
      [
        'reward pairwise cannot use these options',
        '  --formt-reward: no such option; did you mean --format-reward?',
        "  --reward-compat: expected one of v1, v2, openjudge, or null, got 'v9'",
        "  --repaired-reward: expected a number of at least 0 and of at most 1, got '2'",
        '  reward --help lists them all',
      ].join('\n'),
    ],
    [['pairwise', pairs, '--reward', 'linear'], "unknown reward 'linear'; known: exact"],
    [
      ['pairwise', pairs, '--output', 'x.csv'],
      "--output: expected a .parquet or .jsonl file, got 'x.csv'",
    ],
    [
      ['pairwise', join(folder, 'nowhere', 'pair.jsonl')],
      "no such file 'nowhere/pair.jsonl': there is no folder 'nowhere'",
    ],
    [
      ['pairwise', file('texts.jsonl', [{ text: 'a', preferred: 'A' }])],
      "'texts.jsonl' has no completions: expected a column 'completion'; columns there: text, preferred",
    ],
    [['pairwise', file('none.jsonl', [{ completion: 'a' }])], 'no row has a reward'],
    [
      ['pairwise', file('broken.jsonl', [{ completion: 'a' }]).replace('broken', 'torn')],
      "cannot read 'torn.jsonl' as JSON lines: line 2: Expected property name or '}' in JSON at position 1 (line 1 column 2)",
    ],
  ];
  writeFileSync(join(folder, 'torn.jsonl'), '{"completion":"a"}\n{broken\n');
  test.each(cases.map(([words, sentence]) => ({ words, sentence })))('$sentence', async (each) => {
    const { words, sentence } = each;
    expect(await refusal(() => run(...words), folder)).toBe(sentence);
  });
});
