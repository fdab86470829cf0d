/** The parquet writer: schemas, inferred and given, and files that appear whole. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRows } from '../../../lib/data/rows.ts';
import { writeParquet } from '../../../lib/data/write.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';

const folder = temporaryFolder();
const path = join(folder, 'out.parquet');

test('infers one type for all values of a column', async () => {
  const count = await writeParquet(path, [
    { a: 1, list: [], info: { x: null }, none: null },
    { a: 2.5, list: [[1], null], info: { x: true, 'y"': 'z' }, late: 'x' },
  ]);
  expect(count).toBe(2);
  const rows = await openRows(path);
  expect({ ...rows.columns }).toEqual({
    a: 'DOUBLE',
    list: 'BIGINT[][]',
    info: 'STRUCT("x" BOOLEAN, "y""" VARCHAR)',
    none: 'VARCHAR',
    late: 'VARCHAR',
  });
  expect(await rows.read([0, 1])).toEqual([
    { a: 1, list: [], info: { x: null, 'y"': null }, none: null, late: null },
    { a: 2.5, list: [[1], null], info: { x: true, 'y"': 'z' }, none: null, late: 'x' },
  ]);
});

test('writes a stream of rows with a schema, replacing the file', async () => {
  async function* rows() {
    for (let i = 0; i < 5000; i++) yield await Promise.resolve({ i, extra: true });
  }
  expect(await writeParquet(path, rows(), { i: 'INTEGER', 'a b': 'FLOAT' })).toBe(5000);
  const back = await openRows(path);
  expect({ ...back.columns }).toEqual({ i: 'INTEGER', 'a b': 'FLOAT' });
  expect(await back.read([4999])).toEqual([{ i: 4999, 'a b': null }]);
  expect(readdirSync(folder)).toEqual(['out.parquet']);
});

test.each([
  [
    'mixed types',
    () => writeParquet(path, [{ a: 1 }, { a: 'x' }]),
    "cannot write 'out.parquet': column 'a' holds both BIGINT and VARCHAR",
  ],
  [
    'no rows to infer from',
    () => writeParquet(path, []),
    "cannot write 'out.parquet': there are no rows to tell columns from",
  ],
  [
    'a folder that is not there',
    () => writeParquet(join(folder, 'no/out.parquet'), [{ a: 1 }]),
    "cannot write 'no/out.parquet': there is no folder 'no'",
  ],
  [
    'a value that does not fit',
    () => writeParquet(path, [{ a: 'x' }], { a: 'BIGINT' }),
    /^cannot write 'out\.parquet': Failed to set column 0 \(BIGINT\): /,
  ],
])('refuses %s, leaving nothing behind', async (_, attempt, sentence) => {
  const said = await refusal(attempt, folder);
  if (typeof sentence === 'string') expect(said).toBe(sentence);
  else expect(said).toMatch(sentence);
  expect(readdirSync(folder).filter((name) => name.includes('.tmp'))).toEqual([]);
});
