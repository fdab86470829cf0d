/**
 * Rows of parquet and JSON-lines files as one table, read lazily and in the files' order. Knows what a
 * file holds, not what it means.
 */
import { UserError } from '../errors.ts';
import type { Row } from './cell.ts';
import { columnRecord, filesText, refuseDifferences, requireColumns } from './columns.ts';
import { allRows, quoteName, streamRows } from './duckdb.ts';
import { dataFiles } from './files.ts';
import { openSource, rowNumber } from './source.ts';
import type { Source } from './source.ts';

export type { Cell, Row } from './cell.ts';

/** One table, from one file or several laid end to end. */
export interface Rows {
  readonly count: number;
  /** Column name to type in DuckDB's words: `VARCHAR`, `BIGINT[]`, `STRUCT("role" VARCHAR, …)[]`. */
  readonly columns: Readonly<Record<string, string>>;
  /** Empty for rows that came from memory. */
  readonly paths: readonly string[];
  /** The rows at these indices (from 0 over all files), in the order asked for. */
  read(indices: ArrayLike<number>, columns?: readonly string[]): Promise<Row[]>;
  /** Every row in order, a chunk (about 2,000 rows) at a time. */
  scan(columns?: readonly string[]): AsyncIterable<Row[]>;
}

/**
 * Opens files, of datasets on the hub too, as one table. Refuses files that differ in columns, and a table
 * without rows.
 */
export async function openRows(paths: string | readonly string[]): Promise<Rows> {
  const list = await dataFiles(paths);
  if (list.length === 0) throw new UserError('no data files were named');
  const sources = await Promise.all(list.map(openSource));
  refuseDifferences(sources);
  const count = sources.reduce((sum, source) => sum + source.count, 0);
  if (count === 0) throw new UserError(`${filesText(list)} no rows`);
  const columns = columnRecord(sources[0]!.columns);
  const known = (wanted: readonly string[] = Object.keys(columns)): readonly string[] => {
    requireColumns({ columns, paths: list }, wanted);
    return wanted;
  };
  return {
    count,
    columns,
    paths: list,
    read: async (indices, wanted) => readAt(sources, Array.from(indices), known(wanted)),
    scan: (wanted) => scanAll(sources, known(wanted)),
  };
}

/** Rows that are already in memory; their types are not known and left empty. */
export function rowsOf(rows: readonly Row[]): Rows {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = columnRecord(names.map((name) => ({ name, type: '' })));
  const pick = (row: Row, wanted: readonly string[] = names): Row => {
    requireColumns({ columns, paths: [] }, wanted);
    return Object.fromEntries(wanted.map((name) => [name, row[name] ?? null]));
  };
  return {
    count: rows.length,
    columns,
    paths: [],
    read: (indices, wanted) =>
      Promise.resolve(Array.from(indices, (index) => pick(rows[index]!, wanted))),
    async *scan(wanted) {
      yield await Promise.resolve(rows.map((row) => pick(row, wanted)));
    },
  };
}

async function* scanAll(
  sources: readonly Source[],
  columns: readonly string[],
): AsyncGenerator<Row[]> {
  const list = columns.map(quoteName).join(', ');
  for (const { from } of sources) yield* streamRows({ sql: `SELECT ${list} FROM ${from}` });
}

/** One query a file that is touched; DuckDB skips the row groups that hold none of the rows. */
async function readAt(
  sources: readonly Source[],
  indices: readonly number[],
  columns: readonly string[],
): Promise<Row[]> {
  const found = new Map<number, Row>();
  let offset = 0;
  for (const source of sources) {
    const inside = indices.filter((index) => index >= offset && index < offset + source.count);
    const local = [...new Set(inside)].map((index) => index - offset);
    if (local.length > 0)
      await readLocal(source, local, columns, (n, row) => found.set(offset + n, row));
    offset += source.count;
  }
  return indices.map((index) => {
    const row = found.get(index);
    if (!row) throw new RangeError(`row ${index} is outside the table's ${offset} rows`);
    return row;
  });
}

async function readLocal(
  source: Source,
  local: readonly number[],
  columns: readonly string[],
  found: (index: number, row: Row) => void,
): Promise<void> {
  const list = [rowNumber, ...columns].map(quoteName).join(', ');
  const sql = `SELECT ${list} FROM ${source.from} WHERE ${rowNumber} IN (SELECT unnest($1::BIGINT[]))`;
  for (const row of await allRows({ sql, lists: [local] })) {
    const { [rowNumber]: index, ...cells } = row;
    found(Number(index), cells);
  }
}
