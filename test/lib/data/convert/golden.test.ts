/**
 * Each format: a few rows of our own words in its layout, and the rows for judges that come of them. A converter
 * without `test/golden/convert/<name>.jsonl` fails here.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exportData } from '../../../../lib/command/export-data.ts';
import { converters } from '../../../../lib/data/convert/index.ts';
import { openRows, type Row } from '../../../../lib/data/rows.ts';
import { writeParquet } from '../../../../lib/data/write.ts';
import { temporaryFolder } from '../../temporary.ts';

const golden = join(import.meta.dirname, '../../../golden/convert');
const outputDir = temporaryFolder();

test.each(converters.map(({ name }) => name))('%s', async (name) => {
  const file = join(golden, `${name}.jsonl`);
  const formats = ['parquet', 'json'] as const;
  const { from, parts, notes, dropped } = await exportData({
    data: file,
    outputDir,
    name,
    formats,
  });
  expect(from).toBe(name);
  const [parquet, list] = parts[0]!.files;
  const rows = JSON.parse(readFileSync(list!, 'utf8')) as Row[];
  const found = { labels: parts[0]!.labels, dropped, notes, rows };
  await expect(`${JSON.stringify(found, null, 1)}\n`).toMatchFileSnapshot(
    join(golden, `${name}.judge.json`),
  );
  expect(withoutNulls(await allRows(parquet!))).toEqual(withoutNulls(rows));
  const nested = join(outputDir, `${name}-source.parquet`);
  await writeParquet(nested, await allRows(file));
  const again = await exportData({ data: nested, outputDir, name });
  expect(again.from).toBe(name);
  expect(withoutIds(await allRows(again.parts[0]!.files[0]!))).toEqual(withoutIds(rows));
});

async function allRows(path: string): Promise<Row[]> {
  const rows = await openRows(path);
  return rows.read(Array.from({ length: rows.count }, (_, i) => i));
}

/** Parquet gives every struct every field. */
function withoutNulls(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, inner: unknown) => (inner === null ? undefined : inner)),
  );
}

/** An id that is made of what a row holds knows of its nulls. */
function withoutIds(rows: readonly Row[]): unknown {
  return withoutNulls(rows.map((row) => ({ ...row, unique_id: null })));
}
