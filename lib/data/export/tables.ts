/** Where rows to export come from: files, or what a program has. */
import { basename } from 'node:path';
import { UserError } from '../../errors.ts';
import type { Cell, Row } from '../cell.ts';
import { exactRows } from '../exact-rows.ts';
import { isLines } from '../json-lines.ts';
import { openRows, rowsOf } from '../rows.ts';
import type { SourceFile } from './source-files.ts';

export interface Table {
  /** As a sentence calls it: `'train.jsonl'`, `the rows`. */
  name: string;
  /** Its path below the folder that was named; empty for rows that came from memory. */
  place: string;
  columns: readonly string[];
  count: number;
  rows: () => AsyncIterable<Row>;
}

/** Opens each file by itself: files of one export need not have the same columns. */
export async function openTables(files: readonly SourceFile[]): Promise<Table[]> {
  const tables: Table[] = [];
  for (const { path, place } of files) {
    const rows = await openRows(path);
    const named = Object.entries(rows.columns);
    tables.push({
      name: `'${files.length > 1 ? place : basename(path)}'`,
      place,
      columns: named.map(([name]) => name),
      count: rows.count,
      rows: () => (isLines(path) ? exactRows(rows) : decoded(each(rows.scan()), jsonOf(named))),
    });
  }
  return tables;
}

/** A table of rows that are in memory, or can be iterated over, which they are here; those of a view are not yet read. */
export async function tableOf(
  source: Iterable<unknown> | AsyncIterable<unknown>,
  signal?: AbortSignal,
): Promise<Table> {
  const about = { name: 'the rows', place: '' };
  if (isView(source)) {
    const [columns, count] = await Promise.all([source.columns, source.count()]);
    return { ...about, columns: columns.map(({ name }) => name), count, rows: () => source };
  }
  const rows: Row[] = [];
  for await (const row of source) {
    signal?.throwIfAborted();
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw new UserError(
        `row ${rows.length} is ${Array.isArray(row) ? 'a list' : String(row)}, expected an object of columns`,
      );
    rows.push(row as Row);
  }
  const table = rowsOf(rows);
  const { columns, count } = table;
  if (count === 0) throw new UserError('there are no rows to export');
  return { ...about, columns: Object.keys(columns), count, rows: () => each(table.scan()) };
}

interface View extends AsyncIterable<Row> {
  columns: Promise<readonly { name: string }[]>;
  count(): Promise<number>;
}

function isView(source: object): source is View {
  return Symbol.asyncIterator in source && 'columns' in source && 'count' in source;
}

async function* each(chunks: AsyncIterable<Row[]>): AsyncGenerator<Row> {
  for await (const chunk of chunks) yield* chunk;
}

/** Columns whose values have no type in common, which a table has as JSON. */
function jsonOf(columns: readonly (readonly [string, string])[]): string[] {
  return columns.flatMap(([name, type]) => (type === 'JSON' ? [name] : []));
}

async function* decoded(rows: AsyncIterable<Row>, columns: readonly string[]): AsyncGenerator<Row> {
  for await (const row of rows) {
    const values = columns.map((name) => {
      const cell = row[name]!;
      return [name, typeof cell === 'string' ? (JSON.parse(cell) as Cell) : cell] as const;
    });
    yield values.length > 0 ? { ...row, ...Object.fromEntries(values) } : row;
  }
}
