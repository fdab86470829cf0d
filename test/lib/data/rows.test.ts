/** Parquet and JSON lines as rows: order, types, several files, and the sentences for bad input. */
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { openRows, rowsOf } from '../../../lib/data/rows.ts';
import type { Row } from '../../../lib/data/rows.ts';
import { writeParquet } from '../../../lib/data/write.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const many = 10_000;

async function scanned(rows: { scan(columns?: string[]): AsyncIterable<Row[]> }): Promise<Row[]> {
  const all: Row[] = [];
  for await (const chunk of rows.scan()) all.push(...chunk);
  return all;
}

const nested: Row[] = [
  {
    messages: [{ role: 'user', content: 'é\u0000😀' }],
    ids: [1, 2],
    big: 2n ** 60n,
    small: 5n,
    half: 0.5,
    at: new Date('2026-01-02T03:04:05Z'),
    bytes: Uint8Array.of(1, 255),
    info: { ok: true, deep: { list: [['x'], []] } },
  },
  { messages: [], ids: null, big: -1n, small: null, half: null, at: null, bytes: null, info: null },
];

beforeAll(async () => {
  const numbers = (from: number) =>
    Array.from({ length: many }, (_, i) => ({ n: from + i, text: `row ${from + i}` }));
  await writeParquet(at('first.parquet'), numbers(0));
  await writeParquet(at('second.parquet'), numbers(many));
  await writeParquet(at('nested.parquet'), nested);
});

describe('parquet', () => {
  test('several files are one table, in order', async () => {
    const rows = await openRows([at('first.parquet'), at('second.parquet')]);
    expect(rows.count).toBe(2 * many);
    expect({ ...rows.columns }).toEqual({ n: 'BIGINT', text: 'VARCHAR' });
    const all = await scanned(rows);
    expect(all.findIndex(({ n }, i) => n !== i)).toBe(-1);
    expect(all).toHaveLength(2 * many);
  });

  test('reads rows by index, in the order asked for, again if asked again', async () => {
    const rows = await openRows([at('first.parquet'), at('second.parquet')]);
    const indices = [19_999, 0, 10_000, 0, 9_999];
    expect(await rows.read(indices, ['n'])).toEqual(indices.map((n) => ({ n })));
    expect(await rows.read(Int32Array.of(3))).toEqual([{ n: 3, text: 'row 3' }]);
    expect(await rows.read([])).toEqual([]);
    await expect(rows.read([20_000])).rejects.toThrow(
      /^row 20000 is outside the table's 20000 rows$/,
    );
  });

  test('nested values and dates are plain; integers are numbers where that is exact', async () => {
    const rows = await openRows(at('nested.parquet'));
    const [first, second] = await rows.read([0, 1]);
    expect(first).toEqual({ ...nested[0], small: 5, bytes: Buffer.of(1, 255) });
    expect(second).toEqual({ ...nested[1], big: -1 });
    expect({ ...rows.columns }).toMatchObject({
      messages: 'STRUCT("role" VARCHAR, "content" VARCHAR)[]',
      ids: 'BIGINT[]',
      at: 'TIMESTAMP',
    });
  });

  test('glob characters and key=value folders in a path mean nothing', async () => {
    mkdirSync(at('split=x'));
    const path = at('split=x/a[1]*?.parquet');
    await writeParquet(path, [{ "it's": 1 }]);
    const rows = await openRows(path);
    expect({ ...rows.columns }).toEqual({ "it's": 'BIGINT' });
    expect(await rows.read([0])).toEqual([{ "it's": 1 }]);
  });
});

describe('JSON lines', () => {
  test('texts stay texts, nested messages stay nested', async () => {
    writeFileSync(
      at('x.jsonl'),
      '{"day":"2026-01-02","id":"e3b0c442-98fc-4c14-9af7-1dc1b1b1b1b1","m":[{"role":"user","content":"2026-01-01"}]}\n' +
        '{"day":"2026-01-03","n":2.5,"m":[{"role":"user","content":"12:00:00"}]}\n',
    );
    const rows = await openRows(at('x.jsonl'));
    expect({ ...rows.columns }).toEqual({
      day: 'VARCHAR',
      id: 'VARCHAR',
      m: 'STRUCT("role" VARCHAR, "content" VARCHAR)[]',
      n: 'DOUBLE',
    });
    expect((await rows.read([1]))[0]).toEqual({
      day: '2026-01-03',
      id: null,
      m: [{ role: 'user', content: '12:00:00' }],
      n: 2.5,
    });
  });
});

describe('rows in memory', () => {
  test('are rows too', async () => {
    const rows = rowsOf([{ a: 1 }, { a: 2, b: 'x' }]);
    expect(rows.count).toBe(2);
    expect(await rows.read([1, 0], ['b'])).toEqual([{ b: 'x' }, { b: null }]);
    expect(await scanned(rows)).toEqual([
      { a: 1, b: null },
      { a: 2, b: 'x' },
    ]);
    expect(await refusal(() => rows.read([0], ['c']))).toMatch(/^the rows have no column 'c'/);
  });
});

const names = 'first.parquet, nested.parquet, second.parquet, x.jsonl';
const refused: [what: string, make: () => void, paths: string[], sentence: string][] = [
  [
    'a file that is not there',
    () => undefined,
    ['frist.parquet'],
    `no such file 'frist.parquet'; in that folder: ${names}\n  did you mean 'first.parquet'?`,
  ],
  [
    'a folder that is not there',
    () => undefined,
    ['none/x.parquet'],
    "no such file 'none/x.parquet': there is no folder 'none'",
  ],
  [
    'a folder',
    () => mkdirSync(at('inner'), { recursive: true }),
    ['inner'],
    "'inner' is a folder, expected a parquet or JSON-lines file",
  ],
  [
    'no bytes',
    () => writeFileSync(at('e.parquet'), ''),
    ['e.parquet'],
    "'e.parquet' is empty (0 bytes)",
  ],
  [
    'another format',
    () => writeFileSync(at('t.parquet'), 'id,text\n1,a\n'),
    ['t.parquet'],
    '\'t.parquet\' is not a parquet file: it begins with "id,t", expected "PAR1"',
  ],
  [
    'JSON lines by another name',
    () => writeFileSync(at('j.parquet'), '{"a": 1}\n'),
    ['j.parquet'],
    '\'j.parquet\' is not a parquet file: it begins with "{\\"a\\"", expected "PAR1"\n' +
      '  JSON lines are read from files named .jsonl',
  ],
  [
    'a cut file',
    () => {
      writeFileSync(at('c.parquet'), readFileSync(at('first.parquet')));
      truncateSync(at('c.parquet'), 1000);
    },
    ['c.parquet'],
    "'c.parquet' is a parquet file that was cut short (its footer is missing)",
  ],
  [
    'files that differ',
    () => undefined,
    ['first.parquet', 'other.parquet'],
    "files of one table should have the columns of 'first.parquet'\n" +
      "  'other.parquet': column 'n' is VARCHAR, expected BIGINT\n" +
      "  'other.parquet' has no column 'text'\n" +
      "  'other.parquet' has a column 'more' (BOOLEAN) that the first lacks",
  ],
  ['no rows', () => undefined, ['none.parquet'], "'none.parquet' has no rows"],
];

test.each(refused)('refuses %s', async (_, make, paths, sentence) => {
  make();
  if (paths.includes('other.parquet'))
    await writeParquet(at('other.parquet'), [{ n: 'x', more: true }]);
  if (paths.includes('none.parquet')) await writeParquet(at('none.parquet'), [], { n: 'BIGINT' });
  expect(await refusal(() => openRows(paths.map(at)), folder)).toBe(sentence);
});

test('JSON lines may be packed; what is cut short or broken inside is named', async () => {
  const lines = Array.from(
    { length: 500 },
    (_, i) => `${JSON.stringify({ n: i, hash: i ** 7 })}\n`,
  );
  const packed = gzipSync(lines.join(''));
  writeFileSync(at('packed.jsonl.gz'), packed);
  const rows = await openRows(at('packed.jsonl.gz'));
  expect(await rows.read([499], ['n'])).toEqual([{ n: 499 }]);
  writeFileSync(at('packed.jsonl.gz'), packed.subarray(0, 1000));
  expect(await refusal(() => openRows(at('packed.jsonl.gz')), folder)).toMatch(
    /^cannot read 'packed.jsonl.gz' as JSON lines: line \d+: unexpected end of file$/,
  );
  writeFileSync(at('packed.jsonl.gz'), gzipSync('{"a":1}\n{"a"}\n'));
  expect(await refusal(() => openRows(at('packed.jsonl.gz')), folder)).toMatch(
    /^cannot read 'packed.jsonl.gz' as JSON lines: line 2: /,
  );
});

test('refuses broken JSON lines, naming the line', async () => {
  writeFileSync(at('bad.jsonl'), '{"a":1}\n{"a":}\n{"a":3}\n');
  expect(await refusal(() => openRows(at('bad.jsonl')), folder)).toBe(
    `cannot read 'bad.jsonl' as JSON lines: line 2: Unexpected token '}', "{"a":}" is not valid JSON`,
  );
});

test('refuses columns that are not there, listing those that are', async () => {
  const rows = await openRows(at('first.parquet'));
  expect(await refusal(() => rows.read([0], ['txt', 'zzzzzz']), folder)).toBe(
    "'first.parquet' has no columns 'txt', 'zzzzzz'; columns there: n, text\n  did you mean 'text'?",
  );
});
