/**
 * Each format: a few rows of our own words in its layout, and the rows for judges that come of them. A converter
 * without `test/golden/convert/<name>.jsonl` fails here.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exportData } from '../../../../lib/command/export-data.ts';
import { converters } from '../../../../lib/data/convert/index.ts';
import { openRows } from '../../../../lib/data/rows.ts';
import { writeParquet } from '../../../../lib/data/write.ts';
import { temporaryFolder } from '../../temporary.ts';

const golden = join(import.meta.dirname, '../../../golden/convert');
const outputDir = temporaryFolder();

test.each(converters.map(({ name }) => name))('%s', async (name) => {
  const file = join(golden, `${name}.jsonl`);
  const { from, parts, notes, dropped } = await exportData({
    ...{ data: file, outputDir, name, formats: ['parquet', 'jsonl'] },
  });
  expect(from).toBe(name);
  const [parquet, lines] = parts[0]!.files;
  const rows = readFileSync(lines!, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  const found = { labels: parts[0]!.labels, dropped, notes, rows };
  await expect(`${JSON.stringify(found, null, 1)}\n`).toMatchFileSnapshot(
    join(golden, `${name}.judge.json`),
  );
  const table = await openRows(parquet!);
  expect(withoutNulls(await table.read(rows.map((_, i) => i)))).toEqual(withoutNulls(rows));
});

/** Parquet gives every struct every field. */
function withoutNulls(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, inner: unknown) => (inner === null ? undefined : inner)),
  );
}

test.each(converters.map(({ name }) => name))('%s from parquet is the same', async (name) => {
  const table = await openRows(join(golden, `${name}.jsonl`));
  const file = join(outputDir, `${name}-source.parquet`);
  await writeParquet(file, await table.read(Array.from({ length: table.count }, (_, i) => i)));
  const { from, parts } = await exportData({ data: file, outputDir, name, formats: ['json'] });
  expect(from).toBe(name);
  const { rows } = JSON.parse(readFileSync(join(golden, `${name}.judge.json`), 'utf8')) as {
    rows: unknown[];
  };
  const found = JSON.parse(readFileSync(parts[0]!.files[0]!, 'utf8')) as unknown;
  expect(withoutIds(withoutNulls(found))).toEqual(withoutIds(withoutNulls(rows)));
});

/** An id that is made of what a row holds knows of its nulls. */
function withoutIds(rows: unknown): unknown {
  return (rows as object[]).map((row) => ({ ...row, unique_id: '' }));
}
