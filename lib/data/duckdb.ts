/**
 * The one place that talks to DuckDB: a database in memory with no network, queries whose results
 * arrive in chunks, and values as plain JavaScript.
 */
import { DuckDBInstance, JSDuckDBValueConverter } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBResult, DuckDBValueConverter } from '@duckdb/node-api';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cell, Column, Row } from './cell.ts';

/** A query and the lists bound to its `$1`, `$2`, … */
export interface Query {
  sql: string;
  lists?: readonly (readonly number[])[];
}

/** Where DuckDB puts what does not fit in memory. */
export const spillFolder = join(tmpdir(), `rewardlab-duckdb-${process.pid}`);

let instance: Promise<DuckDBInstance> | undefined;

/** Opened on first use and shared: it holds no tables, only the reading of files. */
function database(): Promise<DuckDBInstance> {
  instance ??= DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    temp_directory: spillFolder,
  });
  return instance;
}

/** Runs `use` on a connection of its own: a streamed result holds its connection until it ends. */
export async function withConnection<T>(use: (c: DuckDBConnection) => Promise<T>): Promise<T> {
  const connection = await (await database()).connect();
  try {
    return await use(connection);
  } finally {
    connection.closeSync();
  }
}

/** All rows of a query that is known to be small. */
export async function allRows(query: Query): Promise<Row[]> {
  return withConnection(async (connection) => {
    const result = await start(connection, query);
    return (await result.convertRowObjects(plainCell)).map((row) => ({ ...row }));
  });
}

/** The rows of a query as they come, about 2,000 at a time. */
export async function* streamRows(query: Query): AsyncGenerator<Row[]> {
  const connection = await (await database()).connect();
  try {
    const result = await start(connection, query);
    for await (const rows of result.yieldConvertedRowObjects(plainCell)) yield rows;
  } finally {
    connection.closeSync();
  }
}

/** Names and types of a query's columns, without running it. */
export async function describe(query: Query): Promise<Column[]> {
  return withConnection(async (connection) => {
    const statement = await connection.prepare(query.sql);
    return Array.from({ length: statement.columnCount }, (_, i) => ({
      name: statement.columnName(i),
      type: statement.columnType(i).toString(),
    }));
  });
}

async function start(connection: DuckDBConnection, { sql, lists }: Query): Promise<DuckDBResult> {
  const statement = await connection.prepare(sql);
  for (const [i, list] of (lists ?? []).entries()) statement.bindList(i + 1, list.map(BigInt));
  return statement.stream();
}

/** 64-bit integers become numbers where that loses nothing. */
const plainCell: DuckDBValueConverter<Cell> = (value, type, self) => {
  const cell = JSDuckDBValueConverter(value, type, self);
  return typeof cell === 'bigint' && Number.isSafeInteger(Number(cell)) ? Number(cell) : cell;
};

/** An identifier in SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string literal in SQL. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** What went wrong, without DuckDB's excerpt of a statement that the person did not write. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const first = text
    .split('\n\n')[0]!
    .replace(/^[A-Z][\w ]* Error: /, '')
    .trim();
  return error instanceof Error && error.cause ? `${first}: ${reasonOf(error.cause)}` : first;
}

/** A path in SQL, in which glob characters stand for themselves. */
export function quotePath(path: string): string {
  return quoteText(path.replaceAll(/[[*?]/g, (character) => `[${character}]`));
}
