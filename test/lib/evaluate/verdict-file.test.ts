/** Verdicts are on the disk as they come, and the file whole or not there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRows } from '../../../lib/data/rows.ts';
import { verdictFile } from '../../../lib/evaluate/verdict-file.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';

const folder = temporaryFolder();
const verdicts = [
  { row: 0, truth: 'A', forward_prefers: 'A', right: 2, consistent: true },
  { row: 1, truth: 'B', forward_prefers: 'unknown', right: 0, consistent: false },
];
const lines = verdicts.map((verdict) => `${JSON.stringify(verdict)}\n`);

test('JSON lines', async () => {
  const path = join(folder, 'verdicts.jsonl');
  const file = verdictFile(path);
  file.add(verdicts[0]!);
  expect(readFileSync(`${path}.partial.jsonl`, 'utf8')).toBe(lines[0]);
  expect(existsSync(path)).toBe(false);
  file.add(verdicts[1]!);
  await file.finish();
  expect(readFileSync(path, 'utf8')).toBe(lines.join(''));
  expect(existsSync(`${path}.partial.jsonl`)).toBe(false);
});

test('parquet', async () => {
  const path = join(folder, 'verdicts.parquet');
  const file = verdictFile(path);
  verdicts.forEach((verdict) => file.add(verdict));
  expect(readFileSync(`${path}.partial.jsonl`, 'utf8')).toBe(lines.join(''));
  await file.finish();
  const rows = await openRows(path);
  expect(rows.columns).toMatchObject({ row: 'BIGINT', truth: 'VARCHAR', consistent: 'BOOLEAN' });
  expect(await rows.read([1], ['forward_prefers'])).toEqual([{ forward_prefers: 'unknown' }]);
  expect(existsSync(`${path}.partial.jsonl`)).toBe(false);
});

test('what came before the end is kept, and named', () => {
  const path = join(folder, 'some.parquet');
  const file = verdictFile(path);
  expect(file.leave()).toBeUndefined();
  expect(readdirSync(folder).filter((name) => name.startsWith('some'))).toEqual([]);
  const other = verdictFile(path);
  other.add(verdicts[0]!);
  expect(other.leave()).toEqual({ path: `${path}.partial.jsonl`, verdicts: 1 });
  expect(readFileSync(`${path}.partial.jsonl`, 'utf8')).toBe(lines[0]);
  expect(existsSync(path)).toBe(false);
});

test('a place that cannot be written to is refused before a verdict is asked for', async () => {
  const text = await refusal(() => verdictFile(join(folder, 'none', 'verdicts.jsonl')), folder);
  expect(text).toMatch(/^cannot write 'none\/verdicts.jsonl': ENOENT.*\n {2}choose another/);
});
