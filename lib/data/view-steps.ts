/**
 * The verbs of a view as SQL over the query before them.
 */
import { UserError } from '../errors.ts';
import type { Column, Row } from './cell.ts';
import { columnRecord, refuseDifferences, requireColumns } from './columns.ts';
import { allRows, quoteName, reasonOf, streamRows, withConnection } from './duckdb.ts';
import type { Query } from './duckdb.ts';
import { dataFiles } from './files.ts';
import { drawnPlaces } from './order.ts';
import { openSource } from './source.ts';

/** What to sort by. */
export type Order = string | { by: string; descending?: boolean };
/** Sees a row and its index in the view. */
export type Predicate = (row: Row, index: number) => boolean;

/** A view at one point: its columns, and the query that gives its rows in order. */
export interface Stage extends Query {
  columns: readonly Column[];
}

/** Numbers rows from 0 where a step needs their places. */
const position = 'rewardlab_position';

/** The files' rows, end to end. */
export async function openStage(paths: readonly string[]): Promise<Stage> {
  const sources = await Promise.all((await dataFiles(paths)).map(openSource));
  refuseDifferences(sources);
  const columns = sources[0]!.columns;
  const parts = sources.map(({ from }) => `SELECT ${listOf(columns)} FROM ${from}`);
  return { columns, sql: parts.join(' UNION ALL ') };
}

export function selectOf(from: Stage, names: readonly string[], paths: readonly string[]): Stage {
  requireColumns({ columns: columnRecord(from.columns), paths }, names);
  const columns = names.map((name) => from.columns.find((column) => column.name === name)!);
  if (columns.length === 0) throw new UserError('select: name at least one column');
  return { ...from, columns, sql: `SELECT ${listOf(columns)} FROM (${from.sql})` };
}

export function sortBy(from: Stage, order: Order, paths: readonly string[]): Stage {
  const { by, descending = false } = typeof order === 'string' ? { by: order } : order;
  requireColumns({ columns: columnRecord(from.columns), paths }, [by]);
  const direction = descending ? 'DESC' : 'ASC';
  const sql = `SELECT ${listOf(from.columns)} FROM ${numbered(from)}
    ORDER BY ${quoteName(by)} ${direction} NULLS LAST, ${position}`;
  return { ...from, sql };
}

export function headOf(from: Stage, count: number): Stage {
  return { ...from, sql: `SELECT * FROM (${from.sql}) LIMIT ${count}` };
}

/** The same rows for a seed on every machine, whatever the number of threads. */
export async function sampleOf(from: Stage, count: number, seed: number): Promise<Stage> {
  const [row] = await allRows({ ...from, sql: `SELECT count(*) AS n FROM (${from.sql})` });
  return at(from, [...drawnPlaces(Number(row!.n), count, seed)]);
}

/** Refuses what is not one expression that is true or false. */
export async function filterSql(from: Stage, expression: string): Promise<Stage> {
  await checkExpression(from.columns, expression);
  return { ...from, sql: `SELECT * FROM (${from.sql}) WHERE (${expression}\n)` };
}

/** Runs the function over every row, and keeps the places of those it accepts. */
export async function filterBy(from: Stage, predicate: Predicate): Promise<Stage> {
  const places: number[] = [];
  let index = 0;
  for await (const chunk of streamRows(from))
    for (const row of chunk) {
      const kept: unknown = predicate(row, index);
      if (typeof kept !== 'boolean')
        throw new UserError(
          `filter: the function should return true or false, found ${kept instanceof Promise ? 'a promise' : String(kept)} for row ${index}`,
        );
      if (kept) places.push(index);
      index++;
    }
  return at(from, places);
}

function at(from: Stage, places: readonly number[]): Stage {
  const lists = [...(from.lists ?? []), places];
  const sql = `SELECT ${listOf(from.columns)} FROM ${numbered(from)}
    WHERE ${position} IN (SELECT unnest($${lists.length}::BIGINT[])) ORDER BY ${position}`;
  return { columns: from.columns, sql, lists };
}

function numbered(from: Stage): string {
  return `(SELECT *, row_number() OVER () - 1 AS ${position} FROM (${from.sql}))`;
}

function listOf(columns: readonly Column[]): string {
  return columns.map(({ name }) => quoteName(name)).join(', ');
}

/**
 * Prepares the expression bare and in parentheses: only a whole expression passes both, so none can
 * close the parenthesis that it will stand in.
 */
async function checkExpression(columns: readonly Column[], expression: string): Promise<void> {
  const nulls = columns.map(({ name, type }) => `NULL::${type} AS ${quoteName(name)}`).join(', ');
  const types = await withConnection(async (connection) => {
    const found: string[] = [];
    for (const form of [`SELECT ${expression}\n`, `SELECT (${expression}\n)`]) {
      const statement = await connection.prepare(`${form} FROM (SELECT ${nulls})`);
      const { columnCount, parameterCount } = statement;
      const single = columnCount === 1 && parameterCount === 0;
      found.push(single ? statement.columnType(0).toString() : 'more than one value');
    }
    await connection.prepare(`SELECT 1 FROM (SELECT ${nulls}) WHERE (${expression}\n)`);
    return found;
  }).catch((cause: unknown) => {
    const names = columns.map(({ name }) => name).join(', ');
    throw new UserError(
      `filter: '${expression}' is not one SQL expression over ${names}: ${reasonOf(cause)}`,
      undefined,
      { cause },
    );
  });
  const wrong = types.find((type) => type !== 'BOOLEAN');
  if (wrong !== undefined)
    throw new UserError(
      `filter: expected an expression that is true or false, '${expression}' is ${wrong}`,
    );
}
