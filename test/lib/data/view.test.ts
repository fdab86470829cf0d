/** Views: what each verb gives, that order and samples hold, and what a filter may not say. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openView } from '../../../lib/data/view.ts';
import type { ParquetView } from '../../../lib/data/view.ts';
import { writeParquet } from '../../../lib/data/write.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';

const folder = temporaryFolder();
const path = join(folder, 'x.parquet');
const count = 5000;
let view: ParquetView;

beforeAll(async () => {
  const rows = Array.from({ length: count }, (_, n) => ({
    n,
    third: n % 3,
    text: `row ${n}`,
    'odd "name"': n % 2 === 1,
    list: [{ a: n, b: null }, { b: ['x'] }],
    maybe: n % 5 === 0 ? null : -n,
  }));
  await writeParquet(path, rows);
  view = openView(path);
});

const numbers = async (of: ParquetView): Promise<unknown[]> => (await of.rows()).map(({ n }) => n);

describe('verbs', () => {
  test('nothing is read before it is asked for', async () => {
    const none = openView(join(folder, 'none.parquet')).filter('n > 1').head();
    expect(await refusal(() => none.count(), folder)).toBe(
      "no such file 'none.parquet'; in that folder: x.parquet\n  did you mean 'x.parquet'?",
    );
  });

  test('columns, count, rows, iteration', async () => {
    expect((await view.columns).map(({ name }) => name)).toEqual([
      'n',
      'third',
      'text',
      'odd "name"',
      'list',
      'maybe',
    ]);
    expect(await view.count()).toBe(count);
    expect(await view.select('text', 'n').rows(2)).toEqual([
      { text: 'row 0', n: 0 },
      { text: 'row 1', n: 1 },
    ]);
    const seen: unknown[] = [];
    for await (const { n } of view) seen.push(n);
    expect(seen).toEqual(Array.from({ length: count }, (_, n) => n));
  });

  test('a view stays as it is', async () => {
    const few = view.filter('n < 10');
    few.select('n').head(2);
    expect(await few.count()).toBe(10);
    expect((await few.columns).length).toBe(6);
  });

  test('filter takes SQL or a function', async () => {
    const sql = view.filter(`"odd ""name""" AND text LIKE '%7'`);
    const code = view.filter(
      (row) => row['odd "name"'] === true && (row.text as string).endsWith('7'),
    );
    expect(await numbers(sql)).toEqual(await numbers(code));
    expect(await sql.count()).toBe(500);
    expect(
      await numbers(
        view
          .filter((_, i) => i > 4990)
          .filter('n % 2 = 0')
          .head(2),
      ),
    ).toEqual([4992, 4994]);
    expect(await view.filter('n = 1 -- the first').count()).toBe(1);
  });

  test('sort keeps the order of equals, and puts nulls last', async () => {
    const byThird = await numbers(view.sort({ by: 'third', descending: true }));
    const expected = [2, 1, 0].flatMap((third) =>
      Array.from({ length: count }, (_, n) => n).filter((n) => n % 3 === third),
    );
    expect(byThird).toEqual(expected);
    expect(await numbers(view.sort('maybe').head(2))).toEqual([4999, 4998]);
    expect((await view.sort({ by: 'maybe', descending: true }).rows()).at(-1)!.maybe).toBe(null);
    const sortedThenFiltered = view.sort({ by: 'n', descending: true }).filter('third = 0');
    expect((await numbers(sortedThenFiltered)).slice(0, 2)).toEqual([4998, 4995]);
  });

  test('sample is the same for a seed, without repeats, in order', async () => {
    const sample = await numbers(view.sample(100, { seed: 7 }));
    expect(await numbers(view.sample(100, { seed: 7 }))).toEqual(sample);
    expect(await numbers(view.sample(100, { seed: 8 }))).not.toEqual(sample);
    expect(new Set(sample).size).toBe(100);
    expect(sample).toEqual([...sample].sort((a, b) => Number(a) - Number(b)));
    expect(await view.sample(2 * count).count()).toBe(count);
    expect(await numbers(view.select('n').sample(3, { seed: 1 }))).toEqual([1528, 2081, 2982]);
  });

  test('several files are one view', async () => {
    const twice = openView([path, path]).select('n');
    expect(await twice.count()).toBe(2 * count);
    expect((await numbers(twice)).slice(count - 1, count + 1)).toEqual([count - 1, 0]);
  });

  test('extras go with every view', async () => {
    const counted = openView(path, (v) => ({ double: async () => 2 * (await v.count()) }));
    const few = counted.head(4).filter('n > 0') as ParquetView & { double: () => Promise<number> };
    expect(await few.double()).toBe(6);
  });

  test('an Arrow table has the types and the values', async () => {
    const table = await view.head(2).toArrow();
    expect(table.schema.fields.map(({ name, type }) => `${name}: ${String(type)}`)).toEqual([
      'n: Int64',
      'third: Int64',
      'text: Utf8',
      'odd "name": Bool',
      'list: List<Struct<{a:Int64, b:List<Utf8>}>>',
      'maybe: Int64',
    ]);
    expect(table.numRows).toBe(2);
    expect(String(table.get(1))).toBe(
      '{"n": 1, "third": 1, "text": "row 1", "odd "name"": true, "list": [{"a":"1","b":null},{"a":null,"b":["x"]}], "maybe": -1}',
    );
  });
});

const columns = 'n, third, text, odd "name", list, maybe';
const not = (expression: string, why: string): string =>
  `filter: '${expression}' is not one SQL expression over ${columns}: ${why}`;
const expressions: [expression: string, sentence: string][] = [
  ['n > 1) OR (true', not('n > 1) OR (true', 'syntax error at or near ")"')],
  ['true; DROP TABLE x', not('true; DROP TABLE x', 'syntax error at or near "FROM"')],
  ['true) UNION SELECT (1', not('true) UNION SELECT (1', 'syntax error at or near ")"')],
  ['true FROM range(3) --', not('true FROM range(3) --', 'syntax error at or near "FROM"')],
  ['count(*) > 1', not('count(*) > 1', 'WHERE clause cannot contain aggregates!')],
  [
    'length(text)',
    "filter: expected an expression that is true or false, 'length(text)' is BIGINT",
  ],
  ['$1', "filter: expected an expression that is true or false, '$1' is more than one value"],
];

test.each(expressions)('a filter may not be %j', async (expression, sentence) => {
  expect(await refusal(() => view.filter(expression).count())).toBe(sentence);
});

const refused: [what: string, attempt: () => unknown, sentence: string | RegExp][] = [
  [
    'an unknown name in a filter',
    () => view.filter('nn > 1').count(),
    /^filter: 'nn > 1' is not one SQL expression over .*: Referenced column "nn" not found/,
  ],
  [
    'an unknown column',
    () => view.select('N', 'text').rows(),
    "'x.parquet' has no column 'N'; columns there: n, third, text, odd \"name\", list, maybe\n  did you mean 'n'?",
  ],
  [
    'an unknown column to sort by',
    () => view.select('n').sort('text').rows(),
    "'x.parquet' has no column 'text'; columns there: n",
  ],
  ['no columns', () => view.select().rows(), 'select: name at least one column'],
  ['a negative number', () => view.head(-1), 'head: expected a whole number of rows, found -1'],
  [
    'a function that promises',
    () => view.filter((() => Promise.resolve(true)) as unknown as () => boolean).count(),
    'filter: the function should return true or false, found a promise for row 0',
  ],
  [
    'a cast that fails in some row',
    () => view.filter('text::INTEGER > 1').rows(),
    /^cannot read the view: Could not convert string 'row 0' to INT32/,
  ],
];

test.each(refused)('refuses %s', async (_, attempt, sentence) => {
  const said = await refusal(attempt, folder);
  if (typeof sentence === 'string') expect(said).toBe(sentence);
  else expect(said).toMatch(sentence);
});
