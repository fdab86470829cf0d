/**
 * A lazy, immutable look at a table: each verb returns another view, and nothing is read before it is
 * asked for. Verbs become one SQL query; only a filter given as a function sees rows in JavaScript.
 */
import type { Table } from 'apache-arrow';
import { UserError } from '../errors.ts';
import { arrowTable } from './arrow.ts';
import type { Column, Row } from './cell.ts';
import { allRows, reasonOf, streamRows } from './duckdb.ts';
import type { Query } from './duckdb.ts';
import {
  filterBy,
  filterSql,
  headOf,
  openStage,
  sampleOf,
  selectOf,
  sortBy,
} from './view-steps.ts';
import type { Order, Predicate, Stage } from './view-steps.ts';

export type { Order, Predicate } from './view-steps.ts';

/** A table as its user sees it. Problems with columns and expressions are said when rows are read. */
export interface ParquetView extends AsyncIterable<Row> {
  readonly paths: readonly string[];
  /** Names and types. */
  readonly columns: Promise<readonly Column[]>;
  /**
   * Keeps rows for which a SQL expression (`length(chosen) > 100`) or a function is true. A function
   * reads every row into JavaScript once (some 200,000 a second); an expression reads the columns it names.
   */
  filter(condition: string | Predicate): ParquetView;
  select(...names: string[]): ParquetView;
  /** Sorts by a column, nulls last; equal rows keep their order. */
  sort(order: Order): ParquetView;
  /** The first rows. */
  head(count?: number): ParquetView;
  /** Rows drawn without replacement, in the table's order; the same ones for a seed. */
  sample(count: number, options?: { seed?: number }): ParquetView;
  /** The number of rows. */
  count(): Promise<number>;
  /** Reads rows, all of them where no count is given. */
  rows(count?: number): Promise<Row[]>;
  /** Reads all rows into an Arrow table. */
  toArrow(): Promise<Table>;
}

/**
 * A view of a file, or of several with the same columns laid end to end, of datasets on the hub too. `extras` gives every view made
 * from it further properties (a way to be displayed).
 */
export function openView(
  paths: string | readonly string[],
  extras: (view: ParquetView) => object = () => ({}),
): ParquetView {
  const list = typeof paths === 'string' ? [paths] : paths;
  if (list.length === 0) throw new UserError('no data files were named');
  return makeView(list, () => openStage(list), extras);
}

function makeView(
  paths: readonly string[],
  open: () => Promise<Stage>,
  extras: (view: ParquetView) => object,
): ParquetView {
  let opened: Promise<Stage> | undefined;
  const stage = (): Promise<Stage> => (opened ??= open());
  const then = (step: (stage: Stage) => Stage | Promise<Stage>): ParquetView =>
    makeView(paths, async () => step(await stage()), extras);
  const view: ParquetView = {
    paths,
    get columns() {
      return stage().then(({ columns }) => columns);
    },
    filter: (condition) =>
      then((from) =>
        typeof condition === 'string' ? filterSql(from, condition) : filterBy(from, condition),
      ),
    select: (...names) => then((from) => selectOf(from, names, paths)),
    sort: (order) => then((from) => sortBy(from, order, paths)),
    head: (count = 5) => {
      const limit = whole(count, 'head');
      return then((from) => headOf(from, limit));
    },
    sample: (count, { seed = 0 } = {}) => {
      const size = whole(count, 'sample');
      return then((from) => sampleOf(from, size, seed));
    },
    count: async () => countOf(await stage()),
    rows: async (count) => {
      const from = await stage();
      return readable(allRows(count === undefined ? from : headOf(from, whole(count, 'rows'))));
    },
    toArrow: async () => readable(arrowTable(await stage())),
    async *[Symbol.asyncIterator]() {
      for await (const chunk of streamRows(await stage())) yield* chunk;
    },
  };
  return Object.defineProperties(view, Object.getOwnPropertyDescriptors(extras(view)));
}

async function countOf(stage: Stage): Promise<number> {
  const query: Query = { ...stage, sql: `SELECT count(*) AS n FROM (${stage.sql})` };
  const [row] = await readable(allRows(query));
  return Number(row!.n);
}

/** What goes wrong in reading (a cast that fails in some row) is the person's to know. */
async function readable<T>(result: Promise<T>): Promise<T> {
  return result.catch((cause: unknown) => {
    throw new UserError(`cannot read the view: ${reasonOf(cause)}`, undefined, { cause });
  });
}

function whole(count: number, verb: string): number {
  if (Number.isInteger(count) && count >= 0) return count;
  throw new UserError(`${verb}: expected a whole number of rows, found ${String(count)}`);
}
