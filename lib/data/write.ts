/**
 * Writes rows as a parquet file through DuckDB: to a temporary name, then renamed.
 */
import {
  DuckDBDataChunk,
  DuckDBInstance,
  DuckDBListType,
  DuckDBStructType,
  DuckDBTypeId,
  JSToDuckDBValueConverter,
} from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBType, JS } from '@duckdb/node-api';
import { rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../errors.ts';
import type { Cell, Row } from './cell.ts';
import { quoteName, quoteText, reasonOf, spillFolder } from './duckdb.ts';
import { inferTypes } from './infer.ts';

/** Column name to DuckDB type: `{ chosen: 'VARCHAR', ids: 'BIGINT[]' }`. */
export type Schema = Readonly<Record<string, string>>;

const chunkRows = 2048;

/**
 * Writes rows, inferring the schema from all of them where none is given: text VARCHAR, whole numbers
 * BIGINT, others DOUBLE, lists and objects alike inside. A missing key is null. Returns the row count.
 */
export async function writeParquet(
  path: string,
  rows: Iterable<Row> | AsyncIterable<Row>,
  schema?: Schema,
): Promise<number> {
  if (!(await stat(dirname(path)).catch(() => undefined)))
    throw new UserError(`cannot write '${path}': there is no folder '${dirname(path)}'`);
  const temporary = `${path}.${process.pid}.tmp`;
  const instance = await DuckDBInstance.create(':memory:', { temp_directory: spillFolder });
  const connection = await instance.connect();
  try {
    const inferred = schema ? undefined : await collect(rows);
    const count = await fill(connection, inferred ?? rows, schema ?? inferTypes(inferred!));
    await connection.run(`COPY t TO ${quoteText(temporary)} (FORMAT parquet)`);
    await rename(temporary, path);
    return count;
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new UserError(`cannot write '${path}': ${reasonOf(cause)}`, undefined, { cause });
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function collect(rows: Iterable<Row> | AsyncIterable<Row>): Promise<Row[]> {
  const list: Row[] = [];
  for await (const row of rows) list.push(row);
  return list;
}

async function fill(
  connection: DuckDBConnection,
  rows: Iterable<Row> | AsyncIterable<Row>,
  types: Schema,
): Promise<number> {
  const names = Object.keys(types);
  const columns = names.map((name) => `${quoteName(name)} ${types[name]!}`);
  await connection.run(`CREATE TABLE t (${columns.join(', ')})`);
  const appender = await connection.createAppender('t');
  const kinds = names.map((_, i) => appender.columnType(i));
  let count = 0;
  let pending: (JS | null)[][] = [];
  const flush = (): void => {
    if (pending.length === 0) return;
    const chunk = DuckDBDataChunk.create(kinds, pending.length);
    chunk.setRowsConverted(pending, JSToDuckDBValueConverter);
    appender.appendDataChunk(chunk);
    count += pending.length;
    pending = [];
  };
  for await (const row of rows) {
    pending.push(names.map((name, i) => fitted(row[name], kinds[i]!)));
    if (pending.length === chunkRows) flush();
  }
  flush();
  appender.closeSync();
  return count;
}

/** DuckDB wants every field of a struct; a key that is missing is null. What is only ever `{}` is JSON, which is text. */
function fitted(cell: Cell | undefined, type: DuckDBType): JS | null {
  if (cell === null || cell === undefined) return null;
  if (type instanceof DuckDBListType && Array.isArray(cell))
    return cell.map((item) => fitted(item, type.valueType));
  if (type.typeId === DuckDBTypeId.VARCHAR && typeof cell === 'object') return JSON.stringify(cell);
  if (!(type instanceof DuckDBStructType) || typeof cell !== 'object') return cell;
  const fields = cell as Record<string, Cell>;
  return Object.fromEntries(
    type.entryNames.map((name, i) => [name, fitted(fields[name], type.entryTypes[i]!)]),
  );
}
