/** Exports from files to files: no prompt in two parts, the same bytes for a seed, and nothing dropped in silence. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exportData, type ExportSettings } from '../../../../lib/command/export-data.ts';
import { openView } from '../../../../lib/data/view.ts';
import { openRows, type Row } from '../../../../lib/data/rows.ts';
import { refusal } from '../../refusal.ts';
import { temporaryFolder } from '../../temporary.ts';

const folder = temporaryFolder();
let exports = 0;

function file(name: string, rows: readonly Row[]): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

/** Two pairs a prompt; the second has another spacing of it. */
const pairs = (prompts: number, from = 0): Row[] =>
  Array.from({ length: 2 * prompts }, (_, i) => ({
    prompt: i % 2 === 0 ? `Which is ${from + (i >> 1)}?` : ` which  is ${from + (i >> 1)}? `,
    response_1: `one ${i}`,
    response_2: `two ${i}`,
    preference_strength: (i % 7) - 3,
  }));
const source = file('preference.jsonl', pairs(50));

async function run(settings: ExportSettings = {}) {
  const outputDir = join(folder, `out-${exports++}`);
  const data = settings.rows ? {} : { data: source };
  const result = await exportData({ ...data, outputDir, ...settings }, { cwd: folder });
  return { outputDir, ...result };
}

async function rowsOf(path: string): Promise<Row[]> {
  const rows = await openRows(path);
  return rows.read(Array.from({ length: rows.count }, (_, i) => i));
}
const groupOf = (row: Row): unknown => (row.metadata as Row).data_group_id;
const hashes = (outputDir: string): string[] =>
  readdirSync(outputDir).map(
    (name) =>
      `${name} ${createHash('sha256')
        .update(readFileSync(join(outputDir, name)))
        .digest('hex')}`,
  );

test('twins and repeated prompts stay in one part, in no order', async () => {
  const { outputDir, parts, read, used } = await run({
    split: { train: 0.7, validation: 0.1, test: 0.2 },
  });
  expect({ read, used }).toEqual({ read: 100, used: 100 });
  expect(readdirSync(outputDir).sort()).toEqual(
    ['test', 'train', 'validation'].map((part) => `helpsteer2_pairwise_${part}.parquet`),
  );
  expect(parts.map(({ part, rows, prompts }) => [part, rows, prompts])).toEqual([
    ['train', 140, 35],
    ['validation', 20, 5],
    ['test', 40, 10],
  ]);
  const rows = await Promise.all(parts.map(({ files }) => rowsOf(files[0]!)));
  const groups = rows.map((each) => new Set(each.map(groupOf)));
  expect(groups.reduce((sum, each) => sum + each.size, 0)).toBe(
    new Set(rows.flat().map(groupOf)).size,
  );
  expect(parts[0]!.labels.A).toBe(parts[0]!.labels.B); // Of each pair both orders.
  const twins = rows[0]!.filter((row, i) => groupOf(row) === groupOf(rows[0]![i + 1] ?? row));
  expect(twins.length).toBeLessThan(20);
});

test('a seed gives the same bytes, another one others', async () => {
  const split = { train: 0.8, test: 0.2 };
  const formats = ['parquet', 'jsonl', 'json'] as const;
  const first = await run({ split, formats });
  expect(hashes(first.outputDir)).toHaveLength(6);
  expect(hashes((await run({ split, formats })).outputDir)).toEqual(hashes(first.outputDir));
  const other = await run({ split, formats, seed: 1 });
  expect(hashes(other.outputDir)).not.toEqual(hashes(first.outputDir));
});

test('the three formats hold the same rows', async () => {
  const { parts } = await run({ formats: ['parquet', 'jsonl', 'json'], limit: 5 });
  const [parquet, lines, list] = await Promise.all(parts[0]!.files.map(rowsOf));
  expect(lines).toEqual(parquet);
  expect(list).toEqual(parquet);
});

test('a limit draws source rows by the seed', async () => {
  const ids = async (seed: number) => {
    const { parts, read } = await run({ limit: 10, seed, swap: false });
    expect(read).toBe(10);
    return (await rowsOf(parts[0]!.files[0]!)).map((row) => row.unique_id);
  };
  expect(await ids(1)).toEqual(await ids(1));
  expect(await ids(1)).not.toEqual(await ids(2));
});

test('swap adds the twin where a format does not, and leaves it out where it does', async () => {
  const pair = { question: 'q', response_a: 'a', response_b: 'b', winner: 'A' };
  const counts = async (settings: ExportSettings) => (await run(settings)).parts[0]!.labels;
  expect(await counts({ rows: [pair], swap: true })).toEqual({
    A: 1,
    B: 1,
  });
  expect(await counts({ swap: false, limit: 3, seed: 3 })).not.toEqual({});
  expect((await run({ swap: false })).parts[0]!.rows).toBe(100);
});

test("the data's own splits stay apart, or are said to be mixed", async () => {
  const data = join(folder, 'official');
  file('official/train.jsonl', pairs(4));
  file('official/validation.jsonl', pairs(2, 3));
  const apart = await run({ data });
  expect(apart.parts.map(({ part, rows }) => [part, rows])).toEqual([
    ['train', 16],
    ['validation', 8],
  ]);
  expect(apart.notes).toEqual([
    "1 prompt is in more than one of the data's own splits (train, validation)",
  ]);
  const mixed = await run({ data, split: { train: 0.6, test: 0.4 } });
  expect(mixed.notes).toEqual([
    'the data come in splits of their own, which the new split mixes: train (16 rows), validation (8 rows); without it each becomes a file of its own',
  ]);
});

test('a column of splits is one too', async () => {
  const data = file('marked.jsonl', [
    ...pairs(2).map((row) => ({ ...row, split: 'train' })),
    ...pairs(1, 2).map((row) => ({ ...row, split: 'val' })),
  ]);
  expect((await run({ data })).parts.map(({ part, prompts }) => [part, prompts])).toEqual([
    ['train', 2],
    ['validation', 1],
  ]);
});

test('preserve structure: a file for each, split over all of them together', async () => {
  const data = join(folder, 'tree');
  file('tree/a.jsonl', pairs(6));
  file('tree/deep/b.jsonl', pairs(6));
  const split = { train: 0.5, test: 0.5 };
  const { outputDir, parts } = await run({ data, split, preserveStructure: true });
  expect(
    parts.flatMap(({ files }) => files.map((path) => path.slice(outputDir.length + 1))),
  ).toEqual(['a_train.parquet', 'deep/b_train.parquet', 'a_test.parquet', 'deep/b_test.parquet']);
  const groups = await Promise.all(
    parts.map(
      async ({ files }) => new Set((await Promise.all(files.map(rowsOf))).flat().map(groupOf)),
    ),
  );
  expect([...groups[0]!].filter((group) => groups[1]!.has(group))).toEqual([]);
});

test('dropped rows are counted by reason, file and number', async () => {
  const [good] = pairs(1);
  const data = [
    file('one.jsonl', [good!, { ...good, response_1: ' ' }, { ...good, preference_strength: 9 }]),
    file('two.jsonl', [{ ...good, response_2: '' }, good!]),
  ];
  const { read, used, dropped, notes } = await run({ data });
  expect({ read, used, dropped }).toEqual({
    read: 5,
    used: 2,
    dropped: { 'empty answer': 2, 'label out of range': 1 },
  });
  expect(notes).toEqual([
    "'one.jsonl': empty answer: 1 row (1); row 1: found an empty text",
    "'one.jsonl': label out of range: 1 row (2); row 2: preference_strength holds 9, expected a number from -3 to 3",
    "'two.jsonl': empty answer: 1 row (0); row 0: found an empty text",
  ]);
});

test('ties and single answers are no preferences for bradley-terry, and are counted', async () => {
  const { used, dropped, parts } = await run({ to: 'bradley-terry' });
  expect({ used, dropped, rows: parts[0]!.rows }).toEqual({
    used: 86,
    dropped: { tie: 14 },
    rows: 86,
  });
  const [row] = await rowsOf(parts[0]!.files[0]!);
  expect(row).toMatchObject({
    chosen: [{ role: 'user' }, { role: 'assistant', content: 'one 0' }],
    rejected: [{ role: 'user' }, { role: 'assistant', content: 'two 0' }],
    preference_strength: 3,
  });
});

test('a view, and rows that are iterated over', async () => {
  const view = openView(source).filter('preference_strength > 0').head(6);
  expect((await run({ data: view })).parts[0]!.labels).toEqual({ A: 6, B: 6 });
  async function* some() {
    for (const row of pairs(2)) yield await Promise.resolve(row);
  }
  const { read, from } = await run({ rows: some() });
  expect([read, from]).toEqual([4, 'helpsteer2-pairwise']);
});

test('what was exported can be exported again, without its twins where they say nothing new', async () => {
  const first = await run({ limit: 20 });
  const again = await run({ data: first.parts[0]!.files });
  expect(await rowsOf(again.parts[0]!.files[0]!)).toEqual(await rowsOf(first.parts[0]!.files[0]!));
  const pairsOnly = await run({ data: first.parts[0]!.files, to: 'bradley-terry' });
  expect(pairsOnly.dropped['swapped twin']).toBe(20);
});

test('two files that would get one name are refused; hidden ones are not read', async () => {
  const data = join(folder, 'same');
  file('same/a.jsonl', pairs(1));
  file('same/a.ndjson', pairs(1, 1));
  file('same/.export-x/b.jsonl', pairs(1, 2));
  expect(await refusal(() => run({ data, preserveStructure: true }), folder)).toBe(
    "two files would be written as 'a.parquet'\n  export them to different folders, or leave --preserve-structure out",
  );
  expect((await run({ data })).read).toBe(4);
});

test('patterns and several files; a file that is named twice is read once', async () => {
  file('many/a-1.jsonl', pairs(1));
  file('many/a-2.jsonl', pairs(1, 1));
  file('many/b.jsonl', pairs(1, 2));
  const { read } = await run({ data: ['many/a-*.jsonl', 'many/a-1.jsonl'] });
  expect(read).toBe(4);
});

test('an interrupt leaves nothing behind', async () => {
  const stop = new AbortController();
  const outputDir = join(folder, 'stopped');
  const running = exportData(
    { data: source, outputDir },
    { signal: stop.signal, onProgress: () => stop.abort() },
  );
  await expect(running).rejects.toThrow('abort');
  expect(readdirSync(folder)).not.toContain('stopped');
});
