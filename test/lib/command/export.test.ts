/** `rewardlab export` as it is typed, RM-Gallery's data_config.yaml as it is, and every fault of both at once. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readExport } from '../../../lib/command/export.ts';
import { splitWords } from '../../../lib/command/words.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';

const cwd = temporaryFolder();
const pair = { prompt: 'q', response_1: 'a', response_2: 'b', preference_strength: 1 };

beforeAll(() => {
  mkdirSync(join(cwd, 'examples/train/pairwise'), { recursive: true });
  for (const path of ['examples/train/pairwise/preference.jsonl', 'rows.jsonl'])
    writeFileSync(join(cwd, path), `${JSON.stringify(pair)}\n`);
});

const config = (name: string, text: string): string => {
  writeFileSync(join(cwd, name), text);
  return name;
};
async function plan(line: string) {
  const { plan, ...rest } = await readExport(splitWords(line), cwd);
  const { tables, filters, target, outputDir, ...options } = plan;
  return {
    ...rest,
    ...options,
    tables: tables.map(({ name }) => name),
    filters: filters.length,
    to: target.name,
    outputDir: outputDir.replace(cwd, '.'),
  };
}

const defaults = {
  json: false,
  notes: [],
  tables: ["'rows.jsonl'"],
  filters: 0,
  from: 'auto',
  to: 'judge',
  formats: ['parquet'],
  outputDir: './exports',
  preserveStructure: false,
  seed: 0,
};

test('defaults', async () => {
  expect(await plan('rows.jsonl')).toEqual(defaults);
});

test('every option', async () => {
  const line =
    'rows.jsonl --output-dir D --formats parquet jsonl --split train=0.8,val=0.1,test=0.1 --from helpsteer2-pairwise --to bradley-terry --seed 3 --limit 5 --no-swap --name mine --preserve-structure --json';
  expect(await plan(line)).toEqual({
    ...{ ...defaults, json: true, from: 'helpsteer2-pairwise', to: 'bradley-terry' },
    ...{ formats: ['parquet', 'jsonl'], outputDir: './D', preserveStructure: true, seed: 3 },
    ...{ split: { train: 0.8, val: 0.1, test: 0.1 }, limit: 5, swap: false, name: 'mine' },
  });
});

/** The one that RM-Gallery's pairwise example has. */
const pairwise = `
dataset:
  name: helpsteer2_pairwise
  configs:
    type: local
    source: helpsteer2_pairwise
    path: examples/train/pairwise/preference.jsonl
  export:
    output_dir: ./examples/data/exports
    formats: ["parquet"]
    preserve_structure: true
    split_ratio: {train: 0.8, test: 0.2}
`;

test('a data_config.yaml as it is', async () => {
  expect(await plan(config('data_config.yaml', pairwise))).toEqual({
    ...defaults,
    ...{ tables: ["'preference.jsonl'"], from: 'helpsteer2-pairwise', name: 'helpsteer2_pairwise' },
    ...{ outputDir: './examples/data/exports', preserveStructure: true },
    split: { train: 0.8, test: 0.2 },
  });
});

test('with its filters, a limit and metadata; flags win over it', async () => {
  const text = `
dataset:
  name: mine
  metadata: { version: 1 }
  configs: { type: local, source: "*", path: rows.jsonl, limit: 10, streaming: false }
  processors:
    - { type: filter, name: conversation_turn_filter, config: { min_turns: 1, max_turns: 6 } }
    - { type: filter, name: text_length_filter, config: { max_length: 500 } }
  export: { formats: [json], split_ratio: null }
`;
  expect(await plan(`${config('filters.yaml', text)} --seed 7 --limit 2`)).toEqual({
    ...{ ...defaults, name: 'mine', limit: 2, seed: 7, formats: ['json'], filters: 2 },
    notes: [
      'dataset.configs.streaming has no meaning here',
      'dataset.metadata is not written anywhere',
    ],
  });
});

test.each([
  [
    '',
    [
      'export cannot use these options',
      '  expected files of rows, or a data_config.yaml',
      '  rewardlab export --help lists them all',
    ],
  ],
  [
    'rows.jsonl --split train=0.8,test=0.3 --seed -1 --limt 3 --swap maybe',
    [
      'export cannot use these options',
      '  --limt: no such option; did you mean --limit?',
      "  --split: expected shares that sum to 1 (these sum to 1.1), got 'train=0.8,test=0.3'",
      "  --seed: expected a whole number of at least 0, got '-1'",
      "  --swap: expected true or false, or null, got 'maybe'",
      '  rewardlab export --help lists them all',
    ],
  ],
  [
    'rows.jsonl --split 0.8',
    [
      'export cannot use these options',
      "  --split: expected shares such as train=0.8,test=0.2, got '0.8'",
      '  rewardlab export --help lists them all',
    ],
  ],
  [
    config(
      'faults.yaml',
      `
datasets: {}
dataset:
  name: mine
  owner: me
  configs: { type: remote, source: helpsteer4, path: [rows.jsonl], shuffle: true }
  processors:
    - { name: text_filter }
    - { name: text_length_filter, config: { max_length: long, unit: words } }
  annotation: { server_url: x }
  export: { formats: [csv], split_ratio: { train: 0.8 }, compression: gzip }
`,
    ),
    [
      'export cannot use these options',
      '  datasets: no such key; known: dataset',
      '  dataset.configs.shuffle: no such key',
      "  dataset.configs.source: unknown format 'helpsteer4'; known: helpsteer2-pairwise, helpsteer2-pointwise, helpsteer3-preference, rewardbench2, rewardbench, rm-bench, judgebench, rmb-pairwise, rmb-best-of-n, prm-bench, samples, chat-message, generic",
      "  dataset.configs.type: expected local or huggingface, got 'remote'",
      '  dataset.export.compression: no such key',
      "  dataset.processors[0]: unknown processor 'text_filter'; known: conversation_turn_filter, text_length_filter",
      '  dataset.processors[1].config.unit: no such key',
      "  dataset.processors[1].config.max_length: expected a whole number of at least 0, got 'long'",
      '  dataset.owner: no such key',
      '  dataset.annotation: there is no annotation here; take it out',
      "  dataset.export.formats: expected one or more of parquet, jsonl, json, got 'csv'",
      '  dataset.export.split_ratio: expected shares that sum to 1 (these sum to 0.8), got \'{"train":0.8}\'',
      '  rewardlab export --help lists them all',
    ],
  ],
  [
    config('list.yaml', 'dataset: [a]'),
    [
      'export cannot use these options',
      "  dataset: expected 'name', 'configs' and 'export' below it",
      '  rewardlab export --help lists them all',
    ],
  ],
  ['none.yaml', ["cannot read 'none.yaml': ENOENT: no such file or directory, open 'none.yaml'"]],
])('%s is refused', async (line, sentences) => {
  expect(await refusal(() => plan(line), cwd)).toBe(sentences.join('\n'));
});
